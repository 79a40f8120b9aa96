"""What is taught, and when."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.models import Institute, Person
from nador.catalogue.rules import (
    PLAIN,
    AssessmentKind,
    AttendancePoints,
    CatalogueStatus,
    DocumentKind,
    MeetingStatus,
    Mode,
    RunStatus,
    Scale,
    Schedule,
    Sitting,
    shares,
)
from nador.kernel.db import Base, Words, primary_key


class Skill(Base):
    """A skill that courses teach, with its code in public frameworks."""

    __tablename__ = "skill"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    label: Mapped[Words]
    esco: Mapped[str | None]


class Course(Base):
    """A catalogue entry; what it says is in its versions."""

    __tablename__ = "course"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    code: Mapped[str] = mapped_column(String(32), unique=True)
    status: Mapped[CatalogueStatus] = mapped_column(default=CatalogueStatus.DRAFT)
    created_at: Mapped[datetime]

    institute: Mapped[Institute] = relationship(lazy="raise_on_sql")
    versions: Mapped[list[CourseVersion]] = relationship(
        back_populates="course", order_by="CourseVersion.number", lazy="raise_on_sql"
    )


class CourseVersion(Base):
    """What a course says and asks; a run keeps the version that it opened with."""

    __tablename__ = "course_version"

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    title: Mapped[Words]
    summary: Mapped[Words]
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By language, a list of sentences: what one can do afterwards."""
    domain: Mapped[str]
    level: Mapped[int]
    hours: Mapped[int]
    mode: Mapped[Mode]
    languages: Mapped[list[str]]
    capacity: Mapped[int]
    fee: Mapped[int] = mapped_column(default=0)
    """In whole dirhams."""
    mark_scale: Mapped[Decimal]
    pass_mark: Mapped[Decimal]
    min_attendance: Mapped[int] = mapped_column(default=0)
    """In per cent of what held meetings can give; 0 asks for none."""
    present_points: Mapped[Decimal] = mapped_column(default=PLAIN.present)
    late_points: Mapped[Decimal] = mapped_column(default=PLAIN.late)
    excused_points: Mapped[Decimal | None]
    """None leaves the meeting out of the count."""
    absent_points: Mapped[Decimal] = mapped_column(default=PLAIN.absent)
    document: Mapped[DocumentKind]
    mentions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Highest first: {"min": "16.00", "ar": …, "fr": …, "en": …}."""
    scale: Mapped[Scale] = mapped_column(default=Scale.POINTS)
    letters: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Highest first: {"min": "16.00", "letter": "A"}."""
    categories: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """In order: {"code": …, "title": {…}, "weight": "40.00", "minimum": "0.00", "drop": 0}."""
    compensated: Mapped[int | None]
    """How many categories may stay below the pass mark where the mean reaches it; None: all."""
    skills: Mapped[list[str]] = mapped_column(default=list)
    unesco: Mapped[list[str]] = mapped_column(default=list)
    digcomp: Mapped[list[str]] = mapped_column(default=list)
    text_folded: Mapped[str] = mapped_column(default="")
    content_hash: Mapped[str]
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship(back_populates="versions", lazy="raise_on_sql")
    plan: Mapped[list[PlanItem]] = relationship(
        back_populates="version", order_by="PlanItem.position", lazy="raise_on_sql"
    )
    prerequisites: Mapped[list[Prerequisite]] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("min_attendance BETWEEN 0 AND 100", name="min_attendance"),
        CheckConstraint(
            "present_points > 0 AND late_points BETWEEN 0 AND present_points"
            " AND absent_points BETWEEN 0 AND present_points"
            " AND (excused_points IS NULL OR excused_points BETWEEN 0 AND present_points)",
            name="attendance_points",
        ),
        CheckConstraint("pass_mark BETWEEN 0 AND mark_scale", name="pass_mark"),
        CheckConstraint("compensated >= 0", name="compensated"),
    )

    @property
    def attendance_points(self) -> AttendancePoints:
        """What a held meeting gives by status, as the rules read it."""
        return AttendancePoints(
            present=self.present_points,
            late=self.late_points,
            excused=self.excused_points,
            absent=self.absent_points,
        )

    @property
    def shares(self) -> dict[str, Decimal]:
        """What each item of the plan decides, in per cent of the whole."""
        return shares([(one.code, one.category, one.weight) for one in self.plan], self.categories)

    @property
    def category_shares(self) -> dict[str, Decimal]:
        """What each category decides, in per cent of the whole."""
        one_each = [(each["code"], each["code"], Decimal(1)) for each in self.categories]
        return shares(one_each, self.categories)


class Prerequisite(Base):
    """A course that one must have completed before a version of another."""

    __tablename__ = "prerequisite"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)

    course: Mapped[Course] = relationship(lazy="raise_on_sql")


class PlanItem(Base):
    """One item of a course version's assessment plan."""

    __tablename__ = "plan_item"

    id: Mapped[int] = primary_key()
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    position: Mapped[int]
    code: Mapped[str]
    kind: Mapped[AssessmentKind]
    title: Mapped[Words]
    weight: Mapped[Decimal]
    out_of: Mapped[Decimal]
    minimum: Mapped[Decimal]
    """Eliminatory: below it the run is failed, whatever the mark. In `out_of`."""
    category: Mapped[str] = mapped_column(default="")
    """The code of the version's category in which it is weighed."""

    version: Mapped[CourseVersion] = relationship(back_populates="plan", lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("version_id", "code"),
        CheckConstraint("weight >= 0", name="weight"),
        CheckConstraint("out_of > 0", name="out_of"),
        CheckConstraint("minimum BETWEEN 0 AND out_of", name="minimum"),
    )


class Programme(Base):
    """An ordered set of courses that leads to its own certificate."""

    __tablename__ = "programme"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[Words]
    summary: Mapped[Words]
    status: Mapped[CatalogueStatus] = mapped_column(default=CatalogueStatus.DRAFT)

    courses: Mapped[list[ProgrammeCourse]] = relationship(
        order_by="ProgrammeCourse.position", lazy="raise_on_sql"
    )


class ProgrammeCourse(Base):
    """A course's place in a programme."""

    __tablename__ = "programme_course"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    position: Mapped[int]

    course: Mapped[Course] = relationship(lazy="raise_on_sql")


class Run(Base):
    """One dated delivery of a course version."""

    __tablename__ = "run"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    code: Mapped[str] = mapped_column(String(48), unique=True)
    language: Mapped[str]
    mode: Mapped[Mode]
    place: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    capacity: Mapped[int]
    seats_held: Mapped[int] = mapped_column(default=0)
    """Seats of active and offered enrolments; written by `enrolment.service` only."""
    waiting: Mapped[int] = mapped_column(default=0)
    """How many stand on the waitlist; written by `enrolment.service` only."""
    offer_hours: Mapped[int] = mapped_column(default=48)
    """How long an offered seat is held."""
    appeal_days: Mapped[int] = mapped_column(default=10)
    """How many whole days learners have to contest a grade or a result, and staff to answer."""
    status: Mapped[RunStatus] = mapped_column(default=RunStatus.DRAFT)
    imported: Mapped[bool] = mapped_column(default=False)
    """Its results were decided elsewhere: concluding confirms them."""
    version_counter: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    institute: Mapped[Institute] = relationship(lazy="raise_on_sql")
    course: Mapped[Course] = relationship(lazy="raise_on_sql")
    version: Mapped[CourseVersion] = relationship(lazy="raise_on_sql")
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="run", order_by="Meeting.starts_at", lazy="raise_on_sql"
    )
    staff: Mapped[list[RunStaff]] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("seats_held BETWEEN 0 AND capacity", name="seats_within_capacity"),
        CheckConstraint("waiting >= 0", name="waiting"),
        CheckConstraint("offer_hours > 0", name="offer_hours"),
        CheckConstraint("appeal_days > 0", name="appeal_days"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("closes_at > opens_at", name="window"),
        Index(None, "status", "starts_on"),
    )

    @property
    def schedule(self) -> Schedule:
        """The dates, as the rules read them."""
        return Schedule(
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
        )

    @property
    def seats_left(self) -> int:
        """How many seats nobody holds; with a queue before them they are not free to take."""
        return self.capacity - self.seats_held


class RunStaff(Base):
    """An instructor's grant on one run."""

    __tablename__ = "run_staff"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(
            "uq_run_staff_live",
            "run_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Meeting(Base):
    """One timetabled sitting of a run; the unit of attendance."""

    __tablename__ = "meeting"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    topic: Mapped[str] = mapped_column(default="")
    status: Mapped[MeetingStatus] = mapped_column(default=MeetingStatus.PLANNED)

    run: Mapped[Run] = relationship(back_populates="meetings", lazy="raise_on_sql")

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="times"),)

    @property
    def sitting(self) -> Sitting:
        """The time, as the rules read it."""
        return Sitting(self.starts_at, self.ends_at)
