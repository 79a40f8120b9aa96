"""The history that every certificate carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.certification.models import CertificateEvent
from nador.kernel import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.certification.rules import CertificateEventKind


def note(
    session: Session, certificate_id: int, kind: CertificateEventKind, *, by_id: int | None
) -> None:
    """Write an entry of a certificate's history."""
    session.add(
        CertificateEvent(certificate_id=certificate_id, kind=kind, at=clock.now(), by_id=by_id)
    )
