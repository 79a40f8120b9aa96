"""Rubrics of an assessment, and where one could be taken from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from nador.assessment import policy
from nador.assessment.models import Assessment, RubricVersion
from nador.assessment.rules.marking import Criterion, Rubric
from nador.catalogue.models import Run
from nador.catalogue.queries import runs_for
from nador.kernel.db import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nador.assessment.models import Mark
    from nador.kernel.access import Actor

MOST_SOURCES = 100


def latest_rubric(session: Session, assessment_id: int) -> RubricVersion | None:
    """The rubric by which the assessment is marked now, as a version; None where there never was one."""
    return session.scalar(
        select(RubricVersion)
        .where(RubricVersion.assessment_id == assessment_id)
        .order_by(RubricVersion.number.desc())
        .limit(1)
    )


def rubric_version(session: Session, version_id: int | None) -> RubricVersion | None:
    """One version by its id."""
    return session.get(RubricVersion, version_id) if version_id is not None else None


def rubric_in(version: RubricVersion | None) -> Rubric | None:
    """Read a version; one without criteria says that there is no rubric any more."""
    if version is None or not version.criteria:
        return None
    return Rubric(version.kind, tuple(Criterion.read(each) for each in version.criteria))


@dataclass(frozen=True, slots=True)
class RubricSource:
    """An assessment whose rubric can be copied."""

    assessment_id: int
    title: Words
    run_code: str


def _is_last() -> ColumnElement[bool]:
    """Narrow versions to those by which an assessment is marked now."""
    newer = aliased(RubricVersion)
    of_same = newer.assessment_id == RubricVersion.assessment_id
    return RubricVersion.number == select(func.max(newer.number)).where(of_same).scalar_subquery()


def rubric_sources(session: Session, actor: Actor, run: Run, *, but: int) -> list[RubricSource]:
    """The other assessments with a rubric: of the course's runs, then of those where the actor grades."""
    of_course = Run.course_id == run.course_id
    found = session.execute(
        select(Assessment.id, Assessment.title, Run.code, RubricVersion.criteria)
        .join(Run, Run.id == Assessment.run_id)
        .join(RubricVersion, RubricVersion.assessment_id == Assessment.id)
        .where(
            Assessment.id != but,
            _is_last(),
            or_(of_course, runs_for(actor, policy.GRADE)),
        )
        .order_by(of_course.desc(), RubricVersion.made_at.desc(), Assessment.id)
        .limit(MOST_SOURCES)
    )
    return [RubricSource(*row[:3]) for row in found if row.criteria]


@dataclass(frozen=True, slots=True)
class EarlierRubric:
    """A rubric of an earlier run, for an assessment of the same code that never had one."""

    run_id: int
    run_code: str
    assessment_id: int
    """Of the run that it could be taken over into."""
    version: RubricVersion


def earlier_rubrics(session: Session, run: Run) -> list[EarlierRubric]:
    """What a run could take over from the runs of its course that began before it, the last one first."""
    wanting, ready = aliased(Assessment), aliased(RubricVersion)
    found = session.execute(
        select(Run.id, Run.code, wanting.id, RubricVersion)
        .join(Assessment, Assessment.run_id == Run.id)
        .join(RubricVersion, RubricVersion.assessment_id == Assessment.id)
        .join(wanting, wanting.code == Assessment.code)
        .where(
            wanting.run_id == run.id,
            ~select(ready.id).where(ready.assessment_id == wanting.id).exists(),
            Run.id != run.id,
            Run.starts_on <= run.starts_on,
            Run.course_id == run.course_id,
            _is_last(),
        )
        .order_by(Run.starts_on.desc(), Run.id.desc(), wanting.position)
        .limit(MOST_SOURCES)
    )
    return [EarlierRubric(*row) for row in found if row[-1].criteria]


def criteria_of(session: Session, marks: Sequence[Mark]) -> list[Criterion]:
    """Every criterion by which one of these marks was given, each once, the oldest rubric's first."""
    wanted = {each.rubric_version_id for each in marks} - {None}
    versions = session.scalars(
        select(RubricVersion).where(RubricVersion.id.in_(wanted)).order_by(RubricVersion.id)
    )
    found: dict[str, Criterion] = {}
    for version in versions:
        for criterion in map(Criterion.read, version.criteria):
            found.setdefault(criterion.id, criterion)
    return list(found.values())
