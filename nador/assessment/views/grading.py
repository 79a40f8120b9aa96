"""What teachers open: their runs, the gradebook, one learner's history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response, redirect, request, url_for

from nador.assessment import policy, queries, service
from nador.assessment.forms import GradesForm, one_entry
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules import RowFilter
from nador.assessment.service import GradesRefused
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.errors import NotFound
from nador.web import api
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.queries import Gradebook
    from nador.kernel.errors import DomainError

WHOLE_PAGE = "page"


@blueprint.get("/teach")
@access(*READERS)
def teach() -> str:
    """List the runs that somebody grades or looks after, oldest first."""
    return page(
        "assessment/teach.html",
        runs=queries.taught_runs(db(), actor()),
        open_appeals=queries.open_appeals(db(), actor()),
        to_mark=bench_queries.queue(db(), actor()).total,
    )


@blueprint.get("/teach/runs/<int:run_id>/gradebook")
@access(*READERS)
def gradebook(run_id: int) -> str:
    """Show a run's grades; `edit` opens one learner, or all of the page, for writing."""
    book = _book(run_id)
    return _show(book, GradesForm(book, _edited(book), formdata=None))


@blueprint.post("/teach/runs/<int:run_id>/gradebook")
@access(*READERS)
def save_gradebook(run_id: int) -> ResponseReturnValue:
    """Keep what was changed, all or nothing, and go on to the next learner where asked."""
    shown = _book(run_id)
    policy.require_may_grade(actor(), shown.run)
    book = _with_sent(shown)
    form = GradesForm(book, {*_edited(shown), *_sent()})
    entries = form.entries()
    if form.validate_on_submit() and not form.cell_errors:
        try:
            service.set_grades(db(), actor(), entries=entries)
        except GradesRefused as refused:
            book = _with_sent(_book(run_id))
            form.refuse_cells(refused)
        else:
            note(translator().gettext("Saved."))
            return redirect(_after_saving(shown), 303)
    return _show(book, form), 412 if form.stale else 422


@blueprint.post("/teach/runs/<int:run_id>/grades/<int:assessment_id>/<int:enrolment_id>")
@access(*READERS)
def save_cell(run_id: int, assessment_id: int, enrolment_id: int) -> Response:
    """Keep one cell as the page's script sends it."""
    assessment = queries.assessment_for(db(), actor(), assessment_id)
    if assessment.run_id != run_id:
        raise NotFound
    entry = one_entry(assessment, enrolment_id)
    try:
        (grade,) = service.set_grades(db(), actor(), entries=[entry])
    except GradesRefused as refused:
        raise _only(refused) from None
    return api.answer({"version": grade.version, "state": grade.state.value})


def _only(refused: GradesRefused) -> DomainError:
    return refused.refusals[0][1]


@blueprint.get("/teach/runs/<int:run_id>/learners/<int:enrolment_id>")
@access(*READERS)
def learner(run_id: int, enrolment_id: int) -> str:
    """Show one learner of a run: what the rules say, and every change of every grade."""
    run = queries.run_of(db(), run_id)
    policy.require_may_see(actor(), run)
    row, columns = queries.learner_row(db(), run_id, enrolment_id)
    return page(
        "assessment/learner.html",
        run=run,
        row=row,
        columns=columns,
        titles=queries.titles_of(run, [column.assessment for column in columns]),
        changes=queries.history(db(), enrolment_id=enrolment_id),
        overrides=queries.overrides_of(db(), enrolment_id),
    )


def _book(run_id: int) -> Gradebook:
    asked = request.args
    show = asked.get("show", "")
    book = queries.gradebook(
        db(),
        run_id,
        show=RowFilter(show) if show in set(RowFilter) else RowFilter.ALL,
        typed=asked.get("q", ""),
        page=text.number(asked.get("page", "")) or 1,
    )
    policy.require_may_see(actor(), book.run)
    return book


def _sent() -> set[int]:
    """Which learners' cells came with the form."""
    ids = (text.number(name.rpartition("-")[2]) for name in request.form if name.startswith("v-"))
    return {each for each in ids if each is not None}


def _with_sent(book: Gradebook) -> Gradebook:
    """Keep learners whose cells were sent and who stand on another page by now, or in another list."""
    gone = _sent() - {row.enrolment_id for row in book.rows}
    if not gone:
        return book
    others = queries.gradebook(db(), book.run.id, only=gone)
    return replace(book, rows=[*book.rows, *others.rows])


def _edited(book: Gradebook) -> list[int]:
    edit = request.args.get("edit", "")
    return [row.enrolment_id for row in book.rows if edit in {WHOLE_PAGE, str(row.enrolment_id)}]


def _after_saving(book: Gradebook) -> str:
    """Name the page to go on with: the next learner's row, the same page in edit, or the list."""
    args: dict[str, Any] = {name: value for name, value in request.args.items() if name != "edit"}
    edit = request.args.get("edit", "")
    if edit == WHOLE_PAGE:
        args["edit"] = WHOLE_PAGE
    elif "next" in request.form:
        ids = [str(row.enrolment_id) for row in book.rows]
        later = ids[ids.index(edit) + 1 :] if edit in ids else []
        args |= {"edit": later[0]} if later else {}
    anchor = f"r{args['edit']}" if "edit" in args and edit != WHOLE_PAGE else None
    return url_for("assessment.gradebook", run_id=book.run.id, _anchor=anchor, **args)


def _show(book: Gradebook, form: GradesForm) -> str:
    kept = {name: value for name, value in request.args.items() if name not in {"edit", "lang"}}
    return page(
        "assessment/gradebook.html",
        run=book.run,
        book=book,
        form=form,
        show=RowFilter(kept["show"]) if kept.get("show") in set(RowFilter) else RowFilter.ALL,
        typed=kept.get("q", ""),
        kept=kept,
        edit=request.args.get("edit", ""),
        page_size=queries.PAGE_SIZE,
    )
