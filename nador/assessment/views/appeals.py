"""Appeals: the learner's form, and what staff sees, gives to somebody and decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment import policy, queries, service
from nador.assessment.forms import AppealForm, AssignForm, DecideForm
from nador.assessment.labels import person_in
from nador.assessment.rules import parse_mark
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.access import OwnCase
from nador.kernel.errors import Conflict
from nador.web.access import SIGNED_IN, access
from nador.web.forms import options, process
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from nador.assessment.queries import AppealLine
    from nador.catalogue.models import Run


@blueprint.get("/me/results/<reference>/appeal")
@access(SIGNED_IN)
def ask_to_appeal(reference: str) -> str:
    """Ask why a grade (`assessment`, its id) or the result is contested."""
    return _appeal_page(reference, AppealForm())


@blueprint.post("/me/results/<reference>/appeal")
@access(SIGNED_IN)
def appeal(reference: str) -> ResponseReturnValue:
    """Contest an own grade or result."""
    form = AppealForm()

    def do() -> str:
        service.open_appeal(
            db(),
            actor(),
            reference=reference,
            assessment_id=_asked_about(),
            reason=form.reason.data or "",
        )
        note(
            translator().gettext("Your appeal is received. You are told as soon as it is decided.")
        )
        return url_for("assessment.why", reference=reference, _anchor="appeals")

    return process(form, do=do, page=lambda: _appeal_page(reference, form))


def _asked_about() -> int | None:
    return text.number(request.args.get("assessment", ""))


def _appeal_page(reference: str, form: AppealForm) -> str:
    found = queries.result_page(db(), actor().person_id or 0, reference=reference)
    contested = queries.contested(
        db(), actor().person_id or 0, reference=reference, assessment_id=_asked_about()
    )
    grade = next((one for one in found.grades if one.assessment_id == _asked_about()), None)
    return page("assessment/appeal.html", found=found, contested=contested, grade=grade, form=form)


@blueprint.get("/teach/appeals")
@access(*READERS)
def appeals() -> str:
    """List the appeals on the runs that somebody looks after, the most urgent first."""
    return page("assessment/appeals.html", appeals=queries.appeals_for(db(), actor()))


@blueprint.get("/teach/appeals/<int:appeal_id>")
@access(*READERS)
def show_appeal(appeal_id: int) -> str:
    """Show an appeal with the rules and the history of what it is about."""
    line, run = _line(appeal_id)
    return _show(line, run, _assign_form(line, run), DecideForm())


@blueprint.post("/teach/appeals/<int:appeal_id>/assign")
@access(*READERS)
def assign_appeal(appeal_id: int) -> ResponseReturnValue:
    """Give an appeal to whoever decides it."""
    line, run = _line(appeal_id)
    policy.require_may_conclude(actor(), run)
    form = _assign_form(line, run)

    def do() -> str:
        service.assign_appeal(
            db(), actor(), appeal_id=appeal_id, assignee_id=int(form.assignee.data or 0)
        )
        note(translator().gettext("The appeal is assigned."))
        return url_for("assessment.show_appeal", appeal_id=appeal_id)

    return process(form, do=do, page=lambda: _show(line, run, form, DecideForm()))


@blueprint.post("/teach/appeals/<int:appeal_id>/decide")
@access(*READERS)
def decide_appeal(appeal_id: int) -> ResponseReturnValue:
    """Approve an appeal, or deny it."""
    line, run = _line(appeal_id)
    form = DecideForm()

    def do() -> str:
        answer = form.answer.data or ""
        if request.form.get("decision") == "approve":
            value = _typed(form, line)
            service.approve_appeal(db(), actor(), appeal_id=appeal_id, answer=answer, value=value)
        else:
            service.deny_appeal(db(), actor(), appeal_id=appeal_id, answer=answer)
        note(translator().gettext("The appeal is decided, and the learner is told."))
        return url_for("assessment.show_appeal", appeal_id=appeal_id)

    return process(form, do=do, page=lambda: _show(line, run, _assign_form(line, run), form))


@blueprint.post("/teach/appeals/<int:appeal_id>/reopen")
@access(*READERS)
def reopen_for_appeal(appeal_id: int) -> ResponseReturnValue:
    """Open the learner's confirmed result again, so that the appeal can change a grade."""
    line, run = _line(appeal_id)
    form = DecideForm(formdata=None)
    try:
        service.reopen_for_appeal(db(), actor(), appeal_id=appeal_id)
    except (Conflict, OwnCase) as error:
        form.refuse(error)
        return _show(line, run, _assign_form(line, run), form), 409
    note(translator().gettext("The result of this learner is open again."))
    return redirect(url_for("assessment.show_appeal", appeal_id=appeal_id), 303)


def _typed(form: DecideForm, line: AppealLine) -> Decimal | None:
    typed = (form.value.data or "").strip()
    if line.out_of is None or not typed:
        return None
    return parse_mark(typed, out_of=line.out_of, field="value")


def _line(appeal_id: int) -> tuple[AppealLine, Run]:
    line = queries.appeal_line(db(), appeal_id)
    run = queries.run_of(db(), line.run_id)
    policy.require_may_see(actor(), run)
    return line, run


def _assign_form(line: AppealLine, run: Run) -> AssignForm:
    form = AssignForm(assignee=line.assignee_id)
    locale = translator().code
    form.assignee.choices = options(
        (str(each.id), person_in(each.name_latin, each.name_arabic, locale))
        for each in queries.deciders(db(), run, line)
    )
    return form


def _show(line: AppealLine, run: Run, assign: AssignForm, form: DecideForm) -> str:
    row, columns = queries.learner_row(db(), run.id, line.enrolment_id)
    return page(
        "assessment/appeal_staff.html",
        run=run,
        appeal=line,
        row=row,
        titles=queries.titles_of(run, [column.assessment for column in columns]),
        changes=queries.history(
            db(), enrolment_id=line.enrolment_id, assessment_id=line.assessment_id
        ),
        assign=assign,
        form=form,
        mine=line.assignee_id is not None and actor().is_person(line.assignee_id),
    )
