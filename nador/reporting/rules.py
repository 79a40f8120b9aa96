"""What comes first among all that a person could do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from nador.kernel.access import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Due:
    """When a place on a run asks for something: `index` is the place's in its list."""

    index: int
    offer_until: datetime | None = None
    meets_at: datetime | None = None


def first_due(dues: Sequence[Due]) -> Due | None:
    """Choose what comes first: the offer that expires soonest, else the next meeting."""
    offers = [due for due in dues if due.offer_until]
    if offers:
        return min(offers, key=lambda due: (due.offer_until, due.index))
    meetings = [due for due in dues if due.meets_at]
    return min(meetings, key=lambda due: (due.meets_at, due.index), default=None)


class Task(StrEnum):
    """What a centre's board can ask somebody to decide, most urgent first."""

    WORK_DEAD = "work_dead"
    INSTITUTE_INCOMPLETE = "institute_incomplete"
    BATCH_FAILED = "batch_failed"
    PROGRAMME_IN_DOUBT = "programme_in_doubt"
    APPEAL = "appeal"
    ATTENDANCE = "attendance"
    GRADE = "grade"
    RELEASE = "release"
    CONCLUDE = "conclude"
    CONFIRM = "confirm"
    CORRECT = "correct"
    CERTIFY = "certify"
    CERTIFY_PROGRAMME = "certify_programme"
    WAITLIST = "waitlist"


def task_of_run(
    *, ends_on: date, today: date, open_meetings: int, to_grade: int, provisional: int
) -> Task | None:
    """Choose the next thing that a published run asks of its staff, if it asks anything."""
    if open_meetings:
        return Task.ATTENDANCE
    if ends_on >= today:
        return None
    if to_grade:
        return Task.GRADE
    return Task.RELEASE if provisional else Task.CONCLUDE


class FirstPage(StrEnum):
    """What somebody sees first after signing in."""

    CENTRE = "centre"
    TEACHING = "teaching"
    LEARNING = "learning"


def first_page(roles: Collection[Role]) -> FirstPage:
    """Choose the page of those who run a centre, else of those who teach, else of those who learn."""
    if set(roles) - {Role.LEARNER, Role.INSTRUCTOR}:
        return FirstPage.CENTRE
    return FirstPage.TEACHING if Role.INSTRUCTOR in roles else FirstPage.LEARNING
