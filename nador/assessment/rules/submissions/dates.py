"""From when work is taken, by when it is due, and what lateness costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from nador.assessment.rules.marks import CENT, check_mark
from nador.assessment.rules.submissions.refusals import CutOffPassed, DatesOutOfOrder, NotOpenYet
from nador.assessment.rules.submissions.states import PenaltyUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when work is taken, by when it is due, and after when nothing is taken; None: no bound."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    cut_off_at: datetime | None = None

    def late(self, at: datetime, *, told: datetime | None) -> timedelta:
        """How late what came at this time is; `told`: the due date that was said then."""
        return lateness(at, counted_due(told, self.due_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePolicy:
    """What each started hour or day of lateness costs, in per cent of `out_of`.

    Lateness alone brings nobody below `floor` per cent.
    """

    percent: Decimal = Decimal(0)
    unit: PenaltyUnit = PenaltyUnit.DAY
    floor: Decimal = Decimal(0)


def check_window(window: Window) -> None:
    """Refuse dates in another order than opening, due date, cut-off; raises DatesOutOfOrder."""
    dates = {
        "opens_at": window.opens_at,
        "due_at": window.due_at,
        "cut_off_at": window.cut_off_at,
    }
    given = [(field, at) for field, at in dates.items() if at is not None]
    for (before, earlier), (field, later) in pairwise(given):
        # Due date and cut-off may be one moment: then nothing is ever late.
        together = (before, field) == ("due_at", "cut_off_at") and earlier == later
        if later <= earlier and not together:
            raise DatesOutOfOrder(field=field)


def check_late_policy(policy: LatePolicy) -> None:
    """Refuse what is no share of a whole; raises MarkOutOfRange."""
    for field, share in (("late_percent", policy.percent), ("late_floor", policy.floor)):
        check_mark(share, out_of=Decimal(100), field=field)


def require_open(window: Window, *, now: datetime) -> None:
    """Refuse work before the opening and after the cut-off; between due date and cut-off it is late."""
    if window.opens_at is not None and now < window.opens_at:
        raise NotOpenYet(opens_at=window.opens_at)
    if window.cut_off_at is not None and now >= window.cut_off_at:
        raise CutOffPassed(cut_off_at=window.cut_off_at)


def counted_due(told: datetime | None, holds: datetime | None) -> datetime | None:
    """Give the due date by which a handed-in work is judged: as it was told then, or a later one.

    An extension helps whoever has handed in already; a date that was moved forward harms nobody.
    """
    return None if told is None or holds is None else max(told, holds)


def lateness(handed_in_at: datetime, due_at: datetime | None) -> timedelta:
    """How long after the due date it came; nothing where it was in time, or where nothing was due."""
    if due_at is None:
        return timedelta(0)
    return max(handed_in_at - due_at, timedelta(0))


def units_late(late: timedelta, unit: PenaltyUnit) -> int:
    """Count the started hours or days of lateness."""
    length = timedelta(hours=1) if unit is PenaltyUnit.HOUR else timedelta(days=1)
    return -(-late // length)


def deduction(value: Decimal, *, out_of: Decimal, policy: LatePolicy, late: timedelta) -> Decimal:
    """What lateness takes from a value, in points: never below the floor, never more than there is."""
    cost = out_of * policy.percent * units_late(late, policy.unit) / 100
    least = min(value, out_of * policy.floor / 100)
    after = max(value - cost, least).quantize(CENT, ROUND_HALF_UP)
    return max(value - after, Decimal(0)).quantize(CENT)
