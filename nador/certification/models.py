"""The registry: what was certified, to whom, and the files that say so."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Institute
from nador.catalogue.rules import DocumentKind
from nador.certification.rules import (
    SMALLEST_LIST,
    CertificateEventKind,
    CertificateStatus,
    FileStatus,
    KeyPurpose,
    KeyStatus,
    KeyStorage,
    KnownKey,
    LogKind,
    PrintForm,
    PrintStatus,
    TemplateStatus,
)
from nador.kernel import codes
from nador.kernel.db import Base, Words, primary_key

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext


class CertificateTemplate(Base):
    """How an institute's documents of one kind look; its versions say it."""

    __tablename__ = "certificate_template"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    kind: Mapped[DocumentKind]
    name: Mapped[str]

    __table_args__ = (
        UniqueConstraint("institute_id", "kind", "name"),
        # One template for each kind, so that one version of it in use is one for the kind.
        Index("uq_certificate_template_kind", "institute_id", "kind", unique=True),
    )


_ACTIVE, _DRAFT = text("status = 'active'"), text("status = 'draft'")


class TemplateVersion(Base):
    """One state of a template: a draft can be edited, and nothing of what was ever in use changes."""

    __tablename__ = "template_version"

    id: Mapped[int] = primary_key()
    template_id: Mapped[int] = mapped_column(ForeignKey("certificate_template.id"))
    number: Mapped[int]
    layout: Mapped[str]
    """The name of a bundled layout."""
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """As `TemplateOptions.to_dict`."""
    status: Mapped[TemplateStatus] = mapped_column(default=TemplateStatus.DRAFT)
    created_at: Mapped[datetime]

    template: Mapped[CertificateTemplate] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        Index(
            "uq_template_version_active",
            "template_id",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index(
            "uq_template_version_draft",
            "template_id",
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
    )


class TemplatePicture(Base):
    """A logo or a signature that an institute may show: its cleaned bytes lie in the file store."""

    __tablename__ = "template_picture"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("institute_id", "sha256"),)


class Batch(Base):
    """One order to issue, for a run or a programme; its state follows from its certificates and failures."""

    __tablename__ = "batch"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(run_id IS NULL) <> (programme_id IS NULL)", name="of_run_or_programme"),
    )


class BatchFailure(Base):
    """Why a person of a batch has no certificate; a row that is resolved goes."""

    __tablename__ = "batch_failure"

    id: Mapped[int] = primary_key()
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    """Of a run's batch."""
    code: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (UniqueConstraint("batch_id", "person_id"),)


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


class StatusList(Base):
    """Which of an institute's credentials are revoked: one bit each, signed anew daily.

    Its number in the address is its id. A credential names its list by `origin`, for ever.
    """

    __tablename__ = "status_list"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    origin: Mapped[str]
    """Where it is served, as https://nador.example."""
    size: Mapped[int] = mapped_column(default=SMALLEST_LIST)
    taken: Mapped[int] = mapped_column(default=0)
    """How many places credentials have; no more than half, so that a place can be drawn by lot."""
    version: Mapped[int] = mapped_column(default=1)
    """Goes up whenever what it says changes."""
    signed_version: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime | None]
    document: Mapped[str | None] = mapped_column(deferred=True)
    """As it was signed last, and is served."""

    __table_args__ = (
        Index(None, "institute_id", "origin"),
        CheckConstraint("taken BETWEEN 0 AND size", name="taken"),
        CheckConstraint("(signed_at IS NULL) = (document IS NULL)", name="signed"),
        CheckConstraint("signed_version BETWEEN 0 AND version", name="signed_version"),
    )


class Credential(Base):
    """A certificate as machines read it: what it is made of, then its two signed forms."""

    __tablename__ = "credential"

    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id"), primary_key=True, autoincrement=False
    )
    status_list_id: Mapped[int] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    subject: Mapped[str] = mapped_column(default=lambda: str(uuid.uuid4()))
    """A name of the holder that is used nowhere else."""
    email_hash: Mapped[str | None]
    salt: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    """None while it is to be signed, for the first time or anew."""
    document: Mapped[str | None] = mapped_column(deferred=True)
    """Empty once its holder was erased; so is the token."""
    token: Mapped[str | None] = mapped_column(deferred=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the document: its entry in the public log."""
    key_id: Mapped[int | None] = mapped_column(ForeignKey("signing_key.id"))
    token_key_id: Mapped[int | None] = mapped_column(ForeignKey("signing_key.id"))

    def erase(self) -> None:
        """Take out what names the holder; its place in the status list and its hash stay."""
        self.document = self.token = ""
        self.email_hash = self.salt = None

    @property
    def unsigned(self) -> dict[str, Any] | None:
        """What there is to sign anew; None before the first time."""
        if self.document is None:
            return None
        said: dict[str, Any] = json.loads(self.document)
        del said["proof"]
        return said

    __table_args__ = (
        UniqueConstraint("status_list_id", "status_index"),
        Index(
            "ix_credential_unsigned",
            "certificate_id",
            sqlite_where=text("signed_at IS NULL"),
            postgresql_where=text("signed_at IS NULL"),
        ),
        CheckConstraint("(email_hash IS NULL) = (salt IS NULL)", name="salted"),
        CheckConstraint(
            "signed_at IS NULL OR (document IS NOT NULL AND token IS NOT NULL "
            "AND sha256 IS NOT NULL AND key_id IS NOT NULL AND token_key_id IS NOT NULL)",
            name="signed",
        ),
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


class PrintJob(Base):
    """One file of all certificates of a run, made by a worker and forgotten after some days."""

    __tablename__ = "print_job"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    form: Mapped[PrintForm] = mapped_column(default=PrintForm.PDF)
    status: Mapped[PrintStatus] = mapped_column(default=PrintStatus.DUE)
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[datetime] = mapped_column(index=True)
    sha256: Mapped[str | None]
    pages: Mapped[int | None]
    """How many certificates are in it."""
    problem: Mapped[str | None]


_SIGNS = "status = 'active'"
_SIGNS_FOR_ONE = text(f"institute_id IS NOT NULL AND {_SIGNS}")
_SIGNS_FOR_ALL = text(f"institute_id IS NULL AND {_SIGNS}")


class SigningKey(Base):
    """What the world may know of a key; its private half lies in the instance's folder or in a device.

    Nothing deletes a row: what a retired key signed is still believed.
    """

    __tablename__ = "signing_key"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int | None] = mapped_column(ForeignKey("institute.id"))
    purpose: Mapped[KeyPurpose]
    kid: Mapped[str] = mapped_column(String(64), unique=True)
    """The public half as a Multikey, which is also its name."""
    chain: Mapped[str | None]
    """Of a root and of a sealing key: its certificate first, the root last, as PEM."""
    storage: Mapped[KeyStorage]
    status: Mapped[KeyStatus] = mapped_column(default=KeyStatus.ACTIVE)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_signing_key_active",
            "institute_id",
            "purpose",
            unique=True,
            sqlite_where=_SIGNS_FOR_ONE,
            postgresql_where=_SIGNS_FOR_ONE,
        ),
        Index(
            "uq_signing_key_active_shared",
            "purpose",
            unique=True,
            sqlite_where=_SIGNS_FOR_ALL,
            postgresql_where=_SIGNS_FOR_ALL,
        ),
        CheckConstraint("(purpose = 'log') = (institute_id IS NULL)", name="of_institute"),
        CheckConstraint("(purpose IN ('root', 'seal')) = (chain IS NOT NULL)", name="chain"),
        CheckConstraint("(status = 'active') = (retired_at IS NULL)", name="retired_at"),
    )

    @property
    def known(self) -> KnownKey:
        """What is needed to open it."""
        return KnownKey(self.purpose, self.kid, self.storage, self.chain)


class LogEntry(Base):
    """A hash in the public log; what it is the hash of, only those know who hold the document.

    It gets its index once, from the log's one writer, and nothing else of it ever changes.
    """

    __tablename__ = "log_entry"

    id: Mapped[int] = primary_key()
    leaf: Mapped[str] = mapped_column(String(64), unique=True)
    """The entry itself: a SHA-256, in hexadecimal."""
    kind: Mapped[LogKind]
    at: Mapped[datetime]
    leaf_index: Mapped[int | None] = mapped_column(unique=True)
    """Its place in the tree, from 0; none as long as no checkpoint covers it."""

    __table_args__ = (
        Index(
            "ix_log_entry_waiting",
            "id",
            sqlite_where=text("leaf_index IS NULL"),
            postgresql_where=text("leaf_index IS NULL"),
        ),
        CheckConstraint("leaf_index >= 0", name="leaf_index"),
    )


class LogNode(Base):
    """The root of a full tile of the log, which is a hash of the level above; append-only."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (CheckConstraint("level > 0", name="level"),)


class LogCheckpoint(Base):
    """What the log said of itself when it had so many entries; append-only."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    note: Mapped[str]
    """The signed text, as it is published."""
    at: Mapped[datetime]
