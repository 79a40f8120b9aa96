"""When a run is open, what its dates and seats may be, and when its meetings take place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from nador.catalogue.rules.states import RunStatus, ShownState
from nador.kernel import clock
from nador.kernel.errors import Conflict, Invalid
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

MEETINGS_AT_ONCE: Final = 200
CAPACITY_LIMIT: Final = 100_000
OFFER_HOURS_LIMIT: Final = 24 * 30
APPEAL_DAYS_LIMIT: Final = 90
_RUN_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9._-]{1,47}")


class DatesReversed(Invalid):
    """The last day is before the first."""

    code = "run_dates_reversed"


class WindowReversed(Invalid):
    """Enrolment closes before it opens."""

    code = "run_window_reversed"


class CapacityOutOfRange(Invalid):
    """A run has at least one seat, and no more than `limit`."""

    code = "run_capacity_out_of_range"


class SeatsTaken(Invalid):
    """More seats are held (`count`) than the new capacity has."""

    code = "run_seats_taken"


class OfferHoursOutOfRange(Invalid):
    """A seat is held for someone for at least an hour, and for `limit` hours at most."""

    code = "run_offer_hours_out_of_range"


class AppealDaysOutOfRange(Invalid):
    """Learners have a day at least to contest a grade, and `limit` days at most."""

    code = "run_appeal_days_out_of_range"


class LanguageNotTaught(Invalid):
    """The course is not given in this language."""

    code = "run_language_not_taught"


class RunCodeUnreadable(Invalid):
    """A run's code is made of Latin letters, digits, dashes and dots."""

    code = "run_code_unreadable"


class RunCodeTaken(Invalid):
    """Another run has this code."""

    code = "run_code_taken"


class ReasonMissing(Invalid):
    """Those who had a place are told why."""

    code = "run_reason_missing"


class CodeOfAnother(Conflict):
    """A course or programme of this code (`code`) belongs to another institute."""

    code = "code_of_another_institute"


class CourseNotOffered(Conflict):
    """No run can be opened or published for a course that is not published."""

    code = "course_not_offered"


class RunChangedMeanwhile(Conflict):
    """Somebody else has changed the run since the page was shown."""

    code = "run_changed_meanwhile"


class RunNotDraft(Conflict):
    """Only a draft can be published."""

    code = "run_not_draft"


class RunOver(Conflict):
    """A concluded or cancelled run is not changed any more."""

    code = "run_over"


class RunNotGrading(Conflict):
    """Only a run that has ended, and is not concluded, can be concluded."""

    code = "run_not_grading"


class RunNotConcluded(Conflict):
    """Only a concluded run can be reopened."""

    code = "run_not_concluded"


class PersonNotFound(Invalid):
    """Nobody has this e-mail address or reference number."""

    code = "person_not_found"


class MeetingTimesReversed(Invalid):
    """The meeting ends before it starts."""

    code = "meeting_times_reversed"


class NoMeetingDay(Invalid):
    """No day between the first and the last falls on the chosen weekdays."""

    code = "meeting_no_day"


class TooManyMeetings(Invalid):
    """The series would have more than `limit` meetings."""

    code = "meeting_too_many"


class MeetingOutsideRun(Invalid):
    """The meeting is not between the run's first and last day (`starts_on`, `ends_on`)."""

    code = "meeting_outside_run"


class MeetingsOverlap(Conflict):
    """Another meeting of the run takes place at the same time (`at`)."""

    code = "meetings_overlap"


class MeetingNotPlanned(Conflict):
    """A held or cancelled meeting is not moved."""

    code = "meeting_not_planned"


class MeetingNotStarted(Conflict):
    """A meeting has not been held before it starts."""

    code = "meeting_not_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The dates of a run, and its enrolment window."""

    starts_on: date
    ends_on: date
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """The weekdays (Monday is 0) and the times on the wall that all meetings keep."""

    weekdays: tuple[int, ...]
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, order=True)
class Sitting:
    """The time of one meeting."""

    starts_at: datetime
    ends_at: datetime


def in_window(schedule: Schedule, *, now: datetime) -> bool:
    """Whether the enrolment window is open; the closing instant itself is outside."""
    return schedule.opens_at <= now < schedule.closes_at


def enrolling(status: RunStatus, schedule: Schedule, *, now: datetime) -> bool:
    """Whether one can ask for a place now; a run may still enrol after it has started."""
    return status is RunStatus.PUBLISHED and in_window(schedule, now=now)


def shown_state(status: RunStatus, schedule: Schedule, *, now: datetime) -> ShownState:
    """Say how a run stands: days begin and end at midnight in Casablanca."""
    if status is not RunStatus.PUBLISHED:
        return ShownState(status.value)
    today = clock.local(now).date()
    if today > schedule.ends_on:
        return ShownState.GRADING
    if today >= schedule.starts_on:
        return ShownState.RUNNING
    return ShownState.OPEN if in_window(schedule, now=now) else ShownState.CLOSED


def check_schedule(schedule: Schedule) -> None:
    """Refuse dates that run backwards."""
    if schedule.ends_on < schedule.starts_on:
        raise DatesReversed(field="ends_on")
    if schedule.closes_at <= schedule.opens_at:
        raise WindowReversed(field="closes_at")


def check_capacity(capacity: int, *, seats_held: int) -> None:
    """Refuse a capacity that nobody can have, or that would take a seat from someone."""
    if not 1 <= capacity <= CAPACITY_LIMIT:
        raise CapacityOutOfRange(field="capacity", limit=CAPACITY_LIMIT)
    if capacity < seats_held:
        raise SeatsTaken(field="capacity", count=seats_held)


def check_offer_hours(hours: int) -> None:
    """Refuse a deadline that nobody can meet, or that blocks a seat for ever."""
    if not 1 <= hours <= OFFER_HOURS_LIMIT:
        raise OfferHoursOutOfRange(field="offer_hours", limit=OFFER_HOURS_LIMIT)


def check_appeal_days(days: int) -> None:
    """Refuse a time in which nobody can contest anything, or that never ends."""
    if not 1 <= days <= APPEAL_DAYS_LIMIT:
        raise AppealDaysOutOfRange(field="appeal_days", limit=APPEAL_DAYS_LIMIT)


def run_code(typed: str) -> str:
    """Give a run's code as it is kept: in capitals."""
    code = clean(typed).upper()
    if not _RUN_CODE.fullmatch(code):
        raise RunCodeUnreadable(field="code")
    return code


def check_language(language: str, taught: Collection[str]) -> None:
    """Refuse a language in which the course is not given."""
    if language not in taught:
        raise LanguageNotTaught(field="language")


def check_changeable(status: RunStatus) -> None:
    """Refuse changes of a run that is concluded or cancelled."""
    if status not in {RunStatus.DRAFT, RunStatus.PUBLISHED}:
        raise RunOver


def sittings(
    *, first_day: date, last_day: date, weekdays: Collection[int], starts: time, ends: time
) -> list[Sitting]:
    """List the meetings of a weekly series; Monday is 0, no weekday means the first day's own.

    The times are those of the wall clock in Casablanca, also across its changes.
    """
    if last_day < first_day:
        raise DatesReversed(field="last_day")
    if ends <= starts:
        raise MeetingTimesReversed(field="ends")
    wanted = weekdays or {first_day.weekday()}
    days = [day for day in _days(first_day, last_day) if day.weekday() in wanted]
    if not days:
        raise NoMeetingDay(field="weekdays")
    if len(days) > MEETINGS_AT_ONCE:
        raise TooManyMeetings(field="last_day", limit=MEETINGS_AT_ONCE)
    return [sitting_on_the_wall(day, starts, ends) for day in days]


def sitting_on_the_wall(day: date, starts: time, ends: time) -> Sitting:
    """Give the instants of a meeting whose times were read off the wall clock."""
    return Sitting(
        clock.on_the_wall(datetime.combine(day, starts)),
        clock.on_the_wall(datetime.combine(day, ends)),
    )


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def check_sitting(sitting: Sitting, schedule: Schedule, *, taken: Iterable[Sitting]) -> None:
    """Refuse a meeting that runs backwards, lies outside its run, or meets another one."""
    if sitting.ends_at <= sitting.starts_at:
        raise MeetingTimesReversed(field="ends")
    day = clock.local(sitting.starts_at).date()
    if not schedule.starts_on <= day <= schedule.ends_on:
        raise MeetingOutsideRun(
            field="first_day", starts_on=schedule.starts_on, ends_on=schedule.ends_on
        )
    for other in taken:
        if sitting.starts_at < other.ends_at and other.starts_at < sitting.ends_at:
            raise MeetingsOverlap(at=other.starts_at)


def rhythm(sittings: Iterable[Sitting]) -> Rhythm | None:
    """Find the weekly rhythm of a timetable; None when the times differ, or nothing is planned."""
    walls = [(clock.local(each.starts_at), clock.local(each.ends_at)) for each in sittings]
    times = {(starts.time(), ends.time()) for starts, ends in walls}
    if len(times) != 1:
        return None
    starts, ends = times.pop()
    weekdays = sorted({begins.weekday() for begins, _ in walls})
    return Rhythm(weekdays=tuple(weekdays), starts=starts, ends=ends)
