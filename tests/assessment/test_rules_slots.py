"""Which times can be offered, and which of them be booked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from nador.assessment.rules import slots as rules
from nador.assessment.rules.slots import Series, SlotState
from nador.kernel import clock

if TYPE_CHECKING:
    from nador.kernel.errors import DomainError

NOW = clock.now()
SOON = NOW + timedelta(days=3)
STATE = SlotState(capacity=2, booked=0, closes_at=SOON)


@pytest.mark.parametrize(
    ("series", "refusal"),
    [
        pytest.param(Series(first=SOON, minutes=20), None, id="one"),
        pytest.param(Series(first=SOON, minutes=0), rules.SlotsUnclear, id="no time at all"),
        pytest.param(Series(first=SOON, minutes=20, count=61), rules.SlotsUnclear, id="too many"),
        pytest.param(Series(first=SOON, minutes=20, pause=-1), rules.SlotsUnclear, id="overlap"),
        pytest.param(Series(first=SOON, minutes=20, capacity=0), rules.SlotsUnclear, id="no room"),
        pytest.param(
            Series(first=SOON, minutes=20, hours_before=-1), rules.SlotsUnclear, id="afterwards"
        ),
        pytest.param(Series(first=NOW, minutes=20), rules.SlotsInThePast, id="now"),
    ],
)
def test_what_can_be_offered(series: Series, refusal: type[DomainError] | None) -> None:
    if refusal is None:
        rules.check_series(series, now=NOW)
    else:
        with pytest.raises(refusal):
            rules.check_series(series, now=NOW)


def test_a_series_goes_one_after_the_other() -> None:
    times = Series(first=SOON, minutes=20, count=2, pause=10).times()

    assert times == [
        (SOON, SOON + timedelta(minutes=20)),
        (SOON + timedelta(minutes=30), SOON + timedelta(minutes=50)),
    ]


@pytest.mark.parametrize(
    ("state", "now", "refusal"),
    [
        pytest.param(STATE, NOW, None, id="free"),
        pytest.param(STATE, SOON, rules.SlotClosed, id="too near"),
        pytest.param(
            SlotState(capacity=2, booked=2, closes_at=SOON), NOW, rules.SlotFull, id="full"
        ),
        pytest.param(
            SlotState(capacity=2, booked=0, closes_at=SOON, cancelled=True),
            NOW,
            rules.SlotGone,
            id="cancelled",
        ),
    ],
)
def test_what_can_be_booked(
    state: SlotState, now: datetime, refusal: type[DomainError] | None
) -> None:
    if refusal is None:
        rules.require_bookable(state, now=now)
    else:
        with pytest.raises(refusal):
            rules.require_bookable(state, now=now)
