"""Results: what the rules would decide, what a person confirms, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nador.assessment import policy, queries, rules
from nador.assessment.models import Result
from nador.assessment.queries import Gradebook, Row
from nador.assessment.rules import Decision, ResultSource, RunConcluded, RunReopened
from nador.catalogue import service as catalogue
from nador.catalogue.rules import RunStatus
from nador.enrolment import service as enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.errors import Conflict
from nador.kernel.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Preview:
    """What concluding would decide for every learner, and what keeps it from happening."""

    book: Gradebook
    obstacles: Sequence[Conflict]

    def count(self, decision: Decision) -> int:
        """How many learners get this decision."""
        return sum(row.outcome.decision == decision for row in self.book.rows)


def preview(session: Session, actor: Actor, *, run_id: int) -> Preview:
    """Compute every result of the run, and write nothing."""
    book = queries.gradebook(session, run_id)
    policy.require_may_see(actor, book.run)
    return Preview(book=book, obstacles=queries.obstacles(session, book))


@command
def conclude(session: Session, actor: Actor, *, run_id: int) -> list[Result]:
    """Confirm the result of every learner whose result is open, in the actor's name.

    Results of an imported run are confirmed as recorded, not computed. An incomplete one leaves its
    learner active: concluding again later decides it. Raises the first obstacle, or OwnCase.
    """
    run = queries.run_to_conclude(session, run_id)
    policy.require_may_see(actor, run)
    policy.require_may_conclude(actor, run)
    book = queries.gradebook(session, run_id)
    for obstacle in queries.obstacles(session, book):
        raise obstacle
    open_rows = [row for row in book.rows if row.status is EnrolmentStatus.ACTIVE]
    for row in open_rows:
        policy.require_not_own(actor, row.person_id)
    results = _confirm(session, actor, run_id, open_rows, now=clock.now())
    enrolment.conclude(session, actor, run_id=run_id, passed=_final(results))
    if run.status is RunStatus.PUBLISHED:
        catalogue.conclude_run(session, actor, run_id=run_id)
    audit.record(
        session,
        actor,
        "results.confirmed",
        f"run:{run_id}",
        institute_id=run.institute_id,
        decisions={str(result.enrolment_id): result.decision.value for result in results},
    )
    told = tuple(result.enrolment_id for result in results)
    events.emit(session, actor, RunConcluded(run_id=run_id, enrolment_ids=told))
    return results


def _final(results: Sequence[Result]) -> dict[int, bool]:
    """Say of each decided learner whether they passed; who is incomplete stays out."""
    return {
        result.enrolment_id: result.decision is Decision.PASS
        for result in results
        if result.decision is not Decision.INCOMPLETE
    }


def _confirm(
    session: Session, actor: Actor, run_id: int, rows: Sequence[Row], *, now: datetime
) -> list[Result]:
    kept = queries.results_by_enrolment(session, run_id)
    results = []
    for row in rows:
        result = kept.get(row.enrolment_id)
        if result is None:
            result = Result(enrolment_id=row.enrolment_id, run_id=run_id, recorded_at=now)
            result.source = ResultSource.COMPUTED
            session.add(result)
        if result.source is ResultSource.COMPUTED:
            _take_over(result, row)
            result.recorded_at = now
        result.confirmed_at, result.confirmed_by_id = now, actor.person_id
        results.append(result)
    session.flush()
    return results


def _take_over(result: Result, row: Row) -> None:
    outcome = row.outcome
    result.formula, result.given = rules.CURRENT, row.given.as_stored()
    result.decision = outcome.decision
    result.mark = outcome.mark
    result.attendance = outcome.attendance
    result.mention = outcome.mention
    result.trace = outcome.rows()


@command
def reopen(session: Session, actor: Actor, *, run_id: int, reason: str) -> None:
    """Take back the confirmation of a run's results, so that grades may change again."""
    run = queries.run_to_conclude(session, run_id)
    policy.require_may_see(actor, run)
    policy.require_may_conclude(actor, run)
    catalogue.reopen_run(session, actor, run_id=run_id)
    enrolment.reopen(session, actor, run_id=run_id)
    for result in queries.results_by_enrolment(session, run_id).values():
        result.confirmed_at = result.confirmed_by_id = None
    audit.record(
        session,
        actor,
        "results.reopened",
        f"run:{run_id}",
        institute_id=run.institute_id,
        reason=clean(reason),
    )
    events.emit(session, actor, RunReopened(run_id=run_id))
