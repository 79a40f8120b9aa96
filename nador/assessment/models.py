"""The plan of a run, the grades in it, and the results; and the banks of questions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Institute
from nador.assessment.rules import (
    AppealStatus,
    AssessmentStatus,
    Decision,
    GradeState,
    QuestionState,
    ResultSource,
)
from nador.catalogue.models import Run
from nador.catalogue.rules import AssessmentKind
from nador.enrolment.models import Enrolment
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


class QuestionBank(Base):
    """A collection of questions of an institute."""

    __tablename__ = "question_bank"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    name: Mapped[str]
    name_folded: Mapped[str]
    language: Mapped[str]
    """In which questions are written that say nothing else."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    institute: Mapped[Institute] = relationship(lazy="raise_on_sql")

    __table_args__ = (UniqueConstraint("institute_id", "name_folded"),)


class QuestionCategory(Base):
    """A branch of a bank's tree; a question without one lies at the root."""

    __tablename__ = "question_category"

    id: Mapped[int] = primary_key()
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_bank.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("question_category.id"))
    name: Mapped[str]
    name_folded: Mapped[str]

    __table_args__ = (
        # Two indexes: as one, NULLs would differ from each other at the root.
        Index(
            "uq_question_category_root",
            "bank_id",
            "name_folded",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "uq_question_category_branch",
            "parent_id",
            "name_folded",
            unique=True,
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index(None, "bank_id"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )


class Question(Base):
    """A question of a bank; what it asks stands in its versions."""

    __tablename__ = "question"

    id: Mapped[int] = primary_key()
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_bank.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("question_category.id"), index=True)
    name: Mapped[str]
    """What authors find it by; learners never see it."""
    folded: Mapped[str]
    """Name and text, as searched."""
    kind: Mapped[str]
    state: Mapped[QuestionState] = mapped_column(default=QuestionState.DRAFT)
    latest: Mapped[int] = mapped_column(default=1)
    """The number of its newest version."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    bank: Mapped[QuestionBank] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(None, "bank_id", "state"),
        CheckConstraint("latest >= 1", name="latest"),
    )


class QuestionVersion(Base):
    """The frozen content of a question: an edit adds a version, an attempt keeps the one it saw."""

    __tablename__ = "question_version"

    id: Mapped[int] = primary_key()
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime | None]
    """When an attempt first showed it: from then on it can't be deleted."""

    question: Mapped[Question] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("number >= 1", name="number"),
    )


class QuestionTag(Base):
    """A word by which questions are found."""

    __tablename__ = "question_tag"

    id: Mapped[int] = primary_key()
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    tag: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("question_id", "folded"),)


class QuestionFile(Base):
    """An image of a bank: questions show only what is listed here."""

    __tablename__ = "question_file"

    id: Mapped[int] = primary_key()
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_bank.id"))
    sha256: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    """In bytes."""

    __table_args__ = (
        UniqueConstraint("bank_id", "sha256"),
        CheckConstraint("size > 0", name="size"),
    )
