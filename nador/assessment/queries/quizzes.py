"""Quizzes as staff composes and follows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from nador.accounts.models import Person
from nador.assessment import policy
from nador.assessment.models import (
    Assessment,
    Attempt,
    AttemptAnswer,
    Question,
    QuestionBank,
    QuestionCategory,
    QuestionVersion,
    Quiz,
    QuizSlot,
)
from nador.assessment.queries.attempts import CONTENT, question_from
from nador.assessment.queries.banks import pool, tree, with_below
from nador.assessment.questions import TYPES
from nador.assessment.rules import QuestionState
from nador.assessment.rules.quizzes import AttemptStatus, shown_status
from nador.catalogue.models import Run
from nador.catalogue.queries import runs_for
from nador.enrolment.models import Enrolment
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from nador.assessment.questions import Question as Parsed
    from nador.kernel.access import Actor

ATTEMPTS_A_PAGE = 50
PERSON_KINDS = tuple(kind for kind, each in TYPES.items() if each.by_person)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A place in a quiz as staff sees it."""

    slot: QuizSlot
    name: str
    """Of the question, or the path of the category."""
    state: QuestionState | None
    available: int
    """How many questions there are to draw from; 1 for a chosen question."""


@dataclass(frozen=True, slots=True)
class Pool:
    """From what a quiz of an institute can draw."""

    category_id: int
    path: str


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt in the list of a quiz."""

    attempt: Attempt
    status: AttemptStatus
    latin: str | None
    arabic: str | None
    to_mark: int


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """One page of the attempts of a quiz."""

    rows: list[AttemptRow]
    total: int
    page: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // ATTEMPTS_A_PAGE))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An attempt whose answers wait for a person's marks, for a queue across runs."""

    attempt_id: int
    assessment_id: int
    run_id: int
    title: Words
    latin: str | None
    arabic: str | None
    handed_in_at: datetime | None
    answers: int


def assessment_to_quiz(
    session: Session, actor: Actor, assessment_id: int
) -> tuple[Assessment, Run]:
    """An assessment with its run, for who may see its gradebook; raises NotFound."""
    row = session.execute(
        select(Assessment, Run)
        .join(Run, Run.id == Assessment.run_id)
        .where(Assessment.id == assessment_id)
        .options(joinedload(Run.version))
    ).one_or_none()
    if row is None:
        raise NotFound
    policy.require_may_see(actor, row[1])
    return row[0], row[1]


def quizzes_on(session: Session, run_id: int) -> dict[int, Quiz]:
    """The quizzes of a run, by assessment."""
    rows = session.scalars(
        select(Quiz)
        .join(Assessment, Assessment.id == Quiz.assessment_id)
        .where(Assessment.run_id == run_id)
    )
    return {each.assessment_id: each for each in rows}


def slots_of(session: Session, assessment_id: int) -> list[QuizSlot]:
    """The places of a quiz in their order."""
    return list(
        session.scalars(
            select(QuizSlot).where(QuizSlot.quiz_id == assessment_id).order_by(QuizSlot.position)
        )
    )


def slot_rows(session: Session, assessment_id: int) -> list[SlotRow]:
    """The places of a quiz with what stands behind each."""
    slots = slots_of(session, assessment_id)
    ids = [each.question_id for each in slots if each.question_id is not None]
    questions = {
        each.id: each for each in session.scalars(select(Question).where(Question.id.in_(ids)))
    }
    below = _below(session, [each for each in slots if each.category_id is not None])
    return [_slot_row(session, slot, questions, below) for slot in slots]


def _slot_row(
    session: Session,
    slot: QuizSlot,
    questions: Mapping[int, Question],
    below: Mapping[int, tuple[str, list[int]]],
) -> SlotRow:
    if slot.question_id is not None:
        question = questions[slot.question_id]
        return SlotRow(slot, question.name, question.state, 1)
    path, categories = below[slot.category_id or 0]
    # One query for each draw: a quiz has a handful of them.
    return SlotRow(slot, path, None, len(pool(session, categories, tag=slot.tag)))


def _below(session: Session, slots: list[QuizSlot]) -> dict[int, tuple[str, list[int]]]:
    """The categories of draws, each with its path and all below it; one tree a bank."""
    rows = session.execute(
        select(QuestionCategory.id, QuestionCategory.bank_id).where(
            QuestionCategory.id.in_([each.category_id for each in slots])
        )
    ).all()
    trees = {bank_id: tree(session, bank_id) for bank_id in sorted({row[1] for row in rows})}
    found = {}
    for category_id, bank_id in rows:
        branches = trees[bank_id]
        path = next(each.path for each in branches if each.id == category_id)
        found[category_id] = (" / ".join(path), with_below(branches, category_id))
    return found


def draws_of(session: Session, slots: list[QuizSlot]) -> dict[int, list[int]]:
    """What each drawing place may draw, by its id."""
    drawing = [each for each in slots if each.category_id is not None]
    below = _below(session, drawing)
    return {
        each.id: pool(session, below[each.category_id or 0][1], tag=each.tag) for each in drawing
    }


def pools(session: Session, institute_id: int) -> list[Pool]:
    """The categories of an institute's banks, by bank and path."""
    banks = session.execute(
        select(QuestionBank.id, QuestionBank.name)
        .where(QuestionBank.institute_id == institute_id)
        .order_by(QuestionBank.name_folded)
    ).all()
    return [
        Pool(branch.id, " / ".join([name, *branch.path]))
        for bank_id, name in banks
        for branch in tree(session, bank_id)
    ]


def ready_questions(
    session: Session, institute_id: int, *, typed: Collection[str], limit: int = 30
) -> list[tuple[int, str, str]]:
    """Ready questions of the institute that hold all these words: id, name and bank."""
    query = (
        select(Question.id, Question.name, QuestionBank.name)
        .join(QuestionBank, QuestionBank.id == Question.bank_id)
        .where(QuestionBank.institute_id == institute_id, Question.state == QuestionState.READY)
        .order_by(Question.name, Question.id)
        .limit(limit)
    )
    for term in typed:
        query = query.where(Question.folded.contains(term, autoescape=True))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def institute_of_question(session: Session, question_id: int) -> tuple[Question, int]:
    """A question with the institute whose it is; raises NotFound."""
    row = session.execute(
        select(Question, QuestionBank.institute_id)
        .join(QuestionBank, QuestionBank.id == Question.bank_id)
        .where(Question.id == question_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def institute_of_category(session: Session, category_id: int) -> int:
    """The institute whose bank has the category; raises NotFound."""
    found = session.scalar(
        select(QuestionBank.institute_id)
        .join(QuestionCategory, QuestionCategory.bank_id == QuestionBank.id)
        .where(QuestionCategory.id == category_id)
    )
    if found is None:
        raise NotFound
    return found


def newest(session: Session, question_ids: Collection[int]) -> dict[int, tuple[int, Parsed]]:
    """The newest version of each question: its id, and the question; by question."""
    rows = session.execute(
        select(Question.id, QuestionVersion.id, CONTENT)
        .join(
            QuestionVersion,
            (QuestionVersion.question_id == Question.id)
            & (QuestionVersion.number == Question.latest),
        )
        .where(Question.id.in_(question_ids))
    )
    return {row[0]: (row[1], question_from(row[2])) for row in rows}


def attempts_on(
    session: Session, assessment_id: int, *, now: datetime, page: int = 1
) -> AttemptPage:
    """The attempts of a quiz by name, with how many answers wait for a person; three queries."""
    wanted = select(Attempt).where(Attempt.assessment_id == assessment_id)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(
        select(Attempt, Person.name_latin, Person.name_arabic)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Attempt.assessment_id == assessment_id)
        .order_by(Person.name_folded, Attempt.enrolment_id, Attempt.number)
        .limit(ATTEMPTS_A_PAGE)
        .offset((page - 1) * ATTEMPTS_A_PAGE)
    ).all()
    counted = session.execute(
        select(AttemptAnswer.attempt_id, func.count())
        .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
        .where(
            AttemptAnswer.attempt_id.in_([row[0].id for row in rows]),
            Attempt.status == AttemptStatus.SUBMITTED,
            AttemptAnswer.share.is_(None),
        )
        .group_by(AttemptAnswer.attempt_id)
    )
    waiting = dict(counted.all())
    found = [
        AttemptRow(
            attempt,
            shown_status(attempt.status, attempt.ends_at, now=now),
            latin,
            arabic,
            waiting.get(attempt.id, 0),
        )
        for attempt, latin, arabic in rows
    ]
    return AttemptPage(found, total, page)


def attempts_waiting(session: Session, actor: Actor, *, limit: int = 200) -> list[Waiting]:
    """Attempts on the actor's runs whose answers wait for a person's marks, oldest first; one query."""
    unmarked = exists().where(AttemptAnswer.attempt_id == Attempt.id, AttemptAnswer.share.is_(None))
    oldest = (
        select(Attempt.id)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .join(Run, Run.id == Assessment.run_id)
        .where(Attempt.status == AttemptStatus.SUBMITTED, unmarked, runs_for(actor, policy.GRADE))
        .order_by(Attempt.handed_in_at, Attempt.id)
        .limit(limit)
        .cte("oldest")
    )
    rows = session.execute(
        select(
            Attempt.id,
            Assessment.id,
            Assessment.run_id,
            Assessment.title,
            Person.name_latin,
            Person.name_arabic,
            Attempt.handed_in_at,
            func.count(AttemptAnswer.id),
        )
        .select_from(oldest)
        .join(Attempt, Attempt.id == oldest.c.id)
        .join(AttemptAnswer, AttemptAnswer.attempt_id == Attempt.id)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(AttemptAnswer.share.is_(None))
        .group_by(Attempt.id, Assessment.id, Person.id)
        .order_by(Attempt.handed_in_at, Attempt.id)
    )
    return [Waiting(*row) for row in rows]


def points_in_all(rows: Collection[SlotRow]) -> Decimal:
    """What all questions of a quiz are worth together."""
    return sum((each.slot.points * each.slot.count for each in rows), Decimal(0))


def is_placed(session: Session, question_id: int) -> bool:
    """Whether a quiz asks this very question."""
    found = select(QuizSlot.id).where(QuizSlot.question_id == question_id).limit(1)
    return session.scalar(found) is not None
