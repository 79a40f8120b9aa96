"""A gradebook that comes back as a file: shown first, then kept, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment import policy, queries, rules
from nador.assessment.rules import (
    SheetCell,
    SheetColumn,
    SheetLearner,
    SheetNames,
    SheetPlan,
    plan_sheet,
)
from nador.assessment.service.grading import GradeEntry, set_grades
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import audit, tables
from nador.kernel.db import command
from nador.kernel.errors import Conflict
from nador.kernel.text import clean, fold

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.assessment.models import Grade
    from nador.assessment.queries import Gradebook, Row
    from nador.kernel.access import Actor

MOST_LEARNERS = 5000


class SheetHasErrors(Conflict):
    """The file has errors (`count`), so nothing of it is kept."""

    code = "sheet_has_errors"


class GradebookMoved(Conflict):
    """Somebody changed grades since the preview: it is to be looked at again."""

    code = "gradebook_moved"


def preview_sheet(
    session: Session, actor: Actor, *, run_id: int, content: bytes, names: SheetNames
) -> tuple[Gradebook, SheetPlan]:
    """Say what a file would change, and write nothing.

    Raises what reading a table raises, NoReferenceColumn, NoGradeColumn, ColumnOfTwo.
    """
    book = queries.gradebook(session, run_id)
    policy.require_may_see(actor, book.run)
    policy.require_may_grade(actor, book.run)
    lines = tables.read_lines(content, max_rows=MOST_LEARNERS + 1)
    return book, plan_sheet(
        lines,
        columns=_columns(book),
        names=names,
        learners={row.reference.upper(): _learner(row, book) for row in book.rows},
    )


@command
def apply_sheet(
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    content: bytes,
    names: SheetNames,
    fingerprint: str,
    reason: str = "",
) -> list[Grade]:
    """Keep exactly what the preview showed, all or nothing.

    Raises SheetHasErrors, GradebookMoved, ReasonNeeded, GradesRefused.
    """
    run = queries.run_to_grade(session, run_id)
    book, plan = preview_sheet(session, actor, run_id=run_id, content=content, names=names)
    if plan.errors:
        raise SheetHasErrors(count=len(plan.errors))
    if plan.fingerprint() != fingerprint:
        raise GradebookMoved
    rules.require_reason(plan, clean(reason))
    grades = set_grades(
        session,
        actor,
        entries=[
            GradeEntry(
                assessment_id=each.assessment_id,
                enrolment_id=each.enrolment_id,
                value=each.value,
                excused=each.excused,
                reason=reason,
                expected_version=each.was.version,
            )
            for each in plan.changes
        ],
    )
    audit.record(
        session,
        actor,
        "grades.imported",
        f"run:{book.run.id}",
        institute_id=run.institute_id,
        grades=len(grades),
    )
    return grades


def _columns(book: Gradebook) -> list[SheetColumn]:
    """Name the assessments as a file may: a title that two of them have names neither."""
    titles = {
        column.assessment.id: {fold(title) for title in column.assessment.title.values()}
        for column in book.columns
    }
    found = []
    for column in book.columns:
        own = titles[column.assessment.id]
        others = set().union(*(said for key, said in titles.items() if key != column.assessment.id))
        found.append(
            SheetColumn(
                assessment_id=column.assessment.id,
                code=column.assessment.code,
                names=frozenset((own - others) | {fold(column.assessment.code)}),
                out_of=column.assessment.out_of,
            )
        )
    return found


def _learner(row: Row, book: Gradebook) -> SheetLearner:
    released = {
        column.assessment.id: column.assessment.released_at is not None for column in book.columns
    }
    return SheetLearner(
        enrolment_id=row.enrolment_id,
        name=row.name_latin or row.name_arabic or row.reference,
        active=row.status is EnrolmentStatus.ACTIVE,
        final=row.status in {EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED},
        cells={
            key: SheetCell(
                cell.value,
                cell.state,
                cell.version,
                seen=rules.was_seen(cell.state, released=released[key]),
            )
            for key, cell in row.cells.items()
            if key in released
        },
    )
