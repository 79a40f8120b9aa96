"""What is changed in a gradebook beside its cells: shown and hidden grades, marks set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment import policy, queries, service
from nador.assessment.forms import HideForm, OverrideForm
from nador.assessment.labels import override_choices
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.access import Action
from nador.kernel.errors import NotFound
from nador.web.access import access
from nador.web.forms import options, process
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import Assessment
    from nador.catalogue.models import Run


@blueprint.post("/teach/runs/<int:run_id>/release")
@access(*READERS)
def release(run_id: int) -> ResponseReturnValue:
    """Show learners their grades: of one assessment where it is named, else of all."""
    typed = request.form.getlist("assessment")
    chosen = [each for each in map(text.number, typed) if each is not None]
    service.release(db(), actor(), run_id=run_id, assessment_ids=chosen or None)
    note(translator().gettext("The grades are released: learners see them now."))
    return redirect(url_for("assessment.gradebook", run_id=run_id), 303)


@blueprint.get("/teach/runs/<int:run_id>/assessments/<int:assessment_id>/hide")
@access(*READERS)
def ask_to_hide(run_id: int, assessment_id: int) -> str:
    """Ask why released grades are to be hidden again."""
    run, assessment = _assessment(run_id, assessment_id)
    return page("assessment/hide.html", run=run, assessment=assessment, form=HideForm())


@blueprint.post("/teach/runs/<int:run_id>/assessments/<int:assessment_id>/hide")
@access(*READERS)
def hide(run_id: int, assessment_id: int) -> ResponseReturnValue:
    """Hide the grades of one assessment again."""
    run, assessment = _assessment(run_id, assessment_id)
    form = HideForm()

    def do() -> str:
        reason = form.reason.data or ""
        service.hide(db(), actor(), assessment_id=assessment_id, reason=reason)
        note(translator().gettext("The grades are hidden: learners no longer see them."))
        return url_for("assessment.gradebook", run_id=run_id)

    return process(
        form,
        do=do,
        page=lambda: page("assessment/hide.html", run=run, assessment=assessment, form=form),
    )


def _assessment(run_id: int, assessment_id: int) -> tuple[Run, Assessment]:
    """Find an assessment of the run for who may show and hide its grades."""
    assessment = queries.assessment_for(db(), actor(), assessment_id)
    if assessment.run_id != run_id:
        raise NotFound
    run = queries.run_of(db(), run_id)
    policy.require_may_release(actor(), run)
    return run, assessment


@blueprint.get("/teach/runs/<int:run_id>/learners/<int:enrolment_id>/override")
@access(*READERS)
def ask_to_override(run_id: int, enrolment_id: int) -> str:
    """Ask which mark another one replaces, and why."""
    return _override_page(run_id, enrolment_id, _override_form(run_id))


@blueprint.post("/teach/runs/<int:run_id>/learners/<int:enrolment_id>/override")
@access(*READERS)
def override(run_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Set a mark over the computed one, or go back to it."""
    form = _override_form(run_id)

    def do() -> str:
        service.override_mark(
            db(),
            actor(),
            run_id=run_id,
            enrolment_id=enrolment_id,
            category=form.category.data or "",
            value=form.mark(queries.run_of(db(), run_id).version.mark_scale),
            reason=form.reason.data or "",
        )
        note(translator().gettext("Saved."))
        return url_for("assessment.learner", run_id=run_id, enrolment_id=enrolment_id)

    return process(form, do=do, page=lambda: _override_page(run_id, enrolment_id, form))


def _override_form(run_id: int) -> OverrideForm:
    run = queries.run_of(db(), run_id)
    policy.require_may_override(actor(), run)
    form = OverrideForm()
    choices = override_choices(
        run,
        translator(),
        grades=policy.may(actor(), Action.GRADE, run),
        concludes=policy.may(actor(), Action.CONCLUDE, run),
    )
    form.category.choices = options(choices)
    return form


def _override_page(run_id: int, enrolment_id: int, form: OverrideForm) -> str:
    row, columns = queries.learner_row(db(), run_id, enrolment_id)
    run = queries.run_of(db(), run_id)
    return page("assessment/override.html", run=run, row=row, columns=columns, form=form)
