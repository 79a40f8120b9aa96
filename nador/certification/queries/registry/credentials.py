"""What is to be signed, and what was: credentials and status lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import undefer

from nador.certification.models import Certificate, Credential, LogEntry, StatusList
from nador.certification.queries.registry.people import IN_PUBLIC
from nador.certification.rules import LIST_AGEING, LIST_SIGNED_DAILY, CertificateStatus
from nador.kernel.errors import Gone, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def unsigned(_now: datetime) -> Select[int]:
    """Select certificates whose credentials are to be signed, oldest order first."""
    return (
        select(Credential.certificate_id)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(
            Credential.signed_at.is_(None),
            # Of an erased holder nothing is left to sign.
            or_(Credential.document.is_(None), Credential.document != ""),
        )
        .order_by(Credential.certificate_id)
    )


def pending(_now: datetime) -> Select[int]:
    """Select certificates that are to be drawn, oldest order first: those that the log vouches for."""
    return (
        select(Certificate.id)
        .join(Credential, Credential.certificate_id == Certificate.id)
        .join(LogEntry, LogEntry.leaf == Credential.sha256)
        .where(
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            Credential.signed_at.is_not(None),
            LogEntry.leaf_index.is_not(None),
        )
        .order_by(Certificate.id)
    )


def lists_due(now: datetime) -> Select[int]:
    """Select status lists that tell something old, or soon will."""
    return (
        select(StatusList.id)
        .where(
            or_(
                StatusList.signed_version < StatusList.version,
                StatusList.signed_at < now - LIST_SIGNED_DAILY,
            )
        )
        .order_by(StatusList.id)
    )


def ageing_lists(session: Session, *, now: datetime) -> Sequence[StatusList]:
    """List the status lists that nobody has signed for days: without a newer one they end."""
    return session.scalars(
        select(StatusList).where(StatusList.signed_at < now - LIST_AGEING).order_by(StatusList.id)
    ).all()


def revoked_places(session: Session, list_id: int) -> Sequence[int]:
    """List the places of a status list whose credentials no longer stand."""
    return session.scalars(
        select(Credential.status_index)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(
            Credential.status_list_id == list_id,
            Certificate.status.in_((CertificateStatus.REVOKED, CertificateStatus.SUPERSEDED)),
        )
    ).all()


def signed_list(session: Session, list_id: int) -> str:
    """Return a status list as it was signed last; raises NotFound."""
    found = session.scalar(select(StatusList.document).where(StatusList.id == list_id))
    if found is None:
        raise NotFound
    return found


def credential_of(session: Session, certificate_id: int) -> Credential:
    """Return a certificate's credential with both its forms; raises NotFound."""
    found = session.scalar(
        select(Credential)
        .options(undefer(Credential.document), undefer(Credential.token))
        .where(Credential.certificate_id == certificate_id)
    )
    if found is None:
        raise NotFound
    return found


def served_credential(session: Session, uuid: str) -> tuple[str, str]:
    """Return both forms of a credential once its certificate is in public; raises NotFound, or Gone."""
    found = session.execute(
        select(Credential.document, Credential.token)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(
            Certificate.uuid == uuid,
            Certificate.status.in_(IN_PUBLIC),
            Credential.document.is_not(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    document, token = found
    if not document:
        raise Gone
    return document, token or ""


def documents_of(session: Session, certificate_ids: Sequence[int]) -> dict[int, str]:
    """Return the signed credentials of certificates; of one without a credential, none."""
    rows = session.execute(
        select(Credential.certificate_id, Credential.document).where(
            Credential.certificate_id.in_(certificate_ids), Credential.document.is_not(None)
        )
    )
    return {certificate_id: document or "" for certificate_id, document in rows}
