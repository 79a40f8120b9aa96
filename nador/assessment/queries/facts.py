"""What rules are given of a run and its learners, as the database has it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, null, select

from nador.assessment.models import Assessment, Grade, MarkOverride
from nador.assessment.rules import (
    Category,
    GradeState,
    Override,
    PassRules,
    PlanLine,
    Presence,
    Standing,
)
from nador.catalogue.models import Meeting
from nador.catalogue.rules import MeetingStatus
from nador.enrolment.models import Attendance, Enrolment
from nador.enrolment.rules import AttendanceStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.catalogue.rules import AttendancePoints
    from nador.kernel.db import Words

FEW = 50
"""Up to so many learners are asked for by name; beyond, the whole run is read."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One grade; `version` 0 means that none was ever given."""

    value: Decimal | None = None
    state: GradeState = GradeState.UNGRADED
    version: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """The grades of one learner by assessment, and what persons set over computed marks."""

    cells: dict[int, Cell]
    overrides: dict[str, Override]


def pass_rules(run: Run) -> PassRules:
    """What the run's course version asks for."""
    version = run.version
    return PassRules(
        document=version.document,
        mark_scale=version.mark_scale,
        pass_mark=version.pass_mark,
        min_attendance=version.min_attendance,
        mentions=version.mentions,
        scale=version.scale,
        letters=version.letters,
        categories=tuple(
            Category(
                code=each["code"],
                weight=Decimal(each["weight"]),
                minimum=Decimal(each["minimum"]),
                drop=each["drop"],
            )
            for each in version.categories
        ),
        compensated=version.compensated,
    )


def plan_of(assessments: Iterable[Assessment]) -> list[PlanLine]:
    """The plan of a run, as rules read it."""
    return [
        PlanLine(
            assessment_id=each.id,
            code=each.code,
            weight=each.weight,
            out_of=each.out_of,
            minimum=each.minimum,
            category=each.category,
        )
        for each in assessments
    ]


def titles_of(run: Run, assessments: Iterable[Assessment]) -> dict[str, Words]:
    """Name the subjects of a trace: assessments by code, categories by code behind a slash."""
    named = {each.code: each.title for each in assessments}
    return named | {f"/{each['code']}": each["title"] for each in run.version.categories}


def standings(cells: Mapping[int, Cell]) -> dict[int, Standing]:
    """The grades of a learner, as rules read them."""
    return {
        assessment_id: Standing(cell.value, excused=cell.state is GradeState.EXCUSED)
        for assessment_id, cell in cells.items()
    }


def attendance_of(enrolment_ids: Select[int]) -> Any:
    """Count, as a subquery, the held meetings of these enrolments by what was marked."""
    status = Attendance.status

    def count(*states: AttendanceStatus) -> Any:
        return func.sum(case((status.in_(states), 1), else_=0))

    return (
        select(
            Attendance.enrolment_id,
            count(AttendanceStatus.PRESENT, AttendanceStatus.LATE).label("attended"),
            count(AttendanceStatus.EXCUSED).label("excused"),
            count(AttendanceStatus.LATE).label("late"),
            func.sum(case((status != AttendanceStatus.UNMARKED, 1), else_=0)).label("marked"),
        )
        .join(
            Meeting,
            and_(Meeting.id == Attendance.meeting_id, Meeting.status == MeetingStatus.HELD),
        )
        .where(Attendance.enrolment_id.in_(enrolment_ids))
        .group_by(Attendance.enrolment_id)
        .subquery()
    )


def presence_of(row: Any, points: AttendancePoints) -> Presence:
    """Read the counts of a row, which are None where nothing was marked."""
    return Presence(
        held=int(row.held or 0),
        attended=int(row.attended or 0),
        excused=int(row.excused or 0),
        marked=int(row.marked or 0),
        late=int(row.late or 0),
        points=points,
    )


def marks(session: Session, run_id: int, enrolment_ids: Sequence[int]) -> dict[int, Marks]:
    """Read, in one query, the grades of learners and what persons set over computed marks."""
    nothing = null()
    grades = (
        select(
            Grade.enrolment_id,
            Grade.assessment_id,
            nothing.label("category"),
            Grade.value,
            Grade.state,
            Grade.version,
            nothing.label("reason"),
        )
        .join(Assessment, Assessment.id == Grade.assessment_id)
        .where(Assessment.run_id == run_id)
    )
    overrides = (
        select(
            MarkOverride.enrolment_id,
            nothing,
            MarkOverride.category,
            MarkOverride.value,
            nothing,
            MarkOverride.id,
            MarkOverride.reason,
        )
        .join(Enrolment, Enrolment.id == MarkOverride.enrolment_id)
        .where(Enrolment.run_id == run_id)
    )
    if len(enrolment_ids) <= FEW:
        grades = grades.where(Grade.enrolment_id.in_(enrolment_ids))
        overrides = overrides.where(MarkOverride.enrolment_id.in_(enrolment_ids))
    found: dict[int, Marks] = defaultdict(lambda: Marks({}, {}))
    set_by_persons: list[Any] = []
    for row in session.execute(grades.union_all(overrides)):
        if row.category is None:
            cell = Cell(row.value, row.state, row.version)
            found[row.enrolment_id].cells[row.assessment_id] = cell
        else:
            set_by_persons.append(row)
    # The latest holds; one without a value takes the one before it back.
    for row in sorted(set_by_persons, key=lambda each: each.version):
        held = found[row.enrolment_id].overrides
        held.pop(row.category, None)
        if row.value is not None:
            held[row.category] = Override(row.value, row.reason)
    return found
