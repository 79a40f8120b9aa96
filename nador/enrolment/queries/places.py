"""Reads about one place: the run behind its lock, the queue, the offer."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from nador.catalogue.models import Course, CourseVersion, Prerequisite, Run
from nador.catalogue.queries import run_for_update
from nador.catalogue.rules import RunStatus
from nador.enrolment.models import Enrolment, Equivalence, Offer
from nador.enrolment.rules import LIVE, EnrolmentStatus, Intake, OfferStatus
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
