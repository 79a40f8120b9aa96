"""Rubrics, the plan of marking, and the marks of each marker."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nador.assessment.rules.marking import MarkRole, MarkStatus, RubricKind, SecondMarking
from nador.assessment.rules.submissions import ScanState
from nador.kernel.db import Base, primary_key, states


class RubricVersion(Base):
    """A rubric of an assessment as it was at a time: a change adds a version. Append-only."""

    __tablename__ = "rubric_version"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    number: Mapped[int]
    kind: Mapped[RubricKind]
    criteria: Mapped[list[dict[str, Any]]]
    """As `rules.marking.Criterion` keeps them; an empty list: from then on without a rubric."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        UniqueConstraint("assessment_id", "number"),
        CheckConstraint("number >= 1", name="number"),
    )


class MarkingPlan(Base):
    """How an assessment is marked: whether names are hidden, and what a second person looks at."""

    __tablename__ = "marking_plan"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    anonymous: Mapped[bool] = mapped_column(default=False)
    second: Mapped[SecondMarking] = mapped_column(default=SecondMarking.NONE)
    threshold: Mapped[Decimal]
    borderline: Mapped[Decimal | None]
    percent: Mapped[int | None]
    seed: Mapped[str]
    """From which candidates' signs and samples are drawn; never shown."""
    made_at: Mapped[datetime]
    revealed_at: Mapped[datetime | None]
    """When names were shown beside the marks of an anonymous assessment."""

    __table_args__ = (
        CheckConstraint("threshold >= 0", name="threshold"),
        CheckConstraint("borderline >= 0", name="borderline"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint(
            "second <> 'sample' OR borderline IS NOT NULL OR percent > 0", name="sample_defined"
        ),
        CheckConstraint("seed <> ''", name="seed"),
    )


class MarkAllotment(Base):
    """Who is to mark a learner's work, in which role."""

    __tablename__ = "mark_allotment"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    role: Mapped[MarkRole]
    marker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    __table_args__ = (
        UniqueConstraint("assessment_id", "enrolment_id", "role"),
        UniqueConstraint("assessment_id", "enrolment_id", "marker_id"),
    )


class Mark(Base):
    """One marker's judgement of a learner's work; the agreed value is a `Grade`."""

    __tablename__ = "mark"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    role: Mapped[MarkRole]
    marker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[MarkStatus] = mapped_column(states(MarkStatus, "markstatus"))
    value: Mapped[Decimal | None]
    """In the assessment's `out_of`; of a draft None until every criterion has its points."""
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    """Which handed-in version the marker saw."""
    rubric_version_id: Mapped[int | None] = mapped_column(ForeignKey("rubric_version.id"))
    points: Mapped[dict[str, str]]
    """By the criterion's id."""
    notes: Mapped[dict[str, str]]
    """What the marker says of single criteria, by their ids."""
    comment: Mapped[str] = mapped_column(default="")
    second_due: Mapped[bool] = mapped_column(default=False)
    """Of a final first mark: whether a second person looks at it."""
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    final_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("assessment_id", "enrolment_id", "role"),
        # Nobody marks the same work twice.
        UniqueConstraint("assessment_id", "enrolment_id", "marker_id"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("status <> 'final' OR value IS NOT NULL", name="final_has_value"),
        CheckConstraint("(status = 'final') = (final_at IS NOT NULL)", name="final_at"),
        CheckConstraint("NOT second_due OR role = 'first'", name="second_due"),
    )


class MarkChange(Base):
    """A mark became final, or final with another value: who, when, from, to. Append-only."""

    __tablename__ = "mark_change"

    id: Mapped[int] = primary_key()
    mark_id: Mapped[int] = mapped_column(ForeignKey("mark.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_value: Mapped[Decimal | None]
    to_value: Mapped[Decimal]
    points: Mapped[dict[str, str]]


class BankComment(Base):
    """A comment that markers use again: an own one, or everybody's at the institute."""

    __tablename__ = "bank_comment"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None where everybody may use it."""
    text: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        Index(None, "institute_id", "person_id"),
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("person_id IS NULL OR person_id = made_by_id", name="own"),
    )


class FeedbackFile(Base):
    """A file that a marker gives back to a learner; it is seen with the released grade."""

    __tablename__ = "feedback_file"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    """In bytes."""
    sha256: Mapped[str]
    scan: Mapped[ScanState] = mapped_column(default=ScanState.UNSCANNED, index=True)
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        UniqueConstraint("assessment_id", "enrolment_id", "name"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("name <> ''", name="name"),
    )


class FeedbackUpload(Base):
    """A ZIP of feedback files between its preview and its use; a worker deletes it, at the latest after a day."""

    __tablename__ = "feedback_upload"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime | None]
    """When its files were given, or it was dropped."""
