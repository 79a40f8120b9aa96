"""Figures of the questions of a quiz, over all attempts that are graded."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nador.assessment.models import Attempt, AttemptAnswer, Question, QuestionVersion
from nador.assessment.queries.attempts import CONTENT, question_from
from nador.assessment.rules.items import ItemFigures, ItemResult, figures_of, rest_of
from nador.assessment.rules.quizzes import AttemptStatus

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.assessment.questions import Question as Parsed

LONGEST_LABEL = 24


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its figures; `chosen`: how often each choice was taken, right ones marked."""

    question_id: int
    name: str
    figures: ItemFigures
    chosen: list[tuple[str, int, bool]]


def items_of(session: Session, assessment_id: int) -> list[Item]:
    """The questions of a quiz by name, each with its figures; one query, whatever their number."""
    rows = session.execute(
        select(
            AttemptAnswer.attempt_id,
            AttemptAnswer.points,
            AttemptAnswer.share,
            AttemptAnswer.answer,
            Question.id,
            Question.name,
            CONTENT,
        )
        .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(
            Attempt.assessment_id == assessment_id,
            Attempt.status == AttemptStatus.GRADED,
            AttemptAnswer.share.is_not(None),
        )
        .order_by(Question.name, Question.id, AttemptAnswer.id)
    ).all()
    total: defaultdict[int, Fraction] = defaultdict(Fraction)
    whole: defaultdict[int, Fraction] = defaultdict(Fraction)
    for attempt_id, points, share, *_ in rows:
        total[attempt_id] += Fraction(points) * Fraction(share or 0)
        whole[attempt_id] += Fraction(points)
    of_question: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        of_question[row[4]].append(row)
    found = []
    for question_id, asked in of_question.items():
        results = [
            ItemResult(
                Fraction(share),
                rest_of(
                    total[attempt_id],
                    whole[attempt_id],
                    points=Fraction(points),
                    share=Fraction(share),
                ),
            )
            for attempt_id, points, share, *_ in asked
        ]
        figures = figures_of(results)
        if figures is not None:
            newest = question_from(asked[-1][6])
            answers = [row[3] for row in asked]
            found.append(Item(question_id, asked[0][5], figures, _chosen(newest, answers)))
    return found


def _chosen(question: Parsed, answers: list[Any]) -> list[tuple[str, int, bool]]:
    """Count how often each choice was taken, for questions that offer some."""
    options = getattr(question, "options", ())
    taken: Counter[str] = Counter()
    for answer in answers:
        kept = answer.get("choices", answer.get("choice", []))
        taken.update([kept] if isinstance(kept, str) else kept)
    return [
        (
            option.text.source[:LONGEST_LABEL],
            taken[option.id],
            option.credit > 0,
        )
        for option in options
    ]
