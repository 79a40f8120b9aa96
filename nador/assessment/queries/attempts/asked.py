"""The questions of an attempt, with the answers that stand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import String, cast, select

from nador.assessment.models import Attempt, AttemptAnswer, QuestionVersion
from nador.assessment.questions import Answer, Question, Shown, parse
from nador.assessment.questions.base import NONE
from nador.assessment.rules.quizzes import Earned, digest, marked_as

if TYPE_CHECKING:
    from collections.abc import Collection
    from fractions import Fraction

    from sqlalchemy.orm import Session


CONTENT = cast(QuestionVersion.content, String)
_SHORT: Final = 200
"""In characters: what an essay earned is not worth remembering."""


@lru_cache(maxsize=4096)
def question_from(content: str) -> Question:
    """Read a version's content as the database wrote it; versions never change, so this is done once."""
    return parse(json.loads(content))


def share_earned(content: str, answer: str) -> Fraction | None:
    """Let a question grade an answer, both as the database wrote them; None where a person marks it."""
    return (_share if len(answer) <= _SHORT else _share.__wrapped__)(content, answer)


@lru_cache(maxsize=65_536)
def _share(content: str, answer: str) -> Fraction | None:
    # Many learners give the same answer to the same version of a question.
    given = json.loads(answer)
    return question_from(content).grade(given) if given else NONE


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
    def marked(self) -> str:
        """By which the form of those who mark tells whether somebody else has marked it since."""
        return marked_as(self.earned.share, self.comment)

    @property
    def complete(self) -> bool:
        """Whether nothing is left open."""
        return self.question.is_complete(self.answer)


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
