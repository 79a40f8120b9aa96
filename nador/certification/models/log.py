"""The public log: its entries, its tree, its checkpoints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from nador.certification.rules import LogKind
from nador.kernel.db import Base, primary_key


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
