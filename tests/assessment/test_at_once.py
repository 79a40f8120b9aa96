"""Two at once: the second waits for the first, and decides by what the first has written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from nador.assessment import queries, service
from nador.assessment.models import AnswerAside, AttemptAnswer, Grade
from nador.assessment.rules.marking import Criterion, Rubric, RubricKind, RubricMoved
from nador.assessment.rules.quizzes import AttemptStatus, SaveOutcome
from nador.assessment.service import attempts, marking, quiz_marking
from nador.assessment.service.attempts import Sent
from nador.assessment.service.grading import GradeEntry
from nador.assessment.service.quiz_marking import Marked
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from tests.assessment.exam import ESSAY, SHORT, open_exam
from tests.assessment.school import open_school
from tests.assessment.together import Doing, at_once, behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker


def test_an_older_save_that_waited_does_not_replace_the_newer(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    exam = open_exam(session, SHORT)
    attempt = exam.begin()
    session.rollback()

    def saving(text: str, sequence: int) -> Doing:
        sent = [Sent(1, sequence, {"text": [text]})]
        return lambda own: (
            attempts.save_answers(own, exam.actors[0], attempt_id=attempt.id, sent=sent)[0].outcome
        )

    outcomes = behind(sessions, saving("newer", 5), saving("older", 4))

    assert outcomes == (SaveOutcome.SAVED, SaveOutcome.STALE)
    assert session.scalars(select(AttemptAnswer.answer)).one() == {"text": "newer"}
    assert session.scalars(select(AnswerAside.answer)).one() == {"text": "older"}


def test_an_attempt_handed_in_while_another_is_marked_counts_beside_it(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    exam = open_exam(session, ESSAY, attempts=2)
    marked = exam.begin()
    exam.save(marked, 1, 1, text="Parce que.")
    exam.hand_in(marked)
    second = exam.begin()
    session.rollback()
    marks = [Marked(1, Decimal(1), "")]

    behind(
        sessions,
        lambda own: quiz_marking.mark_answers(
            own, exam.school.instructor, attempt_id=marked.id, marks=marks
        ),
        lambda own: attempts.hand_in(own, exam.actors[0], attempt_id=second.id),
    )

    grade = session.scalars(select(Grade)).one()
    assert grade.value == exam.quiz.out_of


def test_what_is_handed_in_while_a_run_is_concluded_changes_no_grade(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    exam = open_exam(session, SHORT)
    attempt = exam.begin()
    session.rollback()
    run_id, enrolment_id = exam.school.run.id, exam.school.learners[0].id

    def concluding(own: Session) -> None:
        queries.run_to_conclude(own, run_id)
        own.execute(
            update(Enrolment)
            .where(Enrolment.id == enrolment_id)
            .values(status=EnrolmentStatus.COMPLETED)
        )

    _, handed_in = behind(
        sessions,
        concluding,
        lambda own: attempts.hand_in(own, exam.actors[0], attempt_id=attempt.id),
    )

    assert handed_in.status is AttemptStatus.GRADED
    assert session.scalars(select(Grade)).all() == []


def test_two_who_grade_the_same_learners_in_two_orders_both_go_on(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    school = open_school(session, learners=6)
    entries = [
        GradeEntry(assessment_id=school.assessments[0].id, enrolment_id=each.id, value=Decimal(12))
        for each in school.learners
    ]
    session.rollback()

    def grading(ordered: list[GradeEntry]) -> Callable[[], Any]:
        def call() -> int:
            with sessions() as own:
                return len(service.set_grades(own, school.instructor, entries=ordered))

        return call

    for _ in range(5):
        calls = [grading(entries), grading(entries[::-1])] * 3
        assert at_once(calls) == [len(entries)] * 6
    assert len(session.scalars(select(Grade.id)).all()) == len(entries)


def test_a_rubric_that_many_change_at_once_is_changed_by_one(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    school = open_school(session)
    assessment_id = school.assessments[1].id
    session.rollback()

    def changing(title: str) -> Callable[[], Any]:
        rubric = Rubric(RubricKind.GUIDE, (Criterion("a", title, "", Decimal(5)),))

        def call() -> int:
            with sessions() as own:
                made = marking.set_rubric(
                    own,
                    school.instructor,
                    assessment_id=assessment_id,
                    rubric=rubric,
                    expected_number=0,
                )
                return made.number if made is not None else 0

        return call

    outcomes = at_once([changing(f"Title {number}") for number in range(6)])

    assert sorted(map(str, outcomes)) == sorted(map(str, [1, *[RubricMoved] * 5]))
