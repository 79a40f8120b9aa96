"""Dates, windows, seats and meetings, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.catalogue import rules
from nador.catalogue.rules import RunStatus, Schedule, ShownState, Sitting
from nador.kernel import clock
from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

OPENS = datetime(2027, 1, 1, 8, tzinfo=UTC)
CLOSES = datetime(2027, 1, 20, 18, tzinfo=UTC)
SCHEDULE = Schedule(
    starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 28), opens_at=OPENS, closes_at=CLOSES
)
SECOND = timedelta(seconds=1)
MORNING = Sitting(datetime(2027, 2, 3, 9, tzinfo=UTC), datetime(2027, 2, 3, 12, tzinfo=UTC))


def midnight(day: date) -> datetime:
    return clock.on_the_wall(datetime.combine(day, time()))


@pytest.mark.parametrize(
    ("now", "expected", "enrolling"),
    [
        pytest.param(OPENS - SECOND, ShownState.CLOSED, False, id="before the window"),
        pytest.param(OPENS, ShownState.OPEN, True, id="the window opens"),
        pytest.param(CLOSES - SECOND, ShownState.OPEN, True, id="the last second"),
        pytest.param(CLOSES, ShownState.CLOSED, False, id="the window closes"),
        pytest.param(midnight(date(2027, 2, 1)) - SECOND, ShownState.CLOSED, False, id="the eve"),
        pytest.param(midnight(date(2027, 2, 1)), ShownState.RUNNING, False, id="the first day"),
        pytest.param(
            midnight(date(2027, 3, 1)) - SECOND,
            ShownState.RUNNING,
            False,
            id="the last second of it",
        ),
        pytest.param(midnight(date(2027, 3, 1)), ShownState.GRADING, False, id="the day after"),
    ],
)
def test_a_published_run_follows_the_calendar(
    now: datetime, expected: ShownState, *, enrolling: bool
) -> None:
    assert rules.shown_state(RunStatus.PUBLISHED, SCHEDULE, now=now) is expected
    assert rules.enrolling(RunStatus.PUBLISHED, SCHEDULE, now=now) is enrolling


def test_days_begin_at_midnight_in_casablanca_also_at_utc_plus_one() -> None:
    summer = Schedule(
        starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 1), opens_at=OPENS, closes_at=CLOSES
    )

    def state(now: datetime) -> ShownState:
        return rules.shown_state(RunStatus.PUBLISHED, summer, now=now)

    assert state(datetime(2026, 6, 30, 22, 59, tzinfo=UTC)) is ShownState.CLOSED
    assert state(datetime(2026, 6, 30, 23, 0, tzinfo=UTC)) is ShownState.RUNNING
    assert state(datetime(2026, 7, 1, 23, 0, tzinfo=UTC)) is ShownState.GRADING


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (RunStatus.DRAFT, ShownState.DRAFT),
        (RunStatus.CONCLUDED, ShownState.CONCLUDED),
        (RunStatus.CANCELLED, ShownState.CANCELLED),
    ],
)
def test_other_states_are_shown_as_stored(status: RunStatus, expected: ShownState) -> None:
    assert rules.shown_state(status, SCHEDULE, now=OPENS) is expected
    assert not rules.enrolling(status, SCHEDULE, now=OPENS)


def test_a_run_may_enrol_while_it_runs() -> None:
    late = Schedule(
        starts_on=SCHEDULE.starts_on,
        ends_on=SCHEDULE.ends_on,
        opens_at=OPENS,
        closes_at=midnight(date(2027, 2, 10)),
    )
    now = midnight(date(2027, 2, 5))

    assert rules.shown_state(RunStatus.PUBLISHED, late, now=now) is ShownState.RUNNING
    assert rules.enrolling(RunStatus.PUBLISHED, late, now=now)


def test_dates_may_not_run_backwards() -> None:
    with pytest.raises(rules.DatesReversed) as wrong:
        rules.check_schedule(
            Schedule(
                starts_on=date(2027, 2, 2),
                ends_on=date(2027, 2, 1),
                opens_at=OPENS,
                closes_at=CLOSES,
            )
        )
    assert wrong.value.field == "ends_on"
    with pytest.raises(rules.WindowReversed) as shut:
        rules.check_schedule(
            Schedule(
                starts_on=date(2027, 2, 1),
                ends_on=date(2027, 2, 1),
                opens_at=OPENS,
                closes_at=OPENS,
            )
        )
    assert shut.value.field == "closes_at"


def test_a_run_of_one_day_is_fine() -> None:
    rules.check_schedule(
        Schedule(
            starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 1), opens_at=OPENS, closes_at=CLOSES
        )
    )


@pytest.mark.parametrize(
    ("capacity", "held", "refusal"),
    [
        pytest.param(0, 0, rules.CapacityOutOfRange, id="no seat"),
        pytest.param(100_001, 0, rules.CapacityOutOfRange, id="too many"),
        pytest.param(9, 10, rules.SeatsTaken, id="fewer than are held"),
        pytest.param(10, 10, None, id="as many as are held"),
        pytest.param(1, 0, None, id="one"),
        pytest.param(100_000, 0, None, id="the most"),
    ],
)
def test_capacity(capacity: int, held: int, refusal: type[Exception] | None) -> None:
    if refusal is None:
        rules.check_capacity(capacity, seats_held=held)
        return
    with pytest.raises(refusal):
        rules.check_capacity(capacity, seats_held=held)


@pytest.mark.parametrize(
    ("ask", "field", "params"),
    [
        pytest.param(
            lambda: rules.check_capacity(0, seats_held=0), "capacity", {"limit": 100_000}, id="none"
        ),
        pytest.param(
            lambda: rules.check_capacity(1, seats_held=2), "capacity", {"count": 2}, id="taken"
        ),
        pytest.param(
            lambda: rules.check_offer_hours(0), "offer_hours", {"limit": 720}, id="offer hours"
        ),
        pytest.param(
            lambda: rules.check_appeal_days(0),
            "appeal_days",
            {"limit": 90},
            id="days to appeal",
        ),
        pytest.param(lambda: rules.check_language("en", ["fr"]), "language", {}, id="language"),
        pytest.param(lambda: rules.run_code("?"), "code", {}, id="code"),
        pytest.param(
            lambda: series(last_day=date(2027, 1, 31)), "last_day", {}, id="series reversed"
        ),
        pytest.param(lambda: series(ends=time(17)), "ends", {}, id="times reversed"),
        pytest.param(
            lambda: series(weekdays={5}, last_day=date(2027, 2, 4)), "weekdays", {}, id="no day"
        ),
        pytest.param(
            lambda: series(weekdays=range(7), last_day=date(2028, 2, 1)),
            "last_day",
            {"limit": 200},
            id="too many",
        ),
        pytest.param(
            lambda: rules.check_sitting(
                Sitting(MORNING.ends_at, MORNING.ends_at), SCHEDULE, taken=[]
            ),
            "ends",
            {},
            id="no time at all",
        ),
        pytest.param(
            lambda: rules.check_sitting(
                Sitting(OPENS, OPENS + timedelta(hours=1)), SCHEDULE, taken=[]
            ),
            "first_day",
            {"starts_on": date(2027, 2, 1), "ends_on": date(2027, 2, 28)},
            id="before the run",
        ),
    ],
)
def test_a_refusal_names_the_input_at_fault(
    ask: Callable[[], object], field: str, params: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        ask()

    assert (refused.value.field, refused.value.params) == (field, params)


def test_the_first_meeting_that_overlaps_is_told() -> None:
    second = Sitting(MORNING.ends_at, MORNING.ends_at + SECOND)
    asked = Sitting(second.starts_at - SECOND, second.ends_at)

    with pytest.raises(rules.MeetingsOverlap) as refused:
        rules.check_sitting(asked, SCHEDULE, taken=[second, MORNING])

    assert refused.value.params == {"at": second.starts_at}


def test_the_longest_series_has_two_hundred_meetings() -> None:
    first = date(2027, 2, 1)

    assert len(series(weekdays=range(7), last_day=first + timedelta(days=199))) == 200
    with pytest.raises(rules.TooManyMeetings):
        series(weekdays=range(7), last_day=first + timedelta(days=200))


@pytest.mark.parametrize("status", [RunStatus.DRAFT, RunStatus.PUBLISHED])
def test_what_is_not_over_may_be_changed(status: RunStatus) -> None:
    rules.check_changeable(status)


@pytest.mark.parametrize(("hours", "fine"), [(0, False), (1, True), (720, True), (721, False)])
def test_offer_hours(hours: int, *, fine: bool) -> None:
    if fine:
        rules.check_offer_hours(hours)
        return
    with pytest.raises(rules.OfferHoursOutOfRange):
        rules.check_offer_hours(hours)


@pytest.mark.parametrize(("days", "fine"), [(0, False), (1, True), (90, True), (91, False)])
def test_days_to_appeal(days: int, *, fine: bool) -> None:
    if fine:
        rules.check_appeal_days(days)
        return
    with pytest.raises(rules.AppealDaysOutOfRange):
        rules.check_appeal_days(days)


def test_a_run_speaks_a_language_of_its_course() -> None:
    rules.check_language("ar", ["fr", "ar"])
    with pytest.raises(rules.LanguageNotTaught):
        rules.check_language("en", ["fr", "ar"])


@pytest.mark.parametrize("status", [RunStatus.CONCLUDED, RunStatus.CANCELLED])
def test_what_is_over_is_not_changed(status: RunStatus) -> None:
    with pytest.raises(rules.RunOver):
        rules.check_changeable(status)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" ia-101-2027 ", "IA-101-2027"), ("2013J.AAA", "2013J.AAA"), ("X1", "X1")],
)
def test_run_codes_are_kept_in_capitals(typed: str, kept: str) -> None:
    assert rules.run_code(typed) == kept


@pytest.mark.parametrize("typed", ["", "A", "-IA", "دورة-1", "IA 101", "<B>1</B>", "A" * 49])
def test_other_run_codes_are_refused(typed: str) -> None:
    with pytest.raises(rules.RunCodeUnreadable):
        rules.run_code(typed)


def series(**changes: object) -> list[Sitting]:
    asked: dict[str, object] = {
        "first_day": date(2027, 2, 1),
        "last_day": date(2027, 2, 14),
        "weekdays": {0, 2},
        "starts": time(18),
        "ends": time(21),
    }
    return rules.sittings(**(asked | changes))  # type: ignore[arg-type] # a table of arguments


def test_a_series_falls_on_its_weekdays() -> None:
    days = [clock.local(each.starts_at).date() for each in series()]

    assert days == [date(2027, 2, day) for day in (1, 3, 8, 10)]


def test_without_weekdays_it_is_the_first_days() -> None:
    days = [clock.local(each.starts_at).date() for each in series(weekdays=())]

    assert days == [date(2027, 2, 1), date(2027, 2, 8)]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"last_day": date(2027, 1, 31)}, rules.DatesReversed, id="dates reversed"),
        pytest.param({"ends": time(18)}, rules.MeetingTimesReversed, id="no time at all"),
        pytest.param(
            {"weekdays": {5}, "last_day": date(2027, 2, 4)}, rules.NoMeetingDay, id="no such day"
        ),
        pytest.param(
            {"weekdays": range(7), "last_day": date(2028, 2, 1)},
            rules.TooManyMeetings,
            id="too many",
        ),
    ],
)
def test_series_that_can_not_be(changes: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        series(**changes)


def test_a_series_keeps_its_wall_time_across_the_change_of_clocks() -> None:
    found = series(first_day=date(2026, 9, 14), last_day=date(2026, 9, 21), weekdays={0})

    assert [each.starts_at for each in found] == [
        datetime(2026, 9, 14, 17, tzinfo=UTC),
        datetime(2026, 9, 21, 18, tzinfo=UTC),
    ]


def test_in_the_hour_that_happened_twice_the_first_is_meant() -> None:
    night = rules.sitting_on_the_wall(date(2026, 9, 20), time(1, 30), time(2, 30))

    assert night == Sitting(
        datetime(2026, 9, 20, 0, 30, tzinfo=UTC), datetime(2026, 9, 20, 2, 30, tzinfo=UTC)
    )


@given(
    first=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    days=st.integers(0, 60),
    weekdays=st.frozensets(st.integers(0, 6)),
    starts=st.times(max_value=time(22, 59)),
)
def test_every_meeting_of_a_series_is_where_it_was_asked(
    first: date, days: int, weekdays: frozenset[int], starts: time
) -> None:
    starts = starts.replace(microsecond=0)
    ends = time(23, 0)
    last = first + timedelta(days=days)
    try:
        found = rules.sittings(
            first_day=first, last_day=last, weekdays=weekdays, starts=starts, ends=ends
        )
    except rules.NoMeetingDay:
        return
    for each in found:
        wall = clock.local(each.starts_at)
        assert first <= wall.date() <= last
        assert wall.weekday() in (weekdays or {first.weekday()})
        assert wall.time() == starts
        assert each.starts_at < each.ends_at
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("sitting", "refusal"),
    [
        pytest.param(
            Sitting(MORNING.ends_at, MORNING.starts_at), rules.MeetingTimesReversed, id="reversed"
        ),
        pytest.param(
            Sitting(datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 3, 1, 12, tzinfo=UTC)),
            rules.MeetingOutsideRun,
            id="after the run",
        ),
        pytest.param(
            Sitting(MORNING.ends_at - SECOND, MORNING.ends_at + SECOND),
            rules.MeetingsOverlap,
            id="one second of another",
        ),
        pytest.param(
            Sitting(MORNING.ends_at, MORNING.ends_at + SECOND), None, id="right after another"
        ),
        pytest.param(
            Sitting(midnight(date(2027, 2, 1)), midnight(date(2027, 2, 1)) + SECOND),
            None,
            id="in the first second of the run",
        ),
        pytest.param(
            Sitting(midnight(date(2027, 3, 1)) - SECOND, midnight(date(2027, 3, 1))),
            None,
            id="in its last second",
        ),
        pytest.param(
            Sitting(MORNING.starts_at - SECOND, MORNING.starts_at), None, id="right before another"
        ),
    ],
)
def test_sittings_of_a_run(sitting: Sitting, refusal: type[Exception] | None) -> None:
    if refusal is None:
        rules.check_sitting(sitting, SCHEDULE, taken=[MORNING])
        return
    with pytest.raises(refusal):
        rules.check_sitting(sitting, SCHEDULE, taken=[MORNING])


def test_the_rhythm_of_a_timetable() -> None:
    assert rules.rhythm(series()) == rules.Rhythm(weekdays=(0, 2), starts=time(18), ends=time(21))
    assert rules.rhythm([*series(), MORNING]) is None
    assert rules.rhythm([]) is None
