"""What is eased: the most lenient wins, whatever the order, and nothing is ever made stricter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules.accommodations import (
    AccommodationReasonNeeded,
    DatesNeedAssessment,
    Ease,
    EasedTooFar,
    NothingEased,
    Terms,
    check_ease,
    eased,
)

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TERMS = Terms(
    opens_at=NOON, due_at=NOON + DAY, closes_at=NOON + 2 * DAY, time_limit=HOUR, attempts=1
)
instants = st.none() | st.integers(-500, 500).map(lambda hours: NOON + hours * HOUR)
eases = st.builds(
    Ease,
    extra_time=st.integers(0, 400),
    extra_days=st.integers(0, 365),
    extra_attempts=st.integers(0, 20),
    opens_at=instants,
    due_at=instants,
    closes_at=instants,
)
terms = st.builds(
    Terms,
    opens_at=instants,
    due_at=instants,
    closes_at=instants,
    time_limit=st.none() | st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes)),
    attempts=st.none() | st.integers(1, 9),
)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        pytest.param([], TERMS, id="nothing given"),
        pytest.param(
            [Ease(extra_time=33)],
            Terms(
                opens_at=NOON,
                due_at=NOON + DAY,
                closes_at=NOON + 2 * DAY,
                time_limit=HOUR * 1.33,
                attempts=1,
            ),
            id="a third more time",
        ),
        pytest.param(
            [Ease(extra_days=3), Ease(closes_at=NOON + 4 * DAY, opens_at=NOON - HOUR)],
            Terms(
                opens_at=NOON - HOUR,
                due_at=NOON + 4 * DAY,
                closes_at=NOON + 5 * DAY,
                time_limit=HOUR,
                attempts=1,
            ),
            id="days reach further than a date",
        ),
        pytest.param(
            [Ease(extra_attempts=1), Ease(extra_attempts=2, due_at=NOON)],
            Terms(
                opens_at=NOON,
                due_at=NOON + DAY,
                closes_at=NOON + 2 * DAY,
                time_limit=HOUR,
                attempts=3,
            ),
            id="attempts do not add up, and an earlier date takes nothing away",
        ),
    ],
)
def test_the_most_lenient_wins(given_: list[Ease], expected: Terms) -> None:
    assert eased(TERMS, given_) == expected


@given(terms, st.lists(eases, max_size=5))
def test_no_bound_gets_stricter_and_order_does_not_matter(base: Terms, all_: list[Ease]) -> None:
    found = eased(base, all_)

    assert found == eased(base, reversed(all_))
    for before, after, lenient in (
        (base.opens_at, found.opens_at, min),
        (base.due_at, found.due_at, max),
        (base.closes_at, found.closes_at, max),
        (base.time_limit, found.time_limit, max),
        (base.attempts, found.attempts, max),
    ):
        if before is None or after is None:
            assert after is before
        else:
            assert lenient(before, after) == after


@pytest.mark.parametrize(
    ("ease", "options", "refusal", "field"),
    [
        pytest.param(Ease(), {}, NothingEased, "extra_time", id="nothing"),
        pytest.param(Ease(extra_time=401), {}, EasedTooFar, "extra_time", id="too much time"),
        pytest.param(Ease(extra_days=-1), {}, EasedTooFar, "extra_days", id="fewer days"),
        pytest.param(Ease(extra_attempts=21), {}, EasedTooFar, "extra_attempts", id="attempts"),
        pytest.param(
            Ease(due_at=NOON),
            {"for_one_assessment": False},
            DatesNeedAssessment,
            "due_at",
            id="a date for a whole run",
        ),
        pytest.param(
            Ease(extra_days=1), {"reason": ""}, AccommodationReasonNeeded, "reason", id="no reason"
        ),
    ],
)
def test_what_makes_no_accommodation(
    ease: Ease, options: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_ease(ease, **{"for_one_assessment": True, "reason": "ill", **options})

    assert refused.value.field == field  # type: ignore[attr-defined] # an Invalid


def test_what_makes_one() -> None:
    check_ease(Ease(due_at=NOON), for_one_assessment=True, reason="ill")
    check_ease(Ease(extra_time=33), for_one_assessment=False, reason="low sight")
