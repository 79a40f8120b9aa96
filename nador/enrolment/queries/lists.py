"""Reads for pages: one's own places, the people of a run, the door before a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nador.accounts.models import Person
from nador.catalogue import queries as catalogue
from nador.catalogue.models import CourseVersion, Meeting, Run
from nador.catalogue.rules import MeetingStatus
from nador.enrolment import rules
from nador.enrolment.models import Enrolment, Offer
from nador.enrolment.queries import places
from nador.enrolment.rules import EnrolmentStatus, OfferStatus
from nador.kernel import clock
from nador.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Place:
    """One person's place on a run, as lists show it."""

    enrolment: Enrolment
    run: Run
    version: CourseVersion
    position: int | None = None
    offer: Offer | None = None
    next_meeting: Meeting | None = None


def my_enrolments(session: Session, person_id: int, *, now: datetime | None = None) -> list[Place]:
    """List a person's enrolments, newest run first, with queue position, offer and next meeting.

    Four queries, however many enrolments.
    """
    enrolments = session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == person_id)
        .join(Enrolment.run)
        .options(joinedload(Enrolment.run).joinedload(Run.version))
        .order_by(Run.starts_on.desc(), Enrolment.id.desc())
    ).all()
    ids = [enrolment.id for enrolment in enrolments]
    queue = places.positions(session, ids)
    offers = {
        offer.enrolment_id: offer
        for offer in session.scalars(
            select(Offer).where(Offer.enrolment_id.in_(ids), Offer.status == OfferStatus.PENDING)
        )
    }
    meetings = _next_meetings(
        session,
        [e.run_id for e in enrolments if e.status is EnrolmentStatus.ACTIVE],
        now=now or clock.now(),
    )
    return [
        Place(
            enrolment=each,
            run=each.run,
            version=each.run.version,
            position=queue.get(each.id),
            offer=offers.get(each.id),
            next_meeting=meetings.get(each.run_id),
        )
        for each in enrolments
    ]


def _next_meetings(
    session: Session, run_ids: Collection[int], *, now: datetime
) -> dict[int, Meeting]:
    """Find the first meeting of each run that is not over."""
    meetings = session.scalars(
        select(Meeting)
        .where(
            Meeting.run_id.in_(run_ids),
            Meeting.ends_at > now,
            Meeting.status == MeetingStatus.PLANNED,
        )
        .order_by(Meeting.starts_at.desc())
    )
    return {meeting.run_id: meeting for meeting in meetings}


def people_of(session: Session, run_id: int, *statuses: EnrolmentStatus) -> Sequence[Enrolment]:
    """List a run's enrolments in these states (all without any), with the people, by name."""
    found = (
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.run_id == run_id)
        .options(joinedload(Enrolment.person))
        .order_by(Person.name_folded, Enrolment.id)
    )
    if statuses:
        found = found.where(Enrolment.status.in_(statuses))
    return session.scalars(found).all()


def queue_of(session: Session, run_id: int) -> Sequence[Enrolment]:
    """List those who wait for a seat on the run, in the order in which they will get one."""
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.run_id == run_id, Enrolment.status == EnrolmentStatus.WAITLISTED)
        .options(joinedload(Enrolment.person))
        .order_by(Enrolment.queued_at, Enrolment.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Door:
    """What stands before somebody who wants to enrol on a run."""

    run: Run
    person: Person | None = None
    existing: Enrolment | None = None
    prerequisites: Sequence[tuple[bool | None, CourseVersion]] = ()
    status: EnrolmentStatus | None = None
    """Where they would stand; None where they are refused."""
    refusal: Conflict | None = None


def door(session: Session, *, run_id: int, person_id: int | None, now: datetime) -> Door:
    """Find out what enrolling would do now, without doing it."""
    run = places.run_with_course(session, run_id)
    required = catalogue.prerequisites(session, run.version_id)
    met = places.met_courses(session, person_id) if required and person_id else set()
    prerequisites = [(each.course_id in met if person_id else None, each) for each in required]
    status, refusal = None, None
    try:
        status = rules.place_for_newcomer(places.intake(run), now=now)
        if person_id:
            rules.require_prerequisites(
                [each.course.code for each in required],
                {each.course.code for each in required if each.course_id in met},
            )
    except Conflict as refused:
        status, refusal = None, refused
    return Door(
        run=run,
        person=session.get(Person, person_id) if person_id else None,
        existing=places.live_enrolment(session, run_id=run_id, person_id=person_id or 0),
        prerequisites=prerequisites,
        status=status,
        refusal=refusal,
    )


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person is told about their place: where they stand, and the first and last meeting."""

    enrolment: Enrolment
    run: Run
    position: int | None
    offer: Offer | None
    meetings: Sequence[Meeting]


def confirmation(session: Session, enrolment: Enrolment) -> Confirmation:
    """Gather what the confirmation page shows."""
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.run_id == enrolment.run_id, Meeting.status != MeetingStatus.CANCELLED)
        .order_by(Meeting.starts_at)
    ).all()
    return Confirmation(
        enrolment=enrolment,
        run=enrolment.run,
        position=places.position(session, enrolment),
        offer=places.pending_offer(session, enrolment.id),
        meetings=[*meetings[:1], *meetings[1:][-1:]],
    )
