"""What attempts earn: answers graded by their questions, marks by persons, grades through their history."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, cast, select

from nador.assessment.models import (
    Attempt,
    AttemptAnswer,
    AttemptGrade,
    Grade,
    GradeChange,
    QuestionVersion,
)
from nador.assessment.queries.attempts import CONTENT, share_earned
from nador.assessment.queries.grades import grade_of
from nador.assessment.rules import GradeState
from nador.assessment.rules.changes import change_of
from nador.assessment.rules.quizzes import AttemptStatus, Earned, counted, mark_of
from nador.assessment.service.grading import GradeEntry, write_change
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.access import NOBODY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

QUIZ = "quiz"
"""The reason of a change that follows from an attempt alone."""


_answers = AttemptAnswer.metadata.tables[AttemptAnswer.__tablename__]
_SHARE = (
    _answers.update()
    .where(_answers.c.id == bindparam("answer_id"))
    .values(share=bindparam("earned"))
)


_ANSWERS = (
    select(AttemptAnswer.id, AttemptAnswer.points, cast(AttemptAnswer.answer, String), CONTENT)
    .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
    .where(AttemptAnswer.attempt_id == bindparam("attempt_id"))
)
_EARNED = select(AttemptAnswer.points, AttemptAnswer.share).where(
    AttemptAnswer.attempt_id == bindparam("attempt_id")
)
_MARKS = (
    select(Attempt.mark)
    .where(
        Attempt.assessment_id == bindparam("assessment_id"),
        Attempt.enrolment_id == bindparam("enrolment_id"),
        Attempt.status == AttemptStatus.GRADED,
    )
    .order_by(Attempt.number)
)


def settle(
    session: Session,
    attempt: Attempt,
    *,
    now: datetime,
    earned: Sequence[Earned] | None = None,
    actor: Actor = NOBODY,
    reason: str = QUIZ,
) -> None:
    """Give an attempt that is handed in its mark, and the learner their grade, as part of a command.

    `earned`: what its answers did, where that is known. Where one waits for a person, the attempt
    stays submitted and the grade as it is.
    """
    earned = _earned(session, attempt.id) if earned is None else earned
    mark = mark_of(earned, out_of=attempt.quiz.assessment.out_of)
    attempt.mark, attempt.graded_at = mark, None if mark is None else now
    attempt.status = AttemptStatus.SUBMITTED if mark is None else AttemptStatus.GRADED
    session.flush()
    if mark is not None:
        write_grade(session, attempt, actor=actor, reason=reason)


def grade_answers(session: Session, attempt: Attempt) -> list[Earned]:
    """Let each question grade its answer; an open one that a person would mark earns nothing."""
    rows = session.execute(_ANSWERS, {"attempt_id": attempt.id})
    found = [
        (key, Earned(points, share_earned(content, text))) for key, points, text, content in rows
    ]
    graded = [
        {"answer_id": key, "earned": str(each.share)}
        for key, each in found
        if each.share is not None
    ]
    if graded:
        session.execute(_SHARE, graded)
    return [each for _, each in found]


def _earned(session: Session, attempt_id: int) -> list[Earned]:
    rows = session.execute(_EARNED, {"attempt_id": attempt_id})
    return [Earned(points, None if share is None else Fraction(share)) for points, share in rows]


def write_grade(
    session: Session, attempt: Attempt, *, actor: Actor = NOBODY, reason: str = QUIZ
) -> None:
    """Bring the learner's grade to what their attempts come to, through its history.

    A grade that a person set or excused stays; so does one on which a confirmed result rests.
    """
    if attempt.enrolment.status is not EnrolmentStatus.ACTIVE:
        return
    whose = {"assessment_id": attempt.assessment_id, "enrolment_id": attempt.enrolment_id}
    grade = grade_of(session, **whose)
    if grade is not None and not _is_of_quiz(session, grade):
        return
    was = grade.state if grade is not None else GradeState.UNGRADED
    mark = counted(session.scalars(_MARKS, whose), attempt.quiz.counting)
    new = change_of(mark, excused=False, was=was)
    if (grade.value if grade is not None else None, was) == (new.value, new.state):
        return
    entry = GradeEntry(assessment_id=attempt.assessment_id, enrolment_id=attempt.enrolment_id)
    change = write_change(session, actor, entry, grade=grade, new=new, reason=reason)
    session.add(AttemptGrade(change=change, attempt_id=attempt.id))
    session.flush()


def _is_of_quiz(session: Session, grade: Grade) -> bool:
    """Whether the last change of the value came from an attempt; releasing is no change of it."""
    last = session.execute(
        select(GradeChange.id, AttemptGrade.attempt_id)
        .outerjoin(AttemptGrade, AttemptGrade.grade_change_id == GradeChange.id)
        .where(
            GradeChange.grade_id == grade.id,
            GradeChange.from_value.is_distinct_from(GradeChange.to_value),
        )
        .order_by(GradeChange.id.desc())
        .limit(1)
    ).one_or_none()
    if grade.state is GradeState.EXCUSED:
        return False
    return last is None or last[1] is not None
