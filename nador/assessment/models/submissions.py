"""Assignments, and what is handed in for them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.assessment.models.grades import Assessment
from nador.assessment.rules import submissions as rules
from nador.assessment.rules.submissions import (
    FileKind,
    FilePurpose,
    PenaltyUnit,
    ScanState,
    SubmissionStatus,
)
from nador.enrolment.models import Enrolment
from nador.kernel.db import Base, primary_key

_DRAFT = text("status = 'draft' AND group_id IS NULL")
_GROUP_DRAFT = text("status = 'draft' AND group_id IS NOT NULL")


class Assignment(Base):
    """What an assessment asks to be handed in; without a row, nothing can be."""

    __tablename__ = "assignment"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    instructions: Mapped[str] = mapped_column(default="")
    """Markdown, in the language of the run."""
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    cut_off_at: Mapped[datetime | None]
    late_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    """What each started unit of lateness costs, in per cent of `out_of`."""
    late_unit: Mapped[PenaltyUnit] = mapped_column(default=PenaltyUnit.DAY)
    late_floor: Mapped[Decimal] = mapped_column(default=Decimal(0))
    """In per cent of `out_of`: lateness alone brings nobody below it."""
    takes_text: Mapped[bool] = mapped_column(default=True)
    takes_files: Mapped[bool] = mapped_column(default=True)
    kinds: Mapped[list[str]] = mapped_column(default=list)
    """`rules.submissions.FileKind`s."""
    most_files: Mapped[int] = mapped_column(default=5)
    largest: Mapped[int] = mapped_column(default=10 * 1024 * 1024)
    """Of one file, in bytes."""
    resubmission: Mapped[bool] = mapped_column(default=True)
    by_group: Mapped[bool] = mapped_column(default=False)
    own_work: Mapped[bool] = mapped_column(default=True)
    """Whether handing in asks for the statement that it is one's own work."""

    assessment: Mapped[Assessment] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("opens_at < due_at", name="opens_before_due"),
        CheckConstraint("due_at <= cut_off_at", name="due_before_cut_off"),
        CheckConstraint("opens_at < cut_off_at", name="opens_before_cut_off"),
        CheckConstraint("late_percent BETWEEN 0 AND 10000", name="late_percent"),
        CheckConstraint("late_floor BETWEEN 0 AND 10000", name="late_floor"),
        CheckConstraint("takes_text OR takes_files", name="takes_something"),
        CheckConstraint(f"most_files BETWEEN 1 AND {rules.MOST_FILES}", name="most_files"),
        CheckConstraint(f"largest BETWEEN 1024 AND {rules.LARGEST_FILE}", name="largest"),
    )

    @property
    def window(self) -> rules.Window:
        """The dates for whoever has no accommodation."""
        return rules.Window(opens_at=self.opens_at, due_at=self.due_at, cut_off_at=self.cut_off_at)

    @property
    def late_policy(self) -> rules.LatePolicy:
        """What lateness costs."""
        return rules.LatePolicy(
            percent=self.late_percent, unit=self.late_unit, floor=self.late_floor
        )

    @property
    def asked(self) -> rules.Asked:
        """What is taken."""
        return rules.Asked(
            takes_text=self.takes_text,
            takes_files=self.takes_files,
            kinds=frozenset(FileKind(kind) for kind in self.kinds),
            most_files=self.most_files,
            largest=self.largest,
            own_work=self.own_work,
        )


class Submission(Base):
    """One version of a work: a draft, then handed in for good, then returned with feedback."""

    __tablename__ = "submission"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    """Who began it; whose work it is, its authors say."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("run_group.id"), index=True)
    number: Mapped[int]
    """Which version it is, counted from one."""
    status: Mapped[SubmissionStatus] = mapped_column(default=SubmissionStatus.DRAFT)
    text: Mapped[str] = mapped_column(default="")
    text_sequence: Mapped[int] = mapped_column(default=0)
    """Grows with each kept change of the text: an older one never replaces a newer."""
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime | None]
    """By when it was due for its authors, extensions counted."""
    receipt: Mapped[str | None]
    """The text of the receipt, and the hash of it."""
    receipt_sha256: Mapped[str | None]
    feedback: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[datetime | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    authors: Mapped[list[SubmissionAuthor]] = relationship(
        back_populates="submission", lazy="raise_on_sql"
    )
    files: Mapped[list[SubmissionFile]] = relationship(
        back_populates="submission", order_by="SubmissionFile.id", lazy="raise_on_sql"
    )

    __table_args__ = (
        UniqueConstraint("assessment_id", "enrolment_id", "number"),
        Index(
            "uq_submission_draft",
            "assessment_id",
            "enrolment_id",
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
        Index(
            "uq_submission_group_draft",
            "assessment_id",
            "group_id",
            unique=True,
            sqlite_where=_GROUP_DRAFT,
            postgresql_where=_GROUP_DRAFT,
        ),
        Index(None, "assessment_id", "status", "handed_in_at"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("text_sequence >= 0", name="text_sequence"),
        CheckConstraint("(status = 'draft') = (handed_in_at IS NULL)", name="handed_in"),
        CheckConstraint(
            "(handed_in_at IS NULL) = (handed_in_by_id IS NULL)", name="handed_in_by_somebody"
        ),
        CheckConstraint(
            "(handed_in_at IS NULL) = (receipt_sha256 IS NULL) "
            "AND (receipt IS NULL) = (receipt_sha256 IS NULL)",
            name="receipt",
        ),
        CheckConstraint("(status = 'returned') = (returned_at IS NOT NULL)", name="returned"),
        CheckConstraint(
            "(returned_at IS NULL) = (returned_by_id IS NULL)", name="returned_by_somebody"
        ),
    )

    @property
    def late(self) -> bool:
        """Whether it came after its due date."""
        return (
            self.handed_in_at is not None
            and self.due_at is not None
            and self.handed_in_at > self.due_at
        )


class SubmissionAuthor(Base):
    """Whose work it is: one learner, or those who were in the group when it was handed in.

    `value` is what the work is worth, `deducted` what lateness took; the grade is the difference.
    """

    __tablename__ = "submission_author"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id"), primary_key=True, index=True
    )
    value: Mapped[Decimal | None]
    deducted: Mapped[Decimal | None]

    submission: Mapped[Submission] = relationship(back_populates="authors", lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("(value IS NULL) = (deducted IS NULL)", name="deducted_from_something"),
        CheckConstraint("deducted BETWEEN 0 AND value", name="deducted"),
    )


class SubmissionFile(Base):
    """A file of a work, or one that staff gave back with it; its bytes are in the file store."""

    __tablename__ = "submission_file"

    id: Mapped[int] = primary_key()
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    purpose: Mapped[FilePurpose] = mapped_column(default=FilePurpose.WORK)
    name: Mapped[str]
    kind: Mapped[FileKind]
    """By its content, whatever its name says."""
    size: Mapped[int]
    """In bytes."""
    sha256: Mapped[str] = mapped_column(index=True)
    scan: Mapped[ScanState] = mapped_column(default=ScanState.UNSCANNED, index=True)
    stored_at: Mapped[datetime]
    stored_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    submission: Mapped[Submission] = relationship(back_populates="files", lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("submission_id", "purpose", "name"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("name <> ''", name="name"),
    )

    @property
    def as_work(self) -> rules.WorkFile:
        """The file, as the rules read it."""
        return rules.WorkFile(
            name=self.name, kind=self.kind, size=self.size, sha256=self.sha256, scan=self.scan
        )
