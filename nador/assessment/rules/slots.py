"""Times at which learners are examined one after the other: who may book which, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nador.catalogue.rules import AssessmentKind
from nador.kernel.errors import Conflict, Invalid

BOOKED: Final = frozenset({AssessmentKind.ORAL, AssessmentKind.PRACTICAL, AssessmentKind.EXAM})
"""The kinds of assessments for which times are booked."""
MOST_SLOTS: Final = 60
MOST_MINUTES: Final = 480
MOST_CAPACITY: Final = 200
MOST_HOURS: Final = 720


class SlotFull(Conflict):
    """All places of this time are taken."""

    code = "slot_full"


class SlotClosed(Conflict):
    """This time could be booked or given back until `closes_at`."""

    code = "slot_closed"


class SlotGone(Conflict):
    """This time was cancelled."""

    code = "slot_gone"


class NotBooked(Conflict):
    """There is no booking to give back."""

    code = "slot_not_booked"


class NotToBook(Conflict):
    """For this kind of assessment no times are booked."""

    code = "slot_of_another_kind"


class SlotsUnclear(Invalid):
    """A number of the series of times is not within 1 and `limit`."""

    code = "slots_unclear"


class SlotsInThePast(Invalid):
    """Times are offered before they come."""

    code = "slots_in_the_past"


class SlotReasonNeeded(Invalid):
    """Who books a time for somebody says why."""

    code = "slot_reason_needed"


class ExaminerUnknown(Invalid):
    """Who examines is one of the run's staff."""

    code = "slot_examiner_unknown"


@dataclass(frozen=True, slots=True)
class SlotCancelled:
    """Staff cancelled a time: these learners had booked it."""

    slot_id: int
    enrolment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SlotBooked:
    """A learner booked a time, or moved to it; or staff did it for them."""

    booking_id: int
    by_staff: bool = False
    moved_from: int | None = None
    """The time that they had before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Times one after the other: so many of so many minutes, with a pause between."""

    first: datetime
    minutes: int
    count: int = 1
    pause: int = 0
    capacity: int = 1
    hours_before: int = 24
    """Until how many hours before it begins a time can be booked or given back."""

    def times(self) -> list[tuple[datetime, datetime]]:
        """Give the beginning and the end of each."""
        step = timedelta(minutes=self.minutes + self.pause)
        starts = [self.first + step * number for number in range(self.count)]
        return [(start, start + timedelta(minutes=self.minutes)) for start in starts]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotState:
    """A time, as far as booking asks."""

    capacity: int
    booked: int
    starts_at: datetime
    closes_at: datetime
    cancelled: bool = False


def check_series(series: Series, *, now: datetime) -> None:
    """Refuse times that are past, or of no sensible number or length."""
    for field, value, least, limit in (
        ("minutes", series.minutes, 1, MOST_MINUTES),
        ("count", series.count, 1, MOST_SLOTS),
        ("pause", series.pause, 0, MOST_MINUTES),
        ("capacity", series.capacity, 1, MOST_CAPACITY),
        ("hours_before", series.hours_before, 0, MOST_HOURS),
    ):
        if not least <= value <= limit:
            raise SlotsUnclear(field=field, limit=limit)
    if series.first <= now:
        raise SlotsInThePast(field="first")


def require_bookable(slot: SlotState, *, now: datetime, by_staff: bool = False) -> None:
    """Refuse a time that is gone, too near, or full; for staff it is near enough until it begins."""
    if slot.cancelled:
        raise SlotGone
    if by_staff:
        require_ahead(slot, now=now)
    else:
        require_changeable(slot, now=now)
    if slot.booked >= slot.capacity:
        raise SlotFull


def require_changeable(slot: SlotState, *, now: datetime) -> None:
    """Refuse to take or give back a time that is too near."""
    if now >= slot.closes_at:
        raise SlotClosed(closes_at=slot.closes_at)


def require_ahead(slot: SlotState, *, now: datetime) -> None:
    """Refuse a time that has begun."""
    if now >= slot.starts_at:
        raise SlotClosed(closes_at=slot.starts_at)
