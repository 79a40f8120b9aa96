"""Reads for those who run the centre, scoped to where they may look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from nador.accounts.queries import person_by_email, person_by_reference
from nador.catalogue.models import Course, CourseVersion, Meeting, Run, RunStaff
from nador.catalogue.queries.public import RunRow, is_latest, run_row, wall_day, whole_run
from nador.catalogue.rules import PersonNotFound, RunStatus, ShownState
from nador.kernel import text
from nador.kernel.access import Action
from nador.kernel.errors import NotFound
from nador.kernel.text import search_terms

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person
    from nador.kernel.access import Actor

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course in the list of those who manage it."""

    course: Course
    version: CourseVersion
    runs: int


def courses_of_staff(session: Session, actor: Actor) -> list[CourseRow]:
    """List the courses of the actor's institutes, in the order of their codes."""
    counted = select(func.count(Run.id)).where(Run.course_id == Course.id).scalar_subquery()
    rows = session.execute(
        select(CourseVersion, counted)
        .join(CourseVersion.course)
        .options(contains_eager(CourseVersion.course))
        .where(Course.institute_id.in_(actor.institutes(Action.SEE_CATALOGUE)), is_latest())
        .order_by(Course.code)
    )
    return [CourseRow(version.course, version, runs) for version, runs in rows]


def version_of_staff(session: Session, actor: Actor, code: str) -> CourseVersion:
    """Find the latest version of a course for those who may see it."""
    version = session.scalar(
        select(CourseVersion)
        .join(CourseVersion.course)
        .options(contains_eager(CourseVersion.course))
        .where(
            Course.code == code,
            Course.institute_id.in_(actor.institutes(Action.SEE_CATALOGUE)),
            is_latest(),
        )
    )
    if version is None:
        raise NotFound
    return version


def next_run_code(session: Session, version: CourseVersion) -> str:
    """Suggest a code that no run has: the course's, with the next number."""
    taken = set(
        session.scalars(
            select(Run.code).where(Run.code.startswith(version.course.code, autoescape=True))
        )
    )
    numbers = (f"{version.course.code}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in numbers if code not in taken)


def runs_for(actor: Actor, action: Action) -> ColumnElement[bool]:
    """Narrow runs to those on which the actor may do this."""
    return or_(Run.institute_id.in_(actor.institutes(action)), Run.id.in_(actor.runs(action)))


def in_state(state: ShownState, *, now: datetime) -> ColumnElement[bool]:
    """Narrow runs to those that stand so: `rules.shown_state`, said in SQL."""
    published, today = Run.status == RunStatus.PUBLISHED, wall_day(now)
    window = and_(Run.opens_at <= now, now < Run.closes_at)
    match state:
        case ShownState.GRADING:
            return and_(published, Run.ends_on < today)
        case ShownState.RUNNING:
            return and_(published, Run.starts_on <= today, Run.ends_on >= today)
        case ShownState.OPEN:
            return and_(published, Run.starts_on > today, window)
        case ShownState.CLOSED:
            return and_(published, Run.starts_on > today, ~window)
        case ShownState.DRAFT | ShownState.CONCLUDED | ShownState.CANCELLED:
            return Run.status == RunStatus(state.value)


@dataclass(frozen=True, slots=True)
class RunList:
    """One page of runs; `after` leads to the next one."""

    rows: Sequence[RunRow]
    after: str | None


def runs_of_staff(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    state: ShownState | None = None,
    typed: str = "",
    after: str = "",
) -> RunList:
    """List runs, the latest start first; what was typed is found in codes and titles."""
    wanted = (
        select(Run)
        .join(Run.course)
        .join(Run.version)
        .options(contains_eager(Run.course), contains_eager(Run.version))
        .where(runs_for(actor, Action.SEE_CATALOGUE), *_says(typed))
        .order_by(Run.starts_on.desc(), Run.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if state is not None:
        wanted = wanted.where(in_state(state, now=now))
    place = _place(after)
    if place is not None:
        day, run_id = place
        wanted = wanted.where(or_(Run.starts_on < day, and_(Run.starts_on == day, Run.id < run_id)))
    runs = session.scalars(wanted).all()
    shown = runs[:PAGE_SIZE]
    return RunList(
        rows=[run_row(run, now=now) for run in shown],
        after=f"{shown[-1].starts_on}.{shown[-1].id}" if len(runs) > PAGE_SIZE else None,
    )


def _says(typed: str) -> list[ColumnElement[bool]]:
    return [
        or_(
            CourseVersion.text_folded.contains(term, autoescape=True),
            func.replace(func.lower(Run.code), "-", "").contains(term, autoescape=True),
        )
        for term in search_terms(typed)
    ]


def _place(after: str) -> tuple[date, int] | None:
    """Read where the last page ended; None when that can't be read."""
    day, _, run_id = after.partition(".")
    try:
        began, number = date.fromisoformat(day), text.number(run_id)
    except ValueError:
        return None
    return None if number is None else (began, number)


def run_of_staff(session: Session, actor: Actor, run_id: int) -> Run:
    """Read a run with all that its page for staff shows; strangers find nothing."""
    run = session.scalar(
        whole_run()
        .options(selectinload(Run.staff).joinedload(RunStaff.person))
        .where(Run.id == run_id, runs_for(actor, Action.SEE_CATALOGUE))
    )
    if run is None:
        raise NotFound
    return run


def meeting_of_staff(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Read a meeting with its run, for those who may see the run as staff."""
    meeting = session.scalar(
        select(Meeting)
        .join(Meeting.run)
        .options(contains_eager(Meeting.run).joinedload(Run.version))
        .where(Meeting.id == meeting_id, runs_for(actor, Action.SEE_CATALOGUE))
    )
    if meeting is None:
        raise NotFound
    return meeting


def person_by_contact(session: Session, typed: str) -> Person:
    """Find a person by e-mail address or reference number."""
    find = person_by_email if "@" in typed else person_by_reference
    person = find(session, typed)
    if person is None:
        raise PersonNotFound(field="person")
    return person
