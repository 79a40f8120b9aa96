"""What is decided about an issued certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, literal, select

from nador.accounts.models import Person
from nador.certification import policy, queries, rules
from nador.certification.log import entries
from nador.certification.models import CertificatePart
from nador.certification.rules import (
    CertificateEventKind,
    CertificateRevoked,
    CertificateStatus,
    CertificateSuperseded,
    LogKind,
)
from nador.certification.service import log
from nador.certification.service.credentials import mark_in_list
from nador.certification.service.freezing import copy
from nador.certification.service.history import note
from nador.kernel import audit, clock, events
from nador.kernel.access import require_not_own_case
from nador.kernel.db import command
from nador.kernel.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.certification.models import Certificate
    from nador.kernel.access import Actor


@command
def revoke(
    session: Session, actor: Actor, *, code: str, reason: str, public_reason: str
) -> Certificate:
    """Declare that a certificate no longer proves anything; its code goes on answering, and says so."""
    certificate = _for_decision(session, actor, code)
    reason, public_reason = clean(reason), clean(public_reason)
    rules.require_reasons(reason, public_reason)
    rules.require_in_force(certificate.status)
    certificate.status = CertificateStatus.REVOKED
    certificate.revoked_at = clock.now()
    certificate.revoked_by_id = actor.person_id
    certificate.revocation_reason = reason
    certificate.public_reason = public_reason
    mark_in_list(session, certificate.id)
    note(session, certificate.id, CertificateEventKind.REVOKED, by_id=actor.person_id)
    _log(session, LogKind.REVOKE, certificate, certificate.revoked_at)
    audit.record(
        session,
        actor,
        "certificate.revoked",
        f"certificate:{certificate.code}",
        institute_id=certificate.institute_id,
        reason=reason,
    )
    events.emit(session, actor, CertificateRevoked(certificate.id))
    return certificate


@command
def replace(session: Session, actor: Actor, *, code: str, origin: str) -> Certificate:
    """Issue anew with the holder's present names; the new document supersedes the old one."""
    old = _for_decision(session, actor, code)
    rules.require_in_force(old.status)
    person = session.get_one(Person, old.person_id)
    new = copy(session, actor, old, person=person, origin=origin)
    old.status = CertificateStatus.SUPERSEDED
    old.superseded_at = clock.now()
    # One live document per person and run: the old one must step back before the new one has an id.
    old.superseded_by_id = old.id
    session.flush()
    session.add(new)
    session.flush()
    old.superseded_by_id = new.id
    _carry_parts(session, old, new)
    mark_in_list(session, old.id)
    note(session, old.id, CertificateEventKind.SUPERSEDED, by_id=actor.person_id)
    _log(session, LogKind.SUPERSEDE, old, old.superseded_at)
    events.emit(session, actor, CertificateSuperseded(old.id))
    return new


def _carry_parts(session: Session, old: Certificate, new: Certificate) -> None:
    """Let a programme's new certificate rest on what the old one rested on."""
    if old.programme_id is None:
        return
    parts = select(literal(new.id), CertificatePart.part_id).where(
        CertificatePart.certificate_id == old.id
    )
    session.execute(insert(CertificatePart).from_select(["certificate_id", "part_id"], parts))


@command
def hide_holder(session: Session, actor: Actor, *, code: str, hidden: bool) -> Certificate:
    """Let holders hide their name on the public page, or show it again."""
    certificate = queries.by_code(session, code)
    policy.require_holder(actor, holder_id=certificate.person_id)
    certificate.holder_hidden = hidden
    return certificate


def _log(session: Session, kind: LogKind, certificate: Certificate, at: datetime) -> None:
    said = entries.decision(kind, code=certificate.code_key, uuid=certificate.uuid, at=at)
    log.append(session, kind, said)


def _for_decision(session: Session, actor: Actor, code: str) -> Certificate:
    """Find a certificate that the actor may decide about, as it is now."""
    certificate = queries.by_code(session, code)
    policy.require_certify(actor, institute_id=certificate.institute_id)
    require_not_own_case(actor, certificate.person_id)
    session.refresh(certificate, with_for_update=True)
    return certificate
