"""The one way in which tests write rows."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeVar

from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import Base, command

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Row = TypeVar("Row", bound=Base)
numbers = itertools.count(1)


@command
def _store(session: Session, _actor: Actor, *, rows: tuple[Base, ...]) -> None:
    session.add_all(rows)
    session.flush()


def store(session: Session, row: Row, *more: Base) -> Row:
    """Write rows and return the first."""
    _store(session, NOBODY, rows=(row, *more))
    return row
