"""The questions of an attempt, with the answers that stand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import String, cast, select

from nador.assessment.models import Attempt, AttemptAnswer, QuestionVersion
from nador.assessment.questions import Answer, Question, Shown, parse
from nador.assessment.rules.quizzes import Earned, digest, marked_as

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
