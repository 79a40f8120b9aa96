"""What waits for somebody, proposals and requests of holders, and what was let stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Person
from nador.certification.models import Certificate
from nador.certification.rules import ActKind, ProposalStatus, RequestStatus
from nador.kernel.db import Base, primary_key

_OPEN = "status = 'open'"
_OPEN_FOR_RUN = text(f"run_id IS NOT NULL AND {_OPEN}")
_OPEN_FOR_PROGRAMME = text(f"programme_id IS NOT NULL AND {_OPEN}")
_OPEN_FOR_CERTIFICATE = text(f"certificate_id IS NOT NULL AND {_OPEN}")


class Proposal(Base):
    """An act of one certifier that waits for another: who confirms is never who proposed."""

    __tablename__ = "proposal"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    kind: Mapped[ActKind]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    act: Mapped[dict[str, Any]]
    """All that is to be done, as the fields of the act; it never changes while it waits."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    status: Mapped[ProposalStatus] = mapped_column(default=ProposalStatus.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who approved or denied; a proposal is withdrawn by who made it."""
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    """Why it was denied."""

    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id], lazy="raise_on_sql")
    decided_by: Mapped[Person | None] = relationship(
        foreign_keys=[decided_by_id], lazy="raise_on_sql"
    )
    certificate: Mapped[Certificate | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(
            "uq_proposal_open_run",
            "run_id",
            unique=True,
            sqlite_where=_OPEN_FOR_RUN,
            postgresql_where=_OPEN_FOR_RUN,
        ),
        Index(
            "uq_proposal_open_certificate",
            "certificate_id",
            unique=True,
            sqlite_where=_OPEN_FOR_CERTIFICATE,
            postgresql_where=_OPEN_FOR_CERTIFICATE,
        ),
        Index(
            "uq_proposal_open_programme",
            "programme_id",
            unique=True,
            sqlite_where=_OPEN_FOR_PROGRAMME,
            postgresql_where=_OPEN_FOR_PROGRAMME,
        ),
        CheckConstraint(
            "(kind = 'issue') = (run_id IS NOT NULL OR programme_id IS NOT NULL)",
            name="of_run_or_programme",
        ),
        CheckConstraint("run_id IS NULL OR programme_id IS NULL", name="of_one"),
        CheckConstraint("(kind = 'issue') = (certificate_id IS NULL)", name="of_certificate"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint(
            "(status IN ('approved', 'denied')) = (decided_by_id IS NOT NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("decided_by_id <> proposed_by_id", name="decided_by_another"),
        CheckConstraint("(status = 'denied') = (answer IS NOT NULL)", name="answer"),
    )


class CorrectionRequest(Base):
    """A holder asks that a certificate spells their name in another way."""

    __tablename__ = "correction_request"

    id: Mapped[int] = primary_key()
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    name_latin: Mapped[str | None] = mapped_column(String(200))
    name_arabic: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    status: Mapped[RequestStatus] = mapped_column(default=RequestStatus.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    """Why it was denied; the holder reads it."""

    certificate: Mapped[Certificate] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(
            "uq_correction_request_open",
            "certificate_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        CheckConstraint(
            f"name_latin IS NOT NULL OR name_arabic IS NOT NULL OR NOT ({_OPEN})", name="has_a_name"
        ),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("(status = 'open') = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_by_id <> asked_by_id", name="decided_by_another"),
        CheckConstraint("(status = 'denied') = (answer IS NOT NULL)", name="answer"),
    )


class UpheldPart(Base):
    """A part that a programme's certificate has lost, and may do without; append-only."""

    __tablename__ = "upheld_part"

    certificate_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["certificate_id", "part_id"],
            ["certificate_part.certificate_id", "certificate_part.part_id"],
        ),
    )
