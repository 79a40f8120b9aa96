"""Files of all certificates of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased, defer

from nador.accounts.models import Person
from nador.accounts.rules import PersonStatus
from nador.certification.models import Certificate, CertificateFile, PrintJob
from nador.certification.queries.registry.people import RunHead, run_head
from nador.certification.rules import PRINT_KEPT, CertificateStatus, FileStatus, PrintStatus
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def print_job(session: Session, job_id: int) -> tuple[PrintJob, RunHead]:
    """Return an order to print with its run; raises NotFound."""
    job = session.get(PrintJob, job_id)
    if job is None:
        raise NotFound
    return job, run_head(session, job.run_id)


def print_jobs_due(_now: datetime) -> Select[int]:
    """Select files of all certificates of a run that are to be made."""
    return select(PrintJob.id).where(PrintJob.status == PrintStatus.DUE).order_by(PrintJob.id)


def prints_to_forget(now: datetime) -> Select[int]:
    """Select files of all certificates of a run that have lain there long enough."""
    return (
        select(PrintJob.id)
        .where(PrintJob.ordered_at <= now - PRINT_KEPT, PrintJob.status != PrintStatus.DUE)
        .order_by(PrintJob.id)
    )


def file_of_print_alone(session: Session, job_id: int) -> str | None:
    """Return the hash of an order's file, unless another order has the very same."""
    job, other = PrintJob, aliased(PrintJob)
    return session.scalar(
        select(job.sha256).where(
            job.id == job_id,
            ~exists().where(other.sha256 == job.sha256, other.id != job.id),
        )
    )


def to_pack(session: Session, run_id: int) -> list[tuple[Certificate, str]]:
    """List a run's issued certificates by the holder's name, each with the hash of its file."""
    found = session.execute(
        select(Certificate, CertificateFile.sha256)
        .options(defer(Certificate.facts, raiseload=True))
        .join(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_in_force_with_file(run_id))
        .order_by(Person.name_folded, Certificate.id)
    )
    return [(certificate, sha256) for certificate, sha256 in found]


def _in_force_with_file(run_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Certificate.run_id == run_id,
        Certificate.status == CertificateStatus.ISSUED,
        CertificateFile.status == FileStatus.CURRENT,
        Person.status == PersonStatus.ACTIVE,
    )


def files_to_print(session: Session, run_id: int) -> Sequence[str]:
    """List the hashes of a run's issued certificates, by the holder's name."""
    return session.scalars(
        select(CertificateFile.sha256)
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_in_force_with_file(run_id))
        .order_by(Person.name_folded, Certificate.id)
    ).all()
