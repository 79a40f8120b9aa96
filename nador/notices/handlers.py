"""Who is told what, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nador.catalogue.rules import MeetingChanged, RunChanged
from nador.enrolment import queries as enrolment_queries
from nador.enrolment.rules import (
    Ending,
    EnrolmentEnded,
    EnrolmentPlaced,
    EnrolmentSource,
    EnrolmentStatus,
    OfferAccepted,
    SeatOffered,
)
from nador.notices import queries
from nador.notices.service import tell

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.events import Handler

TOLD_CHANGES: Final = frozenset({"starts_on", "ends_on", "place", "mode", "language"})
"""What of a run matters to those who are on it."""


def placed(session: Session, _actor: Actor, event: EnrolmentPlaced) -> None:
    """Confirm a seat, or the place in the queue. An import records; it tells nobody."""
    enrolment = queries.whole_enrolment(session, event.enrolment_id)
    if enrolment.source is EnrolmentSource.IMPORT:
        return
    if enrolment.status is EnrolmentStatus.ACTIVE:
        tell(session, enrolment, "enrolled")
    elif enrolment.status is EnrolmentStatus.WAITLISTED:
        position = enrolment_queries.position(session, enrolment)
        tell(session, enrolment, "waitlisted", position=position)


def offered(session: Session, _actor: Actor, event: SeatOffered) -> None:
    """Send the link that accepts or declines."""
    enrolment = queries.whole_enrolment(session, event.enrolment_id)
    offer = enrolment_queries.pending_offer(session, enrolment.id)
    if offer is not None:
        tell(session, enrolment, "offered", secret=event.secret, deadline=offer.expires_at)


def accepted(session: Session, _actor: Actor, event: OfferAccepted) -> None:
    """Confirm the seat."""
    tell(session, queries.whole_enrolment(session, event.enrolment_id), "enrolled")


def ended(session: Session, _actor: Actor, event: EnrolmentEnded) -> None:
    """Say that a place was given back, taken back, let pass, or went with its run."""
    enrolment = queries.whole_enrolment(session, event.enrolment_id)
    match event.ending:
        case Ending.WITHDREW | Ending.DECLINED:
            tell(session, enrolment, "withdrawn", by_staff=False)
        case Ending.WITHDRAWN_BY_STAFF:
            tell(session, enrolment, "withdrawn", by_staff=True)
        case Ending.LAPSED:
            tell(session, enrolment, "lapsed")
        case Ending.RUN_CANCELLED:
            tell(session, enrolment, "run_cancelled", reason=enrolment.end_reason or "")


def run_changed(session: Session, _actor: Actor, event: RunChanged) -> None:
    """Tell everybody on the run, where it matters to them."""
    if TOLD_CHANGES & set(event.changed):
        for enrolment in queries.concerned(session, event.run_id):
            tell(session, enrolment, "run_changed")


def meeting_changed(session: Session, _actor: Actor, event: MeetingChanged) -> None:
    """Tell those who would come."""
    meeting = queries.meeting(session, event.meeting_id)
    for enrolment in queries.concerned(session, meeting.run_id, [EnrolmentStatus.ACTIVE]):
        tell(session, enrolment, "meeting_changed", meeting=meeting, cancelled=event.cancelled)


HANDLERS: Final[tuple[tuple[type[Any], Handler], ...]] = (
    (EnrolmentPlaced, placed),
    (SeatOffered, offered),
    (OfferAccepted, accepted),
    (EnrolmentEnded, ended),
    (RunChanged, run_changed),
    (MeetingChanged, meeting_changed),
)
