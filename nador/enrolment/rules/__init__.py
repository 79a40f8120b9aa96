"""Who stands where: states and pure decisions about places on a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from nador.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class EnrolmentStatus(StrEnum):
    """The states of a person's claim to a place on a run."""

    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    EXPIRED = "expired"


SEATED = (EnrolmentStatus.ACTIVE, EnrolmentStatus.OFFERED)
"""What holds one of the run's seats."""
LIVE = (
    EnrolmentStatus.APPLIED,
    EnrolmentStatus.WAITLISTED,
    EnrolmentStatus.OFFERED,
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.FAILED,
)
"""One of these per person and run; a person may join again after any other."""
DECIDED = (EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
"""A person in charge has confirmed the result: the place is history."""


class EnrolmentSource(StrEnum):
    """How an enrolment came about."""

    SELF = "self"
    STAFF = "staff"
    IMPORT = "import"


class OfferStatus(StrEnum):
    """The states of a seat held for someone on the waitlist."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


class AttendanceStatus(StrEnum):
    """One person at one meeting; no row means unmarked."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"
    UNMARKED = "unmarked"


class Ending(StrEnum):
    """Why a claim to a place ended."""

    WITHDREW = "withdrew"
    WITHDRAWN_BY_STAFF = "withdrawn_by_staff"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RUN_CANCELLED = "run_cancelled"


@dataclass(frozen=True, slots=True)
class EnrolmentPlaced:
    """Somebody got a seat or a place in the queue."""

    enrolment_id: int


@dataclass(frozen=True, slots=True)
class SeatOffered:
    """A seat is held for somebody from the waitlist."""

    enrolment_id: int
    secret: str
    """What the mail's link carries; only its hash is stored."""


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """Somebody from the waitlist took the seat that was held."""

    enrolment_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentEnded:
    """Somebody withdrew, was withdrawn, declined, or let an offer pass; or the run was cancelled."""

    enrolment_id: int
    ending: Ending


class EnrolmentNotOpen(Conflict):
    """The enrolment window opens later, at `opens_at`."""

    code = "enrolment_not_open"


class EnrolmentClosed(Conflict):
    """The enrolment window closed at `closes_at`."""

    code = "enrolment_closed"


class RunNotOffered(Conflict):
    """The run is not published, or it is over: it takes nobody."""

    code = "run_not_offered"


class PrerequisitesMissing(Conflict):
    """The courses with these codes (`courses`) come first."""

    code = "prerequisites_missing"


class AlreadyEnrolled(Conflict):
    """The person has a live enrolment on this run: `reference`, `status`."""

    code = "already_enrolled"


class AlreadyDecided(Conflict):
    """The result of this enrolment is confirmed: it can't be withdrawn any more."""

    code = "enrolment_decided"


class WithdrawalClosed(Conflict):
    """The run ended on `ended_on`: only staff can still withdraw someone."""

    code = "withdrawal_closed"


class OfferGone(Conflict):
    """The offer was declined, taken back, or its seat withdrawn."""

    code = "offer_gone"


class OfferLapsed(Conflict):
    """The offer's deadline has passed: `expires_at`."""

    code = "offer_lapsed"


class NotActive(Conflict):
    """The person has no seat on this run (any more)."""

    code = "enrolment_not_active"


class MeetingCancelled(Conflict):
    """Nobody attends a meeting that is cancelled."""

    code = "meeting_cancelled"


class MeetingAhead(Conflict):
    """Attendance is marked from the day of the meeting on: `starts_at`."""

    code = "meeting_ahead"


class OtherRun(Invalid):
    """The enrolment and the meeting belong to different runs."""

    code = "enrolment_of_another_run"


class PersonUnknown(Invalid):
    """No person has this `reference`."""

    code = "person_unknown"


class IdentitiesDiffer(Invalid):
    """The reference is one person's (`reference`), the e-mail another's."""

    code = "identities_differ"


class IdentityMissing(Invalid):
    """A row of a file has neither reference nor e-mail: a second time it would be somebody new."""

    code = "identity_missing"


class PersonTwice(Conflict):
    """The same person stands on an earlier line of the file: `first`."""

    code = "person_twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What decides about a newcomer: a run's seats, queue and window."""

    capacity: int
    seats_held: int
    waiting: int
    opens_at: datetime
    closes_at: datetime
    ends_at: datetime
    """The midnight after the last day."""
    published: bool = True

    @property
    def free(self) -> int:
        """How many seats nobody holds; none when the capacity was exceeded elsewhere."""
        return max(0, self.capacity - self.seats_held)


def place_for_newcomer(intake: Intake, *, now: datetime) -> EnrolmentStatus:
    """Decide where a newcomer stands.

    A free seat does not jump the queue: while anyone is waiting, newcomers wait too.
    """
    require_window(intake, now=now)
    return place_regardless_of_window(intake, now=now)


def require_window(intake: Intake, *, now: datetime) -> None:
    """Refuse before the enrolment window opens and from the instant that it closes."""
    if now < intake.opens_at:
        raise EnrolmentNotOpen(opens_at=intake.opens_at)
    if now >= intake.closes_at:
        raise EnrolmentClosed(closes_at=intake.closes_at)


def place_regardless_of_window(intake: Intake, *, now: datetime) -> EnrolmentStatus:
    """Decide where someone from an office's own list stands: it was open when the list was made."""
    if not takes_people(intake, now=now):
        raise RunNotOffered
    if intake.free and not intake.waiting:
        return EnrolmentStatus.ACTIVE
    return EnrolmentStatus.WAITLISTED


def takes_people(intake: Intake, *, now: datetime) -> bool:
    """Whether anyone can still get a seat: the run is published and not over."""
    return intake.published and now < intake.ends_at


def seats_to_offer(intake: Intake, *, now: datetime) -> int:
    """Count how many of those who wait can be offered a seat now."""
    return min(intake.free, intake.waiting) if takes_people(intake, now=now) else 0


def offer_deadline(intake: Intake, *, hours: int, now: datetime) -> datetime:
    """Set until when an offered seat is held; never past the end of the run."""
    return min(now + timedelta(hours=hours), intake.ends_at)


def require_prerequisites(required: Iterable[str], met: Collection[str]) -> None:
    """Refuse a newcomer who has not completed the courses (by code) that must come first."""
    missing = [code for code in required if code not in met]
    if missing:
        raise PrerequisitesMissing(courses=missing)


def answer_to_accepting(offer: OfferStatus, *, expires_at: datetime, now: datetime) -> bool:
    """Whether accepting still changes anything: False when it was accepted before.

    At the very instant of the deadline the seat is no longer held.
    """
    if offer is OfferStatus.ACCEPTED:
        return False
    if offer is OfferStatus.DECLINED:
        raise OfferGone
    if offer_stands(offer, expires_at=expires_at, now=now) is OfferStatus.EXPIRED:
        raise OfferLapsed(expires_at=expires_at)
    return True


def offer_stands(status: OfferStatus, *, expires_at: datetime, now: datetime) -> OfferStatus:
    """Tell how an offer stands: past its deadline it has expired, recorded or not."""
    lapsed = status is OfferStatus.PENDING and now >= expires_at
    return OfferStatus.EXPIRED if lapsed else status


def answer_to_declining(offer: OfferStatus) -> bool:
    """Whether declining still changes anything; an accepted seat is given back by withdrawing."""
    if offer is OfferStatus.ACCEPTED:
        raise OfferGone
    return offer is OfferStatus.PENDING


def answer_to_withdrawing(
    status: EnrolmentStatus, *, by_staff: bool, ends_at: datetime, now: datetime
) -> bool:
    """Whether withdrawing still changes anything: False when the claim has already ended.

    A learner can't leave a run that is over: its result would be what they leave.
    """
    if status in DECIDED:
        raise AlreadyDecided
    if status not in LIVE:
        return False
    if status in SEATED and not by_staff and now >= ends_at:
        raise WithdrawalClosed(ended_on=ends_at)
    return True


def require_markable(
    *, cancelled: bool, day_begins_at: datetime, starts_at: datetime, now: datetime
) -> None:
    """Refuse to mark who attended a meeting that is cancelled or whose day has not come."""
    if cancelled:
        raise MeetingCancelled
    if now < day_begins_at:
        raise MeetingAhead(starts_at=starts_at)


def require_seat(status: EnrolmentStatus) -> None:
    """Refuse to mark somebody who has no seat, or whose result is already confirmed."""
    if status is not EnrolmentStatus.ACTIVE:
        raise NotActive


@dataclass(frozen=True, slots=True)
class AttendanceCount:
    """How often somebody was present, late, excused, absent or not marked, in held meetings."""

    present: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0
    unmarked: int = 0

    @property
    def attended(self) -> int:
        """Meetings that count as attended."""
        return self.present + self.late

    @property
    def counted(self) -> int:
        """Meetings that count at all: held, without the excused ones."""
        return self.present + self.late + self.absent + self.unmarked
