"""The rubric of an assessment: written, taken over from another, or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment import policy
from nador.assessment.forms.marking import ROWS_MORE, RubricForm
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import RubricKind, RubricMoved
from nador.assessment.service import marking
from nador.assessment.views.marking.bench import bench_to_see
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.access import Forbidden
from nador.kernel.errors import Conflict, Invalid, NotFound
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import RubricVersion
    from nador.assessment.queries.marking import Bench


@blueprint.get("/teach/assessments/<int:assessment_id>/rubric")
@access(*READERS)
def rubric(assessment_id: int) -> str:
    """Show the rubric for writing; `kind` chooses levels or points, `from` another one to begin with."""
    bench = _bench(assessment_id)
    latest = bench_queries.latest_rubric(db(), assessment_id)
    source = latest
    if (other := text.number(request.args.get("from", ""))) is not None:
        source = _taken_from(bench, other)
    found = bench_queries.rubric_in(source)
    kind = found.kind if found is not None else RubricKind.RUBRIC
    if request.args.get("kind") in set(RubricKind):
        kind = RubricKind(request.args["kind"])
    return _show(bench, RubricForm.of(found, kind, latest.number if latest is not None else 0))


def _taken_from(bench: Bench, other_id: int) -> RubricVersion | None:
    sources = bench_queries.rubric_sources(db(), actor(), bench.run, but=bench.assessment.id)
    if other_id not in {each.assessment_id for each in sources}:
        raise NotFound
    return bench_queries.latest_rubric(db(), other_id)


@blueprint.post("/teach/runs/<int:run_id>/rubrics")
@access(*READERS)
def take_over_rubrics(run_id: int) -> ResponseReturnValue:
    """Copy the rubrics of an earlier run into the assessments that have none."""
    count = marking.take_over_rubrics(
        db(),
        actor(),
        run_id=run_id,
        from_run_id=text.number(request.form.get("from", "")) or 0,
    )
    if count:
        note(
            translator().ngettext(
                "%(count)s rubric is taken over.",
                "%(count)s rubrics are taken over.",
                count,
                count=count,
            )
        )
    return redirect(url_for("assessment.plan", run_id=run_id), 303)


@blueprint.post("/teach/assessments/<int:assessment_id>/rubric")
@access(*READERS)
def save_rubric(assessment_id: int) -> ResponseReturnValue:
    """Keep the rubric as a new version, or add empty criteria where asked."""
    bench = _bench(assessment_id)
    form = RubricForm.sent()
    if "more" in request.form:
        form.add(ROWS_MORE)
        return _show(bench, form)
    try:
        marking.set_rubric(
            db(),
            actor(),
            assessment_id=assessment_id,
            rubric=form.rubric(),
            expected_number=form.number,
        )
    except Forbidden:
        raise
    except (Invalid, Conflict) as refused:
        return _refused(bench, form, refused)
    note(
        translator().gettext("The rubric is saved. Marks given before keep the one that they had.")
    )
    return redirect(url_for("assessment.bench", assessment_id=assessment_id), 303)


def _refused(bench: Bench, form: RubricForm, refused: Invalid | Conflict) -> ResponseReturnValue:
    form.refuse(refused)
    if isinstance(refused, RubricMoved):
        latest = bench_queries.latest_rubric(db(), bench.assessment.id)
        form.number = latest.number if latest is not None else 0
        return _show(bench, form, theirs=bench_queries.rubric_in(latest)), 409
    return _show(bench, form), 422


def _bench(assessment_id: int) -> Bench:
    bench = bench_to_see(assessment_id)
    policy.require_may_grade(actor(), bench.run)
    return bench


def _show(bench: Bench, form: RubricForm, theirs: object = None) -> str:
    return page(
        "assessment/marking/rubric.html",
        run=bench.run,
        bench=bench,
        form=form,
        theirs=theirs,
        used=any(each.marks for each in bench.works),
        sources=bench_queries.rubric_sources(db(), actor(), bench.run, but=bench.assessment.id),
    )
