"""How a lower feature tells the ones above it, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

    Handler = Callable[[Session, Actor, Any], None]

_handlers: dict[type[Any], list[Handler]] = defaultdict(list)


def connect(pairs: Iterable[tuple[type[Any], Handler]]) -> None:
    """Replace all handlers by these, in this order; only `app.py` calls it."""
    _handlers.clear()
    for kind, handler in pairs:
        _handlers[kind].append(handler)


def emit(session: Session, actor: Actor, event: object) -> None:
    """Deliver the event now, after a flush; a handler writes its own rows and never refuses."""
    session.flush()
    for handler in _handlers[type(event)]:
        handler(session, actor, event)
