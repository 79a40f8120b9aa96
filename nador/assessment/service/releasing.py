"""Showing grades to learners, and hiding them again; each turn is a line of every grade's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from nador.assessment import policy, queries, rules
from nador.assessment.models import Assessment, Grade, GradeChange
from nador.assessment.rules import GradesReleased, GradeState
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@command
def release(
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    assessment_ids: Collection[int] | None = None,
) -> list[Assessment]:
    """Show the run's learners their grades: those of some assessments, or of all; again is harmless."""
    run = queries.run_to_conclude(session, run_id)
    policy.require_may_see(actor, run)
    policy.require_may_release(actor, run)
    chosen = [
        each
        for each in queries.assessments(session, run_id)
        if assessment_ids is None or each.id in assessment_ids
    ]
    if assessment_ids is not None and {each.id for each in chosen} != set(assessment_ids):
        raise NotFound
    now = clock.now()
    shown = _turn(
        session,
        actor,
        [each.id for each in chosen],
        was=GradeState.PROVISIONAL,
        new=GradeState.RELEASED,
        now=now,
    )
    fresh = [each for each in chosen if each.released_at is None]
    for each in fresh:
        each.released_at = now
    if shown or fresh:
        audit.record(
            session,
            actor,
            "grades.released",
            f"run:{run_id}",
            institute_id=run.institute_id,
            assessments=[each.code for each in chosen],
            grades=shown,
        )
        events.emit(session, actor, GradesReleased(run_id=run_id))
    return chosen


@command
def release_one(session: Session, actor: Actor, *, assessment_id: int) -> Assessment:
    """Show the run's learners their grades in one assessment; again is harmless."""
    assessment = queries.assessment_for(session, actor, assessment_id)
    (released,) = release(session, actor, run_id=assessment.run_id, assessment_ids=[assessment_id])
    return released


@command
def hide(session: Session, actor: Actor, *, assessment_id: int, reason: str) -> Assessment:
    """Hide the grades of one assessment again; they stay known as seen, so a change needs a reason.

    Raises ReasonNeeded, ResultsRest; hiding what is hidden is harmless.
    """
    assessment = queries.assessment_for(session, actor, assessment_id)
    run = queries.run_to_conclude(session, assessment.run_id)
    policy.require_may_release(actor, run)
    reason = clean(reason)
    if not reason:
        raise rules.HideReasonNeeded(field="reason")
    if queries.results_rest(session, run.id):
        raise rules.ResultsRest
    hidden = _turn(
        session,
        actor,
        [assessment_id],
        was=GradeState.RELEASED,
        new=GradeState.PROVISIONAL,
        reason=reason,
        now=clock.now(),
    )
    if hidden or assessment.released_at is not None:
        assessment.released_at = None
        audit.record(
            session,
            actor,
            "grades.hidden",
            f"run:{run.id}",
            institute_id=run.institute_id,
            assessments=[assessment.code],
            grades=hidden,
            reason=reason,
        )
    return assessment


def _turn(
    session: Session,
    actor: Actor,
    assessment_ids: list[int],
    *,
    was: GradeState,
    new: GradeState,
    now: datetime,
    reason: str = "",
) -> int:
    """Turn grades from one state into another, each with its line of history, and count them."""
    turning = queries.grades_in(session, assessment_ids, was)
    session.add_all(
        GradeChange(
            grade_id=grade.id,
            at=now,
            by_id=actor.person_id,
            from_value=grade.value,
            from_state=was,
            to_value=grade.value,
            to_state=new,
            reason=reason,
        )
        for grade in turning
    )
    session.execute(
        update(Grade)
        .where(Grade.assessment_id.in_(assessment_ids), Grade.state == was)
        .values(
            state=new,
            version=Grade.version + 1,
            changed_at=now,
            changed_by_id=actor.person_id,
        )
        .execution_options(synchronize_session=False)
    )
    for grade in turning:
        session.expire(grade)
    return len(turning)
