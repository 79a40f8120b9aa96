"""A presentation written into the database: whole or not at all, and only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, case, false, func, insert, literal, select, tuple_

from nador.accounts.models import Person
from nador.assessment.models import Assessment, Grade, GradeChange, Result
from nador.assessment.rules import GradeState
from nador.catalogue.models import Course, CourseVersion, PlanItem, Run
from nador.catalogue.rules import CatalogueStatus
from nador.demo.oulad import mapping
from nador.enrolment.models import Enrolment
from nador.kernel import audit, clock
from nador.kernel.access import Action, Actor, require
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.demo.oulad.mapping import Row
    from nador.demo.oulad.reading import Presentation

_CHUNK: Final = 5000


@dataclass(frozen=True, slots=True)
class Imported:
    """What one presentation brought; all zero where it was there already."""

    code: str
    enrolments: int = 0
    grades: int = 0
    new_people: int = 0


@command
def import_presentation(
    session: Session, actor: Actor, *, institute_id: int, presentation: Presentation
) -> Imported:
    """Bring in one presentation with everything in it, or nothing; again changes nothing.

    Nobody is told: it is history.
    """
    for action in (Action.MANAGE_CATALOGUE, Action.MANAGE_ENROLMENTS):
        require(actor, action, institute_id=institute_id)
    code = presentation.code
    if session.scalar(select(Run.id).where(Run.code == code)) is not None:
        return Imported(code)
    now = clock.now()
    run = _run(session, institute_id, presentation, now=now)
    assessment_ids = _assessments(session, run, presentation)
    person_ids, new = _people(session, presentation, now=now)
    enrolment_ids = _enrolments(session, run, presentation, person_ids, now=now)
    decided = mapping.results(presentation, run_id=run.id, enrolment_ids=enrolment_ids, now=now)
    _insert(session, Result, decided)
    _grades(session, run, presentation, assessment_ids, enrolment_ids)
    audit.record(
        session,
        actor,
        "run.imported",
        f"run:{run.id}",
        institute_id=institute_id,
        source="OULAD",
        enrolments=len(enrolment_ids),
        grades=len(presentation.scores),
    )
    return Imported(code, len(enrolment_ids), len(presentation.scores), new)


def _run(session: Session, institute_id: int, presentation: Presentation, *, now: datetime) -> Run:
    """Make the run and its version of the course, and the course with its first presentation."""
    code = mapping.course_code(presentation)
    course = session.scalar(select(Course).where(Course.code == code))
    if course is None:
        course = Course(
            institute_id=institute_id, code=code, status=CatalogueStatus.PUBLISHED, created_at=now
        )
        session.add(course)
        session.flush()
    last = session.scalar(
        select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    )
    version = CourseVersion(
        course_id=course.id,
        number=(last or 0) + 1,
        created_at=now,
        **mapping.version(presentation),
    )
    session.add(version)
    session.flush()
    run = Run(
        institute_id=institute_id,
        course_id=course.id,
        version_id=version.id,
        created_at=now,
        **mapping.run(presentation),
    )
    session.add(run)
    session.flush()
    return run


def _assessments(session: Session, run: Run, presentation: Presentation) -> dict[str, int]:
    """Write the plan into the version and into the run, and give the assessments by number."""
    made = {}
    ended = presentation.instant(presentation.days)
    for paper, facts in zip(presentation.papers, mapping.plan(presentation), strict=True):
        due_on = None if paper.day is None else presentation.day(paper.day)
        made[paper.number] = Assessment(run_id=run.id, due_on=due_on, released_at=ended, **facts)
        session.add_all([PlanItem(version_id=run.version_id, **facts), made[paper.number]])
    session.flush()
    return {number: assessment.id for number, assessment in made.items()}


def _people(
    session: Session, presentation: Presentation, *, now: datetime
) -> tuple[dict[str, int], int]:
    """Find or make one person per student number, and say how many are new."""
    numbers = [student.number for student in presentation.students]
    known = _known(session, numbers)
    new = [number for number in numbers if number not in known]
    _insert(session, Person, mapping.people(new, now=now))
    return known | _known(session, new), len(new)


def _known(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for start in range(0, len(numbers), _CHUNK):
        found = session.execute(
            select(Person.reference, Person.id).where(
                Person.reference.in_(numbers[start : start + _CHUNK])
            )
        )
        known.update((row.reference, row.id) for row in found)
    return known


def _enrolments(
    session: Session,
    run: Run,
    presentation: Presentation,
    person_ids: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, int]:
    """Write every student's place, and give the enrolments by student number."""
    rows = mapping.enrolments(
        presentation, run_id=run.id, opens_at=run.opens_at, person_ids=person_ids, now=now
    )
    _insert(session, Enrolment, rows)
    found = session.execute(
        select(Enrolment.person_id, Enrolment.id).where(Enrolment.run_id == run.id)
    )
    by_person = {row.person_id: row.id for row in found}
    return {one.number: by_person[person_ids[one.number]] for one in presentation.students}


def _grades(
    session: Session,
    run: Run,
    presentation: Presentation,
    assessment_ids: Mapping[str, int],
    enrolment_ids: Mapping[str, int],
) -> None:
    """Write each score as a grade, with its line of history."""
    rows = mapping.grades(presentation, assessment_ids=assessment_ids, enrolment_ids=enrolment_ids)
    _insert(session, Grade, rows)
    banked = [
        (assessment_ids[score.paper], enrolment_ids[score.student])
        for score in presentation.scores
        if score.banked
    ]
    is_banked = tuple_(Grade.assessment_id, Grade.enrolment_id).in_(banked) if banked else false()
    history = (
        select(
            Grade.id,
            Grade.changed_at,
            literal(GradeState.UNGRADED.value, String),
            Grade.value,
            Grade.state,
            case((is_banked, mapping.BANKED), else_=mapping.IMPORTED),
        )
        .join(Assessment, Assessment.id == Grade.assessment_id)
        .where(Assessment.run_id == run.id)
        .order_by(Grade.id)
    )
    columns = ["grade_id", "at", "from_state", "to_value", "to_state", "reason"]
    session.execute(insert(GradeChange).from_select(columns, history))


def _insert(session: Session, kind: type[Any], rows: Iterable[Row]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), _CHUNK):
        session.execute(insert(kind.__table__), waiting[start : start + _CHUNK])
