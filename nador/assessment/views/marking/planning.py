"""How an assessment is marked, and who marks what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment import policy
from nador.assessment.forms.gradebook import in_field
from nador.assessment.forms.marking import AllotForm, PlanForm, named_markers
from nador.assessment.labels import marking as marking_labels
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import MarkRole, SecondMarking
from nador.assessment.service import marking
from nador.assessment.views.marking.bench import PAGE_SIZE, bench_to_see
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.errors import Invalid
from nador.web.access import access
from nador.web.forms import options, process
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from nador.assessment.queries.marking import Bench


@blueprint.get("/teach/assessments/<int:assessment_id>/plan")
@access(*READERS)
def marking_plan(assessment_id: int) -> str:
    """Show how an assessment is marked, for changing."""
    bench = _bench(assessment_id)
    return _show_plan(bench, _plan_form(bench))


@blueprint.post("/teach/assessments/<int:assessment_id>/plan")
@access(*READERS)
def save_marking_plan(assessment_id: int) -> ResponseReturnValue:
    """Say how an assessment is marked."""
    bench = _bench(assessment_id)
    form = _plan_form(bench)

    def do() -> str:
        plan = form.plan(bench.assessment.out_of)
        marking.set_plan(db(), actor(), assessment_id=assessment_id, plan=plan)
        note(translator().gettext("Saved."))
        return url_for("assessment.bench", assessment_id=assessment_id)

    return process(form, do=do, page=lambda: _show_plan(bench, form))


def _plan_form(bench: Bench) -> PlanForm:
    plan = bench.plan

    def typed(value: Decimal | None) -> str:
        return "" if value is None else in_field(value)

    form = PlanForm(
        data={
            "anonymous": plan.anonymous,
            "second": plan.second.value,
            "threshold": in_field(plan.threshold),
            "borderline": typed(plan.borderline),
            "percent": "" if plan.percent is None else str(plan.percent),
        }
    )
    form.second.choices = options(
        (each.value, marking_labels.second_marking(each, translator())) for each in SecondMarking
    )
    return form


def _show_plan(bench: Bench, form: PlanForm) -> str:
    return page("assessment/marking/plan.html", run=bench.run, bench=bench, form=form)


@blueprint.get("/teach/assessments/<int:assessment_id>/markers")
@access(*READERS)
def allotment(assessment_id: int) -> str:
    """Show who marks what, for changing by hand."""
    bench = _bench(assessment_id)
    return _show_allotment(bench, _allot_form(bench))


@blueprint.post("/teach/assessments/<int:assessment_id>/markers/share")
@access(*READERS)
def share_out(assessment_id: int) -> ResponseReturnValue:
    """Share out evenly what has no marker yet."""
    bench = _bench(assessment_id)
    form = _allot_form(bench)

    def do() -> str:
        count = marking.allot_rest(
            db(),
            actor(),
            assessment_id=assessment_id,
            role=form.chosen_role(),
            marker_ids=form.marker_ids(),
        )
        words = translator()
        note(
            words.ngettext(
                "%(count)s piece of work was shared out.",
                "%(count)s pieces of work were shared out.",
                count,
                count=words.number(count),
            )
        )
        return url_for("assessment.allotment", assessment_id=assessment_id)

    return process(form, do=do, page=lambda: _show_allotment(bench, form))


@blueprint.post("/teach/assessments/<int:assessment_id>/markers")
@access(*READERS)
def save_allotment(assessment_id: int) -> ResponseReturnValue:
    """Name markers by hand, for the pieces of work of a page."""
    bench = _bench(assessment_id)
    changes = {
        (sign, role): marker_id
        for role in MarkRole
        for sign, marker_id in named_markers(
            request.form, [each.sign for each in bench.works], role
        ).items()
        if bench.work(sign).allotted.get(role) != marker_id
    }
    try:
        marking.allot_by_hand(db(), actor(), assessment_id=assessment_id, changes=changes)
    except Invalid as refused:
        form = _allot_form(bench, blank=True)
        form.refuse(refused)
        return _show_allotment(bench, form), 422
    note(translator().gettext("Saved."))
    return redirect(
        url_for("assessment.allotment", assessment_id=assessment_id, page=_number()), 303
    )


def _allot_form(bench: Bench, *, blank: bool = False) -> AllotForm:
    form = AllotForm(formdata=None) if blank else AllotForm()
    form.role.choices = options(
        (each.value, marking_labels.role(each, translator())) for each in _roles(bench)
    )
    return form


def _roles(bench: Bench) -> list[MarkRole]:
    return [MarkRole.FIRST] if bench.plan.second is SecondMarking.NONE else [*MarkRole]


def _number() -> int:
    return text.number(request.args.get("page", "")) or 1


def _show_allotment(bench: Bench, form: AllotForm) -> str:
    first = (_number() - 1) * PAGE_SIZE
    return page(
        "assessment/marking/markers.html",
        run=bench.run,
        bench=bench,
        form=form,
        roles=_roles(bench),
        works=bench.works[first : first + PAGE_SIZE],
        first=first,
        number=_number(),
        page_size=PAGE_SIZE,
        markers=bench_queries.markers_of(db(), bench.run),
        ticked=form.marker_ids(),
    )


def _bench(assessment_id: int) -> Bench:
    bench = bench_to_see(assessment_id)
    policy.require_may_grade(actor(), bench.run)
    return bench
