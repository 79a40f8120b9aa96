"""Many learners on one run, written in bulk: graded, there or not, with work that waits for a mark."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from nador.assessment.models import (
    Assignment,
    Attempt,
    AttemptAnswer,
    Grade,
    Submission,
    SubmissionAuthor,
)
from nador.assessment.rules import GradeState
from nador.assessment.rules.quizzes import AttemptStatus
from nador.assessment.rules.submissions import SubmissionStatus
from nador.catalogue.models import Meeting, Run, RunStaff
from nador.catalogue.rules import MeetingStatus
from nador.enrolment.models import Attendance, Enrolment
from nador.enrolment.rules import AttendanceStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from tests.assessment.exam import ESSAY, Exam, open_exam
from tests.assessment.school import open_school
from tests.assessment.test_gradebook import TWELVE, fill
from tests.factories.store import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MEETINGS = 3
PIECE = 10_000


def open_crowd(session: Session, learners: int, plan: tuple[tuple[str, ...], ...] = TWELVE) -> Exam:
    """Make a run whose first assessment is a quiz with an essay, and whose last one is handed in.

    Both wait for marks; the others are graded, of everybody.
    """
    school = open_school(session, learners=0, plan=plan, min_attendance=80, ended=False)
    teaches = {"run_id": school.run.id, "person_id": school.instructor.person_id}
    store(session, RunStaff(granted_at=clock.now(), **teaches))
    exam = open_exam(session, ESSAY, school=school)
    _gather(session, NOBODY, exam=exam, learners=learners)
    return exam


@command
def _gather(session: Session, actor: Actor, *, exam: Exam, learners: int) -> None:
    school = exam.school
    session.execute(update(Run).where(Run.id == school.run.id).values(capacity=learners))
    fill(session, actor, school=school, learners=learners)
    enrolments = list(
        session.scalars(select(Enrolment.id).where(Enrolment.run_id == school.run.id))
    )
    waiting = [exam.quiz.id, school.assessments[-1].id]
    session.execute(
        update(Grade)
        .where(Grade.assessment_id.in_(waiting))
        .values(value=None, state=GradeState.UNGRADED, version=2)
    )
    _attend(session, actor, exam=exam, enrolments=enrolments)
    _hand_in(session, actor, assessment_id=waiting[1], enrolments=enrolments)
    _sit(session, exam=exam, enrolments=enrolments)


def _attend(session: Session, actor: Actor, *, exam: Exam, enrolments: list[int]) -> None:
    now = clock.now()
    meetings = session.scalars(
        insert(Meeting).returning(Meeting.id),
        [
            {
                "run_id": exam.school.run.id,
                "starts_at": now - timedelta(days=day, hours=2),
                "ends_at": now - timedelta(days=day),
                "status": MeetingStatus.HELD,
            }
            for day in range(1, MEETINGS + 1)
        ],
    ).all()
    _in_pieces(
        session,
        Attendance,
        [
            {
                "meeting_id": meeting_id,
                "enrolment_id": enrolment_id,
                "status": AttendanceStatus.PRESENT,
                "marked_at": now,
                "marked_by_id": exam.school.instructor.person_id,
            }
            for meeting_id in meetings
            for enrolment_id in enrolments
        ],
    )


def _hand_in(session: Session, actor: Actor, *, assessment_id: int, enrolments: list[int]) -> None:
    now = clock.now()
    session.execute(insert(Assignment), {"assessment_id": assessment_id, "kinds": []})
    found = session.execute(
        insert(Submission).returning(Submission.id, Submission.enrolment_id),
        [
            {
                "assessment_id": assessment_id,
                "enrolment_id": enrolment_id,
                "number": 1,
                "status": SubmissionStatus.SUBMITTED,
                "begun_at": now,
                "saved_at": now,
                "handed_in_at": now + timedelta(seconds=enrolment_id),
                "handed_in_by_id": 1,
                "receipt": "receipt",
                "receipt_sha256": "0" * 64,
            }
            for enrolment_id in enrolments
        ],
    ).all()
    _in_pieces(
        session,
        SubmissionAuthor,
        [{"submission_id": one, "enrolment_id": enrolment_id} for one, enrolment_id in found],
    )


def _sit(session: Session, *, exam: Exam, enrolments: list[int]) -> None:
    now = clock.now()
    attempts = session.scalars(
        insert(Attempt).returning(Attempt.id),
        [
            {
                "assessment_id": exam.quiz.id,
                "enrolment_id": enrolment_id,
                "number": 1,
                "status": AttemptStatus.SUBMITTED,
                "seed": enrolment_id,
                "started_at": now,
                "handed_in_at": now,
                "void_reason": "",
            }
            for enrolment_id in enrolments
        ],
    ).all()
    _in_pieces(
        session,
        AttemptAnswer,
        [
            {
                "attempt_id": attempt_id,
                "position": 1,
                "version_id": exam.questions[0].id,
                "points": 1,
                "answer": {"text": "Parce que."},
                "sequence": 1,
                "saved_at": now,
            }
            for attempt_id in attempts
        ],
    )


def _in_pieces(session: Session, kind: type, rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), PIECE):
        session.execute(insert(kind), rows[start : start + PIECE])
