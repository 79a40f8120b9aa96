"""What waits across runs, and all the work of one assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment import policy
from nador.assessment.queries import marking as bench_queries
from nador.assessment.queries import quizzes as quiz_queries
from nador.assessment.queries import slots
from nador.assessment.rules.marking import MarkingState
from nador.assessment.rules.slots import BOOKED
from nador.assessment.service import marking
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.errors import Conflict, describe
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.queries.marking import Bench

PAGE_SIZE = 50


@blueprint.get("/teach/marking")
@access(*READERS)
def queue() -> str:
    """List what waits for the reader's mark, across runs, the oldest first."""
    number = text.number(request.args.get("page", "")) or 1
    return page(
        "assessment/marking/queue.html",
        queue=bench_queries.queue(db(), actor(), page=number),
        attempts=quiz_queries.attempts_waiting(db(), actor()) if number == 1 else [],
    )


@blueprint.get("/teach/assessments/<int:assessment_id>/marking")
@access(*READERS)
def bench(assessment_id: int) -> str:
    """List the work of an assessment with its marks; `show` narrows it to a state."""
    return show_bench(bench_to_see(assessment_id))


@blueprint.post("/teach/assessments/<int:assessment_id>/reveal")
@access(*READERS)
def reveal(assessment_id: int) -> ResponseReturnValue:
    """Show names beside the agreed marks, and write them as grades."""
    found = bench_to_see(assessment_id)
    policy.require_may_grade(actor(), found.run)
    try:
        marking.reveal(db(), actor(), assessment_id=assessment_id)
    except Conflict as refused:
        return show_bench(found, error=describe(refused, translator())), 409
    note(translator().gettext("The names are shown, and the grades are in the gradebook."))
    return redirect(url_for("assessment.bench", assessment_id=assessment_id), 303)


def bench_to_see(assessment_id: int) -> Bench:
    """Read a bench for who may see the gradebook."""
    found = bench_queries.bench(db(), assessment_id)
    policy.require_may_see(actor(), found.run)
    return found


def show_bench(found: Bench, *, error: str = "") -> str:
    """Show one page of a bench."""
    shown = request.args.get("show", "")
    works = [each for each in found.works if not shown or _shown(each.state, shown)]
    number = text.number(request.args.get("page", "")) or 1
    first = (number - 1) * PAGE_SIZE
    return page(
        "assessment/marking/bench.html",
        run=found.run,
        bench=found,
        works=works[first : first + PAGE_SIZE],
        total=len(works),
        first=first,
        number=number,
        page_size=PAGE_SIZE,
        shown=shown,
        counts={state: sum(each.state is state for each in found.works) for state in MarkingState},
        following=found.next_for(actor().person_id),
        markers={each.id: each for each in bench_queries.markers_of(db(), found.run)},
        examining=slots.examining(db(), found.assessment.id)
        if found.assessment.kind in BOOKED
        else [],
        error=error,
        viewer=actor().person_id,
    )


def _shown(state: MarkingState, shown: str) -> bool:
    return shown not in set(MarkingState) or state == shown
