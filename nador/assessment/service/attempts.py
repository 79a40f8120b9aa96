"""Attempts: begun, saved answer by answer, handed in; nothing that was shown as saved is lost."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert

from nador.assessment.models import AnswerAside, Attempt, AttemptAnswer, Quiz
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.queries import enrolment_to_grade, run_to_grade
from nador.assessment.queries import quizzes as quiz_queries
from nador.assessment.questions import Raw
from nador.assessment.rules.quizzes import (
    MOST_SEQUENCE,
    AsideReason,
    AttemptStatus,
    Ending,
    SaveOutcome,
    TooManyAside,
    counts_until,
    digest,
    ends_at,
    is_over,
    outcome_of,
    require_may_begin,
    require_room_aside,
)
from nador.assessment.rules.submissions import ScanState
from nador.assessment.service.attempt_grading import grade_answers, settle
from nador.assessment.service.banks import use_versions
from nador.assessment.service.forgetting import let_go
from nador.assessment.service.quizzes import compose
from nador.assessment.service.scanning import watch
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.errors import DomainError, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nador.assessment.queries.attempts import QuizForLearner, Standing
    from nador.assessment.questions import Answer
    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as a page sends it: which save it is, and the fields of the question."""

    position: int
    sequence: int
    fields: Raw
    was: str = ""
    """The digest of the answer that the page was made with: whoever left it so says nothing new."""
    refusal: Invalid | None = None
    """Why what came with it was not even taken in: a file of another kind."""
    scan: ScanState = ScanState.UNSCANNED
    """Of the files that came with it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an answer that was sent, and what stands now."""

    position: int
    outcome: SaveOutcome | None
    """None: it was refused, and nothing was written."""
    sequence: int
    saved_at: datetime | None
    ends_at: datetime | None
    refusal: DomainError | None = None


@command
def begin_attempt(session: Session, actor: Actor, *, assessment_id: int) -> Attempt:
    """Begin a quiz, or go on with the attempt that is under way.

    Raises NotFound, QuizNotOpen, QuizClosed, NoAttemptLeft, AttemptTooSoon, NoTimeForAnother,
    PoolTooSmall.
    """
    person_id = actor.person_id or 0
    found = attempt_queries.quiz_for(session, person_id, assessment_id)
    # What the quiz asks, and until when, changes before an attempt begins or after.
    run_to_grade(session, found.run.id)
    # Two presses at once: the second waits here, and finds the attempt of the first.
    enrolment = enrolment_to_grade(session, found.enrolment_id, run_id=found.run.id)
    if enrolment.status is not EnrolmentStatus.ACTIVE:
        raise NotFound
    session.expire_all()
    found = attempt_queries.quiz_for(session, person_id, assessment_id)
    now = clock.now()
    running = found.running
    if running is not None:
        if not is_over(running.status, running.counts_until, now=now):
            return running
        _end(session, running, found.quiz, now=now)
    require_may_begin(found.terms, found.past, delay=found.quiz.delay, ready=True, now=now)
    return _begin(session, actor, found, now=now)


def _begin(session: Session, actor: Actor, found: QuizForLearner, *, now: datetime) -> Attempt:
    until = ends_at(found.terms, started_at=now)
    attempt = Attempt(
        assessment_id=found.assessment.id,
        enrolment_id=found.enrolment_id,
        number=len(found.attempts) + 1,
        status=AttemptStatus.IN_PROGRESS,
        seed=secrets.randbelow(2**31),
        started_at=now,
        ends_at=until,
        counts_until=counts_until(until, grace=found.quiz.grace),
    )
    session.add(attempt)
    session.flush()
    questions = compose(session, found.quiz, seed=attempt.seed)
    newest = quiz_queries.newest(session, [each for each, _ in questions])
    session.execute(
        insert(AttemptAnswer),
        [
            {
                "attempt_id": attempt.id,
                "position": position,
                "version_id": newest[question_id][0],
                "points": points,
                "answer": {},
                "sequence": 0,
                "comment": "",
            }
            for position, (question_id, points) in enumerate(questions, start=1)
        ],
    )
    use_versions(session, actor, version_ids=[version_id for version_id, _ in newest.values()])
    return attempt


@command
def save_answers(
    session: Session, actor: Actor, *, attempt_id: int, sent: Sequence[Sent]
) -> list[Kept]:
    """Keep answers of an own attempt; what came late, or from a page that was behind, is kept aside.

    An answer that the question refuses is told in the outcome and keeps none of the others from
    being saved. Raises NotFound for an attempt or a question that is not the actor's.
    """
    now = clock.now()
    standing = attempt_queries.answers_to_save(
        session, actor.person_id or 0, attempt_id, [each.position for each in sent]
    )
    return [_save(session, standing[each.position], each, now=now) for each in sent]


@command
def save_answer_at_the_door(
    session: Session, _actor: Actor, *, secret: str, attempt_id: int, sent: Sent
) -> Kept | None:
    """Save one answer of whoever shows this sign-in, in one statement to know them by and one to write.

    None where the sign-in does not live, was not seen for long, or the attempt is somebody else's.
    """
    now = clock.now()
    stands = attempt_queries.answer_of_visitor(session, secret, attempt_id, sent.position, now=now)
    return None if stands is None else _save(session, stands, sent, now=now)


def _save(session: Session, stands: Standing, sent: Sent, *, now: datetime) -> Kept:
    kept = Kept(sent.position, None, stands.sequence, stands.saved_at, stands.ends_at)
    if sent.refusal is not None:
        return replace(kept, refusal=sent.refusal)
    try:
        answer = stands.question.read(sent.fields)
    except Invalid as refused:
        let_go(session, sorted(_brought(sent) - _files(stands.answer)))
        return replace(kept, refusal=refused)
    if sent.was and sent.was == digest(answer):
        return replace(kept, outcome=SaveOutcome.SAVED_BEFORE)
    sequence = min(sent.sequence, MOST_SEQUENCE)
    outcome = outcome_of(
        sequence=sequence,
        kept=stands.sequence,
        same=answer == stands.answer,
        over=is_over(stands.status, stands.counts_until, now=now),
    )
    match outcome:
        case SaveOutcome.SAVED:
            _put(session, stands.answer_id, answer, sequence, now)
            let_go(session, sorted(_files(stands.answer) - _files(answer)))
            kept = replace(kept, sequence=sequence, saved_at=now)
        case SaveOutcome.SAVED_BEFORE:
            return replace(kept, outcome=outcome)
        case SaveOutcome.LATE | SaveOutcome.STALE:
            reason = AsideReason.LATE if outcome is SaveOutcome.LATE else AsideReason.STALE
            try:
                _put_aside(session, stands, reason, answer, sequence, now)
            except TooManyAside as refused:
                let_go(session, sorted(_files(answer)))
                return replace(kept, refusal=refused)
    if sent.scan is ScanState.WAITING:
        watch(session, answer_id=stands.answer_id, answer=answer)
    return replace(kept, outcome=outcome)


def _brought(sent: Sent) -> set[str]:
    return {json.loads(each)[1] for each in sent.fields.get("file", ())}


def _files(answer: Answer) -> set[str]:
    return {file["sha256"] for file in answer.get("files", [])}


_answers = AttemptAnswer.metadata.tables[AttemptAnswer.__tablename__]
# Built once, as Core: the unit of work has nothing to add to a single row.
_PUT = (
    _answers.update()
    .where(_answers.c.id == bindparam("answer_id"))
    .values(answer=bindparam("given"), sequence=bindparam("number"), saved_at=bindparam("now"))
)


def _put(session: Session, answer_id: int, answer: Answer, sequence: int, now: datetime) -> None:
    session.connection().execute(
        _PUT, {"answer_id": answer_id, "given": dict(answer), "number": sequence, "now": now}
    )


def _put_aside(
    session: Session,
    stands: Standing,
    reason: AsideReason,
    answer: Answer,
    sequence: int,
    now: datetime,
) -> None:
    """Keep an answer that does not count; the same one sent again is there already.

    Raises TooManyAside.
    """
    aside = attempt_queries.asides_of_answer(session, stands.answer_id)
    known = any(
        (each.reason, each.sequence, each.answer) == (reason, sequence, answer) for each in aside
    )
    if not known:
        require_room_aside(len(aside))
        session.add(
            AnswerAside(
                answer_id=stands.answer_id,
                reason=reason,
                sequence=sequence,
                answer=dict(answer),
                at=now,
            )
        )
        session.flush()


@command
def hand_in(session: Session, actor: Actor, *, attempt_id: int) -> Attempt:
    """Hand an own attempt in; again it changes nothing."""
    found = attempt_queries.own_sitting(session, actor.person_id or 0, attempt_id)
    attempt = attempt_queries.attempt_to_change(session, attempt_id)
    if attempt.status is not AttemptStatus.IN_PROGRESS:
        return attempt
    now = clock.now()
    if is_over(attempt.status, attempt.counts_until, now=now):
        _end(session, attempt, found.quiz, now=now)
    else:
        _submit(session, attempt, now=now)
    return attempt


@command
def end_overdue(session: Session, _actor: Actor, *, item_id: int, outcome: object = None) -> None:  # noqa: ARG001 - nothing slow was done
    """End an attempt whose time is over, as its quiz says."""
    attempt = attempt_queries.attempt_to_change(session, item_id)
    now = clock.now()
    if attempt.status is AttemptStatus.IN_PROGRESS and is_over(
        attempt.status, attempt.counts_until, now=now
    ):
        _end(session, attempt, attempt.quiz, now=now)


def _end(session: Session, attempt: Attempt, quiz: Quiz, *, now: datetime) -> None:
    match quiz.ending:
        case Ending.SUBMIT:
            _submit(session, attempt, now=now)
        case Ending.ABANDON:
            attempt.status, attempt.handed_in_at = AttemptStatus.ABANDONED, now
            session.flush()


def _submit(session: Session, attempt: Attempt, *, now: datetime) -> None:
    earned = grade_answers(session, attempt)
    attempt.handed_in_at = now
    settle(session, attempt, now=now, earned=earned)
