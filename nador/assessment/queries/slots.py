"""Times of examinations: a learner's choice, staff's list, and the rows that booking locks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from nador.accounts.models import Institute, Person
from nador.assessment.models import Assessment, Booking, Slot
from nador.catalogue.models import Run, RunStaff
from nador.catalogue.rules import RunStatus
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSlots:
    """An assessment's times as a learner sees them, with the one that is theirs."""

    assessment: Assessment
    run: Run
    enrolment: Enrolment
    slots: Sequence[Slot]
    booking: Booking | None

    @property
    def booked(self) -> Slot | None:
        """The time that is the learner's."""
        held = self.booking.slot_id if self.booking else None
        return next((slot for slot in self.slots if slot.id == held), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """An assessment's times with who booked each."""

    slots: Sequence[Slot]
    people: Mapping[int, Sequence[Enrolment]]

    def of(self, slot: Slot) -> Sequence[Enrolment]:
        """Who booked a time, in the order of booking."""
        return self.people.get(slot.id, ())


def own_slots(session: Session, person_id: int, assessment_id: int) -> OwnSlots:
    """The times of an assessment on a run where the person has a place; raises NotFound."""
    found = session.execute(
        select(Assessment, Run, Enrolment)
        .join(Run, Run.id == Assessment.run_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .options(joinedload(Run.version), joinedload(Run.course))
        .where(
            Assessment.id == assessment_id,
            Run.status == RunStatus.PUBLISHED,
            Enrolment.person_id == person_id,
            Enrolment.status == EnrolmentStatus.ACTIVE,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    assessment, run, enrolment = found
    slots = session.scalars(_slots(assessment_id).where(Slot.cancelled_at.is_(None))).all()
    if not slots:
        raise NotFound
    return OwnSlots(
        assessment=assessment,
        run=run,
        enrolment=enrolment,
        slots=slots,
        booking=booking_of(session, assessment_id, enrolment.id),
    )


def _slots(assessment_id: int) -> Select[Slot]:
    return (
        select(Slot)
        .where(Slot.assessment_id == assessment_id)
        .options(joinedload(Slot.examiner))
        .order_by(Slot.starts_at, Slot.id)
    )


def booking_of(session: Session, assessment_id: int, enrolment_id: int) -> Booking | None:
    """The booking that a learner holds for an assessment."""
    return session.scalar(
        select(Booking).where(
            Booking.assessment_id == assessment_id,
            Booking.enrolment_id == enrolment_id,
            Booking.given_back_at.is_(None),
        )
    )


def slots_to_change(session: Session, ids: set[int]) -> dict[int, Slot]:
    """Times, locked in one order for everybody: two who swap must not wait for each other."""
    found = session.scalars(
        select(Slot).where(Slot.id.in_(ids)).order_by(Slot.id).with_for_update()
    )
    return {slot.id: slot for slot in found}


def timetable(session: Session, assessment_id: int) -> Timetable:
    """All times of an assessment with the people who booked them, in two queries."""
    slots = session.scalars(_slots(assessment_id)).all()
    people: defaultdict[int, list[Enrolment]] = defaultdict(list)
    for booking in session.scalars(
        select(Booking)
        .where(Booking.assessment_id == assessment_id, Booking.given_back_at.is_(None))
        .options(joinedload(Booking.enrolment).joinedload(Enrolment.person))
        .order_by(Booking.id)
    ):
        people[booking.slot_id].append(booking.enrolment)
    return Timetable(slots=slots, people=people)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A learner for whom a time can be booked, and when theirs is, where they have one."""

    enrolment_id: int
    latin: str | None
    arabic: str | None
    slot_id: int | None
    starts_at: datetime | None


def candidates(session: Session, slot: Slot, run: Run) -> list[Candidate]:
    """The learners of a run by name, but who has this very time; one query."""
    held = (
        select(Booking.enrolment_id, Slot.id.label("slot_id"), Slot.starts_at)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Booking.assessment_id == slot.assessment_id, Booking.given_back_at.is_(None))
        .subquery()
    )
    rows = session.execute(
        select(
            Enrolment.id, Person.name_latin, Person.name_arabic, held.c.slot_id, held.c.starts_at
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(held, held.c.enrolment_id == Enrolment.id)
        .where(Enrolment.run_id == run.id, Enrolment.status == EnrolmentStatus.ACTIVE)
        .order_by(Person.name_folded, Enrolment.id)
    )
    found = [Candidate(*row) for row in rows]
    return [one for one in found if one.slot_id != slot.id]


def holders(session: Session, slot_id: int) -> list[Booking]:
    """The bookings that hold of a time."""
    return list(
        session.scalars(
            select(Booking).where(Booking.slot_id == slot_id, Booking.given_back_at.is_(None))
        )
    )


def slots_held(session: Session, enrolment_id: int) -> set[int]:
    """The times that a learner holds."""
    held = Booking.enrolment_id == enrolment_id, Booking.given_back_at.is_(None)
    return set(session.scalars(select(Booking.slot_id).where(*held)))


def held_by(session: Session, enrolment_id: int) -> list[Booking]:
    """The bookings that a learner holds."""
    return list(
        session.scalars(
            select(Booking).where(
                Booking.enrolment_id == enrolment_id, Booking.given_back_at.is_(None)
            )
        )
    )


def examiners(session: Session, run: Run) -> list[Person]:
    """Who can examine on a run: its teachers."""
    return list(
        session.scalars(
            select(Person)
            .join(RunStaff, RunStaff.person_id == Person.id)
            .where(RunStaff.run_id == run.id, RunStaff.ended_at.is_(None))
            .order_by(Person.name_folded, Person.id)
        )
    )


def examining(session: Session, assessment_id: int) -> list[Person]:
    """Who examines at times of an assessment: each has a sheet."""
    times = select(Slot.examiner_id).where(
        Slot.assessment_id == assessment_id, Slot.cancelled_at.is_(None)
    )
    return list(
        session.scalars(
            select(Person).where(Person.id.in_(times)).order_by(Person.name_folded, Person.id)
        )
    )


def slot_with_run(session: Session, slot_id: int) -> tuple[Slot, Run]:
    """A time with its run; raises NotFound."""
    found = session.execute(
        select(Slot, Run)
        .join(Assessment, Assessment.id == Slot.assessment_id)
        .join(Run, Run.id == Assessment.run_id)
        .options(
            joinedload(Run.version),
            joinedload(Run.course),
            joinedload(Slot.examiner),
            joinedload(Slot.assessment),
        )
        .where(Slot.id == slot_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def sheet(session: Session, assessment: Assessment, run: Run, examiner_id: int) -> dict[str, Any]:
    """Gather an examiner's sheet: their times in order, with who comes to each; raises NotFound."""
    found = timetable(session, assessment.id)
    rows = [
        (slot, found.of(slot))
        for slot in found.slots
        if slot.examiner_id == examiner_id and slot.cancelled_at is None
    ]
    if not rows:
        raise NotFound
    return {
        "assessment": assessment,
        "run": run,
        "institute": session.get_one(Institute, run.institute_id),
        "examiner": rows[0][0].examiner,
        "rows": rows,
    }


def slots_of_run(session: Session, run_id: int) -> set[int]:
    """The assessments of a run for which times are offered."""
    return set(
        session.scalars(
            select(Slot.assessment_id)
            .join(Assessment, Assessment.id == Slot.assessment_id)
            .where(Assessment.run_id == run_id)
            .distinct()
        )
    )


@dataclass(frozen=True, slots=True)
class SlotLine:
    """An assessment with times in a learner's list, and the time that is theirs."""

    enrolment_id: int
    assessment_id: int
    title: dict[str, str]
    starts_at: datetime | None


def to_book(session: Session, person_id: int) -> list[SlotLine]:
    """The assessments for which a person books a time, in one query."""
    offered = select(Slot.id).where(
        Slot.assessment_id == Assessment.id, Slot.cancelled_at.is_(None)
    )
    held = (
        select(Slot.starts_at)
        .join(Booking, Booking.slot_id == Slot.id)
        .where(
            Booking.assessment_id == Assessment.id,
            Booking.enrolment_id == Enrolment.id,
            Booking.given_back_at.is_(None),
        )
        .correlate(Assessment, Enrolment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Enrolment.id, Assessment.id, Assessment.title, held)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Assessment, Assessment.run_id == Run.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.status == EnrolmentStatus.ACTIVE,
            Run.status == RunStatus.PUBLISHED,
            offered.exists(),
        )
        .order_by(Assessment.position)
    )
    return [SlotLine(*row) for row in rows]
