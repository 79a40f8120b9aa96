"""What learners open: why a result is what it is, and what it would be."""

from __future__ import annotations

from flask import request

from nador.assessment import queries
from nador.assessment.forms import SuppositionForm
from nador.assessment.queries import marking as bench_queries
from nador.assessment.views.routes import blueprint, page
from nador.web.access import SIGNED_IN, access
from nador.web.request import actor, db


@blueprint.get("/me/results/<reference>")
@access(SIGNED_IN)
def why(reference: str) -> str:
    """Show a learner every rule of a run with their value, the threshold and the verdict.

    Marks in the address are suppositions: they are computed with, and never kept.
    """
    found = queries.result_page(db(), actor().person_id or 0, reference=reference)
    form = SuppositionForm(found.open, request.args)
    return page(
        "assessment/why.html",
        found=found,
        form=form,
        outcome=found.outcome(form.supposed),
        returned=bench_queries.with_feedback(db(), found.enrolment_id),
        appeals=queries.appeals_of(db(), found.enrolment_id),
    )
