"""Requests of holders for another spelling: asked, approved, denied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts.rules import names as clean_names
from nador.certification import policy, queries, rules
from nador.certification.changes import queries as changes
from nador.certification.changes.models import CorrectionRequest, Proposal
from nador.certification.rules import ActKind, CorrectionAnswered, RequestStatus
from nador.certification.service.acts import Replacing, require_correction
from nador.certification.service.alone import Subject, require_nothing_waits
from nador.certification.service.proposals import submit
from nador.kernel import audit, clock, events
from nador.kernel.access import require_not_own_case
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.certification.models import Certificate
    from nador.kernel.access import Actor


@command
def ask_for_correction(
    session: Session,
    actor: Actor,
    *,
    code: str,
    name_latin: str | None,
    name_arabic: str | None,
    reason: str,
) -> CorrectionRequest:
    """Ask, as its holder, that a certificate spells one's name in another way."""
    certificate = queries.by_code(session, code)
    policy.require_holder(actor, holder_id=certificate.person_id)
    session.refresh(certificate, with_for_update=True)
    rules.require_possible(
        ActKind.REPLACE,
        certificate.status,
        expires_on=certificate.expires_on,
        today=clock.today(),
    )
    names = clean_names(name_latin, name_arabic)
    require_correction(certificate, names)
    rules.require_why(clean(reason))
    if changes.open_request(session, certificate.id):
        raise rules.AlreadyRequested
    request = CorrectionRequest(
        certificate_id=certificate.id,
        name_latin=names.latin,
        name_arabic=names.arabic,
        reason=clean(reason),
        asked_by_id=certificate.person_id,
        asked_at=clock.now(),
    )
    session.add(request)
    session.flush()
    _audit(session, actor, "correction.asked", request, certificate)
    return request


@command
def approve_correction(
    session: Session, actor: Actor, *, request_id: int, origin: str
) -> Certificate | Proposal:
    """Grant a holder's request: the names are confirmed, and a new code supersedes the old one.

    Where the institute asks for a second person, this proposes it, and the request stays open.
    """
    request, certificate = _to_answer(session, actor, request_id)
    act = Replacing(
        code=certificate.code,
        name_latin=request.name_latin,
        name_arabic=request.name_arabic,
        reason=request.reason,
        request_id=request.id,
    )
    return submit(session, actor, act=act, origin=origin)


@command
def deny_correction(
    session: Session, actor: Actor, *, request_id: int, reason: str
) -> CorrectionRequest:
    """Refuse a holder's request, with a reason that the holder reads."""
    request, certificate = _to_answer(session, actor, request_id)
    require_nothing_waits(
        session,
        Subject(institute_id=certificate.institute_id, certificate_id=certificate.id),
    )
    request.answer = clean(reason)
    rules.require_why(request.answer)
    request.status = RequestStatus.DENIED
    request.decided_by_id, request.decided_at = actor.person_id, clock.now()
    session.flush()
    _audit(session, actor, "correction.denied", request, certificate)
    events.emit(session, actor, CorrectionAnswered(request.id))
    return request


def _to_answer(
    session: Session, actor: Actor, request_id: int
) -> tuple[CorrectionRequest, Certificate]:
    """Return an open request, and its certificate, which stays locked until the command ends."""
    certificate_id = session.scalar(
        select(CorrectionRequest.certificate_id).where(CorrectionRequest.id == request_id)
    )
    if certificate_id is None:
        raise NotFound
    # Whatever is decided about a certificate locks it first: its request changes under no other lock.
    certificate = queries.by_id_for_update(session, certificate_id)
    policy.require_certify(actor, institute_id=certificate.institute_id)
    require_not_own_case(actor, certificate.person_id)
    request = changes.correction_request(session, request_id)
    rules.require_asked(request.status)
    return request, certificate


def _audit(
    session: Session,
    actor: Actor,
    action: str,
    request: CorrectionRequest,
    certificate: Certificate,
) -> None:
    audit.record(
        session,
        actor,
        action,
        f"certificate:{certificate.code}",
        institute_id=certificate.institute_id,
        request=request.id,
        reason=request.answer or request.reason,
    )
