"""A code on the wall: whose it is, how long it counts, and whether who saw it came late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.enrolment.rules import AttendanceStatus
from nador.enrolment.rules import check_in as rules
from nador.kernel import clock

LIMIT = rules.DELIVERED_WITHIN
START = clock.on_the_wall(clock.local(clock.now()).replace(tzinfo=None, hour=9, minute=0))


@pytest.mark.parametrize(
    ("minutes", "status"),
    [
        pytest.param(-5, AttendanceStatus.PRESENT, id="before it begins"),
        pytest.param(15, AttendanceStatus.PRESENT, id="within the grace"),
        pytest.param(16, AttendanceStatus.LATE, id="late"),
    ],
)
def test_when_the_code_was_seen_decides(minutes: int, status: AttendanceStatus) -> None:
    shown = START + timedelta(minutes=minutes)

    assert rules.status_at(shown, starts_at=START, late_after=15) is status


@given(
    at=st.timedeltas(timedelta(0), timedelta(days=3650)).map(lambda later: START + later),
    waited=st.timedeltas(timedelta(0), timedelta(minutes=20)),
    forged=st.booleans(),
)
def test_a_code_counts_for_ten_minutes_and_only_as_it_was(
    at: datetime, waited: timedelta, *, forged: bool
) -> None:
    step = rules.step_of(at)
    code = rules.code_of("s", meeting_id=1, step=step)
    seen = "x" + code[1:] if forged and code[0] != "x" else code

    def ask() -> None:
        rules.require_shown("s", meeting_id=1, step=step, code=seen, now=at + waited)

    if seen != code:
        with pytest.raises(rules.CodeNotOurs):
            ask()
    elif at + waited - rules.shown_at(step) > rules.DELIVERED_WITHIN:
        with pytest.raises(rules.CodeTooOld) as refused:
            ask()
        assert refused.value.params == {"minutes": 10}
    else:
        ask()
    assert timedelta(0) <= at - rules.shown_at(step) < rules.STEP


def test_a_code_of_tomorrow_or_of_another_meeting_is_none() -> None:
    now = START
    ahead = rules.step_of(now + timedelta(days=1))
    for meeting_id, step in ((1, ahead), (2, rules.step_of(now))):
        code = rules.code_of("s", meeting_id=meeting_id, step=step)
        with pytest.raises(rules.CodeNotOurs):
            rules.require_shown("s", meeting_id=1, step=step, code=code, now=now)


def test_a_code_counts_to_the_end_of_its_minutes() -> None:
    step = rules.step_of(START)
    code, end = rules.code_of("s", meeting_id=1, step=step), rules.shown_at(step) + LIMIT

    rules.require_shown("s", meeting_id=1, step=step, code=code, now=end)
    with pytest.raises(rules.CodeTooOld):
        rules.require_shown(
            "s", meeting_id=1, step=step, code=code, now=end + timedelta(microseconds=1)
        )


@pytest.mark.parametrize("minutes", [-1, 241])
def test_late_is_a_number_of_minutes(minutes: int) -> None:
    rules.check_late_after(0)
    rules.check_late_after(240)
    with pytest.raises(rules.LateAfterOutOfRange) as refused:
        rules.check_late_after(minutes)
    assert (refused.value.field, refused.value.params) == ("late_after", {"limit": 240})
