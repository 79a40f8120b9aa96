"""What a thorough examination compares: each grade with its history, each result with its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from nador.assessment.models import Assessment, Grade, GradeChange, Result
from nador.assessment.rules import ResultSource, recomputed
from nador.enrolment.models import Enrolment
from nador.kernel.checkup import check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.kernel.work import Desk


@check("grades = their last change", deep=True)
def _grades(desk: Desk) -> Iterable[str]:
    """A grade is what its history ends with."""
    last = (
        select(GradeChange.grade_id, func.max(GradeChange.id).label("id"))
        .group_by(GradeChange.grade_id)
        .subquery()
    )
    rows = (
        select(Enrolment.reference, Assessment.code)
        .select_from(Grade)
        .join(Enrolment, Enrolment.id == Grade.enrolment_id)
        .join(Assessment, Assessment.id == Grade.assessment_id)
        .outerjoin(last, last.c.grade_id == Grade.id)
        .outerjoin(GradeChange, GradeChange.id == last.c.id)
        .where(
            or_(
                GradeChange.id.is_(None),
                GradeChange.to_value.is_distinct_from(Grade.value),
                GradeChange.to_state != Grade.state,
            )
        )
    )
    with desk.reading() as session:
        for reference, code in session.execute(rows):
            yield (
                f"{reference}, {code}: the grade is not what its history ends with: "
                "put both back from a backup, or grade again."
            )


@check("results = computed again", deep=True)
def _results(desk: Desk) -> Iterable[str]:
    """A result is what its version of the formula gives for what it was decided from."""
    rows = (
        select(Enrolment.reference, Result)
        .join(Enrolment, Enrolment.id == Result.enrolment_id)
        .where(Result.source == ResultSource.COMPUTED, Result.given.is_not(None))
    )
    with desk.reading() as session:
        for reference, result in session.execute(rows).yield_per(500):
            again = recomputed(result.formula, result.given or {})
            kept = (result.decision, result.mark, result.mention, result.trace)
            if kept != (again.decision, again.mark, again.mention, again.rows()):
                yield f"{reference}: computed again, the result is another."
