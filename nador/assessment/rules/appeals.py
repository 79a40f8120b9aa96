"""Contesting a grade or a result: until when, who decides, and what a decision needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from nador.kernel import clock
from nador.kernel.access import Forbidden
from nador.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Collection


class AppealStatus(StrEnum):
    """The states of an appeal."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class AppealOpened:
    """A learner contests a grade or a result."""

    appeal_id: int


@dataclass(frozen=True, slots=True)
class AppealAssigned:
    """Somebody is to decide an appeal."""

    appeal_id: int


@dataclass(frozen=True, slots=True)
class AppealDecided:
    """An appeal has its answer."""

    appeal_id: int


class NothingToContest(Conflict):
    """No released grade and no confirmed result is there to contest."""

    code = "nothing_to_contest"


class AppealTooLate(Conflict):
    """The time to contest ended: `until`."""

    code = "appeal_too_late"


class AppealOpenAlready(Conflict):
    """The same grade or result is contested already."""

    code = "appeal_open_already"


class AppealAnsweredAlready(Conflict):
    """What stands was contested and answered; it changes before it is contested again."""

    code = "appeal_answered_already"


class AppealIsDecided(Conflict):
    """A decision on an appeal is final."""

    code = "appeal_is_decided"


class AppealReasonNeeded(Invalid):
    """A learner says why."""

    code = "appeal_reason_needed"


class AppealAnswerNeeded(Invalid):
    """A decision says why."""

    code = "appeal_answer_needed"


class AssigneeNotFit(Invalid):
    """Whoever decides may change what is contested, did not mark it, and is not the learner."""

    code = "assignee_not_fit"


class NotTheAssignee(Forbidden):
    """Only the person to whom an appeal was given decides it."""

    code = "not_the_assignee"


class AppealChangesNothing(Invalid):
    """An approved appeal against a grade gives another grade."""

    code = "appeal_changes_nothing"


class ResultToReopen(Conflict):
    """The learner's result is confirmed: a registrar reopens it before a grade changes."""

    code = "result_to_reopen"


def deadline(since: datetime, days: int) -> datetime:
    """Give the instant at which so many whole days have passed: midnight on the wall.

    The day itself does not count, and the last day counts to its end.
    """
    last = clock.local(since).date() + timedelta(days=days)
    return clock.on_the_wall(datetime.combine(last + timedelta(days=1), time()))


def require_in_time(since: datetime, days: int, *, now: datetime) -> None:
    """Refuse what comes after the deadline."""
    until = deadline(since, days)
    if now >= until:
        # The last instant of the last day: said as a day, midnight would be the day after.
        raise AppealTooLate(until=clock.local(until - timedelta(seconds=1)).date())


def require_new(earlier: Collection[tuple[AppealStatus, datetime]], *, since: datetime) -> None:
    """Refuse a second appeal while one is open, or against what an earlier one was about."""
    for status, opened_at in earlier:
        if status is AppealStatus.OPEN:
            raise AppealOpenAlready
        if opened_at >= since:
            raise AppealAnsweredAlready


def fit(candidates: Collection[int], *, markers: Collection[int], learner_id: int) -> set[int]:
    """Choose who can decide: neither the learner nor anybody who set what is contested."""
    return set(candidates) - set(markers) - {learner_id}
