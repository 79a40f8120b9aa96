"""Times are offered, booked, moved and given back; none is ever booked by more than it has room for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from nador.assessment import policy, queries
from nador.assessment.models import Booking, Slot
from nador.assessment.queries import slots as booked
from nador.assessment.rules import LearnerNotActive
from nador.assessment.rules import slots as rules
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.assessment.rules.slots import Series
    from nador.enrolment.models import Enrolment
    from nador.kernel.access import Actor


@command
def offer_slots(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    series: Series,
    examiner_id: int,
    place: str,
) -> list[Slot]:
    """Offer times, one after the other.

    Raises NotToBook, SlotsUnclear, SlotsInThePast, ExaminerUnknown.
    """
    assessment = queries.assessment_of(session, assessment_id)
    run = queries.run_to_grade(session, assessment.run_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    if assessment.kind not in rules.BOOKED:
        raise rules.NotToBook
    rules.check_series(series, now=clock.now())
    if examiner_id not in {person.id for person in booked.examiners(session, run)}:
        raise rules.ExaminerUnknown(field="examiner_id")
    made = [
        Slot(
            assessment_id=assessment_id,
            starts_at=starts_at,
            ends_at=ends_at,
            closes_at=starts_at - timedelta(hours=series.hours_before),
            place=clean(place),
            examiner_id=examiner_id,
            capacity=series.capacity,
        )
        for starts_at, ends_at in series.times()
    ]
    session.add_all(made)
    session.flush()
    audit.record(
        session,
        actor,
        "slots.offered",
        f"assessment:{assessment_id}",
        institute_id=run.institute_id,
        count=len(made),
    )
    return made


@command
def book(session: Session, actor: Actor, *, assessment_id: int, slot_id: int) -> Booking:
    """Take a time for oneself, or move to it; the same again changes nothing.

    Raises NotFound, SlotFull, SlotClosed, SlotGone. What one has stays when the other is refused.
    """
    own = booked.own_slots(session, actor.person_id or 0, assessment_id)
    enrolment = queries.enrolment_to_grade(session, own.enrolment.id, run_id=own.run.id)
    return _take(session, actor, enrolment, assessment_id=assessment_id, slot_id=slot_id)


@command
def book_for(
    session: Session, actor: Actor, *, slot_id: int, enrolment_id: int, reason: str
) -> Booking:
    """Book a time for a learner, or move them to it, also when it is too near for themselves.

    They are told. Raises SlotReasonNeeded, SlotFull, SlotClosed, SlotGone, LearnerNotActive, OwnCase.
    """
    slot, run = booked.slot_with_run(session, slot_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    reason = clean(reason)
    if not reason:
        raise rules.SlotReasonNeeded(field="reason")
    enrolment = queries.enrolment_to_grade(session, enrolment_id, run_id=run.id)
    policy.require_not_own(actor, enrolment.person_id)
    if enrolment.status is not EnrolmentStatus.ACTIVE:
        raise LearnerNotActive
    assessment_id = slot.assessment_id
    had = booked.booking_of(session, assessment_id, enrolment_id)
    made = _take(
        session, actor, enrolment, assessment_id=assessment_id, slot_id=slot_id, by_staff=True
    )
    if had is None or had.id != made.id:
        audit.record(
            session,
            actor,
            "slot.booked_for",
            f"enrolment:{enrolment_id}",
            institute_id=run.institute_id,
            slot=slot_id,
            moved_from=had.slot_id if had else None,
            reason=reason,
        )
    return made


def _take(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    *,
    assessment_id: int,
    slot_id: int,
    by_staff: bool = False,
) -> Booking:
    """Take a time for a learner whose enrolment is locked, and give back the one that they had."""
    held = booked.booking_of(session, assessment_id, enrolment.id)
    if held is not None and held.slot_id == slot_id:
        return held
    asked = {slot_id} | ({held.slot_id} if held else set())
    session.expire_all()
    found = booked.slots_to_change(session, asked)
    slot = found.get(slot_id)
    if slot is None or slot.assessment_id != assessment_id:
        raise rules.SlotGone
    now = clock.now()
    rules.require_bookable(slot.state, now=now, by_staff=by_staff)
    # What was cancelled while its row was waited for is given back already.
    if held is not None and held.given_back_at is None:
        if not by_staff:
            rules.require_changeable(found[held.slot_id].state, now=now)
        _give_back(held, found[held.slot_id], now=now)
    session.flush()
    slot.booked += 1
    made = Booking(
        slot_id=slot_id,
        assessment_id=assessment_id,
        enrolment_id=enrolment.id,
        booked_at=now,
        booked_by_id=actor.person_id or 0,
    )
    session.add(made)
    session.flush()
    moved_from = held.slot_id if held else None
    events.emit(session, actor, rules.SlotBooked(made.id, by_staff, moved_from))
    return made


@command
def give_back(session: Session, actor: Actor, *, assessment_id: int) -> None:
    """Give one's time back; raises NotBooked, SlotClosed."""
    own = booked.own_slots(session, actor.person_id or 0, assessment_id)
    queries.enrolment_to_grade(session, own.enrolment.id, run_id=own.run.id)
    held = booked.booking_of(session, assessment_id, own.enrolment.id)
    if held is None:
        raise rules.NotBooked
    slot_id = held.slot_id
    session.expire_all()
    slot, now = booked.slots_to_change(session, {slot_id})[slot_id], clock.now()
    if held.given_back_at is not None:
        raise rules.NotBooked
    rules.require_changeable(slot.state, now=now)
    _give_back(held, slot, now=now)


def _give_back(held: Booking, slot: Slot, *, now: datetime) -> None:
    held.given_back_at = now
    slot.booked -= 1


@command
def cancel_slot(session: Session, actor: Actor, *, slot_id: int) -> None:
    """Take a time back; whoever had booked it is told, and books another."""
    slot, run = booked.slot_with_run(session, slot_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    session.expire_all()
    slot = booked.slots_to_change(session, {slot_id})[slot_id]
    if slot.cancelled_at is not None:
        return
    now = clock.now()
    losing = booked.holders(session, slot_id)
    for held in losing:
        held.given_back_at = now
    slot.booked, slot.cancelled_at = 0, now
    session.flush()
    audit.record(
        session,
        actor,
        "slot.cancelled",
        f"assessment:{slot.assessment_id}",
        institute_id=run.institute_id,
        slot=slot_id,
    )
    told = tuple(held.enrolment_id for held in losing)
    events.emit(session, actor, rules.SlotCancelled(slot_id, told))


def free_slots(session: Session, *, enrolment_id: int) -> None:
    """Give back what somebody booked who has left the run, as part of the command by which they left."""
    now = clock.now()
    # Held first: what is cancelled meanwhile is given back already.
    slots = booked.slots_to_change(session, booked.slots_held(session, enrolment_id))
    for held in booked.held_by(session, enrolment_id):
        slot = slots.get(held.slot_id)
        if slot is not None and slot.starts_at > now:
            held.given_back_at = now
            slot.booked -= 1
