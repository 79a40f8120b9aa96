"""Feedback files for a whole class in one ZIP: shown first, then given."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, BinaryIO

from flask import redirect, url_for

from nador.assessment.forms.marking_sheets import ParcelForm
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import MarksMoved
from nador.assessment.rules.marking.parcels import LARGEST_PARCEL
from nador.assessment.service import marking, uploads
from nador.assessment.service.marking import parcels
from nador.assessment.views.marking.sheets import bench_to_mark
from nador.assessment.views.routes import READERS, blueprint, page
from nador.assessment.views.submissions import scan_state
from nador.kernel.errors import Conflict, Invalid, NotFound
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, files, translator
from nador.web.security import takes_up_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.queries.marking import Bench
    from nador.assessment.rules.marking import Packed, ParcelPlan


@blueprint.get("/teach/assessments/<int:assessment_id>/feedback")
@access(*READERS)
def ask_for_parcel(assessment_id: int) -> str:
    """Ask for a ZIP of files that go back to learners."""
    return _show(bench_to_mark(assessment_id), ParcelForm(), None)


@blueprint.post("/teach/assessments/<int:assessment_id>/feedback")
@access(*READERS)
@takes_up_to(LARGEST_PARCEL)
def take_parcel(assessment_id: int) -> ResponseReturnValue:
    """Look into a ZIP, keep it for its preview, and show that."""
    bench = bench_to_mark(assessment_id)
    form = ParcelForm()
    try:
        content = form.parcel()
        _look_into(io.BytesIO(content))
        upload = marking.keep_upload(
            db(),
            actor(),
            assessment_id=assessment_id,
            sha256=hashlib.sha256(content).hexdigest(),
        )
    except Invalid as refused:
        form.refuse(refused)
        return _show(bench, form, None), 422
    path = parcels.place(files(), upload.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return redirect(_address(assessment_id, upload.id), 303)


@blueprint.get("/teach/assessments/<int:assessment_id>/feedback/<int:upload_id>")
@access(*READERS)
def parcel(assessment_id: int, upload_id: int) -> ResponseReturnValue:
    """Show what a ZIP would give to whom."""
    bench_to_mark(assessment_id)
    with _opened(assessment_id, upload_id) as content:
        bench, plan = _planned(assessment_id, _look_into(content))
    form = ParcelForm(formdata=None, fingerprint=plan.fingerprint())
    return _show(bench, form, plan), 422 if plan.errors else 200


@blueprint.post("/teach/assessments/<int:assessment_id>/feedback/<int:upload_id>")
@access(*READERS)
def apply_parcel(assessment_id: int, upload_id: int) -> ResponseReturnValue:
    """Give the files of a ZIP, all or none."""
    bench_to_mark(assessment_id)
    form = ParcelForm()
    with _opened(assessment_id, upload_id) as content:
        found = _look_into(content)
        _, plan = _planned(assessment_id, found)
        agreed = not plan.errors and plan.fingerprint() == form.fingerprint.data
        stored = [files().put(one) for _, one in parcels.unpack(content)] if agreed else []
    try:
        with uploads.let_go_where_refused(db(), actor(), stored):
            marking.apply_upload(
                db(),
                actor(),
                upload_id=upload_id,
                files=found,
                fingerprint=form.fingerprint.data or "",
                scan=scan_state(),
            )
    except (Invalid, Conflict) as refused:
        form.refuse(refused)
        bench, plan = _planned(assessment_id, found)
        form.fingerprint.data = plan.fingerprint()
        return _show(bench, form, plan), 409 if isinstance(refused, MarksMoved) else 422
    note(translator().gettext("The files are given: learners see them with their released grades."))
    return redirect(url_for("assessment.bench", assessment_id=assessment_id), 303)


@blueprint.post("/teach/assessments/<int:assessment_id>/feedback/<int:upload_id>/drop")
@access(*READERS)
def drop_parcel(assessment_id: int, upload_id: int) -> ResponseReturnValue:
    """Let go of a ZIP, and ask for another one."""
    bench_to_mark(assessment_id)
    marking.drop_upload(db(), actor(), upload_id=upload_id)
    return redirect(url_for("assessment.ask_for_parcel", assessment_id=assessment_id), 303)


def _address(assessment_id: int, upload_id: int) -> str:
    return url_for("assessment.parcel", assessment_id=assessment_id, upload_id=upload_id)


def _opened(assessment_id: int, upload_id: int) -> BinaryIO:
    upload = bench_queries.feedback_upload(db(), upload_id, person_id=actor().person_id)
    path = parcels.place(files(), upload_id)
    if upload.assessment_id != assessment_id or upload.used_at is not None or not path.exists():
        raise NotFound
    return path.open("rb")


def _look_into(content: BinaryIO) -> list[Packed]:
    return [one for one, _ in parcels.unpack(content)]


def _planned(assessment_id: int, found: list[Packed]) -> tuple[Bench, ParcelPlan]:
    return marking.preview_upload(db(), actor(), assessment_id=assessment_id, files=found)


def _show(bench: Bench, form: ParcelForm, plan: ParcelPlan | None) -> str:
    return page("assessment/marking/parcel.html", run=bench.run, bench=bench, form=form, plan=plan)
