"""The audit trail: every decision, with who, when, about what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, insert, update
from sqlalchemy.orm import Mapped, mapped_column

from nador.kernel import clock
from nador.kernel.db import Base, primary_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


class AuditEntry(Base):
    """One thing that somebody did; never deleted, and nothing but its details is ever emptied (`forget`)."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = primary_key()
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    token_id: Mapped[int | None]
    institute_id: Mapped[int | None]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        Index(None, "subject"),
        Index(None, "institute_id", "id"),
    )


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    institute_id: int | None = None,
    **details: Any,
) -> None:
    """Write down that the actor did `action` ("run.concluded") to `subject` ("run:12")."""
    session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor.person_id,
            token_id=actor.token_id,
            institute_id=institute_id,
            action=action,
            subject=subject,
            details=details,
        )
    )


def record_each(
    session: Session,
    actor: Actor,
    action: str,
    subjects: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write down one act upon many subjects, each with its details, in one statement."""
    if not subjects:
        return
    now = clock.now()
    session.execute(
        insert(AuditEntry),
        [
            {
                "at": now,
                "actor_id": actor.person_id,
                "token_id": actor.token_id,
                "action": action,
                "subject": subject,
                "details": details,
            }
            for subject, details in subjects.items()
        ],
    )


def forget(session: Session, subjects: Collection[str]) -> None:
    """Empty the details of what was done to erased subjects: who did what and when stays.

    The database lets nobody do this to any other entry.
    """
    session.execute(
        update(AuditEntry)
        .where(AuditEntry.subject.in_(subjects))
        .values(details={})
        .execution_options(synchronize_session=False)
    )
