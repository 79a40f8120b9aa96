"""Places on a run, and who came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Person
from nador.catalogue.models import Meeting, Run
from nador.enrolment.rules import (
    LIVE,
    AttendanceStatus,
    EnrolmentSource,
    EnrolmentStatus,
    OfferStatus,
)
from nador.enrolment.rules.check_in import MOST_LATE_AFTER
from nador.kernel.db import Base, primary_key

_LIVE = text("status IN ({})".format(", ".join(f"'{status}'" for status in LIVE)))
_PENDING = text("status = 'pending'")


class Enrolment(Base):
    """A person's claim to a place on a run."""

    __tablename__ = "enrolment"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    status: Mapped[EnrolmentStatus]
    source: Mapped[EnrolmentSource]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    queued_at: Mapped[datetime | None]
    """When the person joined the waitlist: the queue's order, then the id."""
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    run: Mapped[Run] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(foreign_keys=person_id, lazy="raise_on_sql")

    __table_args__ = (
        Index(
            "uq_enrolment_live",
            "run_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(None, "run_id", "status", "queued_at", "id"),
    )


class Offer(Base):
    """A seat held until a deadline."""

    __tablename__ = "offer"

    id: Mapped[int] = primary_key()
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    status: Mapped[OfferStatus] = mapped_column(default=OfferStatus.PENDING)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(
            "uq_offer_pending",
            "enrolment_id",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index(None, "status", "expires_at"),
    )


class Equivalence(Base):
    """A registrar's record that a person already has what a course teaches."""

    __tablename__ = "equivalence"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Attendance(Base):
    """One person at one meeting."""

    __tablename__ = "attendance"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id"), primary_key=True, index=True
    )
    status: Mapped[AttendanceStatus]
    marked_at: Mapped[datetime]
    marked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    meeting: Mapped[Meeting] = relationship(lazy="raise_on_sql")


class CheckIn(Base):
    """That the learners of a meeting can check themselves in, by codes drawn from a secret."""

    __tablename__ = "check_in"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    secret: Mapped[str]
    late_after: Mapped[int]
    """In minutes from the beginning."""
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"late_after BETWEEN 0 AND {MOST_LATE_AFTER}", name="late_after"),
        CheckConstraint("closed_at >= opened_at", name="closed_after_opening"),
    )
