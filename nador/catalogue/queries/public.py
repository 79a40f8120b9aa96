"""Reads for everyone, and those that other features build on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from nador.accounts.models import Institute
from nador.catalogue.models import (
    Course,
    CourseVersion,
    Meeting,
    Prerequisite,
    Run,
    RunStaff,
    Skill,
)
from nador.catalogue.rules import (
    CatalogueStatus,
    Listing,
    MeetingStatus,
    Rhythm,
    RunGlance,
    RunStatus,
    ShownState,
    enrolling,
    rhythm,
    shown_state,
)
from nador.kernel import clock, text
from nador.kernel.access import Grant, Role
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run and how it stands now."""

    run: Run
    state: ShownState
    enrolling: bool
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class CoursePage:
    """What the public page of a course says."""

    course: Course
    version: CourseVersion
    prerequisites: Sequence[CourseVersion]
    skills: Sequence[Skill]
    runs: Sequence[RunRow]


def run_row(run: Run, *, now: datetime, meetings: Iterable[Meeting] = ()) -> RunRow:
    """Say how a run stands."""
    kept = [meeting.sitting for meeting in meetings if meeting.status != MeetingStatus.CANCELLED]
    return RunRow(
        run=run,
        state=shown_state(run.status, run.schedule, now=now),
        enrolling=enrolling(run.status, run.schedule, now=now),
        rhythm=rhythm(kept),
    )


def is_latest() -> ColumnElement[bool]:
    """Narrow versions to the last one of each course."""
    other = aliased(CourseVersion)
    newest = (
        select(func.max(other.number))
        .where(other.course_id == CourseVersion.course_id)
        .scalar_subquery()
    )
    return CourseVersion.number == newest


def listings(session: Session, *, now: datetime) -> list[Listing]:
    """List the published courses, those with the nearest run first.

    Two queries; the wish is met in memory, because a catalogue has hundreds of courses at most and
    each filter shows how many it would leave.
    """
    runs = _runs_ahead(session, now=now)
    needs = exists().where(Prerequisite.version_id == CourseVersion.id)
    rows = session.execute(
        select(Course.id, Course.code, CourseVersion, needs)
        .join(CourseVersion.course)
        .where(Course.status == CatalogueStatus.PUBLISHED, is_latest())
        .order_by(Course.code)
    )
    found = [
        Listing(
            code=code,
            title=version.title,
            summary=version.summary,
            domain=version.domain,
            level=version.level,
            hours=version.hours,
            mode=version.mode,
            languages=version.languages,
            fee=version.fee,
            needs_courses=needs_courses,
            text_folded=version.text_folded,
            runs=tuple(runs[course_id]),
        )
        for course_id, code, version, needs_courses in rows
    ]
    return sorted(found, key=lambda each: each.runs[0].starts_on if each.runs else date.max)


def _runs_ahead(session: Session, *, now: datetime) -> dict[int, list[RunGlance]]:
    """Group by course the published runs that one can join, or that have not started."""
    runs = session.scalars(
        select(Run)
        .where(
            Run.status == RunStatus.PUBLISHED,
            or_(Run.starts_on > wall_day(now), and_(Run.opens_at <= now, now < Run.closes_at)),
        )
        .order_by(Run.starts_on, Run.id)
    )
    grouped: dict[int, list[RunGlance]] = defaultdict(list)
    for run in runs:
        grouped[run.course_id].append(
            RunGlance(
                id=run.id,
                starts_on=run.starts_on,
                seats_left=run.seats_left,
                waiting=run.waiting,
                enrolling=enrolling(run.status, run.schedule, now=now),
            )
        )
    return grouped


def wall_day(now: datetime) -> date:
    """Give the day on the wall."""
    return clock.local(now).date()


def course_page(session: Session, code: str, *, now: datetime) -> CoursePage:
    """Read the public page of a course; a draft is not there for the public."""
    version = session.scalar(
        select(CourseVersion)
        .join(CourseVersion.course)
        .options(contains_eager(CourseVersion.course), joinedload(CourseVersion.plan))
        .where(Course.code == code, Course.status != CatalogueStatus.DRAFT, is_latest())
    )
    if version is None:
        raise NotFound
    return CoursePage(
        course=version.course,
        version=version,
        prerequisites=prerequisites(session, version.id),
        skills=skills(session, version.skills),
        runs=_runs_to_choose(session, version.course_id, now=now),
    )


def _runs_to_choose(session: Session, course_id: int, *, now: datetime) -> list[RunRow]:
    runs = session.scalars(
        select(Run)
        .options(joinedload(Run.meetings))
        .where(
            Run.course_id == course_id,
            Run.status == RunStatus.PUBLISHED,
            or_(Run.starts_on > wall_day(now), and_(Run.opens_at <= now, now < Run.closes_at)),
        )
        .order_by(Run.starts_on, Run.id)
    ).unique()
    rows = [run_row(run, now=now, meetings=run.meetings) for run in runs]
    return sorted(rows, key=lambda row: not row.enrolling)


def prerequisites(session: Session, version_id: int) -> Sequence[CourseVersion]:
    """Read the courses that a version asks for, in their latest words."""
    return session.scalars(
        select(CourseVersion)
        .join(Prerequisite, Prerequisite.course_id == CourseVersion.course_id)
        .join(CourseVersion.course)
        .options(contains_eager(CourseVersion.course))
        .where(Prerequisite.version_id == version_id, is_latest())
        .order_by(Course.code)
    ).all()


def skills(session: Session, codes: Sequence[str]) -> Sequence[Skill]:
    """Read skills in the order of their codes."""
    found = {
        skill.code: skill for skill in session.scalars(select(Skill).where(Skill.code.in_(codes)))
    }
    return [found[code] for code in codes if code in found]


def run_page(session: Session, run_id: int) -> Run:
    """Read a run for its public page, with course, version and meetings; a draft is not there."""
    run = session.scalar(whole_run().where(Run.id == run_id, Run.status != RunStatus.DRAFT))
    if run is None:
        raise NotFound
    return run


def whole_run() -> Select[Run]:
    """Select runs with course, version, institute and meetings."""
    return select(Run).options(
        joinedload(Run.course),
        joinedload(Run.version),
        joinedload(Run.institute),
        selectinload(Run.meetings),
    )


def run_for_update(session: Session, run_id: int) -> Run:
    """Read a run and lock it: whoever else decides about it waits.

    On SQLite the write transaction is the lock. The weaker lock of PostgreSQL lets rows that only
    point at the run be written meanwhile.
    """
    run = session.scalar(
        select(Run)
        .where(Run.id == run_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound
    return run


def run_by_code(session: Session, code: str) -> Run:
    """Find a run by its code, or by its number."""
    run = session.scalar(select(Run).where(Run.code == code.strip().upper()))
    number = text.number(code)
    if run is None and number is not None:
        run = session.get(Run, number)
    if run is None:
        raise NotFound
    return run


def staff_grants(session: Session, person_id: int) -> frozenset[Grant]:
    """Return the runs that the person teaches, as grants."""
    rows = session.execute(
        select(Run.institute_id, Run.id)
        .join_from(RunStaff, Run)
        .where(RunStaff.person_id == person_id, RunStaff.ended_at.is_(None))
    )
    return frozenset(Grant(Role.INSTRUCTOR, row.institute_id, row.id) for row in rows)


def course_codes(session: Session) -> frozenset[str]:
    """List the codes of all courses."""
    return frozenset(session.scalars(select(Course.code)))


def institute_by_prefix(session: Session, prefix: str | None) -> Institute:
    """Find an institute by the prefix of its numbers; without one, the first."""
    wanted = select(Institute).order_by(Institute.id).limit(1)
    if prefix:
        wanted = wanted.where(Institute.prefix == prefix.strip().upper())
    institute = session.scalar(wanted)
    if institute is None:
        raise NotFound
    return institute


def course_by_code(session: Session, code: str) -> Course:
    """Find a course for those who manage it."""
    course = session.scalar(select(Course).where(Course.code == code))
    if course is None:
        raise NotFound
    return course


def version_with_course(session: Session, version_id: int) -> CourseVersion:
    """Find a course version, with its course."""
    version = session.scalar(
        select(CourseVersion)
        .options(joinedload(CourseVersion.course))
        .where(CourseVersion.id == version_id)
    )
    if version is None:
        raise NotFound
    return version


def courses_after(session: Session, after: str, *, limit: int) -> Sequence[CourseVersion]:
    """List the published courses whose code comes after this one."""
    return session.scalars(
        select(CourseVersion)
        .join(CourseVersion.course)
        .options(contains_eager(CourseVersion.course))
        .where(Course.status == CatalogueStatus.PUBLISHED, Course.code > after, is_latest())
        .order_by(Course.code)
        .limit(limit)
    ).all()


def runs_after(session: Session, after: int, *, course: str | None, limit: int) -> Sequence[Run]:
    """List the runs that are not drafts, of one course where it is named, by their numbers."""
    wanted = (
        select(Run)
        .join(Run.course)
        .options(contains_eager(Run.course))
        .where(Run.status != RunStatus.DRAFT, Run.id > after)
        .order_by(Run.id)
        .limit(limit)
    )
    if course is not None:
        wanted = wanted.where(Course.code == course)
    return session.scalars(wanted).all()
