"""Certificates as machines read them, and the lists of those revoked."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from nador.certification.rules import SMALLEST_LIST
from nador.kernel.db import Base, primary_key


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
