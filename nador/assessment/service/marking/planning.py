"""How an assessment is marked: its rubric, its plan, and who marks what."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete

from nador.assessment import policy, queries
from nador.assessment.models import MarkAllotment, MarkingPlan, RubricVersion
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import (
    AllotmentUnfit,
    AnonymityKept,
    Lot,
    MarkRole,
    MarkStatus,
    Plan,
    Rubric,
    RubricKind,
    RubricMoved,
    StillToMark,
    allot,
    check_plan,
    check_rubric,
)
from nador.assessment.service.marking.saving import goes_to_second
from nador.assessment.service.marking.settling import settle
from nador.kernel import audit, clock
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from nador.assessment.models import Assessment
    from nador.assessment.queries.marking import Bench, Work
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor


@command
def set_rubric(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    rubric: Rubric | None,
    expected_number: int,
) -> RubricVersion | None:
    """Give an assessment a rubric, another one, or none; marks given so far keep theirs.

    Raises RubricMoved, RubricEmpty, CriteriaTooMany, CriterionUntitled, LevelMissing, LevelTwice.
    """
    assessment, run = _held(session, actor, assessment_id)
    last = bench_queries.latest_rubric(session, assessment_id)
    criteria = [each.kept() for each in check_rubric(rubric).criteria] if rubric else []
    kind = rubric.kind if rubric is not None else RubricKind.RUBRIC
    if last is None and not criteria:
        return None
    if last is not None and (last.criteria, last.kind if criteria else kind) == (criteria, kind):
        return last
    if expected_number != (last.number if last is not None else 0):
        raise RubricMoved
    version = RubricVersion(
        assessment_id=assessment_id,
        number=expected_number + 1,
        kind=kind,
        criteria=criteria,
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )
    session.add(version)
    session.flush()
    _record(session, actor, "rubric.changed", assessment, run.institute_id, number=version.number)
    return version


@command
def take_over_rubrics(session: Session, actor: Actor, *, run_id: int, from_run_id: int) -> int:
    """Copy the rubrics of an earlier run of the course into the assessments that have none.

    What is copied stays as it is, however the earlier one is changed later. Returns how many.
    """
    run = queries.run_to_conclude(session, run_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    found = [
        each for each in bench_queries.earlier_rubrics(session, run) if each.run_id == from_run_id
    ]
    for each in found:
        rubric = bench_queries.rubric_in(each.version)
        set_rubric(
            session, actor, assessment_id=each.assessment_id, rubric=rubric, expected_number=0
        )
    return len(found)


@command
def set_plan(session: Session, actor: Actor, *, assessment_id: int, plan: Plan) -> MarkingPlan:
    """Say how an assessment is marked; what is sampled follows at once.

    Raises NumberUnfit, SampleUndefined, AnonymityKept.
    """
    assessment, run = _held(session, actor, assessment_id)
    check_plan(plan, out_of=assessment.out_of)
    bench = bench_queries.bench(session, assessment_id)
    if bench.hidden and not plan.anonymous and any(each.marks for each in bench.works):
        raise AnonymityKept(field="anonymous")
    agreed = {each.enrolment_id: each.agreed for each in bench.works}
    kept = bench.kept
    if kept is None:
        kept = MarkingPlan(
            assessment_id=assessment_id, seed=secrets.token_hex(16), made_at=clock.now()
        )
        session.add(kept)
    kept.anonymous, kept.second = plan.anonymous, plan.second
    kept.threshold, kept.borderline, kept.percent = plan.threshold, plan.borderline, plan.percent
    session.flush()
    _record(
        session,
        actor,
        "marking.planned",
        assessment,
        run.institute_id,
        anonymous=plan.anonymous,
        second=plan.second.value,
    )
    _draw_again(session, actor, assessment_id, agreed)
    return kept


def _draw_again(
    session: Session, actor: Actor, assessment_id: int, agreed: Mapping[int, Decimal | None]
) -> None:
    """Decide anew which final first marks go to a second person, and write what now agrees otherwise."""
    bench = bench_queries.bench(session, assessment_id)
    for work in bench.works:
        first = work.mark(MarkRole.FIRST)
        if first is None or first.status is not MarkStatus.FINAL or first.value is None:
            continue
        first.second_due = goes_to_second(bench, work.enrolment_id, first.value)
        if work.active and not work.released and work.agreed != agreed[work.enrolment_id]:
            settle(session, actor, bench, work)


@command
def reveal(session: Session, actor: Actor, *, assessment_id: int) -> int:
    """Show names beside the agreed marks of an anonymous assessment, and write them as grades.

    Raises StillToMark.
    """
    assessment, run = _held(session, actor, assessment_id)
    bench = bench_queries.bench(session, assessment_id)
    if not bench.hidden or bench.kept is None:
        return 0
    if bench.unagreed:
        raise StillToMark(count=bench.unagreed)
    bench.kept.revealed_at = clock.now()
    session.flush()
    shown = [each for each in bench.works if each.active and not each.elsewhere]
    for work in shown:
        settle(session, actor, bench, work)
    _record(session, actor, "marking.revealed", assessment, run.institute_id, grades=len(shown))
    return len(shown)


@command
def allot_rest(
    session: Session, actor: Actor, *, assessment_id: int, role: MarkRole, marker_ids: Sequence[int]
) -> int:
    """Share out evenly what has no marker in this role yet; raises AllotmentUnfit."""
    _held(session, actor, assessment_id)
    bench = bench_queries.bench(session, assessment_id)
    if not marker_ids:
        raise AllotmentUnfit(field="markers")
    _require_markers(session, bench, marker_ids)
    kept = list(_named(bench))
    open_works = {
        each.enrolment_id: each.authors[0].person_id
        for each in bench.works
        if each.active and not each.elsewhere and each.mark(role) is None
    }
    lots = allot(open_works, list(marker_ids), role=role, kept=kept)
    _write(session, bench, lots)
    return len(lots)


@command
def allot_by_hand(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    changes: Mapping[tuple[str, MarkRole], int | None],
) -> None:
    """Name who marks which piece of work in which role, or nobody (None), all or none.

    Raises AllotmentUnfit.
    """
    _held(session, actor, assessment_id)
    bench = bench_queries.bench(session, assessment_id)
    _require_markers(session, bench, [each for each in changes.values() if each is not None])
    wanted = {bench.work(sign).enrolment_id: bench.work(sign) for sign, _ in changes}
    for enrolment_id, work in wanted.items():
        named = dict(work.allotted)
        for (sign, role), marker_id in changes.items():
            if sign == work.sign:
                named.pop(role, None)
                if marker_id is not None:
                    named[role] = marker_id
        _require_apart(work, named)
        session.execute(
            delete(MarkAllotment).where(
                MarkAllotment.assessment_id == assessment_id,
                MarkAllotment.enrolment_id == enrolment_id,
            )
        )
        _write(session, bench, [Lot(enrolment_id, role, one) for role, one in named.items()])


def _held(session: Session, actor: Actor, assessment_id: int) -> tuple[Assessment, Run]:
    """Find what is to be marked, with its run held: who changes how it is marked comes one by one.

    Held whole at once: two who first held it as graders do would wait for each other for ever.
    """
    assessment = queries.assessment_of(session, assessment_id)
    run = queries.run_to_conclude(session, assessment.run_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    return assessment, run


def _require_apart(work: Work, named: Mapping[MarkRole, int]) -> None:
    """Refuse to name somebody for their own work, for two roles, or in another's place."""
    marking = {each.role: each.marker_id for each in work.marks}
    held = {**named, **marking}
    replaced = any(marking.get(role, one) != one for role, one in named.items())
    if replaced or len(set(held.values())) < len(held) or any(map(work.is_by, named.values())):
        raise AllotmentUnfit(field="markers")


def _require_markers(session: Session, bench: Bench, marker_ids: Sequence[int]) -> None:
    """Refuse people who may not grade on the run."""
    able = {each.id for each in bench_queries.markers_of(session, bench.run)}
    if not set(marker_ids) <= able:
        raise AllotmentUnfit(field="markers")


def _named(bench: Bench) -> Iterable[Lot]:
    """Who has been named, or marks already."""
    for work in bench.works:
        marking = {each.role: each.marker_id for each in work.marks}
        for role, marker_id in {**work.allotted, **marking}.items():
            yield Lot(work.enrolment_id, role, marker_id)


def _write(session: Session, bench: Bench, lots: Iterable[Lot]) -> None:
    session.add_all(
        MarkAllotment(
            assessment_id=bench.assessment.id,
            enrolment_id=lot.enrolment_id,
            role=lot.role,
            marker_id=lot.marker_id,
        )
        for lot in lots
    )
    session.flush()


def _record(
    session: Session,
    actor: Actor,
    action: str,
    assessment: Assessment,
    institute_id: int,
    **details: object,
) -> None:
    audit.record(
        session,
        actor,
        action,
        f"assessment:{assessment.id}",
        institute_id=institute_id,
        **details,
    )
