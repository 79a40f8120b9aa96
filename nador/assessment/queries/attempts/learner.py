"""Quizzes as one learner may take them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from nador.assessment.models import Assessment, Attempt, Quiz
from nador.assessment.queries.accommodations import eased_in, eases, eases_everywhere
from nador.assessment.rules.accommodations import Terms, eased
from nador.assessment.rules.quizzes import AttemptStatus, Past, ended_at, next_from
from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SEATED = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)


@dataclass(frozen=True, slots=True)
class QuizForLearner:
    """A quiz as one learner may take it."""

    quiz: Quiz
    assessment: Assessment
    run: Run
    enrolment_id: int
    reference: str
    active: bool
    terms: Terms
    attempts: list[Attempt]

    @property
    def running(self) -> Attempt | None:
        """The attempt that the learner is at work on."""
        return next((a for a in self.attempts if a.status is AttemptStatus.IN_PROGRESS), None)

    @property
    def used(self) -> int:
        """How many attempts count as begun."""
        return sum(each.status is not AttemptStatus.VOIDED for each in self.attempts)

    @property
    def past(self) -> Past:
        """What the learner has used up, and when the last of it ended."""
        ends = [
            ended_at(each.handed_in_at, each.ends_at)
            for each in self.attempts
            if each.status is not AttemptStatus.VOIDED
        ]
        return Past(attempts=self.used, ended_at=max(filter(None, ends), default=None))


def quiz_of(session: Session, assessment_id: int) -> Quiz:
    """The quiz of an assessment; raises NotFound."""
    found = session.get(Quiz, assessment_id)
    if found is None:
        raise NotFound
    return found


def quiz_for(session: Session, person_id: int, assessment_id: int) -> QuizForLearner:
    """A quiz for a learner of its run, in five queries; raises NotFound, also before it is ready."""
    row = session.execute(
        select(Quiz, Assessment, Run, Enrolment)
        .join(Assessment, Assessment.id == Quiz.assessment_id)
        .join(Run, Run.id == Assessment.run_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .where(
            Quiz.assessment_id == assessment_id,
            Quiz.ready_at.is_not(None),
            Enrolment.person_id == person_id,
            Enrolment.status.in_(SEATED),
        )
        .order_by(Enrolment.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    quiz, assessment, run, enrolment = row
    return QuizForLearner(
        quiz=quiz,
        assessment=assessment,
        run=run,
        enrolment_id=enrolment.id,
        reference=enrolment.reference,
        active=enrolment.status is EnrolmentStatus.ACTIVE,
        terms=terms_of(session, quiz, assessment, enrolment.id),
        attempts=attempts_of(session, assessment.id, enrolment.id),
    )


def terms_of(session: Session, quiz: Quiz, assessment: Assessment, enrolment_id: int) -> Terms:
    """What holds for a learner, with all that is eased for them."""
    given = eases(session, assessment, [enrolment_id])
    return eased(quiz.terms, given.get(enrolment_id, []))


def attempts_of(session: Session, assessment_id: int, enrolment_id: int) -> list[Attempt]:
    """A learner's attempts in their order."""
    return list(
        session.scalars(
            select(Attempt)
            .where(Attempt.assessment_id == assessment_id, Attempt.enrolment_id == enrolment_id)
            .order_by(Attempt.number)
        )
    )


@dataclass(frozen=True, slots=True)
class OpenQuiz:
    """A quiz on a learner's page: what it is, and what can be done with it now."""

    assessment_id: int
    run_id: int
    title: Words
    terms: Terms
    used: int
    running: bool
    next_from: datetime | None
    """Before it no other attempt begins; None where nobody waits."""


_ENDED = case((Attempt.handed_in_at > Attempt.ends_at, Attempt.ends_at), else_=Attempt.handed_in_at)
"""When an attempt ended, as `rules.quizzes.ended_at` says it."""


def quizzes_of(session: Session, person_id: int) -> list[OpenQuiz]:
    """The quizzes of all runs on which a person has a seat, in four queries."""
    rows = session.execute(
        select(Quiz, Assessment, Enrolment.id)
        .join(Assessment, Assessment.id == Quiz.assessment_id)
        .join(Enrolment, Enrolment.run_id == Assessment.run_id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.status == EnrolmentStatus.ACTIVE,
            Quiz.ready_at.is_not(None),
        )
        .order_by(Assessment.run_id, Assessment.position)
    ).all()
    if not rows:
        return []
    counts = {
        assessment_id: (used, running, ended)
        for assessment_id, used, running, ended in session.execute(
            select(
                Attempt.assessment_id,
                func.count().filter(Attempt.status != AttemptStatus.VOIDED),
                func.count().filter(Attempt.status == AttemptStatus.IN_PROGRESS),
                func.max(_ENDED).filter(Attempt.status != AttemptStatus.VOIDED),
            )
            .where(Attempt.enrolment_id.in_([row[2] for row in rows]))
            .group_by(Attempt.assessment_id)
        )
    }
    found = []
    given = eases_everywhere(session, [row[2] for row in rows])
    for quiz, assessment, enrolment_id in rows:
        mine = eased_in(given, enrolment_id, assessment.id)
        used, running, ended = counts.get(assessment.id, (0, 0, None))
        found.append(
            OpenQuiz(
                assessment_id=assessment.id,
                run_id=assessment.run_id,
                title=assessment.title,
                terms=eased(quiz.terms, mine),
                used=used,
                running=bool(running),
                next_from=next_from(ended, delay=quiz.delay),
            )
        )
    return found
