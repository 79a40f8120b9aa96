"""Quizzes: how one is taken, what it asks, who sat it, and every answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.assessment.models.grades import Assessment, GradeChange
from nador.assessment.rules.accommodations import Terms
from nador.assessment.rules.quizzes import (
    AsideReason,
    AttemptStatus,
    Counting,
    Ending,
    FeedbackTime,
    Settings,
)
from nador.assessment.rules.submissions import ScanState
from nador.enrolment.models import Enrolment
from nador.kernel.db import Base, primary_key

_RUNNING = text("status = 'in_progress'")


class Quiz(Base):
    """How an assessment is taken as a quiz; without `ready_at` learners don't see it yet."""

    __tablename__ = "quiz"

    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessment.id"), primary_key=True, autoincrement=False
    )
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    """The time limit of an attempt."""
    attempts: Mapped[int | None]
    """How many everybody has; None: any number."""
    delay: Mapped[int] = mapped_column(default=0)
    """In minutes, between the end of an attempt and the beginning of the next."""
    counting: Mapped[Counting]
    grace: Mapped[int]
    """In seconds."""
    ending: Mapped[Ending]
    shuffle: Mapped[bool]
    feedback: Mapped[FeedbackTime]
    paged: Mapped[bool]
    """One question a page, instead of one form."""
    ready_at: Mapped[datetime | None]

    assessment: Mapped[Assessment] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("attempts > 0", name="attempts"),
        CheckConstraint("delay >= 0", name="delay"),
        CheckConstraint("grace >= 0", name="grace"),
        CheckConstraint("closes_at > opens_at", name="window"),
    )

    @property
    def settings(self) -> Settings:
        """How it is taken, as the rules read it."""
        return Settings(
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            minutes=self.minutes,
            attempts=self.attempts,
            delay=self.delay,
            counting=self.counting,
            grace=self.grace,
            ending=self.ending,
            shuffle=self.shuffle,
            feedback=self.feedback,
            paged=self.paged,
        )

    @property
    def terms(self) -> Terms:
        """What holds for everybody to whom nothing was eased."""
        return Terms(
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            time_limit=None if self.minutes is None else timedelta(minutes=self.minutes),
            attempts=self.attempts,
        )


class QuizSlot(Base):
    """A place in a quiz: one question, or some drawn from a category for each attempt anew."""

    __tablename__ = "quiz_slot"

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.assessment_id"))
    position: Mapped[int]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("question_category.id"), index=True)
    tag: Mapped[str] = mapped_column(default="")
    count: Mapped[int] = mapped_column(default=1)
    points: Mapped[Decimal]
    """Of each question."""

    __table_args__ = (
        UniqueConstraint("quiz_id", "position"),
        UniqueConstraint("quiz_id", "question_id"),
        CheckConstraint("(question_id IS NULL) <> (category_id IS NULL)", name="one_source"),
        CheckConstraint("count >= 1 AND (question_id IS NULL OR count = 1)", name="count"),
        CheckConstraint("points > 0", name="points"),
    )


class Attempt(Base):
    """One sitting: its seed decides every order, its versions were frozen when it began."""

    __tablename__ = "attempt"

    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = mapped_column(ForeignKey("quiz.assessment_id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    number: Mapped[int]
    status: Mapped[AttemptStatus]
    seed: Mapped[int]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """With what is eased counted in; None: no limit."""
    counts_until: Mapped[datetime | None]
    """With the grace counted in: what comes later is kept aside."""
    handed_in_at: Mapped[datetime | None]
    """By the learner, or by the clock."""
    graded_at: Mapped[datetime | None]
    mark: Mapped[Decimal | None]
    """In the assessment's `out_of`."""
    voided_at: Mapped[datetime | None]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    void_reason: Mapped[str] = mapped_column(default="")

    quiz: Mapped[Quiz] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    answers: Mapped[list[AttemptAnswer]] = relationship(
        order_by="AttemptAnswer.position", lazy="raise_on_sql"
    )

    __table_args__ = (
        UniqueConstraint("assessment_id", "enrolment_id", "number"),
        Index(
            "uq_attempt_running",
            "assessment_id",
            "enrolment_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(None, "status", "counts_until"),
        CheckConstraint(
            "(ends_at IS NULL) = (counts_until IS NULL) AND "
            "(ends_at IS NULL OR counts_until >= ends_at)",
            name="grace_after_end",
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("status <> 'overdue'", name="overdue_is_derived"),
        CheckConstraint(
            "(status = 'in_progress') = (handed_in_at IS NULL AND voided_at IS NULL)",
            name="ended",
        ),
        CheckConstraint("status <> 'graded' OR mark IS NOT NULL", name="graded"),
        CheckConstraint("(mark IS NULL) = (graded_at IS NULL)", name="graded_at"),
        CheckConstraint("mark >= 0", name="mark"),
        CheckConstraint(
            "(status = 'voided') = (voided_at IS NOT NULL) "
            "AND (voided_at IS NULL) = (voided_by_id IS NULL)",
            name="voided_by_somebody",
        ),
    )


class AttemptAnswer(Base):
    """A question of an attempt with the answer that stands, and what it earned."""

    __tablename__ = "attempt_answer"

    id: Mapped[int] = primary_key()
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    """What the learner was shown."""
    graded_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    """By whose key it was graded, where that is another one."""
    points: Mapped[Decimal]
    answer: Mapped[dict[str, Any]]
    sequence: Mapped[int] = mapped_column(default=0)
    """Which save this is; an older one never takes its place."""
    saved_at: Mapped[datetime | None]
    share: Mapped[str | None]
    """Of the points, an exact fraction as 1/3; None: not graded, or a person has to mark it."""
    comment: Mapped[str] = mapped_column(default="")
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        CheckConstraint("sequence >= 0", name="sequence"),
        CheckConstraint("(sequence = 0) = (saved_at IS NULL)", name="saved"),
        CheckConstraint("(marked_by_id IS NULL) = (marked_at IS NULL)", name="marked_by_somebody"),
    )

    @property
    def earned(self) -> Fraction | None:
        """The share of the points, exact."""
        return None if self.share is None else Fraction(self.share)


class AnswerAside(Base):
    """An answer that came too late, or from a page that was behind: kept, and not counted."""

    __tablename__ = "answer_aside"

    id: Mapped[int] = primary_key()
    answer_id: Mapped[int] = mapped_column(ForeignKey("attempt_answer.id"), index=True)
    reason: Mapped[AsideReason]
    sequence: Mapped[int]
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_by_somebody"
        ),
    )


class AnswerFile(Base):
    """A file that an answer named while there was a virus scanner: what it said of the bytes."""

    __tablename__ = "answer_file"

    id: Mapped[int] = primary_key()
    answer_id: Mapped[int] = mapped_column(ForeignKey("attempt_answer.id"))
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    scan: Mapped[ScanState] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("answer_id", "sha256"),)


class AttemptGrade(Base):
    """Which attempt made a grade change: the grade is the quiz's for as long as its last change is here."""

    __tablename__ = "attempt_grade"

    grade_change_id: Mapped[int] = mapped_column(
        ForeignKey("grade_change.id"), primary_key=True, autoincrement=False
    )
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)

    change: Mapped[GradeChange] = relationship(lazy="raise_on_sql")
