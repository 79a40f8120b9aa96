"""Single grades, their history, and the rows that commands lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from nador.accounts.models import Institute, Person
from nador.assessment import policy
from nador.assessment.models import Assessment, Grade, GradeChange, MarkOverride, Result
from nador.assessment.rules import GradeState
from nador.catalogue.models import PlanItem, Run
from nador.enrolment.models import Enrolment
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from nador.kernel.access import Actor


def _run(run_id: int) -> Select[Run]:
    return (
        select(Run).where(Run.id == run_id).options(joinedload(Run.version), joinedload(Run.course))
    )


def run_of(session: Session, run_id: int) -> Run:
    """The run with its course version; raises NotFound."""
    run = session.scalar(_run(run_id))
    if run is None:
        raise NotFound
    return run


def institute_of(session: Session, institute_id: int) -> Institute:
    """The institute whose name stands on the minutes; raises NotFound."""
    found = session.get(Institute, institute_id)
    if found is None:
        raise NotFound
    return found


def run_to_grade(session: Session, run_id: int) -> Run:
    """The run, held against being concluded while a grade changes; graders don't wait for each other."""
    run = session.scalar(_run(run_id).with_for_update(read=True, of=Run))
    if run is None:
        raise NotFound
    return run


def run_to_conclude(session: Session, run_id: int) -> Run:
    """The run, held against every change of its grades."""
    run = session.scalar(_run(run_id).with_for_update(key_share=True, of=Run))
    if run is None:
        raise NotFound
    return run


def plan_items(session: Session, version_id: int) -> list[PlanItem]:
    """The assessment plan of a course version, in its order."""
    return list(
        session.scalars(
            select(PlanItem).where(PlanItem.version_id == version_id).order_by(PlanItem.position)
        )
    )


def assessments(session: Session, run_id: int) -> list[Assessment]:
    """The assessments of a run, in the plan's order."""
    return list(
        session.scalars(
            select(Assessment).where(Assessment.run_id == run_id).order_by(Assessment.position)
        )
    )


def assessment_of(session: Session, assessment_id: int) -> Assessment:
    """One assessment; raises NotFound."""
    found = session.get(Assessment, assessment_id)
    if found is None:
        raise NotFound
    return found


def assessment_for(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """One assessment, for who may see its gradebook; to anybody else it does not exist."""
    found = assessment_of(session, assessment_id)
    policy.require_may_see(actor, session.get_one(Run, found.run_id))
    return found


def enrolment_to_grade(session: Session, enrolment_id: int, *, run_id: int) -> Enrolment:
    """The learner's enrolment on the run, locked: grades of one learner change one after the other."""
    found = session.scalar(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.run_id == run_id)
        .with_for_update(key_share=True)
    )
    if found is None:
        raise NotFound
    return found


def hold_learners(session: Session, run_id: int, enrolment_ids: Collection[int]) -> None:
    """Lock several learners of a run, before their grades change, in the order that all follow.

    Two who grade the same learners in orders of their own would wait for each other for ever.
    """
    if len(enrolment_ids) > 1:
        session.execute(
            select(Enrolment.id)
            .where(Enrolment.id.in_(enrolment_ids), Enrolment.run_id == run_id)
            .order_by(Enrolment.id)
            .with_for_update(key_share=True)
        )


_GRADE = select(Grade).where(
    Grade.assessment_id == bindparam("assessment_id"),
    Grade.enrolment_id == bindparam("enrolment_id"),
)


def grade_of(session: Session, *, assessment_id: int, enrolment_id: int) -> Grade | None:
    """The grade of a person in an assessment, where one was ever given."""
    return session.scalar(_GRADE, {"assessment_id": assessment_id, "enrolment_id": enrolment_id})


def grades_in(session: Session, assessment_ids: list[int], state: GradeState) -> list[Grade]:
    """The grades of some assessments that are in this state."""
    return list(
        session.scalars(
            select(Grade)
            .where(Grade.assessment_id.in_(assessment_ids), Grade.state == state)
            .order_by(Grade.id)
        )
    )


def was_released(session: Session, grade_id: int) -> bool:
    """Whether the learner could ever see the grade."""
    seen = select(GradeChange.id).where(
        GradeChange.grade_id == grade_id, GradeChange.to_state == GradeState.RELEASED
    )
    return session.scalar(seen.limit(1)) is not None


def results_rest(session: Session, run_id: int) -> bool:
    """Whether results of the run are confirmed: they rest on its released grades."""
    confirmed = select(Result.id).where(Result.run_id == run_id, Result.confirmed_at.is_not(None))
    return session.scalar(confirmed.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Set:
    """A mark that a person set over the computed one, or took back (None), with their names."""

    at: datetime
    category: str
    value: Decimal | None
    reason: str
    by_latin: str | None
    by_arabic: str | None


def overrides_of(session: Session, enrolment_id: int) -> list[Set]:
    """Every override of a learner's marks, latest first."""
    found: Iterable[Any] = session.execute(
        select(
            MarkOverride.at,
            MarkOverride.category,
            MarkOverride.value,
            MarkOverride.reason,
            Person.name_latin,
            Person.name_arabic,
        )
        .join(Person, Person.id == MarkOverride.by_id)
        .where(MarkOverride.enrolment_id == enrolment_id)
        .order_by(MarkOverride.id.desc())
    )
    return [Set(*row) for row in found]


def last_override(session: Session, *, enrolment_id: int, category: str) -> MarkOverride | None:
    """What was last set over a mark, where anything ever was."""
    return session.scalar(
        select(MarkOverride)
        .where(MarkOverride.enrolment_id == enrolment_id, MarkOverride.category == category)
        .order_by(MarkOverride.id.desc())
        .limit(1)
    )


def results_by_enrolment(session: Session, run_id: int) -> dict[int, Result]:
    """The results of a run, confirmed or not, by enrolment."""
    found = session.scalars(select(Result).where(Result.run_id == run_id))
    return {result.enrolment_id: result for result in found}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a grade, with the names of who did it; None for an import."""

    at: datetime
    title: Words
    out_of: Decimal
    by_latin: str | None
    by_arabic: str | None
    from_value: Decimal | None
    to_value: Decimal | None
    from_state: GradeState
    to_state: GradeState
    reason: str


def history(
    session: Session, *, enrolment_id: int, assessment_id: int | None = None
) -> list[Change]:
    """Every change of a learner's grades on a run, or in one assessment; latest first."""
    asked = (
        select(
            GradeChange.at,
            Assessment.title,
            Assessment.out_of,
            Person.name_latin,
            Person.name_arabic,
            GradeChange.from_value,
            GradeChange.to_value,
            GradeChange.from_state,
            GradeChange.to_state,
            GradeChange.reason,
        )
        .join(Grade, Grade.id == GradeChange.grade_id)
        .join(Assessment, Assessment.id == Grade.assessment_id)
        .outerjoin(Person, Person.id == GradeChange.by_id)
        .where(Grade.enrolment_id == enrolment_id)
        .order_by(GradeChange.id.desc())
    )
    if assessment_id is not None:
        asked = asked.where(Grade.assessment_id == assessment_id)
    found: Iterable[Any] = session.execute(asked)
    return [Change(*row) for row in found]
