"""Marks as a file: out for a spreadsheet, and back with a preview of every change and error."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import Response, redirect, url_for

from nador.assessment import policy
from nador.assessment.forms.marking_sheets import WorksheetForm
from nador.assessment.labels import worksheets as words_of
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import MarksMoved
from nador.assessment.service import marking
from nador.assessment.views.marking.bench import bench_to_see
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel.errors import Conflict, Invalid
from nador.kernel.tables import write_csv
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.queries.marking import Bench
    from nador.assessment.rules.marking import WorksheetPlan


@blueprint.get("/teach/assessments/<int:assessment_id>/worksheet.csv")
@access(*READERS)
def worksheet_csv(assessment_id: int) -> Response:
    """Give the reader's own marks, and what they have yet to mark, as a file for spreadsheets."""
    bench = bench_to_mark(assessment_id)
    latest = bench_queries.latest_rubric(db(), assessment_id)
    rubric = bench_queries.rubric_in(latest)
    works = marking.own_works(bench, actor())
    name = f"{bench.run.code}-{bench.assessment.code}.csv"
    return Response(
        write_csv(
            words_of.worksheet_columns(bench, rubric, translator()),
            words_of.worksheet_lines(bench, rubric, works),
        ),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/teach/assessments/<int:assessment_id>/worksheet")
@access(*READERS)
def ask_for_worksheet(assessment_id: int) -> str:
    """Ask for marks that were filled in elsewhere."""
    return _ask(bench_to_mark(assessment_id), WorksheetForm())


@blueprint.post("/teach/assessments/<int:assessment_id>/worksheet")
@access(*READERS)
def import_worksheet(assessment_id: int) -> ResponseReturnValue:
    """Show what a file would change; then, with the very same content, change it."""
    bench = bench_to_mark(assessment_id)
    form = WorksheetForm()
    try:
        content = form.sheet()
        if form.fingerprint.data and not form.file.data:
            return _apply(form, assessment_id, content)
        bench, plan = _planned(assessment_id, content)
    except Invalid as refusal:
        form.refuse(refusal)
        return _ask(bench, form), 422
    form.final.data = True
    return _preview(form, bench, plan, content), 422 if plan.errors else 200


def _planned(assessment_id: int, content: bytes) -> tuple[Bench, WorksheetPlan]:
    return marking.preview_worksheet(
        db(),
        actor(),
        assessment_id=assessment_id,
        content=content,
        names=words_of.worksheet_names(),
        mark_names=words_of.mark_names(),
    )


def _apply(form: WorksheetForm, assessment_id: int, content: bytes) -> ResponseReturnValue:
    """Keep what was shown; where it is refused, show it again as it is now."""
    try:
        marking.apply_worksheet(
            db(),
            actor(),
            assessment_id=assessment_id,
            content=content,
            names=words_of.worksheet_names(),
            mark_names=words_of.mark_names(),
            fingerprint=form.fingerprint.data or "",
            final=bool(form.final.data),
        )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        bench, plan = _planned(assessment_id, content)
        return _preview(form, bench, plan, content), 409 if isinstance(refusal, MarksMoved) else 422
    note(translator().gettext("The marks of the file are saved."))
    return redirect(url_for("assessment.bench", assessment_id=assessment_id), 303)


def bench_to_mark(assessment_id: int) -> Bench:
    """Read a bench for who may mark there."""
    bench = bench_to_see(assessment_id)
    policy.require_may_grade(actor(), bench.run)
    return bench


def _ask(bench: Bench, form: WorksheetForm) -> str:
    return page(
        "assessment/marking/worksheet.html", run=bench.run, bench=bench, form=form, plan=None
    )


def _preview(form: WorksheetForm, bench: Bench, plan: WorksheetPlan, content: bytes) -> str:
    form.content.data = base64.b64encode(content).decode()
    form.fingerprint.data = plan.fingerprint()
    rubric = bench_queries.rubric_in(bench_queries.latest_rubric(db(), bench.assessment.id))
    return page(
        "assessment/marking/worksheet.html",
        run=bench.run,
        bench=bench,
        form=form,
        plan=plan,
        titles=words_of.column_titles(rubric, translator()),
        sheets=words_of,
    )
