"""From marks to the grade: what they agree on is written, with its history, by the one who writes grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules import GradeState
from nador.assessment.service.grading import GradeEntry, write_agreed
from nador.assessment.service.returning import net_of_lateness

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.assessment.queries.marking import Bench, Work
    from nador.kernel.access import Actor


def settle(session: Session, actor: Actor, bench: Bench, work: Work) -> None:
    """Write what the marks agree on, less what lateness costs; take it back where they no longer agree.

    Of an anonymous assessment nothing is written before names are shown: a name beside a mark would
    tell whose work it was. Whoever is excused stays excused.
    """
    if bench.hidden or work.excused:
        return
    if work.agreed is None and work.grade_state is GradeState.UNGRADED:
        return
    reason = bench_queries.final_names(session, list(work.marks))
    for author in work.authors:
        entry = GradeEntry(
            assessment_id=bench.assessment.id,
            enrolment_id=author.enrolment_id,
            value=work.agreed,
            reason=reason,
        )
        entry = net_of_lateness(session, entry, submission_id=work.submission_id)
        write_agreed(session, actor, entry, assessment=bench.assessment, run=bench.run)
