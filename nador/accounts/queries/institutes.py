"""Reads about the centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts.models import Institute

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.db import Words


def brand(session: Session) -> Words:
    """Return the name that stands in the head of every page: the first institute's."""
    return session.scalar(select(Institute.name).order_by(Institute.id).limit(1)) or {}


def is_demo(session: Session) -> bool:
    """Whether this is a demo centre, with accounts that everybody knows."""
    return bool(session.scalar(select(Institute.id).where(Institute.is_demo).limit(1)))
