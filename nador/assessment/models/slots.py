"""Times of oral and practical examinations, and who booked them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Person
from nador.assessment.models.grades import Assessment
from nador.assessment.rules.slots import SlotState
from nador.enrolment.models import Enrolment
from nador.kernel.db import Base, primary_key

_HOLDS = text("given_back_at IS NULL")


class Slot(Base):
    """A time at which somebody examines, with room for so many learners."""

    __tablename__ = "slot"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """Until when it can be booked, moved from, or given back."""
    place: Mapped[str] = mapped_column(default="")
    examiner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    capacity: Mapped[int]
    booked: Mapped[int] = mapped_column(default=0)
    """How many bookings hold; written by `assessment.service.slots` only."""
    cancelled_at: Mapped[datetime | None]

    assessment: Mapped[Assessment] = relationship(lazy="raise_on_sql")
    examiner: Mapped[Person] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(None, "assessment_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("closes_at <= starts_at", name="closes_before"),
        CheckConstraint("booked BETWEEN 0 AND capacity", name="booked_within_capacity"),
        CheckConstraint("cancelled_at IS NULL OR booked = 0", name="cancelled_is_empty"),
    )

    @property
    def state(self) -> SlotState:
        """The time, as the rules read it."""
        return SlotState(
            capacity=self.capacity,
            booked=self.booked,
            starts_at=self.starts_at,
            closes_at=self.closes_at,
            cancelled=self.cancelled_at is not None,
        )


class Booking(Base):
    """A learner's place at a time; given back, it stays as history."""

    __tablename__ = "booking"

    id: Mapped[int] = primary_key()
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    booked_at: Mapped[datetime]
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_back_at: Mapped[datetime | None]

    slot: Mapped[Slot] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        # One time for a learner and an assessment.
        Index(
            "uq_booking_holds",
            "assessment_id",
            "enrolment_id",
            unique=True,
            sqlite_where=_HOLDS,
            postgresql_where=_HOLDS,
        ),
    )
