"""Certificates with what happened to them, what they rest on, and their files."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Institute
from nador.catalogue.rules import DocumentKind
from nador.certification.models.credentials import Credential
from nador.certification.rules import CertificateEventKind, CertificateStatus, FileStatus
from nador.kernel import codes
from nador.kernel.db import Base, Words, primary_key

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext


_LIVE = "status IN ('pending_issue', 'issued')"
_LIVE_OF_RUN = text(f"run_id IS NOT NULL AND {_LIVE}")
_LIVE_OF_PROGRAMME = text(f"programme_id IS NOT NULL AND {_LIVE}")

_ENDS = text("expires_on IS NOT NULL")


def _folded_code(context: DefaultExecutionContext) -> str:
    row = context.get_current_parameters()  # type: ignore[no-untyped-call] # SQLAlchemy has no types here
    return str(codes.parse(row["code"]))


class Certificate(Base):
    """The registry's fact: a snapshot that nothing later changes, answered for ever by its code."""

    __tablename__ = "certificate"

    id: Mapped[int] = primary_key()
    # By it a database that does not promise the order of RETURNING still takes many rows at once.
    uuid: Mapped[str] = mapped_column(
        unique=True, default=lambda: str(uuid.uuid4()), insert_sentinel=True
    )
    code: Mapped[str] = mapped_column(String(24), unique=True)
    """As it is printed: the prefix may hold O, I or L."""
    code_key: Mapped[str] = mapped_column(String(24), unique=True, default=_folded_code)
    """The code as it is looked up, whatever was typed: `str(codes.parse(code))`."""
    number: Mapped[str] = mapped_column(unique=True)
    """The running number on the paper, as NDR-2026-000123."""
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"))
    status: Mapped[CertificateStatus] = mapped_column(default=CertificateStatus.PENDING_ISSUE)

    # The snapshot: never changed after the row is made.
    kind: Mapped[DocumentKind]
    holder_latin: Mapped[str | None] = mapped_column(String(200))
    holder_arabic: Mapped[str | None] = mapped_column(String(200))
    title: Mapped[Words]
    issuer: Mapped[Words]
    hours: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    facts: Mapped[dict[str, Any]]
    """Everything that the paper says, as `CertificateFacts.to_json`."""

    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    holder_hidden: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revocation_reason: Mapped[str | None]
    public_reason: Mapped[str | None]
    superseded_at: Mapped[datetime | None]
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))

    institute: Mapped[Institute] = relationship(lazy="raise_on_sql")
    credential: Mapped[Credential | None] = relationship(lazy="raise_on_sql")
    """None: issued before there were credentials."""

    @property
    def is_erased(self) -> bool:
        """Whether its holder was erased."""
        return self.holder_latin is None and self.holder_arabic is None

    __table_args__ = (
        Index(
            "uq_certificate_live_run",
            "person_id",
            "run_id",
            unique=True,
            sqlite_where=_LIVE_OF_RUN,
            postgresql_where=_LIVE_OF_RUN,
        ),
        Index(
            "uq_certificate_live_programme",
            "person_id",
            "programme_id",
            unique=True,
            sqlite_where=_LIVE_OF_PROGRAMME,
            postgresql_where=_LIVE_OF_PROGRAMME,
        ),
        Index(None, "run_id", "status"),
        Index(None, "status", "id"),
        Index(
            "ix_certificate_expires_on",
            "expires_on",
            "id",
            sqlite_where=_ENDS,
            postgresql_where=_ENDS,
        ),
        CheckConstraint("(run_id IS NULL) <> (programme_id IS NULL)", name="of_run_or_programme"),
        CheckConstraint(
            "holder_latin IS NOT NULL OR holder_arabic IS NOT NULL OR holder_hidden",
            name="has_a_holder",
        ),
        CheckConstraint("(status = 'pending_issue') = (issued_at IS NULL)", name="issued_at"),
        CheckConstraint("(status = 'revoked') = (revoked_at IS NOT NULL)", name="revoked_at"),
        CheckConstraint(
            "status <> 'revoked' OR (public_reason IS NOT NULL AND revoked_by_id IS NOT NULL)",
            name="revoked_by_somebody",
        ),
        CheckConstraint(
            "(status = 'superseded') = (superseded_by_id IS NOT NULL)", name="superseded_by"
        ),
    )


class Reminder(Base):
    """A reminder that so many days are left of a certificate, which each goes out once."""

    __tablename__ = "reminder"

    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id"), primary_key=True, autoincrement=False
    )
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    sent: Mapped[bool]
    """False: its day had passed when the certificate was issued, so it was left out."""

    __table_args__ = (CheckConstraint("days > 0", name="days"),)


class CertificatePart(Base):
    """A course's certificate that a programme's certificate rests on; append-only."""

    __tablename__ = "certificate_part"

    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id"), primary_key=True, autoincrement=False
    )
    part_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id"), primary_key=True, autoincrement=False, index=True
    )


class CertificateFile(Base):
    """A document's bytes, by their hash; never rendered again."""

    __tablename__ = "certificate_file"

    id: Mapped[int] = primary_key()
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    status: Mapped[FileStatus] = mapped_column(default=FileStatus.CURRENT)
    stored_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_certificate_file_current",
            "certificate_id",
            unique=True,
            sqlite_where=text("status = 'current'"),
            postgresql_where=text("status = 'current'"),
        ),
    )


class DroppedFile(Base):
    """A file of the store that held an erased name: a worker deletes it, and it must not come back."""

    __tablename__ = "dropped_file"

    id: Mapped[int] = primary_key()
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]


class CertificateEvent(Base):
    """What happened to a certificate; append-only."""

    __tablename__ = "certificate_event"

    id: Mapped[int] = primary_key()
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), index=True)
    kind: Mapped[CertificateEventKind]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
