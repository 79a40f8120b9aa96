"""What a learner reads of a released mark: points, words, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.submissions import require_openable
from nador.assessment.views.routes import blueprint, page
from nador.kernel.errors import NotFound
from nador.web.access import SIGNED_IN, access
from nador.web.rendering import send_stored
from nador.web.request import actor, db

if TYPE_CHECKING:
    from flask import Response

    from nador.assessment.queries.marking import Feedback


@blueprint.get("/me/results/<reference>/feedback/<int:assessment_id>")
@access(SIGNED_IN)
def feedback(reference: str, assessment_id: int) -> str:
    """Show what came back with a released grade."""
    return page("assessment/marking/feedback.html", found=_own(reference, assessment_id))


@blueprint.get("/me/results/<reference>/feedback/<int:assessment_id>/files/<int:file_id>")
@access(SIGNED_IN)
def own_feedback_file(reference: str, assessment_id: int, file_id: int) -> Response:
    """Send a file that came back."""
    found = _own(reference, assessment_id)
    file = next((each for each in found.files if each.id == file_id), None)
    if file is None:
        raise NotFound
    require_openable(file.name, file.scan)
    return send_stored(file.sha256, name=file.name, kind=file.media_type)


def _own(reference: str, assessment_id: int) -> Feedback:
    return bench_queries.feedback_of(
        db(), actor().person_id or 0, reference=reference, assessment_id=assessment_id
    )
