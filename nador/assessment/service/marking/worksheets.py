"""Marks as a file: out for a spreadsheet, and back with a preview of every change; all or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment import policy
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules import LearnerNotActive
from nador.assessment.rules.marking import (
    MarkReleased,
    MarksMoved,
    NoMarkingHere,
    NotYoursToMark,
    Paper,
    WorksheetColumn,
    WorksheetNames,
    WorksheetPlan,
    plan_worksheet,
)
from nador.assessment.rules.marking.worksheets import VALUE
from nador.assessment.service.grading import gradable
from nador.assessment.service.marking.saving import MarkEntry, Saved, save_marks
from nador.assessment.service.sheets import MOST_LEARNERS, SheetHasErrors
from nador.kernel import audit, tables
from nador.kernel.access import OwnCase
from nador.kernel.db import command
from nador.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from nador.assessment.models import Mark, RubricVersion
    from nador.assessment.queries.marking import Bench, Work
    from nador.assessment.rules.marking import Rubric
    from nador.kernel.access import Actor
    from nador.kernel.errors import DomainError


def preview_worksheet(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    content: bytes,
    names: WorksheetNames,
    mark_names: frozenset[str],
) -> tuple[Bench, WorksheetPlan]:
    """Say what a file would change of the actor's own marks, and write nothing.

    Raises what reading a table raises, NoPaperColumn, NoMarkColumn, ColumnOfTwo.
    """
    bench = bench_queries.bench(session, assessment_id)
    policy.require_may_see(actor, bench.run)
    policy.require_may_grade(actor, bench.run)
    latest = bench_queries.latest_rubric(session, assessment_id)
    lines = tables.read_lines(content, max_rows=MOST_LEARNERS + 1)
    return bench, plan_worksheet(
        lines,
        columns=columns_of(bench_queries.rubric_in(latest), mark_names),
        names=names,
        papers=_papers(bench, actor, latest),
        out_of=bench.assessment.out_of,
    )


@command
def apply_worksheet(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    content: bytes,
    names: WorksheetNames,
    mark_names: frozenset[str],
    fingerprint: str,
    final: bool,
) -> list[Saved]:
    """Keep exactly what the preview showed; where asked, marks that are complete become final.

    Raises SheetHasErrors, MarksMoved, MarksRefused.
    """
    gradable(session, actor, assessment_id)
    bench, plan = preview_worksheet(
        session,
        actor,
        assessment_id=assessment_id,
        content=content,
        names=names,
        mark_names=mark_names,
    )
    if plan.errors:
        raise SheetHasErrors(count=len(plan.errors))
    if plan.fingerprint() != fingerprint:
        raise MarksMoved
    latest = bench_queries.latest_rubric(session, assessment_id)
    rubric = bench_queries.rubric_in(latest)
    entries = [
        MarkEntry(
            assessment_id=assessment_id,
            sign=one.paper.sign,
            value=one.value if rubric is None else None,
            rubric_id=latest.id if latest is not None and rubric is not None else None,
            points=one.points,
            comment=one.comment,
            final=final and _complete(rubric, one.points, one.value),
            expected_version=one.paper.version,
        )
        for one in plan.changes
    ]
    saved = save_marks(session, actor, entries=entries)
    audit.record(
        session,
        actor,
        "marks.imported",
        f"assessment:{assessment_id}",
        institute_id=bench.run.institute_id,
        marks=len(saved),
    )
    return saved


def _complete(rubric: Rubric | None, points: Mapping[str, Decimal], value: Decimal | None) -> bool:
    if rubric is None:
        return value is not None
    return all(each.id in points for each in rubric.criteria)


def columns_of(rubric: Rubric | None, mark_names: frozenset[str]) -> Sequence[WorksheetColumn]:
    """Name the columns as a file may: criteria by number and title, or by a title that no other has."""
    if rubric is None:
        return [WorksheetColumn(VALUE, mark_names)]
    titles = [fold(each.title) for each in rubric.criteria]
    return [
        WorksheetColumn(
            each.id,
            frozenset(
                {fold(f"{place}. {each.title}")} | ({title} if titles.count(title) == 1 else set())
            ),
            each,
        )
        for place, (each, title) in enumerate(zip(rubric.criteria, titles, strict=True), start=1)
    ]


def own_works(bench: Bench, actor: Actor) -> list[tuple[Work, Mark | None]]:
    """The work that the actor marks, with their mark so far."""
    return [
        (work, work.mark_by(actor.person_id))
        for work in bench.works
        if work.role_for(actor.person_id) is not None
        and work.active
        and not work.released
        and not work.elsewhere
    ]


def _papers(bench: Bench, actor: Actor, latest: RubricVersion | None) -> dict[str, Paper]:
    """Every piece of work by its sign, and where names are shown by its learners' references."""
    known = {each["id"] for each in latest.criteria} if latest is not None else set()
    found: dict[str, Paper] = {}
    for work in bench.works:
        own = work.mark_by(actor.person_id)
        paper = Paper(
            sign=work.sign,
            label=label_of(bench, work),
            points={
                key: Decimal(points)
                for key, points in (own.points if own is not None else {}).items()
                if key in known
            },
            value=own.value if own is not None and not known else None,
            comment=own.comment if own is not None else "",
            version=own.version if own is not None else 0,
            refusal=refusal_of(work, actor),
        )
        found.update(dict.fromkeys(keys_of(bench, work), paper))
    return found


def keys_of(bench: Bench, work: Work) -> list[str]:
    """By what a file may name a piece of work, in capitals."""
    if bench.hidden:
        return [work.sign]
    return [work.sign, *(each.reference.upper() for each in work.authors)]


def label_of(bench: Bench, work: Work) -> str:
    """Name a piece of work for a person: by its learner, or by its sign while names are hidden."""
    if bench.hidden:
        return work.sign
    who = work.authors[0]
    return who.name_latin or who.name_arabic or who.reference


def refusal_of(work: Work, actor: Actor) -> DomainError | None:
    """Why the actor can't mark a piece of work."""
    if actor.person_id is not None and work.is_by(actor.person_id):
        return OwnCase()
    if not work.active:
        return LearnerNotActive()
    if work.released:
        return MarkReleased()
    if work.elsewhere:
        return NoMarkingHere()
    return NotYoursToMark() if work.role_for(actor.person_id) is None else None
