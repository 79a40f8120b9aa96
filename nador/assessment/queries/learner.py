"""What a learner sees of grades and results, and what certification needs of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from nador.accounts.models import Person
from nador.accounts.rules import PersonStatus
from nador.assessment.models import Assessment, Grade, Result
from nador.assessment.rules import Decision, GradeState, TraceLine, trace_line
from nador.catalogue.models import CourseVersion, Run
from nador.enrolment.models import Enrolment
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


class Pass(NamedTuple):
    """A confirmed result that a certificate or an attestation can rest on."""

    enrolment_id: int
    person_id: int
    mark: Decimal | None
    mention: Words | None


@dataclass(frozen=True, slots=True)
class LearnerGrade:
    """A grade that its learner may see; value None means excused."""

    run_id: int
    enrolment_id: int
    assessment_id: int
    code: str
    title: Words
    value: Decimal | None
    out_of: Decimal
    weight: Decimal
    minimum: Decimal
    state: GradeState


@dataclass(frozen=True, slots=True)
class LearnerResult:
    """A confirmed result: of which run, what was decided, by whom and when, and why."""

    run_id: int
    enrolment_id: int
    reference: str
    course_title: Words
    mark_scale: Decimal
    decision: Decision
    mark: Decimal | None
    attendance: Decimal | None
    mention: Words | None
    trace: list[dict[str, Any]]
    confirmed_at: datetime
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """What one learner may know of how a run went: the result once confirmed, released grades."""

    reference: str
    course_title: Words
    mark_scale: Decimal
    result: LearnerResult | None
    grades: list[LearnerGrade]
    titles: dict[str, Words]
    """Of every assessment, by code."""

    @property
    def lines(self) -> list[TraceLine]:
        """Every rule of the confirmed result."""
        return [trace_line(row) for row in self.result.trace] if self.result else []


def passes(session: Session, run_id: int) -> list[Pass]:
    """The confirmed passes of a run, by enrolment; of an attestation's run, who attended enough."""
    found = session.execute(
        select(Result.enrolment_id, Enrolment.person_id, Result.mark, Result.mention)
        .join(Enrolment, Enrolment.id == Result.enrolment_id)
        .where(
            Result.run_id == run_id,
            Result.decision == Decision.PASS,
            Result.confirmed_at.is_not(None),
        )
        .order_by(Result.enrolment_id)
    )
    return [Pass(*row) for row in found]


def pass_counts() -> Select[int, int]:
    """Select the runs that somebody passed for certain: `run_id`, and `passes`, how many did.

    Who was erased since is not counted: nothing can be issued to them any more.
    """
    return (
        select(Result.run_id, func.count().label("passes"))
        .join(Enrolment, Enrolment.id == Result.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Result.decision == Decision.PASS,
            Result.confirmed_at.is_not(None),
            Person.status == PersonStatus.ACTIVE,
        )
        .group_by(Result.run_id)
    )


def learner_grades(
    session: Session, person_id: int, *, run_id: int | None = None
) -> list[LearnerGrade]:
    """The released grades of a person, by run and in the plan's order."""
    asked = (
        select(
            Assessment.run_id,
            Grade.enrolment_id,
            Assessment.id,
            Assessment.code,
            Assessment.title,
            Grade.value,
            Assessment.out_of,
            Assessment.weight,
            Assessment.minimum,
            Grade.state,
        )
        .join(Assessment, Assessment.id == Grade.assessment_id)
        .join(Enrolment, Enrolment.id == Grade.enrolment_id)
        .where(
            Enrolment.person_id == person_id,
            Assessment.released_at.is_not(None),
            Grade.state.in_((GradeState.RELEASED, GradeState.EXCUSED)),
        )
        .order_by(Assessment.run_id, Assessment.position)
    )
    if run_id is not None:
        asked = asked.where(Assessment.run_id == run_id)
    rows: Iterable[Any] = session.execute(asked)
    return [LearnerGrade(*row) for row in rows]


def results_of(session: Session, person_id: int) -> list[LearnerResult]:
    """The confirmed results of a person, latest first."""
    confirmer = aliased(Person)
    found: Iterable[Any] = session.execute(
        select(
            Result.run_id,
            Result.enrolment_id,
            Enrolment.reference,
            CourseVersion.title,
            CourseVersion.mark_scale,
            Result.decision,
            Result.mark,
            Result.attendance,
            Result.mention,
            Result.trace,
            Result.confirmed_at,
            confirmer.name_latin,
            confirmer.name_arabic,
        )
        .join(Enrolment, Enrolment.id == Result.enrolment_id)
        .join(Run, Run.id == Result.run_id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .outerjoin(confirmer, confirmer.id == Result.confirmed_by_id)
        .where(Enrolment.person_id == person_id, Result.confirmed_at.is_not(None))
        .order_by(Result.confirmed_at.desc(), Result.id.desc())
    )
    return [_learner_result(row) for row in found]


def _learner_result(row: Any) -> LearnerResult:
    *known, latin, arabic = row
    return LearnerResult(*[*known, latin or arabic or ""])


def result_page(session: Session, person_id: int, *, reference: str) -> ResultPage:
    """What the person may know of one own enrolment; raises NotFound for anybody else's."""
    found = session.execute(
        select(Enrolment.run_id, CourseVersion.title, CourseVersion.mark_scale)
        .join(Run, Run.id == Enrolment.run_id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .where(Enrolment.reference == reference, Enrolment.person_id == person_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    plan = session.execute(
        select(Assessment.code, Assessment.title).where(Assessment.run_id == found.run_id)
    )
    results = results_of(session, person_id)
    return ResultPage(
        reference=reference,
        course_title=found.title,
        mark_scale=found.mark_scale,
        result=next((each for each in results if each.reference == reference), None),
        grades=learner_grades(session, person_id, run_id=found.run_id),
        titles={row.code: row.title for row in plan},
    )
