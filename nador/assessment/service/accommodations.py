"""Groups of learners, and what is eased for them; nothing of it is ever rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from nador.assessment import policy, queries
from nador.assessment.models import Accommodation, RunGroup, RunGroupMember
from nador.assessment.queries import accommodations as eased
from nador.assessment.rules.accommodations import GroupInUse, check_ease
from nador.assessment.rules.banks import a_name
from nador.assessment.rules.refusals import NameTaken
from nador.assessment.service.quizzes import retime
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean, fold

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from nador.assessment.rules.accommodations import Ease
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor


@command
def create_group(session: Session, actor: Actor, *, run_id: int, name: str) -> RunGroup:
    """Name a group of the run's learners; raises NameMissing, NameTaken."""
    run = _arranged(session, actor, run_id)
    kept = _free_name(session, run.id, name)
    group = RunGroup(run_id=run.id, name=kept, name_folded=fold(kept))
    session.add(group)
    session.flush()
    _note(session, actor, "group.created", run, group=group.id, name=kept)
    return group


@command
def change_group(
    session: Session, actor: Actor, *, group_id: int, name: str, enrolment_ids: Collection[int]
) -> RunGroup:
    """Say how a group is called and who is in it; learners of other runs are refused."""
    group = eased.group_of(session, group_id)
    run = _arranged(session, actor, group.run_id)
    kept = _free_name(session, run.id, name, but=group.id)
    group.name, group.name_folded = kept, fold(kept)
    learners = {each.enrolment_id: each.person_id for each in eased.learners_of(session, run.id)}
    before = eased.members_of(session, group.id)
    # Who has left the run since stays in the group: their past is judged by it.
    after = set(enrolment_ids) | (before - learners.keys())
    if not set(enrolment_ids) <= learners.keys():
        raise NotFound
    for enrolment_id in before ^ after:
        policy.require_not_own(actor, learners[enrolment_id])
    session.execute(
        delete(RunGroupMember).where(
            RunGroupMember.group_id == group.id, RunGroupMember.enrolment_id.in_(before - after)
        )
    )
    session.add_all(
        RunGroupMember(group_id=group.id, enrolment_id=each) for each in sorted(after - before)
    )
    session.flush()
    retime(session, run_id=run.id, enrolment_ids=before ^ after)
    _note(
        session,
        actor,
        "group.changed",
        run,
        group=group.id,
        name=kept,
        joined=sorted(after - before),
        left=sorted(before - after),
    )
    return group


@command
def delete_group(session: Session, actor: Actor, *, group_id: int) -> int:
    """Forget a group that no accommodation names, and return its run; raises GroupInUse."""
    group = eased.group_of(session, group_id)
    run = _arranged(session, actor, group.run_id)
    if eased.is_named(session, group.id):
        raise GroupInUse
    session.execute(delete(RunGroupMember).where(RunGroupMember.group_id == group.id))
    session.delete(group)
    _note(session, actor, "group.deleted", run, group=group_id, name=group.name)
    return run.id


@command
def give_accommodation(
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    ease: Ease,
    reason: str,
    assessment_id: int | None = None,
    enrolment_id: int | None = None,
    group_id: int | None = None,
) -> Accommodation:
    """Ease something for one learner or one group; nobody does it for themselves.

    Raises NothingEased, EasedTooFar, DatesNeedAssessment, AccommodationReasonNeeded, OwnCase.
    """
    run = _arranged(session, actor, run_id)
    reason = clean(reason)
    check_ease(ease, for_one_assessment=assessment_id is not None, reason=reason)
    if (enrolment_id is None) is (group_id is None):
        raise NotFound
    if assessment_id is not None:
        _require_on(run, queries.assessment_of(session, assessment_id).run_id)
    _require_for_another(session, actor, run, enrolment_id=enrolment_id, group_id=group_id)
    given = Accommodation(
        run_id=run.id,
        assessment_id=assessment_id,
        enrolment_id=enrolment_id,
        group_id=group_id,
        extra_time=ease.extra_time,
        extra_days=ease.extra_days,
        extra_attempts=ease.extra_attempts,
        opens_at=ease.opens_at,
        due_at=ease.due_at,
        closes_at=ease.closes_at,
        reason=reason,
        given_at=clock.now(),
        given_by_id=actor.person_id,
    )
    session.add(given)
    session.flush()
    retime(session, run_id=run.id, assessment_id=assessment_id)
    _note(session, actor, "accommodation.given", run, accommodation=given.id)
    return given


@command
def end_accommodation(session: Session, actor: Actor, *, accommodation_id: int) -> Accommodation:
    """Let it hold no more from now on; that it held stays written."""
    given = eased.accommodation_of(session, accommodation_id)
    run = _arranged(session, actor, given.run_id)
    _require_for_another(
        session, actor, run, enrolment_id=given.enrolment_id, group_id=given.group_id
    )
    if given.ended_at is None:
        given.ended_at, given.ended_by_id = clock.now(), actor.person_id
        session.flush()
        retime(session, run_id=run.id, assessment_id=given.assessment_id)
        _note(session, actor, "accommodation.ended", run, accommodation=given.id)
    return given


def _arranged(session: Session, actor: Actor, run_id: int) -> Run:
    """Find the run, held so that what is arranged on it changes one after the other."""
    run = queries.run_to_conclude(session, run_id)
    policy.require_may_arrange(actor, run)
    return run


def _require_on(run: Run, run_id: int) -> None:
    if run_id != run.id:
        raise NotFound


def _require_for_another(
    session: Session, actor: Actor, run: Run, *, enrolment_id: int | None, group_id: int | None
) -> None:
    """Refuse to ease one's own case, also as one of a group."""
    if enrolment_id is not None:
        enrolment = queries.enrolment_to_grade(session, enrolment_id, run_id=run.id)
        policy.require_not_own(actor, enrolment.person_id)
        return
    group = eased.group_of(session, group_id or 0)
    _require_on(run, group.run_id)
    members = eased.members_of(session, group.id)
    for learner in eased.learners_of(session, run.id):
        if learner.enrolment_id in members:
            policy.require_not_own(actor, learner.person_id)


def _free_name(session: Session, run_id: int, name: str, *, but: int | None = None) -> str:
    kept = a_name(name)
    taken = eased.group_by_name(session, run_id, fold(kept))
    if taken is not None and taken.id != but:
        raise NameTaken(name=kept)
    return kept


def _note(session: Session, actor: Actor, action: str, run: Run, **details: Any) -> None:
    audit.record(session, actor, action, f"run:{run.id}", institute_id=run.institute_id, **details)
