"""The keys that sign, as far as the world may know them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from nador.certification.rules import KeyPurpose, KeyStatus, KeyStorage, KnownKey
from nador.kernel.db import Base, primary_key

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
