"""What comes first among all that a person could do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from nador.kernel.access import Role
from nador.kernel.text import fold

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


class TypedText(StrEnum):
    """What somebody typed freely: it may name anybody."""

    REVOCATION = "revocation"
    PUBLIC_REASON = "public_reason"
    PROPOSAL = "proposal"
    PROPOSAL_ANSWER = "proposal_answer"
    UPHELD = "upheld"
    CORRECTION = "correction"
    CORRECTION_ANSWER = "correction_answer"
    GRADE_CHANGE = "grade_change"
    MARK_OVERRIDE = "mark_override"
    MARK_COMMENT = "mark_comment"
    APPEAL = "appeal"
    APPEAL_ANSWER = "appeal_answer"
    END_OF_PLACE = "end_of_place"
    EQUIVALENCE = "equivalence"
    TOPIC = "topic"
    ACCOMMODATION = "accommodation"
    FEEDBACK = "feedback"
    ATTEMPT_VOIDED = "attempt_voided"
    ANSWER_COMMENT = "answer_comment"
    AUDIT = "audit"


SHORTEST_NAME: Final = 3
"""Shorter words, as El and Ben, stand in every second text."""
_BETWEEN: Final = re.compile(r"[\s.,;:!?<>|*_=#&()\[\]{}\"'«»“”،؛؟/]+")
_BEFORE: Final = frozenset({"و", "ف", "ل", "ب", "ك", "ول", "وب", "فل"})


def names_sought(*names: str | None) -> list[str]:
    """List the words of somebody's names that a text would name them by, folded."""
    words = (fold(word) for name in names for word in (name or "").split())
    return sorted({word for word in words if len(word) >= SHORTEST_NAME})


def says_name(said: str, sought: Collection[str]) -> bool:
    """Whether a text has one of the words; an Arabic one may have a preposition before it."""
    return any(
        word == name
        or (not name.isascii() and word[: -len(name)] in _BEFORE and word.endswith(name))
        for word in map(fold, _BETWEEN.split(said))
        for name in sought
    )
