"""From marks to the grade: what they agree on is written, with its history, by the one who writes grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from nador.assessment import queries
from nador.assessment.models import SubmissionAuthor
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules import GradeState
from nador.assessment.service.grading import GradeEntry, write_agreed

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from nador.assessment.queries.marking import Bench, Work
    from nador.kernel.access import Actor


def settle(session: Session, actor: Actor, bench: Bench, work: Work) -> None:
    """Write what the marks agree on; take it back where they no longer agree.

    Of an anonymous assessment nothing is written before names are shown: a name beside a mark would
    tell whose work it was.
    """
    if bench.hidden:
        return
    agreed, deducted = work.agreed, bench.deduction(work)
    if agreed is None and work.grade_state is GradeState.UNGRADED:
        return
    reason = bench_queries.final_names(session, list(work.marks))
    if deducted:
        reason = f"{reason} · −{deducted}"
    _note_deduction(session, work, deducted)
    for author in work.authors:
        enrolment = queries.enrolment_to_grade(session, author.enrolment_id, run_id=bench.run.id)
        entry = GradeEntry(
            assessment_id=bench.assessment.id,
            enrolment_id=enrolment.id,
            value=agreed - deducted if agreed is not None else None,
            reason=reason,
        )
        write_agreed(session, actor, entry, assessment=bench.assessment, run=bench.run)


def _note_deduction(session: Session, work: Work, deducted: Decimal) -> None:
    """Keep beside the work what it is worth, and what lateness takes of that."""
    if work.submission_id is None:
        return
    session.execute(
        update(SubmissionAuthor)
        .where(SubmissionAuthor.submission_id == work.submission_id)
        .values(value=work.agreed, deducted=deducted if work.agreed is not None else None)
    )
