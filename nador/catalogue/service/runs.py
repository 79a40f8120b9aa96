"""Runs: opened, changed, published, cancelled, concluded; and who teaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from nador.accounts.models import Person
from nador.accounts.rules import PersonStatus
from nador.catalogue import policy, rules
from nador.catalogue.models import Course, CourseVersion, Meeting, Run, RunStaff
from nador.catalogue.queries import run_for_update, version_with_course
from nador.catalogue.rules import (
    CatalogueStatus,
    MeetingStatus,
    Mode,
    RunCancelled,
    RunChanged,
    RunPublished,
    RunStatus,
    Schedule,
    ShownState,
)
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.events import emit
from nador.kernel.text import clean

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

CHANGEABLE: Final = frozenset(
    [
        "language",
        "mode",
        "place",
        "starts_on",
        "ends_on",
        "opens_at",
        "closes_at",
        "capacity",
        "offer_hours",
        "appeal_days",
    ]
)


@command
def open_run(  # noqa: PLR0913 - a run is that many facts, and each caller names them
    session: Session,
    actor: Actor,
    *,
    version_id: int,
    code: str,
    language: str,
    mode: Mode,
    place: str,
    starts_on: date,
    ends_on: date,
    opens_at: datetime,
    closes_at: datetime,
    capacity: int,
    offer_hours: int = 48,
    appeal_days: int = 10,
    publish: bool = False,
) -> Run:
    """Open a run of a course version, as a draft or for everyone to see."""
    version = version_with_course(session, version_id)
    policy.require_may_manage(actor, version.course.institute_id)
    if version.course.status == CatalogueStatus.RETIRED:
        raise rules.CourseNotOffered
    run = Run(
        institute_id=version.course.institute_id,
        course_id=version.course_id,
        version_id=version.id,
        code=rules.run_code(code),
        language=language,
        mode=mode,
        place=clean(place),
        starts_on=starts_on,
        ends_on=ends_on,
        opens_at=opens_at,
        closes_at=closes_at,
        capacity=capacity,
        seats_held=0,
        offer_hours=offer_hours,
        appeal_days=appeal_days,
        status=RunStatus.DRAFT,
        created_at=clock.now(),
    )
    _check(run, version)
    if session.scalar(select(Run.id).where(Run.code == run.code)) is not None:
        raise rules.RunCodeTaken(field="code")
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        # On PostgreSQL somebody can open a run of the same code at the same moment.
        raise rules.RunCodeTaken(field="code") from None
    _record(session, actor, "run.opened", run)
    if publish:
        publish_run(session, actor, run_id=run.id)
    return run


def _check(run: Run, version: CourseVersion) -> None:
    rules.check_language(run.language, version.languages)
    rules.check_schedule(run.schedule)
    rules.check_capacity(run.capacity, seats_held=run.seats_held)
    rules.check_offer_hours(run.offer_hours)
    rules.check_appeal_days(run.appeal_days)


@command
def change_run(
    session: Session, actor: Actor, /, *, run_id: int, version_counter: int, **changes: Any
) -> Run:
    """Change what a run says; `version_counter` is the one that the changer has seen.

    A raised capacity promotes from the waitlist before this returns: whoever keeps it hears of it.
    """
    run = run_for_update(session, run_id)
    policy.require_may_manage_run(actor, run)
    rules.check_changeable(run.status)
    if run.version_counter != version_counter:
        raise rules.RunChangedMeanwhile
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"a run has nothing to change called {', '.join(sorted(unknown))}")
    if "place" in changes:
        changes["place"] = clean(changes["place"])
    before = {name: getattr(run, name) for name in changes if getattr(run, name) != changes[name]}
    if not before:
        return run
    _check_changed(session, run, {name: changes[name] for name in before})
    for name in before:
        setattr(run, name, changes[name])
    run.version_counter += 1
    _record(
        session,
        actor,
        "run.changed",
        run,
        **{name: [str(old), str(changes[name])] for name, old in before.items()},
    )
    emit(session, actor, RunChanged(run.id, tuple(sorted(before))))
    return run


def _check_changed(session: Session, run: Run, changes: dict[str, Any]) -> None:
    """Refuse changes before they touch the row."""
    dates = {name: changes.get(name, getattr(run, name)) for name in Schedule.__slots__}
    rules.check_schedule(Schedule(**dates))
    if "capacity" in changes:
        rules.check_capacity(changes["capacity"], seats_held=run.seats_held)
    if "offer_hours" in changes:
        rules.check_offer_hours(changes["offer_hours"])
    if "appeal_days" in changes:
        rules.check_appeal_days(changes["appeal_days"])
    if "language" in changes:
        version = session.get_one(CourseVersion, run.version_id)
        rules.check_language(changes["language"], version.languages)


@command
def publish_run(session: Session, actor: Actor, *, run_id: int) -> Run:
    """Show the run to everyone; from now on it has its assessments."""
    run = run_for_update(session, run_id)
    policy.require_may_manage_run(actor, run)
    if run.status != RunStatus.DRAFT:
        raise rules.RunNotDraft
    if session.get_one(Course, run.course_id).status != CatalogueStatus.PUBLISHED:
        raise rules.CourseNotOffered
    run.status = RunStatus.PUBLISHED
    run.version_counter += 1
    _record(session, actor, "run.published", run)
    emit(session, actor, RunPublished(run.id))
    return run


@command
def cancel_run(session: Session, actor: Actor, *, run_id: int, reason: str) -> Run:
    """Call the run off, with its planned meetings; those who had a place are told why."""
    run = run_for_update(session, run_id)
    policy.require_may_manage_run(actor, run)
    rules.check_changeable(run.status)
    said = clean(reason)
    if not said:
        raise rules.ReasonMissing(field="reason")
    run.status = RunStatus.CANCELLED
    run.version_counter += 1
    session.execute(
        update(Meeting)
        .where(Meeting.run_id == run.id, Meeting.status == MeetingStatus.PLANNED)
        .values(status=MeetingStatus.CANCELLED)
    )
    _record(session, actor, "run.cancelled", run, reason=said)
    emit(session, actor, RunCancelled(run.id, said))
    return run


@command
def conclude_run(session: Session, actor: Actor, *, run_id: int) -> Run:
    """Close a run that has ended; again is nothing new, because a late result may be added."""
    run = run_for_update(session, run_id)
    policy.require_may_conclude(actor, run)
    state = rules.shown_state(run.status, run.schedule, now=clock.now())
    if state is ShownState.CONCLUDED:
        return run
    if state is not ShownState.GRADING:
        raise rules.RunNotGrading
    run.status = RunStatus.CONCLUDED
    run.version_counter += 1
    _record(session, actor, "run.concluded", run)
    return run


@command
def reopen_run(session: Session, actor: Actor, *, run_id: int) -> Run:
    """Take back that a run is concluded."""
    run = run_for_update(session, run_id)
    policy.require_may_conclude(actor, run)
    if run.status != RunStatus.CONCLUDED:
        raise rules.RunNotConcluded
    run.status = RunStatus.PUBLISHED
    run.version_counter += 1
    _record(session, actor, "run.reopened", run)
    return run


@command
def assign_staff(session: Session, actor: Actor, *, run_id: int, person_id: int) -> RunStaff:
    """Let a person teach and grade the run; who does already, goes on doing so."""
    run = run_for_update(session, run_id)
    policy.require_may_manage_run(actor, run)
    person = session.get(Person, person_id)
    if person is None or person.status != PersonStatus.ACTIVE:
        raise NotFound
    staff = _live_staff(session, run_id, person_id)
    if staff is None:
        staff = RunStaff(run_id=run.id, person_id=person_id, granted_at=clock.now())
        session.add(staff)
        _record(session, actor, "run.staff_assigned", run, person=person_id)
    return staff


@command
def end_staff(session: Session, actor: Actor, *, run_id: int, person_id: int) -> None:
    """End a person's part in the run; what they graded stays theirs."""
    run = run_for_update(session, run_id)
    policy.require_may_manage_run(actor, run)
    staff = _live_staff(session, run_id, person_id)
    if staff is None:
        raise NotFound
    staff.ended_at = clock.now()
    _record(session, actor, "run.staff_ended", run, person=person_id)


def _live_staff(session: Session, run_id: int, person_id: int) -> RunStaff | None:
    return session.scalar(
        select(RunStaff).where(
            RunStaff.run_id == run_id,
            RunStaff.person_id == person_id,
            RunStaff.ended_at.is_(None),
        )
    )


def _record(session: Session, actor: Actor, action: str, run: Run, **details: Any) -> None:
    audit.record(session, actor, action, f"run:{run.id}", institute_id=run.institute_id, **details)
