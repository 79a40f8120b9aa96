"""Many marks at once: one row for each piece of work, one column for each criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment.forms.marking_sheets import EntryForm
from nador.assessment.labels import worksheets as words_of
from nador.assessment.queries import marking as bench_queries
from nador.assessment.service import marking
from nador.assessment.service.marking import MarksRefused
from nador.assessment.views.marking.sheets import bench_to_mark
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.queries.marking import Bench

ROWS = 25


@blueprint.get("/teach/assessments/<int:assessment_id>/entry")
@access(*READERS)
def entry(assessment_id: int) -> str:
    """Show the reader's marks as a table for writing."""
    bench = bench_to_mark(assessment_id)
    return _show(bench, _form(bench))


@blueprint.post("/teach/assessments/<int:assessment_id>/entry")
@access(*READERS)
def save_entry(assessment_id: int) -> ResponseReturnValue:
    """Keep what was changed, all or nothing."""
    bench = bench_to_mark(assessment_id)
    form = _form(bench)
    entries = form.entries()
    if form.validate_on_submit() and not form.cell_errors:
        try:
            marking.save_marks(db(), actor(), entries=entries)
        except MarksRefused as refused:
            form.refuse_rows(refused)
        else:
            note(translator().gettext("Saved."))
            return redirect(
                url_for("assessment.entry", assessment_id=assessment_id, page=_number()), 303
            )
    return _show(bench, form), 412 if form.stale else 422


def _number() -> int:
    return text.number(request.args.get("page", "")) or 1


def _form(bench: Bench) -> EntryForm:
    """Show a page of work; of what was sent all, wherever it stands by now, and whoever marks it."""
    first = (_number() - 1) * ROWS
    works = marking.own_works(bench, actor())[first : first + ROWS]
    if request.method == "POST":
        sent = [each for each in bench.works if f"v-{each.sign}" in request.form]
        works = [(each, each.mark_by(actor().person_id)) for each in sent]
    latest = bench_queries.latest_rubric(db(), bench.assessment.id)
    return EntryForm(bench, works, latest, bench_queries.rubric_in(latest))


def _show(bench: Bench, form: EntryForm) -> str:
    total = len(marking.own_works(bench, actor()))
    return page(
        "assessment/marking/entry.html",
        run=bench.run,
        bench=bench,
        form=form,
        titles=words_of.column_titles(form.rubric, translator()),
        total=total,
        number=_number(),
        first=(_number() - 1) * ROWS,
        page_size=ROWS,
    )
