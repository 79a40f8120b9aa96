"""A run's figures: kept by a worker, and read back for as long as nothing touched the run since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from nador.assessment.models import Assessment, Grade, RunFigures, TouchedRun
from nador.assessment.rules import CURRENT, GradeState, Summary
from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

LISTED = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
"""Who stands in a gradebook: learners with a seat, and those whose result is final."""
PAUSE: Final = timedelta(minutes=1)
"""A run that is being graded is counted no more often."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the grades of a run come to."""

    grades: dict[int, tuple[int, int]]
    """By assessment: how many are given, and how many of these are provisional."""
    summaries: Sequence[Summary | None]
    """Of every assessment, of every category, of the final marks: in the order of the gradebook."""
    together: dict[tuple[str, str], Decimal | None]
    """How far the marks of two parts go together."""

    def as_stored(self) -> dict[str, Any]:
        """Write them as JSON."""
        return {
            "grades": {str(key): counts for key, counts in self.grades.items()},
            "summaries": [each and _written(asdict(each)) for each in self.summaries],
            "together": [
                [*pair, None if value is None else str(value)]
                for pair, value in self.together.items()
            ],
        }

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Figures:
        """Read what `as_stored` wrote."""
        return cls(
            grades={int(key): (given, new) for key, (given, new) in stored["grades"].items()},
            summaries=[each and _summary(each) for each in stored["summaries"]],
            together={
                (one, other): None if value is None else Decimal(value)
                for one, other, value in stored["together"]
            },
        )


def _written(summary: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in summary.items()
    }


def _summary(stored: dict[str, Any]) -> Summary:
    read = {
        name: Decimal(value) if isinstance(value, str) else value for name, value in stored.items()
    }
    return Summary(**read | {"bins": tuple(stored["bins"])})


@dataclass(frozen=True, slots=True)
class Column:
    """One assessment, and how far its grading is."""

    assessment: Assessment
    graded: int
    provisional: int

    @property
    def released(self) -> bool:
        """Whether learners see everything that was graded in it."""
        return self.assessment.released_at is not None and not self.provisional


def run_with_figures(session: Session, run_id: int) -> tuple[Run, Figures | None]:
    """The run with its course version, and its figures where they hold; raises NotFound."""
    holds = RunFigures.formula == CURRENT, ~exists().where(TouchedRun.run_id == run_id)
    row = session.execute(
        select(Run, RunFigures.figures)
        .outerjoin(RunFigures, and_(RunFigures.run_id == Run.id, *holds))
        .where(Run.id == run_id)
        .options(joinedload(Run.version), joinedload(Run.course))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], None if row[1] is None else Figures.read(row[1])


def columns_of(session: Session, run: Run, figures: Figures | None) -> list[Column]:
    """The assessments of a run in the order of its categories; counts what no figures say."""
    if figures is None:
        columns = _counted(session, run.id)
    else:
        found = session.scalars(
            select(Assessment).where(Assessment.run_id == run.id).order_by(Assessment.position)
        )
        columns = [Column(each, *figures.grades.get(each.id, (0, 0))) for each in found]
    # Assessments of one category stand together, in the order of the course's categories.
    order = [each["code"] for each in run.version.categories]
    return sorted(
        columns,
        key=lambda column: (
            order.index(column.assessment.category)
            if column.assessment.category in order
            else len(order)
        ),
    )


def _counted(session: Session, run_id: int) -> list[Column]:
    counts = (
        select(
            Grade.assessment_id,
            func.sum(case((Grade.state != GradeState.UNGRADED, 1), else_=0)).label("graded"),
            func.sum(case((Grade.state == GradeState.PROVISIONAL, 1), else_=0)).label(
                "provisional"
            ),
        )
        .join(Enrolment, Enrolment.id == Grade.enrolment_id)
        .where(Enrolment.run_id == run_id, Enrolment.status.in_(LISTED))
        .group_by(Grade.assessment_id)
        .subquery()
    )
    found = session.execute(
        select(Assessment, counts.c.graded, counts.c.provisional)
        .outerjoin(counts, counts.c.assessment_id == Assessment.id)
        .where(Assessment.run_id == run_id)
        .order_by(Assessment.position)
    )
    return [Column(each, int(graded or 0), int(waiting or 0)) for each, graded, waiting in found]


def touches(session: Session, run_id: int) -> list[int]:
    """What touched a run since it was counted: to be read before its grades are."""
    return list(session.scalars(select(TouchedRun.id).where(TouchedRun.run_id == run_id)))


def uncounted(now: datetime) -> Select[int]:
    """The runs that were touched, by the first touch of each."""
    earlier = aliased(TouchedRun)
    return (
        select(TouchedRun.run_id)
        .where(
            ~exists().where(earlier.run_id == TouchedRun.run_id, earlier.id < TouchedRun.id),
            ~exists().where(
                RunFigures.run_id == TouchedRun.run_id, RunFigures.made_at > now - PAUSE
            ),
        )
        .order_by(TouchedRun.id)
    )


def holding() -> Select[str, int]:
    """The runs whose figures are kept: code and id."""
    return select(Run.code, Run.id).join(RunFigures, RunFigures.run_id == Run.id).order_by(Run.id)
