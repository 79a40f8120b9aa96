"""Who stands where: states and pure decisions about places on a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
class EnrolmentEnded:
    """Somebody withdrew, was withdrawn, declined, or let an offer pass."""

    enrolment_id: int
