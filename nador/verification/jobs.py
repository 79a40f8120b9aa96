"""What a thorough examination compares: the registry with its files and its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from nador.certification.models import Certificate, CertificateEvent, CertificateFile, PrintJob
from nador.certification.rules import CertificateEventKind, CertificateStatus, FileStatus
from nador.kernel.checkup import check
from nador.kernel.files import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.kernel.work import Desk


@check("certificates' files = their rows", deep=True)
def _files(desk: Desk) -> Iterable[str]:
    """Read each document again and compare its SHA-256 with the registry's."""
    with desk.reading() as session:
        rows = session.execute(
            select(Certificate.number, CertificateFile.sha256, CertificateFile.size)
            .join(Certificate, Certificate.id == CertificateFile.certificate_id)
            .order_by(CertificateFile.id)
        ).all()
    for number, sha256, size in rows:
        try:
            found = len(desk.files.get(sha256))
        except FileNotFoundError:
            yield f"{number}: the file {sha256} is missing: put it back from a backup."
        except Damaged:
            yield f"{number}: the file {sha256} is damaged: put it back from a backup."
        else:
            if found != size:
                yield f"{number}: the file has {found} bytes instead of {size}."


@check("one file and one event for each certificate", deep=True)
def _events(desk: Desk) -> Iterable[str]:
    """An issued certificate has one current file and was issued once."""
    events = (
        select(func.count())
        .where(
            CertificateEvent.certificate_id == Certificate.id,
            CertificateEvent.kind == CertificateEventKind.ISSUED,
        )
        .scalar_subquery()
    )
    files = (
        select(func.count())
        .where(
            CertificateFile.certificate_id == Certificate.id,
            CertificateFile.status == FileStatus.CURRENT,
        )
        .scalar_subquery()
    )
    issued = Certificate.status != CertificateStatus.PENDING_ISSUE
    with desk.reading() as session:
        rows = session.execute(select(Certificate.number, files, events).where(issued)).all()
    for number, file_count, event_count in rows:
        if (file_count, event_count) != (1, 1):
            yield f"{number}: {file_count} current files and {event_count} issued events, not one each."


@check("no file without a row", deep=True)
def _orphans(desk: Desk) -> Iterable[str]:
    """Count documents that no certificate names: a process died between keeping and recording."""
    with desk.reading() as session:
        known = set(session.scalars(select(CertificateFile.sha256)))
        known |= set(session.scalars(select(PrintJob.sha256).where(PrintJob.sha256.is_not(None))))
    paths = (path for path in desk.files.folder.glob("??/*") if not path.name.startswith("."))
    orphans = sum(path.name not in known for path in paths)
    if orphans:
        yield f"{orphans} files belong to no row: harmless, left by a process that was killed."
