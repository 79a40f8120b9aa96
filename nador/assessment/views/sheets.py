"""A gradebook as a file: out for spreadsheets, and back with a preview of every change and error."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import Response, redirect, url_for

from nador.assessment import policy, queries, service
from nador.assessment.forms import SheetForm
from nador.assessment.labels import gradebook_columns, gradebook_lines, sheet_names
from nador.assessment.service import GradebookMoved
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel.errors import Conflict, Invalid
from nador.kernel.tables import write_csv
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.queries import Gradebook
    from nador.assessment.rules import SheetPlan


@blueprint.get("/teach/runs/<int:run_id>/gradebook.csv")
@access(*READERS)
def gradebook_csv(run_id: int) -> Response:
    """Give the whole gradebook as a file for spreadsheets."""
    book = queries.gradebook(db(), run_id)
    policy.require_may_see(actor(), book.run)
    lines = gradebook_lines(book, translator())
    return Response(
        write_csv(gradebook_columns(book, translator()), lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{book.run.code}.csv"'},
    )


@blueprint.get("/teach/runs/<int:run_id>/gradebook/import")
@access(*READERS)
def ask_for_sheet(run_id: int) -> str:
    """Ask for a gradebook that was filled in elsewhere."""
    run = queries.run_of(db(), run_id)
    policy.require_may_see(actor(), run)
    policy.require_may_grade(actor(), run)
    return page("assessment/import.html", run=run, form=SheetForm(), plan=None, book=None)


@blueprint.post("/teach/runs/<int:run_id>/gradebook/import")
@access(*READERS)
def import_sheet(run_id: int) -> ResponseReturnValue:
    """Show what a file would change; then, with the very same content, change it."""
    form = SheetForm()
    try:
        content = form.sheet()
        if form.fingerprint.data and not form.file.data:
            return _apply(form, run_id, content)
        book, plan = service.preview_sheet(
            db(), actor(), run_id=run_id, content=content, names=sheet_names()
        )
    except Invalid as refusal:
        form.refuse(refusal)
        run = queries.run_of(db(), run_id)
        policy.require_may_grade(actor(), run)
        return page("assessment/import.html", run=run, form=form, plan=None, book=None), 422
    return _preview(form, book, plan, content), 422 if plan.errors else 200


def _apply(form: SheetForm, run_id: int, content: bytes) -> ResponseReturnValue:
    """Keep what was shown; where it is refused, show it again as it is now."""
    try:
        service.apply_sheet(
            db(),
            actor(),
            run_id=run_id,
            content=content,
            names=sheet_names(),
            fingerprint=form.fingerprint.data or "",
            reason=form.reason.data or "",
        )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        book, plan = service.preview_sheet(
            db(), actor(), run_id=run_id, content=content, names=sheet_names()
        )
        status = 409 if isinstance(refusal, GradebookMoved) else 422
        return _preview(form, book, plan, content), status
    note(translator().gettext("The grades of the file are saved."))
    return redirect(url_for("assessment.gradebook", run_id=run_id), 303)


def _preview(form: SheetForm, book: Gradebook, plan: SheetPlan, content: bytes) -> str:
    form.content.data = base64.b64encode(content).decode()
    form.fingerprint.data = plan.fingerprint()
    titles = {column.assessment.id: column.assessment.title for column in book.columns}
    return page(
        "assessment/import.html", run=book.run, form=form, plan=plan, book=book, titles=titles
    )
