"""What a learner sees of grades and results, and what certification needs of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from nador.accounts.models import Person
from nador.accounts.rules import PersonStatus
from nador.assessment.models import Assessment, Grade, Result
from nador.assessment.queries.facts import titles_of
from nador.assessment.queries.figures import LISTED
from nador.assessment.queries.gradebook import learner_row
from nador.assessment.queries.grades import assessments, run_of
from nador.assessment.rules import (
    Decision,
    Given,
    GradeState,
    Outcome,
    Standing,
    TraceLine,
    deadline,
    decide_given,
    trace_line,
)
from nador.catalogue.models import CourseVersion, Run
from nador.catalogue.rules import Scale
from nador.enrolment.models import Enrolment
from nador.kernel import clock
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

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
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class LearnerResult:
    """A confirmed result: of which run, what was decided, by whom and when, and why."""

    run_id: int
    enrolment_id: int
    reference: str
    course_title: Words
    mark_scale: Decimal
    scale: Scale
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

    enrolment_id: int
    reference: str
    run: Run
    result: LearnerResult | None
    grades: list[LearnerGrade]
    open: list[Assessment]
    """Assessments without a released grade: what comes of them can be supposed."""
    given: Given | None
    """What the learner may know of what the rules are given; None where they hold no place."""
    titles: dict[str, Words]

    @property
    def lines(self) -> list[TraceLine]:
        """Every rule of the confirmed result."""
        return [trace_line(row) for row in self.result.trace] if self.result else []

    def contestable(self, since: datetime) -> bool:
        """Whether what is known since then can still be contested."""
        return clock.now() < deadline(since, self.run.appeal_days)

    def last_day(self, since: datetime) -> date:
        """The last day on which it can be contested."""
        return clock.local(since).date() + timedelta(days=self.run.appeal_days)

    def outcome(self, supposed: Mapping[int, Decimal]) -> Outcome | None:
        """What the rules would decide with supposed marks where none is released; nothing is kept."""
        if self.given is None:
            return None
        allowed = {each.id for each in self.open}
        standings = {
            **self.given.standings,
            **{key: Standing(value) for key, value in supposed.items() if key in allowed},
        }
        return decide_given(replace(self.given, standings=standings))


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
            Grade.changed_at,
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
            CourseVersion.scale,
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
        select(Enrolment.id, Enrolment.run_id, Enrolment.status).where(
            Enrolment.reference == reference, Enrolment.person_id == person_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    run = run_of(session, found.run_id)
    result = next(
        (each for each in results_of(session, person_id) if each.reference == reference), None
    )
    grades = learner_grades(session, person_id, run_id=run.id)
    seen = {each.assessment_id for each in grades}
    plan = assessments(session, run.id)
    given = None
    if found.status in LISTED:
        row, _ = learner_row(session, run.id, found.id)
        given = released_only(row.given, seen)
    return ResultPage(
        enrolment_id=found.id,
        reference=reference,
        run=run,
        result=result,
        grades=grades,
        open=[each for each in plan if each.id not in seen],
        given=given,
        titles=titles_of(run, plan),
    )


def released_only(given: Given, seen: Collection[int]) -> Given:
    """Leave out what the learner may not know yet: grades that are not released, marks set by hand."""
    standings = {key: one for key, one in given.standings.items() if key in seen}
    return replace(given, standings=standings, overrides={})
