"""Which times can be offered, and booked until when: by learners, and by staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import slots as rules
from nador.assessment.rules.slots import (
    Series,
    SlotClosed,
    SlotFull,
    SlotGone,
    SlotState,
    require_bookable,
)
from nador.kernel import clock

NOW = clock.now()
SOON = NOW + timedelta(days=3)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EVE = NOON - timedelta(days=1)


ONE = Series(first=SOON, minutes=20)
BOUNDS = {
    "minutes": (1, rules.MOST_MINUTES),
    "count": (1, rules.MOST_SLOTS),
    "pause": (0, rules.MOST_MINUTES),
    "capacity": (1, rules.MOST_CAPACITY),
    "hours_before": (0, rules.MOST_HOURS),
}


@pytest.mark.parametrize("field", BOUNDS)
def test_what_can_be_offered(field: str) -> None:
    def offer(value: int) -> None:
        changed: dict[str, Any] = {field: value}
        rules.check_series(replace(ONE, **changed), now=NOW)

    least, most = BOUNDS[field]
    offer(least)
    offer(most)
    for value in (least - 1, most + 1):
        with pytest.raises(rules.SlotsUnclear) as refused:
            offer(value)
        assert (refused.value.field, refused.value.params) == (field, {"limit": most})


def test_times_are_offered_before_they_come() -> None:
    with pytest.raises(rules.SlotsInThePast) as refused:
        rules.check_series(replace(ONE, first=NOW), now=NOW)
    assert refused.value.field == "first"


def test_a_series_goes_one_after_the_other() -> None:
    times = Series(first=SOON, minutes=20, count=2, pause=10).times()

    assert times == [
        (SOON, SOON + timedelta(minutes=20)),
        (SOON + timedelta(minutes=30), SOON + timedelta(minutes=50)),
    ]


def state(*, booked: int = 0, cancelled: bool = False) -> SlotState:
    return SlotState(capacity=2, booked=booked, starts_at=NOON, closes_at=EVE, cancelled=cancelled)


@pytest.mark.parametrize(
    ("by_staff", "now", "until"),
    [
        pytest.param(False, EVE - SECOND, None, id="a learner in time"),
        pytest.param(False, EVE, EVE, id="a learner too late"),
        pytest.param(True, EVE, None, id="staff after the deadline"),
        pytest.param(True, NOON - SECOND, None, id="staff just before it begins"),
        pytest.param(True, NOON, NOON, id="staff when it has begun"),
    ],
)
def test_until_when_a_time_is_booked(by_staff: bool, now: datetime, until: datetime | None) -> None:
    if until is None:
        require_bookable(state(booked=1), now=now, by_staff=by_staff)
        return
    with pytest.raises(SlotClosed) as refused:
        require_bookable(state(), now=now, by_staff=by_staff)

    assert refused.value.params == {"closes_at": until}


@pytest.mark.parametrize("by_staff", [False, True])
def test_a_time_that_is_gone_or_full_is_nobodys(by_staff: bool) -> None:
    with pytest.raises(SlotGone):
        require_bookable(state(cancelled=True), now=EVE - SECOND, by_staff=by_staff)
    with pytest.raises(SlotFull):
        require_bookable(state(booked=2), now=EVE - SECOND, by_staff=by_staff)


@given(st.integers(1, 9), st.integers(0, 12), st.booleans(), st.integers(-3, 3), st.booleans())
def test_whoever_books_no_time_is_booked_beyond_its_room(
    capacity: int, booked: int, cancelled: bool, hours: int, by_staff: bool
) -> None:
    slot = SlotState(
        capacity=capacity, booked=booked, starts_at=NOON, closes_at=EVE, cancelled=cancelled
    )
    now = (NOON if by_staff else EVE) + timedelta(hours=hours)
    try:
        require_bookable(slot, now=now, by_staff=by_staff)
    except (SlotClosed, SlotFull, SlotGone):
        assert cancelled or hours >= 0 or booked >= capacity
        return

    assert not cancelled
    assert hours < 0
    assert booked < capacity
