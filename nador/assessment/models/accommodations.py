"""Groups of learners, and what is eased for somebody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nador.assessment.rules.accommodations import (
    MOST_EXTRA_ATTEMPTS,
    MOST_EXTRA_DAYS,
    MOST_EXTRA_TIME,
    Ease,
)
from nador.kernel.db import Base, primary_key


class RunGroup(Base):
    """Learners of a run who are named together; one may be in several."""

    __tablename__ = "run_group"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    name: Mapped[str]
    name_folded: Mapped[str]

    __table_args__ = (UniqueConstraint("run_id", "name_folded"),)


class RunGroupMember(Base):
    """A learner's place in a group."""

    __tablename__ = "run_group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("run_group.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id"), primary_key=True, index=True
    )


class Accommodation(Base):
    """What is eased for a learner or a group, in one assessment or on the whole run, and why.

    It is never reworded: it ends, and another one begins.
    """

    __tablename__ = "accommodation"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), index=True)
    """None: every assessment of the run."""
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("run_group.id"), index=True)
    extra_time: Mapped[int] = mapped_column(default=0)
    """In per cent of the time limit."""
    extra_days: Mapped[int] = mapped_column(default=0)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    reason: Mapped[str]
    given_at: Mapped[datetime]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        Index(None, "run_id", "ended_at"),
        CheckConstraint("(enrolment_id IS NULL) <> (group_id IS NULL)", name="for_one"),
        CheckConstraint(f"extra_time BETWEEN 0 AND {MOST_EXTRA_TIME}", name="extra_time"),
        CheckConstraint(f"extra_days BETWEEN 0 AND {MOST_EXTRA_DAYS}", name="extra_days"),
        CheckConstraint(
            f"extra_attempts BETWEEN 0 AND {MOST_EXTRA_ATTEMPTS}", name="extra_attempts"
        ),
        CheckConstraint(
            "extra_time > 0 OR extra_days > 0 OR extra_attempts > 0 OR opens_at IS NOT NULL "
            "OR due_at IS NOT NULL OR closes_at IS NOT NULL",
            name="gives_something",
        ),
        CheckConstraint(
            "assessment_id IS NOT NULL "
            "OR (opens_at IS NULL AND due_at IS NULL AND closes_at IS NULL)",
            name="dates_of_one_assessment",
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
    )

    @property
    def ease(self) -> Ease:
        """What it gives, as the rules read it."""
        return Ease(
            extra_time=self.extra_time,
            extra_days=self.extra_days,
            extra_attempts=self.extra_attempts,
            opens_at=self.opens_at,
            due_at=self.due_at,
            closes_at=self.closes_at,
        )
