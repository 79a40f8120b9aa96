"""How far orders have come, and what holds them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select
from sqlalchemy.orm import defer

from nador.certification.keys.queries import find_key
from nador.certification.models import Batch, BatchFailure, Certificate, Credential, LogEntry
from nador.certification.rules import (
    LOG,
    STAGES,
    BatchStatus,
    CertificateStatus,
    KeyMissing,
    KeyPurpose,
    batch_status,
)
from nador.kernel.errors import NotFound, describe
from nador.kernel.i18n import translator
from nador.kernel.work import WorkLease

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an order to issue has come."""

    batch: Batch
    total: int
    pending: int
    issued: int
    failures: Sequence[BatchFailure]

    @property
    def failed(self) -> int:
        """How many have no certificate, each with its reason."""
        return len(self.failures)

    @property
    def status(self) -> BatchStatus:
        """Running, done, or done with failures."""
        return batch_status(pending=self.pending, failed=self.failed)


def progress(session: Session, batch_id: int) -> Progress:
    """Count an order's certificates; raises NotFound."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFound
    failures = session.scalars(
        select(BatchFailure).where(BatchFailure.batch_id == batch_id).order_by(BatchFailure.id)
    ).all()
    waiting = Certificate.status == CertificateStatus.PENDING_ISSUE
    given_up = exists().where(
        BatchFailure.batch_id == batch_id, BatchFailure.person_id == Certificate.person_id
    )
    issued, pending = session.execute(
        select(func.count().filter(~waiting), func.count().filter(waiting, ~given_up)).where(
            Certificate.batch_id == batch_id
        )
    ).one()
    return Progress(
        batch=batch,
        total=pending + issued + len(failures),
        pending=pending,
        issued=issued,
        failures=failures,
    )


def of_batch(
    session: Session, batch_id: int, *, after: int = 0, most: int | None = None
) -> Sequence[Certificate]:
    """List an order's certificates in the order of names, without what their paper says."""
    return session.scalars(
        select(Certificate)
        .options(defer(Certificate.facts, raiseload=True))
        .where(Certificate.batch_id == batch_id, Certificate.id > after)
        .order_by(Certificate.id)
        .limit(most)
    ).all()


def batches_of(session: Session, run_id: int) -> Sequence[Batch]:
    """List a run's orders, newest first."""
    return session.scalars(
        select(Batch).where(Batch.run_id == run_id).order_by(Batch.id.desc())
    ).all()


def log_trouble(session: Session) -> str | None:
    """Say why the log is not written; None when nothing is wrong with it."""
    if find_key(session, KeyPurpose.LOG, None) is None:
        return describe(KeyMissing(purpose=KeyPurpose.LOG.value), translator("en"))
    return session.scalar(
        select(WorkLease.last_error).where(WorkLease.work == LOG, WorkLease.holder == "")
    )


def held_up(session: Session, batch_id: int) -> dict[str, int]:
    """Say what certificates of an order wait for, and how many for each."""
    rows = session.execute(
        select(WorkLease.last_error, func.count())
        .join(Certificate, Certificate.id == WorkLease.item_id)
        .where(
            Certificate.batch_id == batch_id,
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            WorkLease.work.in_(STAGES),
            WorkLease.holder == "",
            WorkLease.last_error.is_not(None),
            ~WorkLease.dead,
        )
        .group_by(WorkLease.last_error)
    )
    told = {reason: count for reason, count in rows if reason}
    if (unlogged := _unlogged(session, batch_id)) and (reason := log_trouble(session)):
        told[reason] = told.get(reason, 0) + unlogged
    return told


def _unlogged(session: Session, batch_id: int) -> int:
    """Count an order's signed credentials that wait for their place in the log."""
    found = (
        select(func.count())
        .select_from(Certificate)
        .join(Credential, Credential.certificate_id == Certificate.id)
        .join(LogEntry, LogEntry.leaf == Credential.sha256)
        .where(
            Certificate.batch_id == batch_id,
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            LogEntry.leaf_index.is_(None),
        )
    )
    return session.scalar(found) or 0
