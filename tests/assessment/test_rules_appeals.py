"""Until when something is contested, how often, and who decides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nador.assessment.rules import (
    AppealAnsweredAlready,
    AppealOpenAlready,
    AppealStatus,
    AppealTooLate,
    deadline,
    fit,
    require_in_time,
    require_new,
)

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "days", "until"),
    [
        pytest.param(NOON, 10, datetime(2026, 11, 14, tzinfo=UTC), id="the last day counts whole"),
        pytest.param(
            datetime(2026, 11, 3, 23, 59, tzinfo=UTC), 1, datetime(2026, 11, 5, tzinfo=UTC),
            id="late in the evening",
        ),
        pytest.param(
            # In August 2026 the wall in Casablanca was an hour ahead: it was the 4th already.
            datetime(2026, 8, 3, 23, 30, tzinfo=UTC), 1, datetime(2026, 8, 5, 23, tzinfo=UTC),
            id="another day on the wall",
        ),
        pytest.param(
            datetime(2026, 9, 15, 12, tzinfo=UTC), 10, datetime(2026, 9, 26, tzinfo=UTC),
            id="over the change of September 2026",
        ),
    ],
)  # fmt: skip
def test_days_are_whole_and_counted_on_the_wall(
    since: datetime, days: int, until: datetime
) -> None:
    assert deadline(since, days) == until


def test_the_last_instant_is_in_time_and_the_next_one_is_not() -> None:
    until = deadline(NOON, 10)

    require_in_time(NOON, 10, now=until - timedelta(microseconds=1))
    with pytest.raises(AppealTooLate) as refused:
        require_in_time(NOON, 10, now=until)

    assert refused.value.params == {"until": date(2026, 11, 13)}


@pytest.mark.parametrize(
    ("status", "opened", "refusal"),
    [
        pytest.param(AppealStatus.OPEN, -5, AppealOpenAlready, id="open, of an older value"),
        pytest.param(AppealStatus.OPEN, 5, AppealOpenAlready, id="open"),
        pytest.param(AppealStatus.DENIED, 5, AppealAnsweredAlready, id="denied"),
        pytest.param(AppealStatus.APPROVED, 0, AppealAnsweredAlready, id="at the same instant"),
    ],
)
def test_the_same_thing_is_contested_once(
    status: AppealStatus, opened: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        require_new([(status, NOON + timedelta(hours=opened))], since=NOON)


def test_what_changed_since_is_contested_anew() -> None:
    require_new([(AppealStatus.DENIED, NOON - timedelta(seconds=1))], since=NOON)
    require_new([], since=NOON)


def test_neither_the_learner_nor_a_marker_decides() -> None:
    assert fit({1, 2, 3, 4}, markers={2}, learner_id=3) == {1, 4}
