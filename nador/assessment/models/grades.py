"""The plan of a run and the grades in it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.assessment.rules import AssessmentStatus, GradeState
from nador.catalogue.models import Run
from nador.catalogue.rules import AssessmentKind
from nador.kernel.db import Base, Words, primary_key, states


class Assessment(Base):
    """One item of the plan of a run, copied from its course version when it opened."""

    __tablename__ = "assessment"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    position: Mapped[int]
    code: Mapped[str]
    kind: Mapped[AssessmentKind]
    title: Mapped[Words]
    weight: Mapped[Decimal]
    out_of: Mapped[Decimal]
    minimum: Mapped[Decimal]
    category: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    status: Mapped[AssessmentStatus] = mapped_column(default=AssessmentStatus.PUBLISHED)
    released_at: Mapped[datetime | None]

    run: Mapped[Run] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("run_id", "code"),
        CheckConstraint("weight >= 0", name="weight"),
        CheckConstraint("out_of > 0", name="out_of"),
        CheckConstraint("minimum BETWEEN 0 AND out_of", name="minimum"),
    )


class Grade(Base):
    """The agreed value for a person and an assessment; its changes are `GradeChange` rows."""

    __tablename__ = "grade"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    value: Mapped[Decimal | None]
    """In the assessment's `out_of`; None where it is excused or was cleared."""
    state: Mapped[GradeState]
    version: Mapped[int] = mapped_column(default=1)
    handed_in_on: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        UniqueConstraint("assessment_id", "enrolment_id"),
        CheckConstraint("value IS NULL OR value >= 0", name="value"),
        CheckConstraint(
            "(state IN ('ungraded', 'excused')) = (value IS NULL)",
            name="value_where_graded",
        ),
    )


class GradeChange(Base):
    """Who changed a grade, when, from what, to what, and why; append-only."""

    __tablename__ = "grade_change"

    id: Mapped[int] = primary_key()
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_value: Mapped[Decimal | None]
    to_value: Mapped[Decimal | None]
    from_state: Mapped[GradeState] = mapped_column(states(GradeState, "from_state"))
    to_state: Mapped[GradeState] = mapped_column(states(GradeState, "to_state"))
    reason: Mapped[str] = mapped_column(default="")

    grade: Mapped[Grade] = relationship(lazy="raise_on_sql")


class MarkOverride(Base):
    """A category's or the final mark of a learner as a person set it; the latest holds. Append-only."""

    __tablename__ = "mark_override"

    id: Mapped[int] = primary_key()
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    category: Mapped[str]
    """Empty for the final mark."""
    value: Mapped[Decimal | None]
    """On the course's scale; None takes an earlier one back."""
    reason: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        Index(None, "enrolment_id", "category"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("reason <> ''", name="reason"),
    )
