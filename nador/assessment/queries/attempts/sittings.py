"""Attempts that exist: with what they belong to, locked, or looked back at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from nador.accounts.models import Person
from nador.assessment.models import Assessment, Attempt, Grade, Quiz
from nador.assessment.queries.accommodations import everybodys_eases
from nador.assessment.queries.grades import enrolment_to_grade, run_to_grade
from nador.assessment.rules import GradeState
from nador.assessment.rules.accommodations import eased
from nador.assessment.rules.quizzes import (
    AttemptStatus,
    counts_until,
    feedback_open,
    shown_status,
)
from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt with its quiz, for whoever may see it."""

    attempt: Attempt
    quiz: Quiz
    assessment: Assessment
    run: Run
    person_id: int
    latin: str | None
    arabic: str | None

    def status(self, now: datetime) -> AttemptStatus:
        """How it stands now."""
        return shown_status(self.attempt.status, self.attempt.ends_at, now=now)


@dataclass(frozen=True, slots=True)
class Review:
    """What a learner may see of an attempt that is over."""

    open: bool
    """Whether answers, points and right answers are shown."""
    mark: Decimal | None


def sitting(session: Session, attempt_id: int) -> Sitting:
    """An attempt with what it belongs to, in one query; raises NotFound."""
    row = session.execute(
        select(Attempt, Quiz, Assessment, Run, Person.id, Person.name_latin, Person.name_arabic)
        .join(Quiz, Quiz.assessment_id == Attempt.assessment_id)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .join(Run, Run.id == Assessment.run_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Attempt.id == attempt_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Sitting(*row)


def own_sitting(session: Session, person_id: int, attempt_id: int) -> Sitting:
    """An own attempt; to anybody else it does not exist."""
    found = sitting(session, attempt_id)
    if found.person_id != person_id:
        raise NotFound
    return found


def review_of(session: Session, found: Sitting, *, now: datetime) -> Review:
    """Say what the learner may see of an attempt that is over, in at most three queries."""
    attempt, quiz = found.attempt, found.quiz
    state = session.scalar(
        select(Grade.state).where(
            Grade.assessment_id == attempt.assessment_id,
            Grade.enrolment_id == attempt.enrolment_id,
        )
    )
    is_open = feedback_open(
        quiz.feedback,
        graded=attempt.status is AttemptStatus.GRADED,
        released=state is GradeState.RELEASED,
        last_close=last_close(session, quiz, found.assessment),
        now=now,
    )
    shown = is_open and attempt.status is AttemptStatus.GRADED
    return Review(open=is_open, mark=attempt.mark if shown else None)


def last_close(session: Session, quiz: Quiz, assessment: Assessment) -> datetime | None:
    """When answers count no more for the last learner, grace included; None where they always do."""
    closes_at = eased(quiz.terms, everybodys_eases(session, assessment)).closes_at
    return counts_until(closes_at, grace=quiz.grace)


_GRADED_BY = (
    joinedload(Attempt.quiz, innerjoin=True).joinedload(Quiz.assessment, innerjoin=True),
    joinedload(Attempt.enrolment, innerjoin=True),
)
"""What grading an attempt reads: brought with it, and held by it."""


def graded_once(session: Session, assessment_id: int) -> list[Attempt]:
    """One graded attempt of each learner who has any."""
    last = (
        select(func.max(Attempt.id))
        .where(Attempt.assessment_id == assessment_id, Attempt.status == AttemptStatus.GRADED)
        .group_by(Attempt.enrolment_id)
    )
    found = select(Attempt).where(Attempt.id.in_(last)).order_by(Attempt.id)
    return list(session.scalars(found.options(*_GRADED_BY)))


def has_attempts(session: Session, assessment_id: int) -> bool:
    """Whether any learner has begun."""
    found = select(Attempt.id).where(Attempt.assessment_id == assessment_id).limit(1)
    return session.scalar(found) is not None


_TO_CHANGE = (
    select(Attempt)
    .where(Attempt.id == bindparam("attempt_id"))
    .options(*_GRADED_BY)
    .with_for_update(key_share=True, of=Attempt)
    .execution_options(populate_existing=True)
)


def attempt_to_change(session: Session, attempt_id: int) -> Attempt:
    """An attempt with all that grades it, locked behind its run and its learner; raises NotFound.

    A grade follows from all attempts of a learner, and a result from the grades: each waits for the other.
    """
    whose = session.execute(
        select(Assessment.run_id, Attempt.enrolment_id)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .where(Attempt.id == attempt_id)
    ).one_or_none()
    if whose is None:
        raise NotFound
    run_to_grade(session, whose.run_id)
    enrolment_to_grade(session, whose.enrolment_id, run_id=whose.run_id)
    return session.scalars(_TO_CHANGE, {"attempt_id": attempt_id}).one()
