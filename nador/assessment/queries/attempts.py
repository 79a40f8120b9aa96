"""Attempts: what a learner sees of their quizzes, and what commands lock."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, cast, func, select

from nador.accounts.models import Person, SignIn
from nador.accounts.queries.visitors import FRESH, fresh
from nador.assessment.models import (
    AnswerAside,
    Assessment,
    Attempt,
    AttemptAnswer,
    Grade,
    QuestionBank,
    QuestionFile,
    QuestionVersion,
    Quiz,
)
from nador.assessment.queries.accommodations import eases, eases_everywhere, everybodys_eases
from nador.assessment.questions import Answer, Question, Shown, parse
from nador.assessment.rules import GradeState
from nador.assessment.rules.accommodations import Terms, eased
from nador.assessment.rules.quizzes import (
    AttemptStatus,
    Earned,
    digest,
    feedback_open,
    shown_status,
)
from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

CONTENT = cast(QuestionVersion.content, String)


@lru_cache(maxsize=4096)
def question_from(content: str) -> Question:
    """Read a version's content as the database wrote it; versions never change, so this is done once."""
    return parse(json.loads(content))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an attempt, as its page shows it."""

    id: int
    position: int
    shown: Shown
    question: Question
    answer: Answer
    sequence: int
    saved_at: datetime | None
    points: Decimal
    earned: Earned
    comment: str

    @property
    def digest(self) -> str:
        """By which the page's form tells whether the answer was touched."""
        return digest(self.answer)

    @property
    def complete(self) -> bool:
        """Whether nothing is left open."""
        return self.question.is_complete(self.answer)


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


@dataclass(frozen=True, slots=True)
class Review:
    """What a learner may see of an attempt that is over."""

    open: bool
    """Whether answers, points and right answers are shown."""
    mark: Decimal | None


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


SEATED = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)


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


def asked_in(
    session: Session, attempt: Attempt, *, positions: Collection[int] | None = None
) -> list[Asked]:
    """The questions of an attempt with the answers that stand, in one query."""
    query = (
        select(AttemptAnswer, CONTENT)
        .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
        .where(AttemptAnswer.attempt_id == attempt.id)
        .order_by(AttemptAnswer.position)
    )
    if positions is not None:
        query = query.where(AttemptAnswer.position.in_(positions))
    return [
        _asked(answer, question_from(text), attempt.seed) for answer, text in session.execute(query)
    ]


def _asked(answer: AttemptAnswer, question: Question, seed: int) -> Asked:
    return Asked(
        id=answer.id,
        position=answer.position,
        shown=question.present(seed),
        question=question,
        answer=answer.answer,
        sequence=answer.sequence,
        saved_at=answer.saved_at,
        points=answer.points,
        earned=Earned(answer.points, answer.earned),
        comment=answer.comment,
    )


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
    """When the quiz closes for the last learner; None where it never does."""
    return eased(quiz.terms, everybodys_eases(session, assessment)).closes_at


def media_type(session: Session, sha256: str) -> str:
    """What kind of image is kept under this hash; raises NotFound."""
    found = session.scalar(
        select(QuestionFile.media_type).where(QuestionFile.sha256 == sha256).limit(1)
    )
    if found is None:
        raise NotFound
    return found


def image_for(session: Session, sha256: str, institute_ids: Collection[int]) -> str | None:
    """What kind of image a bank of these institutes keeps under this hash, if any."""
    return session.scalar(
        select(QuestionFile.media_type)
        .join(QuestionBank, QuestionBank.id == QuestionFile.bank_id)
        .where(QuestionFile.sha256 == sha256, QuestionBank.institute_id.in_(institute_ids))
        .limit(1)
    )


def has_attempts(session: Session, assessment_id: int) -> bool:
    """Whether any learner has begun."""
    found = select(Attempt.id).where(Attempt.assessment_id == assessment_id).limit(1)
    return session.scalar(found) is not None


def attempt_to_change(session: Session, attempt_id: int) -> Attempt:
    """An attempt, locked: what changes it comes one after the other; raises NotFound."""
    found = session.scalar(
        select(Attempt).where(Attempt.id == attempt_id).with_for_update(key_share=True)
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer of a locked attempt, before something is saved over it."""

    answer_id: int
    position: int
    sequence: int
    answer: Answer
    question: Question
    saved_at: datetime | None
    status: AttemptStatus
    ends_at: datetime | None
    counts_until: datetime | None


# Built once: every answer of every learner comes through one of these two.
_STANDING = (
    select(
        AttemptAnswer.id,
        AttemptAnswer.position,
        AttemptAnswer.sequence,
        AttemptAnswer.answer,
        CONTENT,
        AttemptAnswer.saved_at,
        Attempt.status,
        Attempt.ends_at,
        Attempt.counts_until,
    )
    .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
    .where(
        AttemptAnswer.attempt_id == bindparam("attempt_id"),
        AttemptAnswer.position.in_(bindparam("positions", expanding=True)),
    )
    .with_for_update(key_share=True, of=Attempt)
)
_OF_PERSON = _STANDING.where(Enrolment.person_id == bindparam("person_id"))
_OF_VISITOR = (
    _STANDING.join(Person, Person.id == Enrolment.person_id)
    .join(SignIn, SignIn.person_id == Person.id)
    .where(*FRESH)
)


def answers_to_save(
    session: Session, person_id: int, attempt_id: int, positions: Collection[int]
) -> dict[int, Standing]:
    """The answers that stand at these positions of an own attempt, which is locked; in one query.

    Raises NotFound for a position that the attempt does not have.
    """
    asked = {"attempt_id": attempt_id, "positions": list(positions), "person_id": person_id}
    found = {row[1]: _standing(row) for row in session.execute(_OF_PERSON, asked)}
    if set(positions) - found.keys():
        raise NotFound
    return found


def answer_of_visitor(
    session: Session, secret: str, attempt_id: int, position: int, *, now: datetime
) -> Standing | None:
    """The answer that stands, locked, where this sign-in lives and the attempt is its person's."""
    asked = {"attempt_id": attempt_id, "positions": [position], **fresh(secret, now=now)}
    row = session.execute(_OF_VISITOR, asked).one_or_none()
    return None if row is None else _standing(row)


def _standing(row: Any) -> Standing:
    return Standing(row[0], row[1], row[2], row[3], question_from(row[4]), *row[5:])


def aside_known(
    session: Session, *, answer_id: int, reason: Any, sequence: int, answer: Answer
) -> bool:
    """Whether this very answer was kept aside already."""
    rows = session.scalars(
        select(AnswerAside).where(
            AnswerAside.answer_id == answer_id,
            AnswerAside.reason == reason,
            AnswerAside.sequence == sequence,
        )
    )
    return any(each.answer == answer for each in rows)


def asides_of(session: Session, attempt_id: int) -> dict[int, list[AnswerAside]]:
    """What was kept aside of an attempt, by answer."""
    rows = session.scalars(
        select(AnswerAside)
        .join(AttemptAnswer, AttemptAnswer.id == AnswerAside.answer_id)
        .where(AttemptAnswer.attempt_id == attempt_id)
        .order_by(AnswerAside.id)
    )
    found: dict[int, list[AnswerAside]] = {}
    for each in rows:
        found.setdefault(each.answer_id, []).append(each)
    return found


@dataclass(frozen=True, slots=True)
class OpenQuiz:
    """A quiz on a learner's page: what it is, and what can be done with it now."""

    assessment_id: int
    run_id: int
    title: Words
    terms: Terms
    used: int
    running: bool


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
        assessment_id: (used, running)
        for assessment_id, used, running in session.execute(
            select(
                Attempt.assessment_id,
                func.count().filter(Attempt.status != AttemptStatus.VOIDED),
                func.count().filter(Attempt.status == AttemptStatus.IN_PROGRESS),
            )
            .where(Attempt.enrolment_id.in_([row[2] for row in rows]))
            .group_by(Attempt.assessment_id)
        )
    }
    found = []
    given = eases_everywhere(session, [row[2] for row in rows])
    for quiz, assessment, enrolment_id in rows:
        mine = [
            *given.get((enrolment_id, None), []),
            *given.get((enrolment_id, assessment.id), []),
        ]
        used, running = counts.get(assessment.id, (0, 0))
        found.append(
            OpenQuiz(
                assessment_id=assessment.id,
                run_id=assessment.run_id,
                title=assessment.title,
                terms=eased(quiz.terms, mine),
                used=used,
                running=bool(running),
            )
        )
    return found
