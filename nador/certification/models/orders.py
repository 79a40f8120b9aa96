"""Orders to issue and to print, and what could not be issued."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nador.certification.rules import PrintForm, PrintStatus
from nador.kernel.db import Base, primary_key


class Batch(Base):
    """One order to issue, for a run or a programme; its state follows from its certificates and failures."""

    __tablename__ = "batch"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(run_id IS NULL) <> (programme_id IS NULL)", name="of_run_or_programme"),
    )


class BatchFailure(Base):
    """Why a person of a batch has no certificate; a row that is resolved goes."""

    __tablename__ = "batch_failure"

    id: Mapped[int] = primary_key()
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    """Of a run's batch."""
    code: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (UniqueConstraint("batch_id", "person_id"),)


class PrintJob(Base):
    """One file of all certificates of a run, made by a worker and forgotten after some days."""

    __tablename__ = "print_job"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    form: Mapped[PrintForm] = mapped_column(default=PrintForm.PDF)
    status: Mapped[PrintStatus] = mapped_column(default=PrintStatus.DUE)
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[datetime] = mapped_column(index=True)
    sha256: Mapped[str | None]
    pages: Mapped[int | None]
    """How many certificates are in it."""
    problem: Mapped[str | None]
