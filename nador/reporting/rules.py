"""What comes first among all that a person could do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Due:
    """When a place on a run asks for something: `index` is the place's in its list."""

    index: int
    offer_until: datetime | None = None
    meets_at: datetime | None = None


def first_due(dues: Sequence[Due]) -> Due | None:
    """Choose what comes first: the offer that expires soonest, else the next meeting."""
    offers = [due for due in dues if due.offer_until]
    if offers:
        return min(offers, key=lambda due: (due.offer_until, due.index))
    meetings = [due for due in dues if due.meets_at]
    return min(meetings, key=lambda due: (due.meets_at, due.index), default=None)
