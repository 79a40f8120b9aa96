"""What the jury opens: results before and after they are confirmed, and the minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, url_for

from nador.assessment import policy, queries, service
from nador.assessment.forms import ReopenForm
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import clock
from nador.kernel.access import OwnCase
from nador.kernel.errors import Conflict, describe
from nador.web.access import access
from nador.web.forms import Form, process
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/teach/runs/<int:run_id>/results")
@access(*READERS)
def results(run_id: int) -> str:
    """Show what the rules decide for everybody, and what keeps it from being confirmed."""
    seen = service.preview(db(), actor(), run_id=run_id)
    obstacles = [describe(each, translator()) for each in seen.obstacles]
    return page(
        "assessment/results.html",
        run=seen.book.run,
        seen=seen,
        titles=seen.book.titles,
        obstacles=obstacles,
    )


@blueprint.get("/teach/runs/<int:run_id>/statistics")
@access(*READERS)
def statistics(run_id: int) -> str:
    """Show how the grades of a run are distributed, and how they go together."""
    found = queries.statistics(db(), run_id)
    policy.require_may_see(actor(), found.run)
    return page("assessment/statistics.html", run=found.run, found=found)


@blueprint.get("/teach/runs/<int:run_id>/conclude")
@access(*READERS)
def ask_to_conclude(run_id: int) -> str:
    """Ask whether the results are to be confirmed in this person's name."""
    seen = service.preview(db(), actor(), run_id=run_id)
    policy.require_may_conclude(actor(), seen.book.run)
    obstacles = [describe(each, translator()) for each in seen.obstacles]
    return page(
        "assessment/conclude.html", run=seen.book.run, seen=seen, obstacles=obstacles, form=Form()
    )


@blueprint.post("/teach/runs/<int:run_id>/conclude")
@access(*READERS)
def conclude(run_id: int) -> ResponseReturnValue:
    """Confirm the results of a run."""
    try:
        service.conclude(db(), actor(), run_id=run_id)
    except (Conflict, OwnCase) as error:
        db().rollback()
        seen = service.preview(db(), actor(), run_id=run_id)
        form = Form()
        form.refuse(error)
        return page(
            "assessment/conclude.html", run=seen.book.run, seen=seen, obstacles=[], form=form
        ), 409
    note(translator().gettext("The results are confirmed."))
    return redirect(url_for("assessment.results", run_id=run_id), 303)


@blueprint.get("/teach/runs/<int:run_id>/reopen")
@access(*READERS)
def ask_to_reopen(run_id: int) -> str:
    """Ask why confirmed results are to be opened again."""
    run = queries.run_of(db(), run_id)
    policy.require_may_conclude(actor(), run)
    return page("assessment/reopen.html", run=run, form=ReopenForm())


@blueprint.post("/teach/runs/<int:run_id>/reopen")
@access(*READERS)
def reopen(run_id: int) -> ResponseReturnValue:
    """Open confirmed results again."""
    run = queries.run_of(db(), run_id)
    policy.require_may_conclude(actor(), run)
    form = ReopenForm()

    def do() -> str:
        service.reopen(db(), actor(), run_id=run_id, reason=form.reason.data or "")
        return url_for("assessment.results", run_id=run_id)

    return process(form, do=do, page=lambda: page("assessment/reopen.html", run=run, form=form))


@blueprint.get("/teach/runs/<int:run_id>/minutes.pdf")
@access(*READERS)
def minutes(run_id: int) -> Response:
    """Give the minutes of the jury, to be printed and signed."""
    seen = service.preview(db(), actor(), run_id=run_id)
    # Setting pages is heavy: a web process loads it with the first minutes.
    from nador.kernel.paper import plain_paper, render_document

    institute = queries.institute_of(db(), seen.book.run.institute_id)
    now = clock.now()
    sheet = page(
        "papers/minutes.html",
        run=seen.book.run,
        seen=seen,
        titles=seen.book.titles,
        institute=institute,
        now=now,
    )
    # Setting a page takes seconds: no transaction stays open meanwhile.
    db().rollback()
    return Response(
        render_document(sheet, plain_paper(), dated=now, identifier=f"minutes:{run_id}:{now}"),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="PV-{seen.book.run.code}.pdf"'},
    )
