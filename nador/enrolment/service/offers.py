"""Seats held for those who wait: accepted, declined, lapsed, made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.catalogue.queries import run_for_update
from nador.enrolment import queries, rules
from nador.enrolment.models import Offer
from nador.enrolment.rules import Ending, EnrolmentStatus, OfferAccepted, OfferGone, OfferStatus
from nador.enrolment.service import seats
from nador.kernel import clock, events
from nador.kernel.db import command
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.enrolment.models import Enrolment
    from nador.kernel.access import Actor


@command
def accept_offer(session: Session, actor: Actor, *, secret: str) -> Enrolment:
    """Take the seat that the mail's link offers; the link is the proof. Twice is once."""
    return _accept(session, actor, queries.offer_by_secret(session, secret))


@command
def accept_own_offer(session: Session, actor: Actor, *, enrolment_id: int) -> Enrolment:
    """Take the seat that is held for oneself, signed in."""
    enrolment = queries.enrolment_for_update(session, enrolment_id)
    if not actor.is_person(enrolment.person_id):
        raise NotFound
    offer = queries.last_offer(session, enrolment_id)
    if offer is None:
        raise OfferGone
    return _accept(session, actor, offer)


def _accept(session: Session, actor: Actor, offer: Offer) -> Enrolment:
    now = clock.now()
    # The seat may be withdrawn at this very moment: whoever gets the lock first decides.
    enrolment = queries.enrolment_for_update(session, offer.enrolment_id)
    session.refresh(offer)
    if not rules.answer_to_accepting(offer.status, expires_at=offer.expires_at, now=now):
        return enrolment
    offer.status = OfferStatus.ACCEPTED
    offer.decided_at = now
    seats.move(enrolment, enrolment.run, EnrolmentStatus.ACTIVE)
    events.emit(session, actor, OfferAccepted(enrolment.id))
    return enrolment


@command
def decline_offer(session: Session, actor: Actor, *, secret: str) -> Enrolment:
    """Give the offered seat up; the next in the queue gets it. Twice is once."""
    offer = queries.offer_by_secret(session, secret)
    enrolment = queries.enrolment_for_update(session, offer.enrolment_id)
    session.refresh(offer)
    if rules.answer_to_declining(offer.status):
        now = clock.now()
        _close(session, actor, enrolment, offer, ending=Ending.DECLINED, now=now)
    return enrolment


@command
def lapse_offer(session: Session, actor: Actor, *, item_id: int, outcome: object = None) -> None:
    """Let an offer pass whose deadline is over, and offer its seat to the next."""
    del outcome
    offer = session.get(Offer, item_id)
    if offer is None:
        return
    enrolment = queries.enrolment_for_update(session, offer.enrolment_id)
    session.refresh(offer)
    now = clock.now()
    if offer.status is OfferStatus.PENDING and offer.expires_at <= now:
        _close(session, actor, enrolment, offer, ending=Ending.LAPSED, now=now)


def _close(
    session: Session,
    actor: Actor,
    enrolment: Enrolment,
    offer: Offer,
    *,
    ending: Ending,
    now: datetime,
) -> None:
    lapsed = ending is Ending.LAPSED
    offer.status = OfferStatus.EXPIRED if lapsed else OfferStatus.DECLINED
    offer.decided_at = now
    seats.end(
        session,
        actor,
        enrolment,
        enrolment.run,
        status=EnrolmentStatus.EXPIRED if lapsed else EnrolmentStatus.WITHDRAWN,
        ending=ending,
        reason="",
        now=now,
    )
    seats.offer_free_seats(session, actor, enrolment.run, now=now)


@command
def promote(session: Session, actor: Actor, *, run_id: int) -> None:
    """Offer the free seats of a run to those who wait; called when its capacity was raised."""
    run = run_for_update(session, run_id)
    seats.offer_free_seats(session, actor, run, now=clock.now())
