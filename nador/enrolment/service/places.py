"""Getting a place, leaving it, and what becomes of it at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.catalogue.models import Course
from nador.catalogue.queries import run_for_update
from nador.enrolment import policy, queries, rules
from nador.enrolment.models import Enrolment, Equivalence
from nador.enrolment.rules import (
    SEATED,
    AlreadyEnrolled,
    Ending,
    EnrolmentPlaced,
    EnrolmentSource,
    EnrolmentStatus,
    OfferStatus,
)
from nador.enrolment.service import seats
from nador.kernel import audit, clock, codes, events
from nador.kernel.access import require_not_own_case
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor


@command
def enrol(
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    learner_id: int,
    source: EnrolmentSource | None = None,
) -> Enrolment:
    """Give the learner a seat on the run, or a place in its queue.

    An office's import is bound neither by the window nor by prerequisites. A second live
    enrolment is refused with the reference of the first: AlreadyEnrolled.
    """
    # Two people asking for the last seat must be counted one after the other.
    run = run_for_update(session, run_id)
    policy.require_may_enrol(actor, learner_id, institute_id=run.institute_id)
    policy.require_may_know(actor, run)
    source = source or _source(actor, learner_id)
    now = clock.now()
    existing = queries.live_enrolment(session, run_id=run.id, person_id=learner_id)
    if existing is not None:
        raise AlreadyEnrolled(reference=existing.reference, status=existing.status.value)
    if source is EnrolmentSource.IMPORT:
        status = rules.place_regardless_of_window(queries.intake(run), now=now)
    else:
        status = rules.place_for_newcomer(queries.intake(run), now=now)
        _require_prerequisites(session, run, learner_id)
    return _place(session, actor, run, learner_id, status=status, source=source, now=now)


def _source(actor: Actor, learner_id: int) -> EnrolmentSource:
    return EnrolmentSource.SELF if actor.is_person(learner_id) else EnrolmentSource.STAFF


def _require_prerequisites(session: Session, run: Run, learner_id: int) -> None:
    required = queries.required_courses(session, run)
    if required:
        met = queries.met_courses(session, learner_id)
        rules.require_prerequisites(
            [course.code for course in required],
            {course.code for course in required if course.id in met},
        )


def _place(
    session: Session,
    actor: Actor,
    run: Run,
    learner_id: int,
    *,
    status: EnrolmentStatus,
    source: EnrolmentSource,
    now: datetime,
) -> Enrolment:
    enrolment = Enrolment(
        run_id=run.id,
        person_id=learner_id,
        reference=codes.reference("E"),
        status=status,
        source=source,
        created_at=now,
        created_by_id=actor.person_id,
        queued_at=now if status is EnrolmentStatus.WAITLISTED else None,
    )
    session.add(enrolment)
    seats.count(run, None, status)
    session.flush()
    if source is not EnrolmentSource.SELF:
        audit.record(
            session,
            actor,
            "enrolment.placed",
            f"enrolment:{enrolment.id}",
            institute_id=run.institute_id,
            run_id=run.id,
            status=status.value,
            source=source.value,
        )
    # A seat may have become free on a run whose queue nobody has moved since.
    seats.offer_free_seats(session, actor, run, now=now)
    events.emit(session, actor, EnrolmentPlaced(enrolment.id))
    return enrolment


@command
def withdraw(session: Session, actor: Actor, *, enrolment_id: int, reason: str = "") -> Enrolment:
    """Give the place back, and offer the seat to the next in the same breath.

    Withdrawing twice changes nothing.
    """
    enrolment = queries.enrolment_for_update(session, enrolment_id)
    run = enrolment.run
    policy.require_owner_or_staff(
        actor, enrolment.person_id, institute_id=run.institute_id, run_id=run.id
    )
    now = clock.now()
    by_staff = not actor.is_person(enrolment.person_id)
    if not rules.answer_to_withdrawing(
        enrolment.status, by_staff=by_staff, ends_at=queries.midnight_after(run), now=now
    ):
        return enrolment
    seats.close_offer(session, enrolment.id, OfferStatus.DECLINED, now=now)
    seats.end(
        session,
        actor,
        enrolment,
        run,
        status=EnrolmentStatus.WITHDRAWN,
        ending=Ending.WITHDRAWN_BY_STAFF if by_staff else Ending.WITHDREW,
        reason=clean(reason),
        now=now,
    )
    seats.offer_free_seats(session, actor, run, now=now)
    return enrolment


@command
def complete(session: Session, actor: Actor, *, enrolment_id: int, passed: bool) -> Enrolment:
    """Write down what a person in charge decided about a learner; the seat is not offered again."""
    run_id = session.scalar(select(Enrolment.run_id).where(Enrolment.id == enrolment_id))
    if run_id is None:
        raise NotFound
    return conclude(session, actor, run_id=run_id, passed={enrolment_id: passed})[0]


@command
def conclude(
    session: Session, actor: Actor, *, run_id: int, passed: Mapping[int, bool]
) -> list[Enrolment]:
    """Write down what was decided about many learners of a run, by enrolment.

    Only who has an active place can complete or fail: NotActive for anybody else.
    """
    run = run_for_update(session, run_id)
    decided = session.scalars(
        select(Enrolment)
        .where(Enrolment.run_id == run_id, Enrolment.status == EnrolmentStatus.ACTIVE)
        .execution_options(populate_existing=True)
    )
    active = {enrolment.id: enrolment for enrolment in decided}
    now = clock.now()
    for enrolment_id, has_passed in passed.items():
        enrolment = active.get(enrolment_id)
        if enrolment is None:
            raise rules.NotActive
        policy.require_conclude(actor, enrolment.person_id, institute_id=run.institute_id)
        new = EnrolmentStatus.COMPLETED if has_passed else EnrolmentStatus.FAILED
        seats.move(enrolment, run, new)
        enrolment.ended_at = now
    return [active[enrolment_id] for enrolment_id in passed]


@command
def reopen(session: Session, actor: Actor, *, run_id: int) -> list[Enrolment]:
    """Take back what was decided about a run's learners: their places are active again."""
    run = run_for_update(session, run_id)
    decided = queries.people_of(session, run_id, EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
    for enrolment in decided:
        policy.require_conclude(actor, enrolment.person_id, institute_id=run.institute_id)
        seats.move(enrolment, run, EnrolmentStatus.ACTIVE)
        enrolment.ended_at = None
    return list(decided)


@command
def reopen_one(session: Session, actor: Actor, *, enrolment_id: int) -> Enrolment:
    """Take back what was decided about one learner; the others of the run keep theirs."""
    run_id = session.scalar(select(Enrolment.run_id).where(Enrolment.id == enrolment_id))
    if run_id is None:
        raise NotFound
    run = run_for_update(session, run_id)
    enrolment = session.get_one(Enrolment, enrolment_id, populate_existing=True)
    policy.require_conclude(actor, enrolment.person_id, institute_id=run.institute_id)
    if enrolment.status in {EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED}:
        seats.move(enrolment, run, EnrolmentStatus.ACTIVE)
        enrolment.ended_at = None
    return enrolment


@command
def empty_run(session: Session, actor: Actor, *, run_id: int, reason: str) -> None:
    """End every open claim on a run that will not take place."""
    run = run_for_update(session, run_id)
    now = clock.now()
    open_states = (*SEATED, EnrolmentStatus.WAITLISTED, EnrolmentStatus.APPLIED)
    for enrolment in queries.people_of(session, run_id, *open_states):
        seats.close_offer(session, enrolment.id, OfferStatus.DECLINED, now=now)
        seats.end(
            session,
            actor,
            enrolment,
            run,
            status=EnrolmentStatus.WITHDRAWN,
            ending=Ending.RUN_CANCELLED,
            reason=reason,
            now=now,
        )


@command
def record_equivalence(
    session: Session, actor: Actor, *, person_id: int, course_id: int, reason: str
) -> Equivalence:
    """Record that a person already has what a course teaches; a second record replaces the reason."""
    course = session.get(Course, course_id)
    if course is None:
        raise NotFound
    policy.require_manage(actor, institute_id=course.institute_id)
    require_not_own_case(actor, person_id)
    record = session.get(Equivalence, (person_id, course_id)) or Equivalence(
        person_id=person_id, course_id=course_id
    )
    record.reason = clean(reason)
    record.recorded_at = clock.now()
    record.recorded_by_id = actor.person_id or 0
    session.add(record)
    audit.record(
        session,
        actor,
        "equivalence.recorded",
        f"person:{person_id}",
        institute_id=course.institute_id,
        course=course.code,
        reason=record.reason,
    )
    return record
