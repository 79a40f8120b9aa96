"""Files on their way in: a piece at a time, over lines that break."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from nador.kernel.db import Base, primary_key


class Upload(Base):
    """A file that is being sent for a draft or an answer; what has arrived lies in the folder of uploads."""

    __tablename__ = "upload"

    id: Mapped[int] = primary_key()
    name_on_disk: Mapped[str] = mapped_column(unique=True)
    """Drawn by lot; it is also the address, which only its owner may use."""
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("attempt_answer.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    size: Mapped[int]
    """Of the whole, in bytes, as announced."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    """When all had arrived and was added to the draft or the answer."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("submission_file.id"))
    """What became of it in a draft."""

    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(submission_id IS NULL) <> (answer_id IS NULL)", name="of_one"),
        CheckConstraint(
            "file_id IS NULL OR (submission_id IS NOT NULL AND ended_at IS NOT NULL)",
            name="ended",
        ),
    )


class LetGoFile(Base):
    """A file of the store that no work names any more: a worker deletes it, unless others do."""

    __tablename__ = "let_go_file"

    id: Mapped[int] = primary_key()
    sha256: Mapped[str]
    asked_at: Mapped[datetime]
