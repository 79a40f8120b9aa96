"""Answers kept for callers that repeat a request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nador.kernel.db import Base, primary_key


class KeptAnswer(Base):
    """The answer to one POST with an Idempotency-Key, written in the command's own transaction."""

    __tablename__ = "kept_answer"

    id: Mapped[int] = primary_key()
    token_id: Mapped[int]
    route: Mapped[str]
    key: Mapped[str]
    body_sha256: Mapped[str]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("token_id", "route", "key"),)
