"""What a saved answer meets: the one that stands, and those kept aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from nador.accounts.models import Person, SignIn
from nador.accounts.queries.visitors import FRESH, fresh
from nador.assessment.models import (
    AnswerAside,
    AnswerFile,
    Attempt,
    AttemptAnswer,
    QuestionVersion,
)
from nador.assessment.queries.attempts.asked import CONTENT, question_from
from nador.assessment.questions import Answer, Question
from nador.assessment.rules.quizzes import AttemptStatus
from nador.assessment.rules.submissions import ScanState
from nador.enrolment.models import Enrolment
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer of a locked attempt, before something is saved over it."""

    answer_id: int
    position: int
    sequence: int
    answer: Answer
    question: Question
    saved_at: datetime | None
    status: AttemptStatus
    ends_at: datetime | None
    counts_until: datetime | None


# Built once: every answer of every learner comes through one of these two.
_STANDING = (
    select(
        AttemptAnswer.id,
        AttemptAnswer.position,
        AttemptAnswer.sequence,
        AttemptAnswer.answer,
        CONTENT,
        AttemptAnswer.saved_at,
        Attempt.status,
        Attempt.ends_at,
        Attempt.counts_until,
    )
    .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
    .where(AttemptAnswer.attempt_id == bindparam("attempt_id"))
    # The answer too: PostgreSQL reads again, after waiting, only rows that it locks.
    .with_for_update(key_share=True, of=[Attempt, AttemptAnswer])
)
_OF_PERSON = _STANDING.where(
    Enrolment.person_id == bindparam("person_id"),
    AttemptAnswer.position.in_(bindparam("positions", expanding=True)),
)
_OF_VISITOR = (
    _STANDING.join(Person, Person.id == Enrolment.person_id)
    .join(SignIn, SignIn.person_id == Person.id)
    .where(AttemptAnswer.position == bindparam("position"), *FRESH)
)


def answers_to_save(
    session: Session, person_id: int, attempt_id: int, positions: Collection[int]
) -> dict[int, Standing]:
    """The answers that stand at these positions of an own attempt, which is locked; in one query.

    Raises NotFound for a position that the attempt does not have.
    """
    asked = {"attempt_id": attempt_id, "positions": list(positions), "person_id": person_id}
    found = {row[1]: _standing(row) for row in session.execute(_OF_PERSON, asked)}
    if set(positions) - found.keys():
        raise NotFound
    return found


def answer_of_visitor(
    session: Session, secret: str, attempt_id: int, position: int, *, now: datetime
) -> Standing | None:
    """The answer that stands, locked, where this sign-in lives and the attempt is its person's."""
    asked = {"attempt_id": attempt_id, "position": position, **fresh(secret, now=now)}
    # Columns only: the session would look for objects to build.
    row = session.connection().execute(_OF_VISITOR, asked).one_or_none()
    return None if row is None else _standing(row)


def _standing(row: Any) -> Standing:
    return Standing(row[0], row[1], row[2], row[3], question_from(row[4]), *row[5:])


def asides_of_answer(session: Session, answer_id: int) -> list[AnswerAside]:
    """What was kept aside of one answer."""
    return list(
        session.scalars(
            select(AnswerAside).where(AnswerAside.answer_id == answer_id).order_by(AnswerAside.id)
        )
    )


def scan_of(session: Session, attempt_id: int, sha256: str) -> ScanState:
    """How a file of an attempt stands with the virus scanner; unscanned where none was set."""
    found = session.scalars(
        select(AnswerFile.scan)
        .join(AttemptAnswer, AttemptAnswer.id == AnswerFile.answer_id)
        .where(AttemptAnswer.attempt_id == attempt_id, AnswerFile.sha256 == sha256)
    )
    return found.first() or ScanState.UNSCANNED


def asides_of(session: Session, attempt_id: int) -> dict[int, list[AnswerAside]]:
    """What was kept aside of an attempt, by answer."""
    rows = session.scalars(
        select(AnswerAside)
        .join(AttemptAnswer, AttemptAnswer.id == AnswerAside.answer_id)
        .where(AttemptAnswer.attempt_id == attempt_id)
        .order_by(AnswerAside.id)
    )
    found: dict[int, list[AnswerAside]] = {}
    for each in rows:
        found.setdefault(each.answer_id, []).append(each)
    return found
