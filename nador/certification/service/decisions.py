"""What one person decides about an issued certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nador.certification import policy, queries
from nador.certification.service.acts import Renewing, Replacing, Revoking
from nador.certification.service.alone import require_alone
from nador.kernel.db import command

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
