"""Quizzes are set up: how one is taken, what it asks, and when learners may see it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from nador.assessment import policy
from nador.assessment.models import Assessment, Attempt, Quiz, QuizSlot
from nador.assessment.queries import accommodations as eased_queries
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.queries import quizzes as quiz_queries
from nador.assessment.queries import run_to_conclude
from nador.assessment.questions.base import shuffled
from nador.assessment.rules import PoolTooSmall, QuestionState, draw
from nador.assessment.rules.accommodations import eased
from nador.assessment.rules.quizzes import (
    MOST_QUESTIONS,
    TAKEN,
    AttemptStatus,
    NotAQuiz,
    NumberBeyond,
    QuestionNotReady,
    QuestionTwice,
    QuizEmpty,
    QuizInUse,
    TooManyQuestions,
    check_settings,
    counts_until,
    ends_at,
)
from nador.assessment.service.attempt_grading import write_grade
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from nador.assessment.rules.quizzes import Settings
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor

MOST_POINTS = 1000


@command
def set_up_quiz(session: Session, actor: Actor, *, assessment_id: int, settings: Settings) -> Quiz:
    """Say how an assessment is taken as a quiz; attempts that are under way follow at once.

    So do grades, where another of several attempts counts from now on.
    Raises NotAQuiz, NumberBeyond, WindowBackwards.
    """
    assessment, run = _managed(session, actor, assessment_id)
    if assessment.kind not in TAKEN:
        raise NotAQuiz
    check_settings(settings)
    quiz = session.get(Quiz, assessment_id)
    if quiz is None:
        quiz = Quiz(assessment_id=assessment_id, ready_at=None)
        session.add(quiz)
    counting = quiz.counting
    for name in [
        "opens_at",
        "closes_at",
        "minutes",
        "attempts",
        "delay",
        "counting",
        "grace",
        "ending",
        "shuffle",
        "feedback",
        "paged",
    ]:
        setattr(quiz, name, getattr(settings, name))
    session.flush()
    retime(session, run_id=run.id, assessment_id=assessment_id)
    if counting is not None and counting is not quiz.counting:
        for attempt in attempt_queries.graded_once(session, assessment_id):
            write_grade(session, attempt, actor=actor)
    _note(session, actor, "quiz.set_up", run, assessment=assessment_id)
    return quiz


@command
def add_question(
    session: Session, actor: Actor, *, assessment_id: int, question_id: int, points: Decimal
) -> QuizSlot:
    """Ask a question of the institute's banks; raises QuestionNotReady, QuestionTwice, QuizInUse."""
    _, run = _composed(session, actor, assessment_id)
    question, institute_id = quiz_queries.institute_of_question(session, question_id)
    if institute_id != run.institute_id:
        raise NotFound
    if question.state is not QuestionState.READY:
        raise QuestionNotReady
    slots = quiz_queries.slots_of(session, assessment_id)
    if any(each.question_id == question_id for each in slots):
        raise QuestionTwice
    return _add(session, slots, assessment_id, points=points, question_id=question_id)


@command
def add_draw(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    category_id: int,
    tag: str,
    count: int,
    points: Decimal,
) -> QuizSlot:
    """Ask some questions of a category, drawn for each attempt anew; raises PoolTooSmall, QuizInUse."""
    _, run = _composed(session, actor, assessment_id)
    if quiz_queries.institute_of_category(session, category_id) != run.institute_id:
        raise NotFound
    if not 1 <= count <= MOST_QUESTIONS:
        raise NumberBeyond(field="count", least=1, most=MOST_QUESTIONS)
    slots = quiz_queries.slots_of(session, assessment_id)
    slot = _add(
        session,
        slots,
        assessment_id,
        points=points,
        category_id=category_id,
        tag=clean(tag),
        count=count,
    )
    available = quiz_queries.draws_of(session, [slot])[slot.id]
    if len(available) < count:
        raise PoolTooSmall(count=len(available), asked=count)
    return slot


def _add(
    session: Session, slots: Collection[QuizSlot], assessment_id: int, **what: Any
) -> QuizSlot:
    if not 0 < what["points"] <= MOST_POINTS:
        raise NumberBeyond(field="points", least=0, most=MOST_POINTS)
    if sum(each.count for each in slots) + what.get("count", 1) > MOST_QUESTIONS:
        raise TooManyQuestions(limit=MOST_QUESTIONS)
    position = max((each.position for each in slots), default=0) + 1
    slot = QuizSlot(quiz_id=assessment_id, position=position, **what)
    session.add(slot)
    session.flush()
    return slot


@command
def remove_slot(session: Session, actor: Actor, *, assessment_id: int, slot_id: int) -> None:
    """Take a place out of a quiz that nobody has begun."""
    _composed(session, actor, assessment_id)
    session.execute(
        delete(QuizSlot).where(QuizSlot.id == slot_id, QuizSlot.quiz_id == assessment_id)
    )


@command
def move_slot(session: Session, actor: Actor, *, assessment_id: int, slot_id: int) -> None:
    """Move a place one up; the first stays where it is."""
    _composed(session, actor, assessment_id)
    slots = quiz_queries.slots_of(session, assessment_id)
    at = next((number for number, each in enumerate(slots) if each.id == slot_id), None)
    if at is None:
        raise NotFound
    if at == 0:
        return
    above, below = slots[at - 1], slots[at]
    first, second = above.position, below.position
    # Two may never have the same place, not even on the way.
    above.position = -second
    session.flush()
    below.position = first
    session.flush()
    above.position = second


@command
def open_quiz(session: Session, actor: Actor, *, assessment_id: int) -> Quiz:
    """Let learners see the quiz; raises QuizEmpty, PoolTooSmall, QuestionNotReady."""
    _, run = _managed(session, actor, assessment_id)
    quiz = attempt_queries.quiz_of(session, assessment_id)
    rows = quiz_queries.slot_rows(session, assessment_id)
    if not rows:
        raise QuizEmpty
    if any(row.state is QuestionState.DRAFT for row in rows):
        raise QuestionNotReady
    compose(session, quiz, seed=1)
    if quiz.ready_at is None:
        quiz.ready_at = clock.now()
        _note(session, actor, "quiz.opened", run, assessment=assessment_id)
    return quiz


@command
def withdraw_quiz(session: Session, actor: Actor, *, assessment_id: int) -> Quiz:
    """Hide a quiz that nobody has begun; raises QuizInUse."""
    _, run = _composed(session, actor, assessment_id)
    quiz = attempt_queries.quiz_of(session, assessment_id)
    if quiz.ready_at is not None:
        quiz.ready_at = None
        _note(session, actor, "quiz.withdrawn", run, assessment=assessment_id)
    return quiz


@dataclass(frozen=True, slots=True)
class _Place:
    """A question in a quiz; its id decides its place when questions are shuffled."""

    id: int
    points: Decimal


def compose(session: Session, quiz: Quiz, *, seed: int) -> list[tuple[int, Decimal]]:
    """Choose the questions of an attempt with their points: those named, and those drawn by lot.

    No question comes twice: what is named or drawn is not drawn again. Raises PoolTooSmall.
    """
    slots = quiz_queries.slots_of(session, quiz.assessment_id)
    draws = quiz_queries.draws_of(session, slots)
    taken = {each.question_id for each in slots if each.question_id is not None}
    drawn: dict[int, list[int]] = {}
    # The smallest pools first: what a larger one has besides them is still there afterwards.
    for slot_id, pool in sorted(draws.items(), key=lambda each: (len(each[1]), each[0])):
        count = next(each.count for each in slots if each.id == slot_id)
        drawn[slot_id] = draw(set(pool) - taken, count, seed=seed)
        taken.update(drawn[slot_id])
    chosen = [
        _Place(question_id, slot.points)
        for slot in slots
        for question_id in drawn.get(slot.id) or [slot.question_id or 0]
    ]
    ordered = shuffled(chosen, seed) if quiz.shuffle else chosen
    return [(each.id, each.points) for each in ordered]


def retime(
    session: Session,
    *,
    run_id: int,
    assessment_id: int | None = None,
    enrolment_ids: Collection[int] | None = None,
) -> None:
    """Say anew until when attempts that are under way may be worked on, as part of a command."""
    query = (
        select(Attempt, Quiz, Assessment)
        .join(Quiz, Quiz.assessment_id == Attempt.assessment_id)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .where(Assessment.run_id == run_id, Attempt.status == AttemptStatus.IN_PROGRESS)
        .with_for_update(key_share=True, of=Attempt)
    )
    if assessment_id is not None:
        query = query.where(Attempt.assessment_id == assessment_id)
    if enrolment_ids is not None:
        query = query.where(Attempt.enrolment_id.in_(enrolment_ids))
    rows = session.execute(query).all()
    given = {
        each.id: eased_queries.eases(session, each, [row[0].enrolment_id for row in rows])
        for each in {row[2].id: row[2] for row in rows}.values()
    }
    for attempt, quiz, assessment in rows:
        terms = eased(quiz.terms, given[assessment.id].get(attempt.enrolment_id, []))
        attempt.ends_at = ends_at(terms, started_at=attempt.started_at)
        attempt.counts_until = counts_until(attempt.ends_at, grace=quiz.grace)


def _managed(session: Session, actor: Actor, assessment_id: int) -> tuple[Assessment, Run]:
    """Find the assessment with its run, held: a quiz is changed by one after the other."""
    assessment, run = quiz_queries.assessment_to_quiz(session, actor, assessment_id)
    policy.require_may_grade(actor, run)
    run_to_conclude(session, run.id)
    return assessment, run


def _composed(session: Session, actor: Actor, assessment_id: int) -> tuple[Quiz, Run]:
    """Find a quiz whose questions may still change: learners who began saw others."""
    _, run = _managed(session, actor, assessment_id)
    quiz = attempt_queries.quiz_of(session, assessment_id)
    if attempt_queries.has_attempts(session, assessment_id):
        raise QuizInUse
    return quiz, run


def _note(session: Session, actor: Actor, action: str, run: Run, **details: Any) -> None:
    audit.record(session, actor, action, f"run:{run.id}", institute_id=run.institute_id, **details)
