"""What accounts tell us: somebody was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nador.accounts.rules import PersonErased
from nador.verification import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.events import Handler


def forget_receipts(session: Session, actor: Actor, _event: PersonErased) -> None:
    """Drop all receipts, a day old at most: any of them may hold the name."""
    service.forget_all_receipts(session, actor)


HANDLERS: Final[tuple[tuple[type[Any], Handler], ...]] = ((PersonErased, forget_receipts),)
