"""Reads about places, queues, offers and attendance."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from nador.accounts.models import Person
from nador.catalogue.models import Course, CourseVersion, Meeting, Prerequisite, Run
from nador.catalogue.rules import MeetingStatus, RunStatus
from nador.enrolment.models import Attendance, Enrolment, Equivalence, Offer
from nador.enrolment.rules import (
    LIVE,
    AttendanceCount,
    AttendanceStatus,
    EnrolmentStatus,
    Intake,
    OfferStatus,
)
from nador.kernel import clock
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session


def hash_of(secret: str) -> str:
    """Give the form in which an offer's secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def midnight_after(run: Run) -> datetime:
    """Return the instant at which a run is over: the midnight after its last day."""
    return clock.on_the_wall(datetime.combine(run.ends_on + timedelta(days=1), time()))


def intake(run: Run) -> Intake:
    """Gather what decides about a newcomer to the run."""
    return Intake(
        capacity=run.capacity,
        seats_held=run.seats_held,
        waiting=run.waiting,
        opens_at=run.opens_at,
        closes_at=run.closes_at,
        ends_at=midnight_after(run),
        published=run.status is RunStatus.PUBLISHED,
    )


def run_for_update(session: Session, run_id: int) -> Run:
    """Read the run as it is now and keep others from changing it until the command ends."""
    run = session.scalar(
        select(Run)
        .where(Run.id == run_id)
        # A plain lock would make every insert of an enrolment wait for its foreign key's check.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound
    return run


def enrolment_for_update(session: Session, enrolment_id: int) -> Enrolment:
    """Read the enrolment behind the lock of its run; both are as they are now."""
    run_id = session.scalar(select(Enrolment.run_id).where(Enrolment.id == enrolment_id))
    if run_id is None:
        raise NotFound
    run_for_update(session, run_id)
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .options(joinedload(Enrolment.run))
        .execution_options(populate_existing=True)
    ).one()


def live_enrolment(session: Session, *, run_id: int, person_id: int) -> Enrolment | None:
    """Return the person's live enrolment on the run, if there is one."""
    return session.scalar(
        select(Enrolment).where(
            Enrolment.run_id == run_id,
            Enrolment.person_id == person_id,
            Enrolment.status.in_(LIVE),
        )
    )


def first_in_queue(session: Session, run_id: int, *, most: int) -> Sequence[Enrolment]:
    """Return those who have waited longest."""
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.run_id == run_id, Enrolment.status == EnrolmentStatus.WAITLISTED)
        .order_by(Enrolment.queued_at, Enrolment.id)
        .limit(most)
    ).all()


def position(session: Session, enrolment: Enrolment) -> int | None:
    """Count the place in the queue, from 1; None for someone who does not wait."""
    if enrolment.status is not EnrolmentStatus.WAITLISTED:
        return None
    return positions(session, [enrolment.id])[enrolment.id]


def positions(session: Session, enrolment_ids: Collection[int]) -> dict[int, int]:
    """Count the places in their queues of those among the enrolments that wait."""
    mine, other = aliased(Enrolment), aliased(Enrolment)
    before = or_(
        other.queued_at < mine.queued_at,
        and_(other.queued_at == mine.queued_at, other.id <= mine.id),
    )
    rows = session.execute(
        select(mine.id, func.count(other.id))
        .join(
            other,
            and_(other.run_id == mine.run_id, other.status == EnrolmentStatus.WAITLISTED, before),
        )
        .where(mine.id.in_(enrolment_ids), mine.status == EnrolmentStatus.WAITLISTED)
        .group_by(mine.id)
    )
    return dict(rows.all())


def required_courses(session: Session, run: Run) -> Sequence[Course]:
    """Return the courses that must be completed before the run's."""
    return session.scalars(
        select(Course)
        .join(Prerequisite, Prerequisite.course_id == Course.id)
        .where(Prerequisite.version_id == run.version_id)
        .order_by(Course.code)
    ).all()


def met_courses(session: Session, person_id: int) -> set[int]:
    """Return the courses that the person has completed, or has a recorded equivalence for."""
    completed = (
        select(Run.course_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .where(Enrolment.person_id == person_id, Enrolment.status == EnrolmentStatus.COMPLETED)
    )
    recorded = select(Equivalence.course_id).where(Equivalence.person_id == person_id)
    return set(session.scalars(completed.union(recorded)))


def pending_offer(session: Session, enrolment_id: int) -> Offer | None:
    """Return the offer that the person has not answered yet."""
    return session.scalar(
        select(Offer).where(Offer.enrolment_id == enrolment_id, Offer.status == OfferStatus.PENDING)
    )


def last_offer(session: Session, enrolment_id: int) -> Offer | None:
    """Return the newest offer of an enrolment."""
    return session.scalar(
        select(Offer).where(Offer.enrolment_id == enrolment_id).order_by(Offer.id.desc()).limit(1)
    )


def offer_by_secret(session: Session, secret: str) -> Offer:
    """Find the offer of a mail's link, with its run and course; NotFound for a wrong link."""
    offer = session.scalar(
        select(Offer)
        .where(Offer.secret_hash == hash_of(secret))
        .options(
            joinedload(Offer.enrolment).joinedload(Enrolment.run).joinedload(Run.version),
            joinedload(Offer.enrolment).joinedload(Enrolment.person),
        )
    )
    if offer is None:
        raise NotFound
    return offer


def lapsed_offers(now: datetime) -> Select[int]:
    """Select the offers whose deadline has passed, oldest first."""
    return (
        select(Offer.id)
        .where(Offer.status == OfferStatus.PENDING, Offer.expires_at <= now)
        .order_by(Offer.expires_at, Offer.id)
    )


def enrolment_by_reference(session: Session, reference: str) -> Enrolment:
    """Find an enrolment with its run, course and person; NotFound for an unknown reference."""
    enrolment = session.scalar(
        select(Enrolment)
        .where(Enrolment.reference == reference)
        .options(
            joinedload(Enrolment.run).joinedload(Run.version).joinedload(CourseVersion.course),
            joinedload(Enrolment.person),
        )
    )
    if enrolment is None:
        raise NotFound
    return enrolment


def run_with_course(session: Session, run_id: int) -> Run:
    """Find a run with what its course says; NotFound where there is none."""
    run = session.scalar(
        select(Run)
        .where(Run.id == run_id)
        .options(joinedload(Run.version).joinedload(CourseVersion.course))
    )
    if run is None:
        raise NotFound
    return run


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
    queue = positions(session, ids)
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


def meeting_with_run(session: Session, meeting_id: int) -> Meeting:
    """Find a meeting with its run and course; NotFound where there is none."""
    meeting = session.scalar(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.run).joinedload(Run.version).joinedload(CourseVersion.course))
    )
    if meeting is None:
        raise NotFound
    return meeting


def marks_of(session: Session, meeting_id: int) -> dict[int, AttendanceStatus]:
    """Return who was marked at the meeting, by enrolment."""
    rows = session.execute(
        select(Attendance.enrolment_id, Attendance.status).where(
            Attendance.meeting_id == meeting_id
        )
    )
    return dict(rows.all())


def attendance_counts(session: Session, run_id: int) -> dict[int, AttendanceCount]:
    """Count attendance over the held meetings of a run, for each of its enrolments.

    Two queries. A held meeting without a row for somebody counts as unmarked.
    """
    held = and_(Meeting.run_id == run_id, Meeting.status == MeetingStatus.HELD)
    rows = session.execute(
        select(Enrolment.id, Attendance.status, func.count(Meeting.id))
        .join(Attendance, Attendance.enrolment_id == Enrolment.id, isouter=True)
        .join(Meeting, and_(Meeting.id == Attendance.meeting_id, held), isouter=True)
        .where(Enrolment.run_id == run_id)
        .group_by(Enrolment.id, Attendance.status)
    )
    meetings = session.scalar(select(func.count(Meeting.id)).where(held)) or 0
    marked: dict[int, dict[str, int]] = {}
    for enrolment_id, status, count in rows:
        counts = marked.setdefault(enrolment_id, {})
        if status is not None:
            counts[status.value] = count
    return {
        enrolment_id: AttendanceCount(**{**counts, "unmarked": meetings - sum(counts.values())})
        for enrolment_id, counts in marked.items()
    }


def counted(session: Session, run_id: int) -> tuple[int, int]:
    """Count the rows behind a run's counters: seats held, people waiting."""
    rows = session.execute(
        select(Enrolment.status, func.count())
        .where(Enrolment.run_id == run_id)
        .group_by(Enrolment.status)
    )
    counts = dict(rows.all())
    seats = counts.get(EnrolmentStatus.ACTIVE, 0) + counts.get(EnrolmentStatus.OFFERED, 0)
    return seats, counts.get(EnrolmentStatus.WAITLISTED, 0)
