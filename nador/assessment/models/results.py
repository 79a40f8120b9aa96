"""What a run ended with for each learner, and appeals against it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.assessment.rules import AppealStatus, Decision, ResultSource
from nador.enrolment.models import Enrolment
from nador.kernel.db import Base, Words, primary_key


class Result(Base):
    """The final decision for a person and a run, with the trace of every rule."""

    __tablename__ = "result"

    id: Mapped[int] = primary_key()
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    decision: Mapped[Decision]
    mark: Mapped[Decimal | None]
    attendance: Mapped[Decimal | None]
    """In per cent."""
    mention: Mapped[Words | None]
    trace: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    formula: Mapped[int] = mapped_column(default=1)
    """The version of the rules that decided it."""
    given: Mapped[dict[str, Any] | None]
    """What it was decided from (`rules.Given`); None where it was recorded, or is older than that."""
    source: Mapped[ResultSource] = mapped_column(default=ResultSource.COMPUTED)
    recorded_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(None, "run_id", "decision"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"
        ),
    )


class Appeal(Base):
    """A learner contests a grade, or the result (no assessment); a decided one is final."""

    __tablename__ = "appeal"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    status: Mapped[AppealStatus] = mapped_column(default=AppealStatus.OPEN)
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answer_by: Mapped[datetime]
    """The instant by which it is to be answered."""
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    grade_change_id: Mapped[int | None] = mapped_column(ForeignKey("grade_change.id"))

    __table_args__ = (
        Index(None, "run_id", "status"),
        Index(
            "uq_appeal_open_grade",
            "enrolment_id",
            "assessment_id",
            unique=True,
            sqlite_where=text("status = 'open' AND assessment_id IS NOT NULL"),
            postgresql_where=text("status = 'open' AND assessment_id IS NOT NULL"),
        ),
        Index(
            "uq_appeal_open_result",
            "enrolment_id",
            unique=True,
            sqlite_where=text("status = 'open' AND assessment_id IS NULL"),
            postgresql_where=text("status = 'open' AND assessment_id IS NULL"),
        ),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
        CheckConstraint(
            "decided_by_id IS NULL OR (assignee_id IS NOT NULL AND decided_by_id = assignee_id)",
            name="decided_by_the_assignee",
        ),
        CheckConstraint(
            "(status = 'approved' AND assessment_id IS NOT NULL) = (grade_change_id IS NOT NULL)",
            name="changes_a_grade",
        ),
    )
