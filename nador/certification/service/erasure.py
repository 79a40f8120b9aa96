"""Erasing a holder: the register goes on answering for the codes, without a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from nador.certification import queries
from nador.certification.changes.models import CorrectionRequest, Proposal
from nador.certification.models import (
    Certificate,
    CertificateFile,
    Credential,
    DroppedFile,
)
from nador.certification.service.outcomes import PRINT
from nador.kernel import audit, clock, work
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

DROP: Final = "files to drop"
"""The name of the work that deletes files from the store."""
NAMES: Final = ("holder_latin", "holder_arabic")


@command
def erase_holder(session: Session, _actor: Actor, *, person_id: int) -> None:
    """Take the holder out of their certificates: code, title, dates and status stay.

    Hashes stay too, so that a copy which the holder kept is still recognised. The log and the
    status lists never held a name. Files are deleted by a worker.
    """
    held = session.scalars(
        select(Certificate).where(Certificate.person_id == person_id).with_for_update()
    ).all()
    for certificate in held:
        certificate.holder_latin = certificate.holder_arabic = None
        certificate.holder_hidden = True
        certificate.facts = {**certificate.facts, **dict.fromkeys(NAMES)}
        certificate.revocation_reason = None
    ids = [certificate.id for certificate in held]
    for credential in session.scalars(select(Credential).where(Credential.certificate_id.in_(ids))):
        credential.erase()
    _forget_changes(session, ids)
    session.flush()
    audit.forget(session, [f"certificate:{certificate.code}" for certificate in held])
    files = session.scalars(
        select(CertificateFile.sha256).where(CertificateFile.certificate_id.in_(ids))
    )
    _drop(session, files.all())
    _drop_prints(session, person_id)


def _forget_changes(session: Session, certificate_ids: list[int]) -> None:
    """Empty what was asked and proposed about certificates: who decided, and when, stays."""
    asked = CorrectionRequest.certificate_id.in_(certificate_ids)
    for request in session.scalars(select(CorrectionRequest).where(asked)):
        request.name_latin = request.name_arabic = None
        request.reason, request.answer = "", request.answer and ""
    proposed = Proposal.certificate_id.in_(certificate_ids)
    for proposal in session.scalars(select(Proposal).where(proposed)):
        proposal.act, proposal.answer = {}, proposal.answer and ""


def _drop_prints(session: Session, person_id: int) -> None:
    """Let no file to print bring the name back: they can be made again, without it."""
    jobs = queries.prints_with(session, person_id)
    _drop(session, [job.sha256 for job in jobs if job.sha256])
    work.forget(session, work_name=PRINT, item_ids=[job.id for job in jobs])
    for job in jobs:
        session.delete(job)


def _drop(session: Session, hashes: Iterable[str]) -> None:
    known = queries.dropped(session)
    now = clock.now()
    for sha256 in dict.fromkeys(hashes):
        if sha256 not in known:
            session.add(DroppedFile(sha256=sha256, asked_at=now))
    session.flush()


@command
def record_dropped(session: Session, _actor: Actor, *, item_id: int, outcome: object) -> None:
    """Note that a file is gone."""
    del outcome
    session.get_one(DroppedFile, item_id).dropped_at = clock.now()
