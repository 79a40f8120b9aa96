"""Reads around the erasure of a person: what is under way, what has their name, what is to be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, exists, select

from nador.certification.models import Certificate, DroppedFile, PrintJob
from nador.certification.rules import CertificateStatus, PrintStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def is_being_made(session: Session, person_id: int) -> bool:
    """Whether a certificate of the person waits to be signed or drawn."""
    waits = exists().where(
        Certificate.person_id == person_id,
        Certificate.status == CertificateStatus.PENDING_ISSUE,
    )
    return bool(session.scalar(select(waits)))


def is_being_printed(session: Session, person_id: int) -> bool:
    """Whether a file to print is being made that may have a certificate of the person in it."""
    jobs = select(PrintJob.id).where(
        PrintJob.status == PrintStatus.DUE, PrintJob.run_id.in_(_runs_of(person_id))
    )
    return session.scalar(jobs.limit(1)) is not None


def prints_with(session: Session, person_id: int) -> Sequence[PrintJob]:
    """List the files to print that may have a certificate of the person in them."""
    return session.scalars(
        select(PrintJob).where(PrintJob.run_id.in_(_runs_of(person_id))).order_by(PrintJob.id)
    ).all()


def _runs_of(person_id: int) -> Select[int | None]:
    return select(Certificate.run_id).where(
        Certificate.person_id == person_id, Certificate.run_id.is_not(None)
    )


def files_to_drop(_now: datetime) -> Select[int]:
    """Select the files that are still to be deleted from the store."""
    return select(DroppedFile.id).where(DroppedFile.dropped_at.is_(None)).order_by(DroppedFile.id)


def dropped(session: Session) -> frozenset[str]:
    """Return the hashes of all files that are, or soon will be, gone on purpose."""
    return frozenset(session.scalars(select(DroppedFile.sha256)))
