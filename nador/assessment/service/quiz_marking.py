"""What persons decide about attempts: marks, late answers, a wrong key, an attempt that is void."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from nador.assessment import policy, queries
from nador.assessment.models import (
    AnswerAside,
    Attempt,
    AttemptAnswer,
    QuestionVersion,
)
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.queries import regrading as regrade_queries
from nador.assessment.rules import ReasonNeeded
from nador.assessment.rules.quizzes import (
    COMMENT_LIMIT,
    AnswersMoved,
    AttemptRunning,
    AttemptStatus,
    VoidReasonNeeded,
    marked_as,
    share_of,
)
from nador.assessment.rules.regrading import RegradeMoved, report_fingerprint
from nador.assessment.service.attempt_grading import settle, write_grade
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean, clean_block

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.assessment.rules.regrading import Regrade
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor

HANDED_IN = frozenset({AttemptStatus.SUBMITTED, AttemptStatus.GRADED})


@dataclass(frozen=True, slots=True)
class Marked:
    """What a person gives for one answer."""

    position: int
    points: Decimal
    comment: str
    seen: str = ""
    """The fingerprint of the mark that the page showed; empty: whatever stands is replaced."""


@command
def mark_answers(
    session: Session, actor: Actor, *, attempt_id: int, marks: Sequence[Marked]
) -> Attempt:
    """Give points for answers; when none waits any more, the attempt is graded.

    What its page showed and nobody touched stays. Raises MarkBeyond, AnswersMoved, AttemptRunning,
    OwnCase.
    """
    attempt, run = _handed_in(session, actor, attempt_id)
    now = clock.now()
    moved = []
    for each in marks:
        answer = _answer_at(session, attempt.id, each.position)
        share = share_of(each.points, of=answer.points)
        comment = clean_block(each.comment)[:COMMENT_LIMIT]
        stands, wanted = marked_as(answer.earned, answer.comment), marked_as(share, comment)
        if each.seen == wanted:
            continue
        if each.seen not in {"", stands} and wanted != stands:
            moved.append(each.position)
        answer.share, answer.comment = str(share), comment
        answer.marked_by_id, answer.marked_at = actor.person_id, now
    if moved:
        raise AnswersMoved(positions=moved)
    session.flush()
    settle(session, attempt, now=now, actor=actor)
    _note(session, actor, "attempt.marked", run, attempt=attempt.id)
    return attempt


def _answer_at(session: Session, attempt_id: int, position: int) -> AttemptAnswer:
    found = regrade_queries.answer_at(session, attempt_id, position)
    if found is None:
        raise NotFound
    return found


@command
def accept_aside(session: Session, actor: Actor, *, aside_id: int) -> Attempt:
    """Let an answer count that was kept aside: it takes the place of the one that stands."""
    aside = session.get(AnswerAside, aside_id)
    if aside is None:
        raise NotFound
    answer = session.get_one(AttemptAnswer, aside.answer_id)
    attempt, run = _handed_in(session, actor, answer.attempt_id)
    if aside.accepted_at is not None:
        return attempt
    now = clock.now()
    aside.accepted_at, aside.accepted_by_id = now, actor.person_id
    answer.answer, answer.sequence = aside.answer, max(answer.sequence, aside.sequence) + 1
    answer.saved_at = aside.at
    _grade_again(session, answer)
    session.flush()
    settle(session, attempt, now=now, actor=actor)
    _note(session, actor, "attempt.late_accepted", run, attempt=attempt.id, answer=answer.position)
    return attempt


def _grade_again(session: Session, answer: AttemptAnswer) -> None:
    """Grade an answer that became another one; a mark for the earlier one is void."""
    version = session.get_one(QuestionVersion, answer.graded_version_id or answer.version_id)
    share = regrade_queries.parsed(version).grade(answer.answer) if answer.answer else Fraction(0)
    answer.share = None if share is None else str(share)
    answer.marked_by_id = answer.marked_at = None


@command
def void_attempt(session: Session, actor: Actor, *, attempt_id: int, reason: str) -> Attempt:
    """Let an attempt count for nothing, also one under way; the learner's grade follows."""
    attempt, run = _attempt(session, actor, attempt_id)
    reason = clean(reason)
    if not reason:
        raise VoidReasonNeeded(field="reason")
    if attempt.status is AttemptStatus.VOIDED:
        return attempt
    attempt.status, attempt.void_reason = AttemptStatus.VOIDED, reason
    attempt.voided_at, attempt.voided_by_id = clock.now(), actor.person_id
    session.flush()
    write_grade(session, attempt, actor=actor, reason=reason)
    _note(session, actor, "attempt.voided", run, attempt=attempt.id, reason=reason)
    return attempt


@command
def regrade_quiz(
    session: Session, actor: Actor, *, assessment_id: int, reason: str, seen: str
) -> list[Regrade]:
    """Grade all handed-in attempts again by the newest keys; every grade changes with the reason.

    What a person marked stays as they marked it; `seen` is the fingerprint of the report that was
    agreed to. Raises ReasonNeeded, RegradeMoved.
    """
    assessment = queries.assessment_of(session, assessment_id)
    # Whatever else changes attempts that are handed in waits: what is reported is what changes.
    run = queries.run_to_conclude(session, assessment.run_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    reason = clean(reason)
    if not reason:
        raise ReasonNeeded(field="reason")
    now = clock.now()
    report = regrade_queries.regrades(session, assessment)
    # The same press again finds nothing left to do.
    if report and report_fingerprint(report) != seen:
        raise RegradeMoved
    for each in report:
        _apply(session, actor, each, now=now, reason=reason)
    _note(session, actor, "quiz.regraded", run, assessment=assessment_id, attempts=len(report))
    return report


def _apply(session: Session, actor: Actor, found: Regrade, *, now: datetime, reason: str) -> None:
    policy.require_not_own(actor, found.person_id)
    attempt = attempt_queries.attempt_to_change(session, found.attempt_id)
    for change in found.changes:
        answer = session.get_one(AttemptAnswer, change.answer_id)
        answer.share = None if change.after is None else str(change.after)
        answer.graded_version_id = change.version_id
    session.flush()
    settle(session, attempt, now=now, actor=actor, reason=reason)


def _handed_in(session: Session, actor: Actor, attempt_id: int) -> tuple[Attempt, Run]:
    attempt, run = _attempt(session, actor, attempt_id)
    if attempt.status not in HANDED_IN:
        raise AttemptRunning
    return attempt, run


def _attempt(session: Session, actor: Actor, attempt_id: int) -> tuple[Attempt, Run]:
    """Find an attempt, locked, for who may grade it and did not sit it."""
    found = attempt_queries.sitting(session, attempt_id)
    policy.require_may_see(actor, found.run)
    policy.require_may_grade(actor, found.run)
    policy.require_not_own(actor, found.person_id)
    return attempt_queries.attempt_to_change(session, attempt_id), found.run


def _note(session: Session, actor: Actor, action: str, run: Run, **details: Any) -> None:
    audit.record(session, actor, action, f"run:{run.id}", institute_id=run.institute_id, **details)
