"""Attempts: begun once, saved in any order, handed in twice, ended by the clock, marked, voided."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from nador.accounts.rules import PersonErased
from nador.assessment import queries
from nador.assessment.handlers import forget_words
from nador.assessment.models import AnswerAside, AttemptAnswer, GradeChange, QuestionVersion, Quiz
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.queries import quizzes as quiz_queries
from nador.assessment.queries import regrading
from nador.assessment.questions.refusals import AnswerTooLong
from nador.assessment.rules import GradeState, PoolTooSmall, QuestionInUse, QuestionState
from nador.assessment.rules.accommodations import Ease
from nador.assessment.rules.quizzes import (
    MOST_ASIDE,
    AttemptRunning,
    AttemptStatus,
    AttemptTooSoon,
    Counting,
    Ending,
    FeedbackTime,
    MarkBeyond,
    NoAttemptLeft,
    QuestionNotReady,
    QuestionTwice,
    QuizEmpty,
    QuizInUse,
    SaveOutcome,
    TooManyAside,
    VoidReasonNeeded,
)
from nador.assessment.rules.regrading import Regrade, RegradeMoved, report_fingerprint
from nador.assessment.service import accommodations, attempts, banks, quiz_marking, quizzes
from nador.assessment.service.attempts import Sent
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, OwnCase
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.assessment.exam import ESSAY, SHORT, SINGLE, Exam, open_exam

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SAVED, BEFORE, LATE, STALE = (
    SaveOutcome.SAVED,
    SaveOutcome.SAVED_BEFORE,
    SaveOutcome.LATE,
    SaveOutcome.STALE,
)


def stands(exam: Exam, attempt_id: int) -> list[dict[str, Any]]:
    exam.session.rollback()
    exam.session.expire_all()
    rows = exam.session.scalars(
        select(AttemptAnswer)
        .where(AttemptAnswer.attempt_id == attempt_id)
        .order_by(AttemptAnswer.position)
    )
    return [each.answer for each in rows]


def grade(exam: Exam, learner: int = 0) -> tuple[Decimal | None, GradeState] | None:
    exam.session.rollback()
    exam.session.expire_all()
    found = queries.grade_of(
        exam.session,
        assessment_id=exam.quiz.id,
        enrolment_id=exam.school.learners[learner].id,
    )
    return None if found is None else (found.value, found.state)


def asides(exam: Exam) -> list[tuple[str, dict[str, Any]]]:
    exam.session.rollback()
    rows = exam.session.scalars(select(AnswerAside).order_by(AnswerAside.id))
    return [(each.reason.value, each.answer) for each in rows]


def test_a_quiz_is_taken_and_graded(session: Session) -> None:
    exam = open_exam(session)
    attempt = exam.begin()

    assert exam.begin().id == attempt.id
    assert exam.save(attempt, 1, 1, choice="four").outcome is SAVED
    assert exam.save(attempt, 2, 1, text="Fès").outcome is SAVED
    done = exam.hand_in(attempt)

    assert (done.status, done.mark) == (AttemptStatus.GRADED, Decimal("10.00"))
    assert grade(exam) == (Decimal("10.00"), GradeState.PROVISIONAL)
    change = session.scalars(select(GradeChange)).one()
    assert (change.reason, change.by_id) == ("quiz", None)


def test_handing_in_twice_counts_once(session: Session) -> None:
    exam = open_exam(session)
    attempt = exam.begin()
    first = exam.hand_in(attempt).handed_in_at

    assert exam.hand_in(attempt).handed_in_at == first
    assert len(session.scalars(select(GradeChange)).all()) == 1
    with pytest.raises(NoAttemptLeft):
        exam.begin()


def test_an_older_save_never_takes_the_place_of_a_newer_one(session: Session) -> None:
    exam = open_exam(session)
    attempt = exam.begin()

    told = [
        exam.save(attempt, 2, sequence, text=words).outcome
        for sequence, words in ((3, "c"), (2, "b"), (3, "c"), (3, "d"), (4, "e"))
    ]

    assert told == [SAVED, STALE, BEFORE, STALE, SAVED]
    assert stands(exam, attempt.id)[1] == {"text": "e"}
    # What lost is kept; sent again, it is kept once.
    assert exam.save(attempt, 2, 2, text="b").outcome is STALE
    assert asides(exam) == [("stale", {"text": "b"}), ("stale", {"text": "d"})]


def test_a_form_that_nobody_touched_writes_nothing_over_another_window(session: Session) -> None:
    exam = open_exam(session)
    attempt = exam.begin()
    page = attempt_queries.asked_in(session, attempt)[1]
    exam.save(attempt, 2, 5, text="Rabat")
    untouched = Sent(2, 1, {"text": [""]}, was=page.digest)
    touched = Sent(2, 1, {"text": ["Fès"]}, was=page.digest)

    told = [
        attempts.save_answers(session, exam.actors[0], attempt_id=attempt.id, sent=[each])[0]
        for each in (untouched, touched)
    ]

    assert [each.outcome for each in told] == [BEFORE, STALE]
    assert stands(exam, attempt.id)[1] == {"text": "Rabat"}


def test_what_comes_late_is_kept_and_counts_when_staff_accepts_it(session: Session) -> None:
    exam = open_exam(session, minutes=10, grace=60)
    with time_machine.travel(clock.now(), tick=False) as now:
        attempt = exam.begin()
        now.shift(timedelta(minutes=10, seconds=59))
        assert exam.save(attempt, 1, 1, choice="four").outcome is SAVED
        now.shift(timedelta(seconds=1))
        assert exam.save(attempt, 2, 1, text="Rabat").outcome is LATE
        assert exam.save(attempt, 2, 1, text="Rabat").outcome is LATE
        done = exam.hand_in(attempt)
    assert (done.status, done.mark) == (AttemptStatus.GRADED, Decimal("10.00"))
    assert asides(exam) == [("late", {"text": "Rabat"})]
    aside = session.scalars(select(AnswerAside)).one()

    for _ in range(2):
        quiz_marking.accept_aside(session, exam.school.instructor, aside_id=aside.id)

    assert stands(exam, attempt.id)[1] == {"text": "Rabat"}
    assert grade(exam) == (Decimal("20.00"), GradeState.PROVISIONAL)
    assert exam.save(attempt, 1, 9, choice="five").outcome is LATE


@pytest.mark.parametrize(
    ("ending", "status", "graded"),
    [
        (Ending.SUBMIT, AttemptStatus.GRADED, True),
        (Ending.ABANDON, AttemptStatus.ABANDONED, False),
    ],
)
def test_the_clock_ends_an_attempt(
    session: Session, ending: Ending, status: AttemptStatus, graded: bool
) -> None:
    exam = open_exam(session, minutes=10, grace=0, ending=ending, attempts=2)
    with time_machine.travel(clock.now(), tick=False) as now:
        attempt = exam.begin()
        exam.save(attempt, 1, 1, choice="four")
        attempts.end_overdue(session, NOBODY, item_id=attempt.id)
        assert attempt_queries.sitting(session, attempt.id).attempt.status == "in_progress"
        now.shift(timedelta(minutes=10))
        for _ in range(2):
            attempts.end_overdue(session, NOBODY, item_id=attempt.id)
        assert attempt_queries.sitting(session, attempt.id).attempt.status is status
        assert (grade(exam) is not None) is graded
        assert exam.begin().number == 2


def test_beginning_again_ends_what_ran_out(session: Session) -> None:
    exam = open_exam(session, minutes=10, grace=0, attempts=None)
    with time_machine.travel(clock.now(), tick=False) as now:
        first = exam.begin()
        now.shift(timedelta(minutes=11))
        second = exam.begin()
        assert (first.id != second.id, second.number) == (True, 2)
        now.shift(timedelta(minutes=11))
        assert exam.hand_in(second).status is AttemptStatus.GRADED


def test_learners_wait_between_two_attempts(session: Session) -> None:
    exam = open_exam(session, minutes=10, grace=0, attempts=None, delay=30)
    with time_machine.travel(clock.now(), tick=False) as now:
        begun = clock.now()
        first = exam.begin()
        now.shift(timedelta(minutes=4))
        exam.hand_in(first)
        with pytest.raises(AttemptTooSoon) as refused:
            exam.begin()
        assert refused.value.params == {"begins_at": begun + timedelta(minutes=34)}
        now.shift(timedelta(minutes=30))
        second = exam.begin()
        # Nobody looked when its time was over: the wait began then all the same.
        now.shift(timedelta(minutes=39))
        with pytest.raises(AttemptTooSoon):
            exam.begin()
        now.shift(timedelta(minutes=1))
        third = exam.begin()
        exam.hand_in(third)
        quiz_marking.void_attempt(
            session, exam.school.instructor, attempt_id=third.id, reason="power cut"
        )
        assert (second.number, third.number, exam.begin().number) == (2, 3, 4)


@command
def _sneak_delay(session: Session, _actor: Actor) -> None:
    session.execute(update(Quiz).values(delay=-1))


def test_the_database_knows_no_wait_below_zero(session: Session) -> None:
    open_exam(session)

    with pytest.raises(IntegrityError, match="delay"):
        _sneak_delay(session, NOBODY)


def test_more_time_reaches_an_attempt_under_way(session: Session) -> None:
    exam = open_exam(session, minutes=60, grace=30)
    attempt, other = exam.begin(), exam.begin(1)
    learner = exam.school.learners[0]

    given = accommodations.give_accommodation(
        session,
        exam.school.registrar,
        run_id=exam.school.run.id,
        enrolment_id=learner.id,
        ease=Ease(extra_time=50),
        reason="low sight",
    )

    session.refresh(attempt)
    assert attempt.ends_at == attempt.started_at + timedelta(minutes=90)
    assert attempt.counts_until == attempt.started_at + timedelta(minutes=90, seconds=30)
    session.refresh(other)
    assert other.ends_at == other.started_at + timedelta(minutes=60)
    accommodations.end_accommodation(session, exam.school.registrar, accommodation_id=given.id)
    exam.set_up(minutes=30, grace=30)
    session.refresh(attempt)
    assert attempt.ends_at == attempt.started_at + timedelta(minutes=30)


def test_who_joins_a_group_gets_its_time(session: Session) -> None:
    exam = open_exam(session, minutes=60)
    attempt = exam.begin()
    run_id, registrar = exam.school.run.id, exam.school.registrar
    evening = accommodations.create_group(session, registrar, run_id=run_id, name="Evening")
    accommodations.give_accommodation(
        session,
        registrar,
        run_id=run_id,
        group_id=evening.id,
        ease=Ease(extra_time=100, extra_attempts=1),
        reason="night shifts",
    )

    accommodations.change_group(
        session,
        registrar,
        group_id=evening.id,
        name="Evening",
        enrolment_ids=[exam.school.learners[0].id],
    )

    session.refresh(attempt)
    assert attempt.ends_at == attempt.started_at + timedelta(minutes=120)
    exam.hand_in(attempt)
    assert exam.begin().number == 2


def test_an_attempt_and_its_answers_are_ones_own(session: Session) -> None:
    exam = open_exam(session)
    attempt = exam.begin()

    for refused in (
        lambda: exam.save(attempt, 1, 1, learner=1, choice="four"),
        lambda: exam.save(attempt, 3, 1, text="no such question"),
        lambda: exam.hand_in(attempt, learner=1),
        lambda: attempt_queries.own_sitting(session, exam.actors[1].person_id or 0, attempt.id),
        lambda: attempt_queries.sitting(session, 999),
        lambda: attempts.begin_attempt(session, NOBODY, assessment_id=exam.quiz.id),
        lambda: attempt_queries.quiz_of(session, 999),
    ):
        with pytest.raises(NotFound):
            refused()


def test_an_endless_answer_is_refused_and_keeps_no_other_from_being_saved(
    session: Session,
) -> None:
    exam = open_exam(session, ESSAY, SINGLE)
    attempt = exam.begin()
    sent = [
        Sent(1, 1, {"text": ["x" * 50_001]}),
        Sent(2, 1, {"choice": ["four"]}),
    ]

    kept = attempts.save_answers(session, exam.actors[0], attempt_id=attempt.id, sent=sent)

    assert isinstance(kept[0].refusal, AnswerTooLong)
    assert [each.outcome for each in kept] == [None, SAVED]
    assert stands(exam, attempt.id) == [{}, {"choice": "four"}]


def test_an_essay_waits_for_a_person(session: Session) -> None:
    exam = open_exam(session, ESSAY, SINGLE, points="2")
    attempt = exam.begin()
    exam.save(attempt, 1, 1, text="Parce que.")
    exam.save(attempt, 2, 1, choice="four")
    assert exam.hand_in(attempt).status is AttemptStatus.SUBMITTED
    assert grade(exam) is None
    waiting = quiz_queries.attempts_waiting(session, exam.school.instructor)
    assert [(each.attempt_id, each.answers) for each in waiting] == [(attempt.id, 1)]
    assert quiz_queries.attempts_waiting(session, exam.actors[1]) == []
    mark = quiz_marking.Marked

    with pytest.raises(MarkBeyond):
        quiz_marking.mark_answers(
            session,
            exam.school.instructor,
            attempt_id=attempt.id,
            marks=[mark(1, Decimal("2.5"), "")],
        )
    with pytest.raises(NotFound):
        quiz_marking.mark_answers(
            session, exam.school.instructor, attempt_id=attempt.id, marks=[mark(7, Decimal(1), "")]
        )
    done = quiz_marking.mark_answers(
        session,
        exam.school.instructor,
        attempt_id=attempt.id,
        marks=[mark(1, Decimal("0.5"), "Plus long.")],
    )

    assert (done.status, done.mark) == (AttemptStatus.GRADED, Decimal("12.50"))
    assert grade(exam) == (Decimal("12.50"), GradeState.PROVISIONAL)
    assert quiz_queries.attempts_waiting(session, exam.school.instructor) == []


def test_an_open_essay_earns_nothing_and_waits_for_nobody(session: Session) -> None:
    exam = open_exam(session, ESSAY, SINGLE)
    attempt = exam.begin()
    exam.save(attempt, 2, 1, choice="four")

    assert exam.hand_in(attempt).mark == Decimal("10.00")


def test_which_attempt_counts(session: Session) -> None:
    exam = open_exam(session, SINGLE, attempts=3, counting=Counting.AVERAGE)
    for choice in ("four", "five", "four"):
        attempt = exam.begin()
        exam.save(attempt, 1, 1, choice=choice)
        exam.hand_in(attempt)

    assert grade(exam) == (Decimal("13.33"), GradeState.PROVISIONAL)


def test_a_void_attempt_counts_for_nothing_and_can_be_used_again(session: Session) -> None:
    exam = open_exam(session, SINGLE)
    attempt = exam.begin()
    exam.save(attempt, 1, 1, choice="four")
    exam.hand_in(attempt)
    void = {"attempt_id": attempt.id}

    with pytest.raises(VoidReasonNeeded):
        quiz_marking.void_attempt(session, exam.school.instructor, **void, reason=" ")
    for _ in range(2):
        quiz_marking.void_attempt(session, exam.school.instructor, **void, reason="power cut")

    assert grade(exam) == (None, GradeState.UNGRADED)
    again = exam.begin()
    assert again.number == 2
    with pytest.raises(AttemptRunning):
        quiz_marking.mark_answers(session, exam.school.instructor, attempt_id=again.id, marks=[])
    quiz_marking.void_attempt(
        session, exam.school.instructor, attempt_id=again.id, reason="wrong room"
    )
    assert exam.save(again, 1, 1, choice="five").outcome is LATE


def test_a_grade_that_a_person_set_stays(session: Session) -> None:
    exam = open_exam(session, SINGLE, attempts=2)
    first = exam.begin()
    exam.hand_in(first)
    exam.school.grade(0, 0, "15")

    second = exam.begin()
    exam.save(second, 1, 1, choice="four")
    exam.hand_in(second)

    assert grade(exam) == (Decimal("15.00"), GradeState.PROVISIONAL)


def test_a_released_grade_follows_a_later_attempt(session: Session) -> None:
    exam = open_exam(session, SINGLE, attempts=2)
    exam.hand_in(exam.begin())
    exam.school.release()

    second = exam.begin()
    exam.save(second, 1, 1, choice="four")
    exam.hand_in(second)

    assert grade(exam) == (Decimal("20.00"), GradeState.RELEASED)


def test_nobody_marks_their_own_attempt(session: Session) -> None:
    exam = open_exam(session, SINGLE)
    attempt = exam.begin()
    exam.hand_in(attempt)
    own = exam.school.instructor.__class__(
        person_id=exam.actors[0].person_id, grants=exam.school.instructor.grants
    )

    with pytest.raises(OwnCase):
        quiz_marking.void_attempt(session, own, attempt_id=attempt.id, reason="mine")


def test_a_wrong_key_is_mended_for_everybody(session: Session) -> None:
    exam = open_exam(session, SINGLE, ESSAY)
    right, wrong = exam.begin(), exam.begin(1)
    exam.save(right, 1, 1, choice="five")
    exam.save(right, 2, 1, text="…")
    exam.hand_in(right)
    exam.save(wrong, 1, 1, learner=1, choice="four")
    exam.hand_in(wrong, learner=1)
    quiz_marking.mark_answers(
        session,
        exam.school.instructor,
        attempt_id=right.id,
        marks=[quiz_marking.Marked(2, Decimal(1), "")],
    )
    assert regrading.regrades(session, exam.quiz) == []
    exam.mend(right="five")
    before = {0: grade(exam), 1: grade(exam, 1)}

    report = regrading.regrades(session, exam.quiz)

    assert [(each.before, each.after) for each in report] == [
        (Decimal("10.00"), Decimal("20.00")),
        (Decimal("10.00"), Decimal("0.00")),
    ]
    assert {0: grade(exam), 1: grade(exam, 1)} == before
    agreed = {"reason": "the key was wrong", "seen": report_fingerprint(report)}
    again = [regrade(exam, **agreed) for _ in range(2)]
    assert [len(each) for each in again] == [2, 0], "the same press again has nothing left to do"
    assert grade(exam) == (Decimal("20.00"), GradeState.PROVISIONAL)
    assert grade(exam, 1) == (Decimal("0.00"), GradeState.PROVISIONAL)
    last = session.scalars(select(GradeChange).order_by(GradeChange.id.desc()).limit(1)).one()
    assert (last.reason, last.by_id) == ("the key was wrong", exam.school.instructor.person_id)
    assert regrading.regrades(session, exam.quiz) == []


def test_answers_kept_aside_have_an_end(session: Session) -> None:
    exam = open_exam(session, SHORT)
    attempt = exam.begin()
    exam.save(attempt, 1, 1000, text="Rabat")
    for number in range(MOST_ASIDE):
        assert exam.save(attempt, 1, number, text="Fès").outcome is STALE

    refused = exam.save(attempt, 1, MOST_ASIDE, text="Fès")
    again = exam.save(attempt, 1, 5, text="Fès")

    assert isinstance(refused.refusal, TooManyAside)
    assert again.outcome is STALE, "it is kept already"
    assert len(session.scalars(select(AnswerAside.id)).all()) == MOST_ASIDE
    assert stands(exam, attempt.id) == [{"text": "Rabat"}]


def test_only_the_report_that_was_agreed_to_is_carried_out(session: Session) -> None:
    exam = open_exam(session, SINGLE)
    attempt = exam.begin()
    exam.save(attempt, 1, 1, choice="four")
    exam.hand_in(attempt)
    exam.mend(right="five")
    seen = report_fingerprint(regrading.regrades(session, exam.quiz))
    later = exam.begin(1)
    exam.save(later, 1, 1, learner=1, choice="four")
    exam.hand_in(later, learner=1)
    exam.mend(right="four")
    exam.mend(right="five")
    before = grade(exam), grade(exam, 1)

    with pytest.raises(RegradeMoved):
        regrade(exam, reason="the key was wrong", seen=seen)

    assert (grade(exam), grade(exam, 1)) == before


def regrade(exam: Exam, *, reason: str, seen: str) -> list[Regrade]:
    return quiz_marking.regrade_quiz(
        exam.session, exam.school.instructor, assessment_id=exam.quiz.id, reason=reason, seen=seen
    )


def test_questions_are_drawn_and_none_comes_twice(session: Session) -> None:
    exam = open_exam(session, SINGLE, ready=False, shuffle=True)
    author = exam.school.instructor
    category = banks.create_category(session, author, bank_id=exam.bank.id, name="Géo")
    inner = banks.create_category(
        session, author, bank_id=exam.bank.id, name="Villes", parent_id=category.id
    )
    for number in range(4):
        banks.create_question(
            session,
            author,
            bank_id=exam.bank.id,
            content={**SHORT, "prompt": f"Ville {number} ?"},
            category_id=(category if number < 2 else inner).id,
            tags=["a"] if number % 2 else [],
            state=QuestionState.READY,
        )
    draw: dict[str, Any] = {"assessment_id": exam.quiz.id, "points": Decimal(2)}
    with pytest.raises(PoolTooSmall):
        quizzes.add_draw(session, author, **draw, category_id=category.id, tag="", count=5)
    quizzes.add_draw(session, author, **draw, category_id=category.id, tag="", count=2)
    quizzes.add_draw(session, author, **draw, category_id=inner.id, tag="", count=2)
    quizzes.open_quiz(session, author, assessment_id=exam.quiz.id)

    first, second = exam.begin(), exam.begin(1)

    for attempt in (first, second):
        versions = session.scalars(
            select(AttemptAnswer.version_id).where(AttemptAnswer.attempt_id == attempt.id)
        ).all()
        assert len(set(versions)) == len(versions) == 5
        used = select(QuestionVersion).where(
            QuestionVersion.id.in_(versions), QuestionVersion.used_at.is_not(None)
        )
        assert len(session.scalars(used).all()) == 5


def test_what_a_quiz_is_made_of(session: Session) -> None:
    exam = open_exam(session, SINGLE, SHORT, ready=False)
    author, quiz_id = exam.school.instructor, exam.quiz.id
    draft = banks.create_question(session, author, bank_id=exam.bank.id, content=ESSAY)
    add: dict[str, Any] = {"assessment_id": quiz_id, "points": Decimal(1)}

    with pytest.raises(QuestionTwice):
        quizzes.add_question(session, author, **add, question_id=exam.questions[0].id)
    with pytest.raises(QuestionNotReady):
        quizzes.add_question(session, author, **add, question_id=draft.id)
    with pytest.raises(QuestionInUse):
        banks.delete_question(session, author, question_id=exam.questions[0].id)
    slots = [each.id for each in quiz_queries.slots_of(session, quiz_id)]
    quizzes.move_slot(session, author, assessment_id=quiz_id, slot_id=slots[1])
    quizzes.move_slot(session, author, assessment_id=quiz_id, slot_id=slots[1])
    rows = quiz_queries.slot_rows(session, quiz_id)
    assert [row.slot.question_id for row in rows] == [each.id for each in exam.questions[::-1]]
    for slot in slots:
        quizzes.remove_slot(session, author, assessment_id=quiz_id, slot_id=slot)
    with pytest.raises(QuizEmpty):
        quizzes.open_quiz(session, author, assessment_id=quiz_id)
    with pytest.raises(NotFound):
        quizzes.move_slot(session, author, assessment_id=quiz_id, slot_id=slots[0])


def test_a_quiz_that_was_begun_asks_the_same_for_ever(session: Session) -> None:
    exam = open_exam(session, SINGLE)
    author, quiz_id = exam.school.instructor, exam.quiz.id
    quizzes.withdraw_quiz(session, author, assessment_id=quiz_id)
    with pytest.raises(NotFound):
        exam.begin()
    quizzes.open_quiz(session, author, assessment_id=quiz_id)
    exam.begin()
    slot = quiz_queries.slots_of(session, quiz_id)[0]

    for refused in (
        lambda: quizzes.remove_slot(session, author, assessment_id=quiz_id, slot_id=slot.id),
        lambda: quizzes.withdraw_quiz(session, author, assessment_id=quiz_id),
    ):
        with pytest.raises(QuizInUse):
            refused()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE attempt_answer SET sequence = 0, saved_at = NULL",
        'UPDATE attempt_answer SET answer = \'{"choice": "five"}\'',
        "UPDATE attempt_answer SET points = 900",
        "UPDATE attempt SET seed = 1",
        "UPDATE attempt SET status = 'in_progress', handed_in_at = NULL",
        'UPDATE answer_aside SET answer = \'{"choice": "four"}\'',
        "DELETE FROM attempt_answer",
        "DELETE FROM attempt_grade",
    ],
)
def test_the_database_forgets_no_answer(session: Session, statement: str) -> None:
    exam = open_exam(session, SINGLE)
    attempt = exam.begin()
    exam.save(attempt, 1, 2, choice="four")
    exam.save(attempt, 1, 1, choice="five")
    exam.hand_in(attempt)
    session.rollback()
    connection = session.connection(execution_options={"nador_writes": True})

    with pytest.raises(IntegrityError):
        connection.execute(text(statement.replace(":", "\\:")))


def test_a_confirmed_result_keeps_its_grades(session: Session) -> None:
    exam = open_exam(session, SINGLE)
    attempt = exam.begin()
    exam.hand_in(attempt)
    enrolment = exam.school.learners[0]
    session.rollback()
    connection = session.connection(execution_options={"nador_writes": True})
    connection.execute(
        text("UPDATE enrolment SET status = 'completed' WHERE id = :id"), {"id": enrolment.id}
    )
    session.commit()
    session.expire_all()

    quiz_marking.void_attempt(
        session, exam.school.instructor, attempt_id=attempt.id, reason="too late"
    )

    assert grade(exam) == (Decimal("0.00"), GradeState.PROVISIONAL)
    assert not attempt_queries.quiz_for(session, exam.actors[0].person_id or 0, exam.quiz.id).active
    with pytest.raises(NotFound):
        exam.begin()


@command
def _erase(session: Session, actor: Actor, *, person_id: int) -> None:
    forget_words(session, actor, PersonErased(person_id=person_id))


def test_erasing_a_person_empties_their_words_and_keeps_what_they_earned(session: Session) -> None:
    exam = open_exam(session, SINGLE)
    attempt = exam.begin()
    exam.save(attempt, 1, 2, choice="four")
    exam.save(attempt, 1, 1, choice="five")
    exam.hand_in(attempt)
    given = accommodations.give_accommodation(
        session,
        exam.school.registrar,
        run_id=exam.school.run.id,
        enrolment_id=exam.school.learners[0].id,
        ease=Ease(extra_time=33),
        reason="low sight",
    )
    accommodations.end_accommodation(session, exam.school.registrar, accommodation_id=given.id)

    _erase(session, NOBODY, person_id=exam.actors[0].person_id or 0)

    assert stands(exam, attempt.id) == [{}]
    assert asides(exam) == [("stale", {})]
    assert grade(exam) == (Decimal("20.00"), GradeState.PROVISIONAL)
    session.refresh(given)
    assert given.reason == ""


def test_what_was_right_is_not_told_while_others_may_still_answer(session: Session) -> None:
    closes_at = clock.now() + timedelta(minutes=10)
    exam = open_exam(
        session, SINGLE, closes_at=closes_at, grace=600, feedback=FeedbackTime.AFTER_CLOSE
    )
    attempt = exam.begin()
    exam.hand_in(attempt)
    found = attempt_queries.own_sitting(session, exam.actors[0].person_id or 0, attempt.id)

    told = [
        attempt_queries.review_of(session, found, now=closes_at + timedelta(minutes=minutes)).open
        for minutes in (5, 10)
    ]

    assert told == [False, True]


def test_grades_follow_when_another_attempt_counts(session: Session) -> None:
    exam = open_exam(session, SINGLE, attempts=2, counting=Counting.HIGHEST)
    for choice in ("four", "five"):
        attempt = exam.begin()
        exam.save(attempt, 1, 1, choice=choice)
        exam.hand_in(attempt)
    before = grade(exam)

    exam.set_up(attempts=2, counting=Counting.LAST)

    assert before == (exam.quiz.out_of, GradeState.PROVISIONAL)
    assert grade(exam) == (Decimal(0), GradeState.PROVISIONAL)
