"""What workers report: documents drawn, files of a run made and forgotten, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete

from nador.catalogue.queries import run_for_update
from nador.certification import policy, queries, rules
from nador.certification.models import (
    BatchFailure,
    Certificate,
    CertificateFile,
    PrintJob,
)
from nador.certification.rules import (
    CertificateEventKind,
    CertificateIssued,
    CertificateStatus,
    Failure,
    FileStatus,
    PrintForm,
    PrintStatus,
)
from nador.certification.service.history import note
from nador.kernel import audit, clock, events, work
from nador.kernel.db import command
from nador.kernel.errors import Gone

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

PRINT: Final = "print"
"""The name of the work on files of all certificates of a run."""
OLD_PRINTS: Final = "old prints"
"""The name of the work that lets them go."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document that a worker made and stored: the hash and the size of its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Merged:
    """A file of so many certificates that a worker made and stored."""

    sha256: str
    pages: int


@command
def record_issue(session: Session, actor: Actor, *, item_id: int, outcome: Drawn) -> None:
    """Put a drawn document into force: from now on its code is answered."""
    now = clock.now()
    certificate = session.get_one(Certificate, item_id, with_for_update=True)
    certificate.status = CertificateStatus.ISSUED
    certificate.issued_at = now
    session.add(
        CertificateFile(
            certificate_id=item_id,
            sha256=outcome.sha256,
            size=outcome.size,
            status=FileStatus.CURRENT,
            stored_at=now,
        )
    )
    note(session, item_id, CertificateEventKind.ISSUED, by_id=certificate.ordered_by_id)
    events.emit(session, actor, CertificateIssued(item_id))


@command
def record_not_drawn(session: Session, _actor: Actor, *, item_id: int, error: str) -> None:
    """Name in its order the certificate that could not be drawn."""
    certificate = session.get_one(Certificate, item_id)
    if certificate.batch_id is None:
        return
    session.add(
        BatchFailure(
            batch_id=certificate.batch_id,
            person_id=certificate.person_id,
            enrolment_id=certificate.enrolment_id,
            code=Failure.NOT_DRAWN,
            reason=error[:500],
        )
    )


@command
def order_print(
    session: Session, actor: Actor, *, run_id: int, form: PrintForm = PrintForm.PDF
) -> PrintJob:
    """Order one file of all certificates of a run: to print, or as the documents that they are."""
    run = run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    if not queries.files_to_print(session, run_id):
        raise rules.NothingToPrint
    job = PrintJob(run_id=run_id, form=form, ordered_by_id=actor.person_id, ordered_at=clock.now())
    session.add(job)
    session.flush()
    audit.record(
        session,
        actor,
        "certificates.gathered",
        f"run:{run_id}",
        institute_id=run.institute_id,
        form=form.value,
        print=job.id,
    )
    return job


@command
def record_print(session: Session, _actor: Actor, *, item_id: int, outcome: Merged) -> None:
    """Offer a run's file for download."""
    job = session.get_one(PrintJob, item_id)
    job.status, job.sha256, job.pages = PrintStatus.READY, outcome.sha256, outcome.pages


@command
def forget_print(session: Session, _actor: Actor, *, item_id: int, outcome: None) -> None:
    """Forget an order for a run's file, whose bytes are gone already."""
    del outcome
    session.execute(
        delete(work.WorkLease).where(
            work.WorkLease.work == PRINT, work.WorkLease.item_id == item_id
        )
    )
    session.execute(delete(PrintJob).where(PrintJob.id == item_id))


@command
def record_not_printed(session: Session, _actor: Actor, *, item_id: int, error: str) -> None:
    """Say why a run's file could not be made."""
    job = session.get_one(PrintJob, item_id)
    job.status, job.problem = PrintStatus.DEAD, error[:500]


@command
def hand_out(session: Session, actor: Actor, *, code: str) -> tuple[Certificate, CertificateFile]:
    """Give a document's stored file to its holder or a certifier, and keep that in its history."""
    certificate = queries.by_code(session, code)
    policy.require_file(
        actor, holder_id=certificate.person_id, institute_id=certificate.institute_id
    )
    if certificate.is_erased:
        raise Gone
    stored = queries.current_file(session, certificate.id)
    note(session, certificate.id, CertificateEventKind.DOWNLOADED, by_id=actor.person_id)
    return certificate, stored
