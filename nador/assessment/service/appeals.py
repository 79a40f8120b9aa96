"""Appeals: a learner contests, an office gives it to somebody, that person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment import policy, queries, rules
from nador.assessment.models import Appeal
from nador.assessment.rules import AppealStatus
from nador.assessment.service.grading import set_grade
from nador.enrolment import service as enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.text import clean

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from nador.assessment.models import GradeChange
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor


@command
def open_appeal(
    session: Session, actor: Actor, *, reference: str, assessment_id: int | None, reason: str
) -> Appeal:
    """Contest an own released grade, or the confirmed result (no assessment).

    Raises NotFound, NothingToContest, AppealTooLate, AppealOpenAlready, AppealAnsweredAlready,
    AppealReasonNeeded.
    """
    contested = queries.contested(
        session, actor.person_id or 0, reference=reference, assessment_id=assessment_id
    )
    # Two at once: the second waits here, and then finds the first.
    queries.enrolment_to_grade(session, contested.enrolment_id, run_id=contested.run.id)
    contested = queries.contested(
        session, actor.person_id or 0, reference=reference, assessment_id=assessment_id
    )
    now = clock.now()
    since = contested.since
    if since is None:
        raise rules.NothingToContest
    rules.require_new(contested.earlier, since=since)
    rules.require_in_time(since, contested.run.appeal_days, now=now)
    reason = clean(reason)
    if not reason:
        raise rules.AppealReasonNeeded(field="reason")
    appeal = Appeal(
        run_id=contested.run.id,
        enrolment_id=contested.enrolment_id,
        assessment_id=assessment_id,
        status=AppealStatus.OPEN,
        reason=reason,
        opened_at=now,
        opened_by_id=actor.person_id,
        # Staff has as long to answer as learners have to ask.
        answer_by=rules.deadline(now, contested.run.appeal_days),
    )
    session.add(appeal)
    session.flush()
    _record(session, actor, "appeal.opened", appeal, contested.run)
    events.emit(session, actor, rules.AppealOpened(appeal.id))
    return appeal


@command
def assign_appeal(session: Session, actor: Actor, *, appeal_id: int, assignee_id: int) -> Appeal:
    """Give an open appeal to somebody who may change what is contested, and did not mark it.

    Raises AppealIsDecided, AssigneeNotFit, OwnCase.
    """
    appeal, run = _open(session, actor, appeal_id)
    policy.require_may_conclude(actor, run)
    policy.require_not_own(actor, appeal.opened_by_id)
    if assignee_id not in {each.id for each in queries.deciders(session, run, appeal)}:
        raise rules.AssigneeNotFit(field="assignee")
    if appeal.assignee_id != assignee_id:
        appeal.assignee_id, appeal.assigned_by_id = assignee_id, actor.person_id
        _record(session, actor, "appeal.assigned", appeal, run, assignee=assignee_id)
        events.emit(session, actor, rules.AppealAssigned(appeal.id))
    return appeal


@command
def deny_appeal(session: Session, actor: Actor, *, appeal_id: int, answer: str) -> Appeal:
    """Leave what is contested as it is, and say why."""
    appeal, run = _to_decide(session, actor, appeal_id, answer)
    return _decide(session, actor, appeal, run, status=AppealStatus.DENIED, answer=answer)


@command
def approve_appeal(
    session: Session, actor: Actor, *, appeal_id: int, answer: str, value: Decimal | None = None
) -> Appeal:
    """Accept what a learner asks for: another grade, or a result that is decided again.

    A confirmed result is never changed by this: before its grade changes a registrar reopens it, and
    afterwards somebody in charge confirms it again. Raises ResultToReopen, AppealChangesNothing.
    """
    appeal, run = _to_decide(session, actor, appeal_id, answer)
    change = None
    if appeal.assessment_id is not None:
        change = _regrade(session, actor, appeal, value=value, answer=answer)
    else:
        _reopen(session, actor, appeal, run)
    return _decide(
        session, actor, appeal, run, status=AppealStatus.APPROVED, answer=answer, change=change
    )


@command
def reopen_for_appeal(session: Session, actor: Actor, *, appeal_id: int) -> Appeal:
    """Open one learner's confirmed result again, so that an appeal can change its grade.

    The others of the run keep theirs; concluding again decides this one.
    """
    appeal, run = _open(session, actor, appeal_id)
    policy.require_may_conclude(actor, run)
    policy.require_not_own(actor, appeal.opened_by_id)
    _reopen(session, actor, appeal, run)
    return appeal


def _open(session: Session, actor: Actor, appeal_id: int) -> tuple[Appeal, Run]:
    """Find an open appeal with its run, locked against another decision; raises AppealIsDecided."""
    appeal = queries.appeal_to_decide(session, appeal_id)
    run = queries.run_to_conclude(session, appeal.run_id)
    policy.require_may_see(actor, run)
    if appeal.status is not AppealStatus.OPEN:
        raise rules.AppealIsDecided
    return appeal, run


def _to_decide(session: Session, actor: Actor, appeal_id: int, answer: str) -> tuple[Appeal, Run]:
    appeal, run = _open(session, actor, appeal_id)
    if appeal.assignee_id is None or not actor.is_person(appeal.assignee_id):
        raise rules.NotTheAssignee
    # Somebody may have marked it, or lost a role, since it was given to them.
    if appeal.assignee_id not in {each.id for each in queries.deciders(session, run, appeal)}:
        raise rules.AssigneeNotFit
    if not clean(answer):
        raise rules.AppealAnswerNeeded(field="answer")
    return appeal, run


def _regrade(
    session: Session, actor: Actor, appeal: Appeal, *, value: Decimal | None, answer: str
) -> GradeChange:
    """Give the grade that was asked for, with the appeal as its reason."""
    place = queries.enrolment_to_grade(session, appeal.enrolment_id, run_id=appeal.run_id)
    if place.status in {EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED}:
        raise rules.ResultToReopen
    kept = queries.grade_of(
        session, assessment_id=appeal.assessment_id or 0, enrolment_id=appeal.enrolment_id
    )
    if value is None or kept is None or kept.value == value:
        raise rules.AppealChangesNothing(field="value")
    grade = set_grade(
        session,
        actor,
        assessment_id=kept.assessment_id,
        enrolment_id=kept.enrolment_id,
        value=value,
        reason=f"#{appeal.id}: {clean(answer)}",
    )
    session.flush()
    return queries.last_change(session, grade.id)


def _reopen(session: Session, actor: Actor, appeal: Appeal, run: Run) -> None:
    """Take back the confirmation of one learner's result; without one there is nothing to do."""
    result = queries.results_by_enrolment(session, run.id).get(appeal.enrolment_id)
    if result is None or result.confirmed_at is None:
        return
    enrolment.reopen_one(session, actor, enrolment_id=appeal.enrolment_id)
    result.confirmed_at = result.confirmed_by_id = None
    _record(session, actor, "result.reopened", appeal, run)


def _decide(
    session: Session,
    actor: Actor,
    appeal: Appeal,
    run: Run,
    *,
    status: AppealStatus,
    answer: str,
    change: GradeChange | None = None,
) -> Appeal:
    now: datetime = clock.now()
    appeal.status, appeal.answer = status, clean(answer)
    appeal.decided_at, appeal.decided_by_id = now, actor.person_id
    appeal.grade_change_id = change.id if change is not None else None
    session.flush()
    _record(session, actor, f"appeal.{status.value}", appeal, run)
    events.emit(session, actor, rules.AppealDecided(appeal.id))
    return appeal


def _record(
    session: Session, actor: Actor, action: str, appeal: Appeal, run: Run, **details: int
) -> None:
    audit.record(
        session,
        actor,
        action,
        f"enrolment:{appeal.enrolment_id}",
        institute_id=run.institute_id,
        appeal=appeal.id,
        **details,
    )
