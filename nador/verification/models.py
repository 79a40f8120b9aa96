"""What verification keeps, for a day: receipts that somebody asked for, and nothing of who asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from nador.kernel.db import Base, primary_key
from nador.verification.rules import ReceiptStatus


class Receipt(Base):
    """A dated answer of the register on paper, of a list or of one certificate."""

    __tablename__ = "receipt"

    id: Mapped[int] = primary_key()
    token: Mapped[str] = mapped_column(String(43), unique=True)
    """Whoever knows it may have the document; nobody can guess it."""
    locale: Mapped[str] = mapped_column(String(2))
    code: Mapped[str | None]
    """Of one certificate: its code. Such a receipt names nothing but what its page shows."""
    asked: Mapped[str]
    """The codes, and the names that were given with them, as `lists.as_text` writes them."""
    asked_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[ReceiptStatus] = mapped_column(default=ReceiptStatus.DUE)
    pdf: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))

    __table_args__ = (
        Index(None, "code", "locale"),
        CheckConstraint("(status = 'ready') = (pdf IS NOT NULL)", name="pdf"),
    )
