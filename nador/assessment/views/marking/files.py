"""Files beside a mark: what was handed in, and what goes back to the learner."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment.labels import marking as marking_labels
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.files import MEDIA_TYPES
from nador.assessment.rules.marking.parcels import LARGEST_IN_PARCEL
from nador.assessment.rules.submissions import require_openable
from nador.assessment.service import marking, uploads
from nador.assessment.views.marking.work import desk_to_mark, show_work
from nador.assessment.views.routes import READERS, blueprint
from nador.assessment.views.submissions import scan_state
from nador.kernel.errors import Conflict, Invalid, NotFound
from nador.web.access import access
from nador.web.rendering import send_stored
from nador.web.request import actor, db, files
from nador.web.security import takes_up_to

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue


class FileMissing(Invalid):
    """No file was chosen, or it is empty."""

    code = "feedback_file_missing"


@blueprint.get("/teach/assessments/<int:assessment_id>/works/<sign>/files/<int:file_id>")
@access(*READERS)
def work_file(assessment_id: int, sign: str, file_id: int) -> Response:
    """Send a file that was handed in; while names are hidden, under the paper's sign."""
    desk = desk_to_mark(assessment_id, sign)
    file = bench_queries.submission_file(db(), desk.work.submission_id, file_id)
    shown = bench_queries.submission_shown(db(), desk.work.submission_id)
    place = [each.id for each in shown.files].index(file.id) + 1 if shown is not None else 1
    name = marking_labels.file_name(file, desk.work, place, desk.bench)
    return send_stored(file.sha256, name=name, kind=MEDIA_TYPES[file.kind])


@blueprint.post("/teach/assessments/<int:assessment_id>/works/<sign>/feedback")
@access(*READERS)
@takes_up_to(LARGEST_IN_PARCEL)
def add_feedback(assessment_id: int, sign: str) -> ResponseReturnValue:
    """Take a file for the learner."""
    desk = desk_to_mark(assessment_id, sign)
    given = request.files.get("file")
    try:
        if not given:
            raise FileMissing(field="file")
        content = io.BytesIO(given.read())
        stored = uploads.store_feedback(files(), given.filename or "", content, scan=scan_state())
        with uploads.let_go_where_refused(db(), actor(), [stored.sha256]):
            marking.add_feedback(
                db(), actor(), assessment_id=assessment_id, sign=sign, stored=stored
            )
    except (Invalid, Conflict) as refused:
        form = desk.form(blank=True)
        form.refuse(refused)
        return show_work(desk, form), 409 if isinstance(refused, Conflict) else 422
    return redirect(_back(assessment_id, sign), 303)


@blueprint.get("/teach/assessments/<int:assessment_id>/works/<sign>/feedback/<int:file_id>")
@access(*READERS)
def feedback_file(assessment_id: int, sign: str, file_id: int) -> Response:
    """Send a file that goes back to the learner."""
    desk = desk_to_mark(assessment_id, sign)
    kept = bench_queries.feedback_file(db(), file_id)
    if (kept.assessment_id, kept.enrolment_id) != (assessment_id, desk.work.enrolment_id):
        raise NotFound
    require_openable(kept.name, kept.scan)
    return send_stored(kept.sha256, name=kept.name, kind=kept.media_type)


@blueprint.post("/teach/assessments/<int:assessment_id>/works/<sign>/feedback/<int:file_id>/drop")
@access(*READERS)
def drop_feedback(assessment_id: int, sign: str, file_id: int) -> ResponseReturnValue:
    """Take a file back before the learner has seen it."""
    desk_to_mark(assessment_id, sign)
    marking.drop_feedback(db(), actor(), assessment_id=assessment_id, sign=sign, file_id=file_id)
    return redirect(_back(assessment_id, sign), 303)


def _back(assessment_id: int, sign: str) -> str:
    return url_for("assessment.work", assessment_id=assessment_id, sign=sign, _anchor="files")
