"""Reminders before a certificate ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.certification import queries, rules
from nador.certification.models import Certificate, Reminder
from nador.certification.rules import CertificateEnding, CertificateStatus
from nador.kernel import clock, events
from nador.kernel.db import command

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

REMIND: Final = "reminder"
"""The name of the work on reminders."""


@command
def record_reminder(session: Session, actor: Actor, *, item_id: int, outcome: object) -> None:
    """Note that a reminder is out, and let the holder be told; a second worker finds nothing to do."""
    del outcome
    certificate = session.get_one(Certificate, item_id, with_for_update=True)
    if certificate.status is not CertificateStatus.ISSUED or certificate.expires_on is None:
        return
    sent = queries.reminded(session, item_id)
    days = rules.reminder_due(certificate.expires_on, clock.today(), sent)
    if days is None:
        return
    has_sense = rules.reminds(
        days, issued_on=certificate.issued_on, expires_on=certificate.expires_on
    )
    session.add(Reminder(certificate_id=item_id, days=days, at=clock.now(), sent=has_sense))
    if has_sense:
        events.emit(session, actor, CertificateEnding(item_id, days))
