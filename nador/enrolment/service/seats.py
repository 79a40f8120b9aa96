"""How a claim changes its state: the only lines that write a run's counters.

Everything here expects the run's lock to be held.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from nador.enrolment import queries, rules
from nador.enrolment.models import Offer
from nador.enrolment.rules import (
    SEATED,
    EnrolmentEnded,
    EnrolmentStatus,
    OfferStatus,
    SeatOffered,
)
from nador.kernel import audit, events

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.enrolment.models import Enrolment
    from nador.enrolment.rules import Ending
    from nador.kernel.access import Actor


def count(run: Run, old: EnrolmentStatus | None, new: EnrolmentStatus) -> None:
    """Keep the run's counters equal to its rows while one claim goes from `old` to `new`."""
    run.seats_held += (new in SEATED) - (old in SEATED)
    run.waiting += (new is EnrolmentStatus.WAITLISTED) - (old is EnrolmentStatus.WAITLISTED)


def move(enrolment: Enrolment, run: Run, new: EnrolmentStatus) -> None:
    """Put a claim into another state."""
    count(run, enrolment.status, new)
    enrolment.status = new


def end(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    run: Run,
    *,
    status: EnrolmentStatus,
    ending: Ending,
    reason: str,
    now: datetime,
) -> None:
    """Let a claim end, write it down and tell the features above."""
    move(enrolment, run, status)
    enrolment.ended_at = now
    enrolment.end_reason = reason or None
    audit.record(
        session,
        actor,
        f"enrolment.{ending}",
        f"enrolment:{enrolment.id}",
        institute_id=run.institute_id,
        run_id=run.id,
        reason=reason,
    )
    events.emit(session, actor, EnrolmentEnded(enrolment.id, ending))


def offer_free_seats(session: Session, actor: Actor, run: Run, *, now: datetime) -> None:
    """Hold every free seat for whoever has waited longest."""
    intake = queries.intake(run)
    most = rules.seats_to_offer(intake, now=now)
    if not most:
        return
    session.flush()
    for enrolment in queries.first_in_queue(session, run.id, most=most):
        secret = secrets.token_urlsafe(24)
        move(enrolment, run, EnrolmentStatus.OFFERED)
        session.add(
            Offer(
                enrolment_id=enrolment.id,
                secret_hash=queries.hash_of(secret),
                status=OfferStatus.PENDING,
                made_at=now,
                expires_at=rules.offer_deadline(intake, hours=run.offer_hours, now=now),
            )
        )
        events.emit(session, actor, SeatOffered(enrolment.id, secret))


def close_offer(session: Session, enrolment_id: int, status: OfferStatus, *, now: datetime) -> None:
    """Close the offer that is still pending for a claim, if there is one."""
    offer = queries.pending_offer(session, enrolment_id)
    if offer is not None:
        offer.status = status
        offer.decided_at = now
