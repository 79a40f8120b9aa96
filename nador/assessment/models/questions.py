"""The banks of questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Institute
from nador.assessment.rules import QuestionState
from nador.kernel.db import Base, primary_key


class QuestionBank(Base):
    """A collection of questions of an institute."""

    __tablename__ = "question_bank"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    name: Mapped[str]
    name_folded: Mapped[str]
    language: Mapped[str]
    """In which questions are written that say nothing else."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    institute: Mapped[Institute] = relationship(lazy="raise_on_sql")

    __table_args__ = (UniqueConstraint("institute_id", "name_folded"),)


class QuestionCategory(Base):
    """A branch of a bank's tree; a question without one lies at the root."""

    __tablename__ = "question_category"

    id: Mapped[int] = primary_key()
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_bank.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("question_category.id"))
    name: Mapped[str]
    name_folded: Mapped[str]

    __table_args__ = (
        # Two indexes: as one, NULLs would differ from each other at the root.
        Index(
            "uq_question_category_root",
            "bank_id",
            "name_folded",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "uq_question_category_branch",
            "parent_id",
            "name_folded",
            unique=True,
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index(None, "bank_id"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )


class Question(Base):
    """A question of a bank; what it asks stands in its versions."""

    __tablename__ = "question"

    id: Mapped[int] = primary_key()
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_bank.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("question_category.id"), index=True)
    name: Mapped[str]
    """What authors find it by; learners never see it."""
    folded: Mapped[str]
    """Name and text, as searched."""
    kind: Mapped[str]
    state: Mapped[QuestionState] = mapped_column(default=QuestionState.DRAFT)
    latest: Mapped[int] = mapped_column(default=1)
    """The number of its newest version."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    bank: Mapped[QuestionBank] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(None, "bank_id", "state"),
        CheckConstraint("latest >= 1", name="latest"),
    )


class QuestionVersion(Base):
    """The frozen content of a question: an edit adds a version, an attempt keeps the one it saw."""

    __tablename__ = "question_version"

    id: Mapped[int] = primary_key()
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime | None]
    """When an attempt first showed it: from then on it can't be deleted."""

    question: Mapped[Question] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("number >= 1", name="number"),
    )


class QuestionTag(Base):
    """A word by which questions are found."""

    __tablename__ = "question_tag"

    id: Mapped[int] = primary_key()
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    tag: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("question_id", "folded"),)


class QuestionFile(Base):
    """An image of a bank: questions show only what is listed here."""

    __tablename__ = "question_file"

    id: Mapped[int] = primary_key()
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_bank.id"))
    sha256: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    """In bytes."""

    __table_args__ = (
        UniqueConstraint("bank_id", "sha256"),
        CheckConstraint("size > 0", name="size"),
    )
