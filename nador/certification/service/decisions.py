"""What one person decides about an issued certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nador.certification import policy, queries, rules
from nador.certification.changes.models import UpheldPart
from nador.certification.rules import CertificateEventKind, CertificateUpheld
from nador.certification.service.acts import Renewing, Replacing, Revoking, to_decide
from nador.certification.service.alone import Subject, require_alone, require_nothing_waits
from nador.certification.service.history import note
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.text import clean

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.certification.models import Certificate
    from nador.certification.service.acts import Act
    from nador.kernel.access import Actor

Done = TypeVar("Done")


@command
def revoke(
    session: Session, actor: Actor, *, code: str, reason: str, public_reason: str
) -> Certificate:
    """Declare that a certificate no longer proves anything; its code goes on answering, and says so."""
    act = Revoking(code=code, reason=reason, public_reason=public_reason)
    return _alone(session, actor, act, origin="")


@command
def replace(session: Session, actor: Actor, *, code: str, origin: str) -> Certificate:
    """Issue anew with the holder's present names; the new document supersedes the old one."""
    return _alone(session, actor, Replacing(code=code), origin=origin)


@command
def renew(session: Session, actor: Actor, *, code: str, origin: str) -> Certificate:
    """Issue anew for another term; the new document supersedes the old one."""
    return _alone(session, actor, Renewing(code=code), origin=origin)


@command
def let_stand(session: Session, actor: Actor, *, code: str, reason: str) -> Certificate:
    """Decide that a programme's certificate stands although a part of it stands no more.

    What is lost later is asked about again.
    """
    certificate, reason = to_decide(session, actor, code), clean(reason)
    rules.require_why(reason)
    require_nothing_waits(
        session, Subject(institute_id=certificate.institute_id, certificate_id=certificate.id)
    )
    lost = queries.lost_parts(session, certificate.id)
    rules.require_doubt(lost)
    now, by_id = clock.now(), actor.person_id
    session.add_all(
        UpheldPart(certificate_id=certificate.id, part_id=one, reason=reason, by_id=by_id, at=now)
        for one in lost
    )
    note(session, certificate.id, CertificateEventKind.UPHELD, by_id=by_id)
    audit.record(
        session,
        actor,
        "certificate.upheld",
        f"certificate:{certificate.code}",
        institute_id=certificate.institute_id,
        reason=reason,
    )
    events.emit(session, actor, CertificateUpheld(certificate.id))
    return certificate


def _alone(session: Session, actor: Actor, act: Act[Done], *, origin: str) -> Done:
    """Carry an act out; raises SecondPersonNeeded where it can only be proposed."""
    require_alone(session, act.check(session, actor))
    return act.carry_out(session, actor, origin=origin)


@command
def hide_holder(session: Session, actor: Actor, *, code: str, hidden: bool) -> Certificate:
    """Let holders hide their name on the public page, or show it again."""
    certificate = queries.by_code(session, code)
    policy.require_holder(actor, holder_id=certificate.person_id)
    certificate.holder_hidden = hidden
    return certificate
