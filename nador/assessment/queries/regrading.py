"""Who would get what by the newest keys, attempt by attempt; nothing is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts.models import Person
from nador.assessment.models import Attempt, AttemptAnswer, Question, QuestionVersion
from nador.assessment.queries.attempts import question_from
from nador.assessment.queries.quizzes import newest
from nador.assessment.rules.quizzes import AttemptStatus, Earned, mark_of
from nador.assessment.rules.regrading import AnswerChange, Regrade
from nador.enrolment.models import Enrolment

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nador.assessment.models import Assessment
    from nador.assessment.questions import Question as Parsed


def parsed(version: QuestionVersion) -> Parsed:
    """The question of a version."""
    return question_from(json.dumps(version.content))


def answer_at(session: Session, attempt_id: int, position: int) -> AttemptAnswer | None:
    """An answer of an attempt by its place."""
    return session.scalar(
        select(AttemptAnswer).where(
            AttemptAnswer.attempt_id == attempt_id, AttemptAnswer.position == position
        )
    )


def regrades(session: Session, assessment: Assessment) -> list[Regrade]:
    """The attempts that the newest versions of their questions would change; three queries."""
    outdated = _outdated(session, assessment.id)
    keys = newest(session, outdated)
    attempts = session.execute(
        select(Attempt, Person.id, Person.name_latin, Person.name_arabic)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Attempt.assessment_id == assessment.id, _handed_in())
        .order_by(Person.name_folded, Attempt.id)
    ).all()
    rows: dict[int, list[tuple[AttemptAnswer, int]]] = {}
    if keys:
        for answer, question_id in session.execute(
            select(AttemptAnswer, QuestionVersion.question_id)
            .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
            .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
            .where(Attempt.assessment_id == assessment.id, _handed_in())
            .order_by(AttemptAnswer.position)
        ):
            rows.setdefault(answer.attempt_id, []).append((answer, question_id))
    found = []
    for attempt, person_id, latin, arabic in attempts:
        answers = rows.get(attempt.id, [])
        changes = _changes(answers, keys)
        if changes:
            shares = {each.answer_id: each.after for each in changes}
            after = mark_of(
                [Earned(one.points, shares.get(one.id, one.earned)) for one, _ in answers],
                out_of=assessment.out_of,
            )
            found.append(
                Regrade(attempt.id, person_id, latin, arabic, attempt.mark, after, changes)
            )
    return found


def _handed_in() -> ColumnElement[bool]:
    return Attempt.status.in_((AttemptStatus.SUBMITTED, AttemptStatus.GRADED))


def _outdated(session: Session, assessment_id: int) -> set[int]:
    """The questions of which attempts were graded by an older version than the newest."""
    return set(
        session.scalars(
            select(Question.id)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .join(AttemptAnswer, AttemptAnswer.version_id == QuestionVersion.id)
            .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
            .where(Attempt.assessment_id == assessment_id, QuestionVersion.number < Question.latest)
            .distinct()
        )
    )


def _changes(
    answers: list[tuple[AttemptAnswer, int]], keys: dict[int, tuple[int, Parsed]]
) -> list[AnswerChange]:
    """What of one attempt would change; what a person marked, or nobody answered, would not."""
    found = []
    for answer, question_id in answers:
        if question_id not in keys or answer.marked_by_id is not None or not answer.answer:
            continue
        version_id, question = keys[question_id]
        after = question.grade(answer.answer)
        if after != answer.earned:
            found.append(
                AnswerChange(
                    answer.id, answer.position, version_id, answer.points, answer.earned, after
                )
            )
    return found
