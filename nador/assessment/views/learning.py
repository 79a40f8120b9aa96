"""What learners open: why a result is what it is."""

from __future__ import annotations

from nador.assessment import queries
from nador.assessment.views.routes import blueprint, page
from nador.web.access import SIGNED_IN, access
from nador.web.request import actor, db


@blueprint.get("/me/results/<reference>")
@access(SIGNED_IN)
def why(reference: str) -> str:
    """Show a learner every rule of a run with their value, the threshold and the verdict."""
    found = queries.result_page(db(), actor().person_id or 0, reference=reference)
    return page("assessment/why.html", found=found)
