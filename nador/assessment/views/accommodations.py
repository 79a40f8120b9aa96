"""The plan of a run as staff works on it, groups of its learners, and what is eased for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, url_for

from nador.assessment import policy, queries
from nador.assessment.forms.accommodations import AccommodationForm, GroupForm, MembersForm
from nador.assessment.labels import person_in
from nador.assessment.queries import accommodations as eased
from nador.assessment.queries import handed_in
from nador.assessment.queries.marking import earlier_rubrics
from nador.assessment.queries.quizzes import quizzes_on
from nador.assessment.rules.quizzes import TAKEN
from nador.assessment.rules.slots import BOOKED
from nador.assessment.rules.submissions import HANDED_IN
from nador.assessment.service import accommodations as service
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.i18n import pick
from nador.web.access import access
from nador.web.forms import options, process
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import RunGroup
    from nador.catalogue.models import Run


@blueprint.get("/teach/runs/<int:run_id>/assessments")
@access(*READERS)
def plan(run_id: int) -> str:
    """List what the run is assessed by, with the way to each."""
    run = queries.run_of(db(), run_id)
    policy.require_may_see(actor(), run)
    return page(
        "assessment/plan.html",
        run=run,
        assessments=queries.assessments(db(), run_id),
        assignments=handed_in.assignments_of_run(db(), run_id),
        takes_work=HANDED_IN,
        takes_bookings=BOOKED,
        quizzes=quizzes_on(db(), run_id),
        takes_quiz=TAKEN,
        earlier=earlier_rubrics(db(), run) if policy.may(actor(), policy.GRADE, run) else [],
    )


@blueprint.get("/teach/runs/<int:run_id>/groups")
@access(*READERS)
def groups(run_id: int) -> str:
    """List the groups of a run, with a form for a new one."""
    return _groups(_seen(run_id), GroupForm(formdata=None))


@blueprint.post("/teach/runs/<int:run_id>/groups")
@access(*READERS)
def add_group(run_id: int) -> ResponseReturnValue:
    """Name a new group."""
    run = _arranged(run_id)
    form = GroupForm()

    def do() -> str:
        made = service.create_group(db(), actor(), run_id=run_id, name=form.name.data or "")
        return url_for("assessment.group", group_id=made.id)

    return process(form, do=do, page=lambda: _groups(run, form))


def _seen(run_id: int) -> Run:
    run = queries.run_of(db(), run_id)
    policy.require_may_see(actor(), run)
    return run


def _arranged(run_id: int) -> Run:
    run = queries.run_of(db(), run_id)
    policy.require_may_arrange(actor(), run)
    return run


def _groups(run: Run, form: GroupForm) -> str:
    return page(
        "assessment/groups.html",
        run=run,
        groups=eased.groups_of(db(), run.id),
        form=form,
        may_arrange=policy.may_arrange(actor(), run),
    )


@blueprint.get("/teach/groups/<int:group_id>")
@access(*READERS)
def group(group_id: int) -> str:
    """Show who is in a group, with the form to change it."""
    found = eased.group_of(db(), group_id)
    run = _arranged(found.run_id)
    form = MembersForm(
        formdata=None, name=found.name, enrolment_id=list(eased.members_of(db(), group_id))
    )
    return _group(found, run, form)


@blueprint.post("/teach/groups/<int:group_id>")
@access(*READERS)
def change_group(group_id: int) -> ResponseReturnValue:
    """Rename a group, and say who is in it."""
    found = eased.group_of(db(), group_id)
    run_id = found.run_id
    run = _arranged(run_id)
    form = MembersForm()
    _offer_learners(form, run_id)

    def do() -> str:
        service.change_group(
            db(),
            actor(),
            group_id=group_id,
            name=form.name.data or "",
            enrolment_ids=form.enrolment_id.data or [],
        )
        note(translator().gettext("Saved."))
        return url_for("assessment.groups", run_id=run_id)

    return process(form, do=do, page=lambda: _group(found, run, form))


def _offer_learners(form: MembersForm, run_id: int) -> None:
    named = translator().code
    form.enrolment_id.choices = options(
        [
            (str(each.enrolment_id), person_in(each.latin, each.arabic, named))
            for each in eased.learners_of(db(), run_id)
        ]
    )


def _group(found: RunGroup, run: Run, form: MembersForm) -> str:
    _offer_learners(form, run.id)
    return page("assessment/group.html", run=run, group=found, form=form)


@blueprint.post("/teach/groups/<int:group_id>/delete")
@access(*READERS)
def delete_group(group_id: int) -> ResponseReturnValue:
    """Forget a group."""
    run_id = service.delete_group(db(), actor(), group_id=group_id)
    note(translator().gettext("The group is deleted."))
    return redirect(url_for("assessment.groups", run_id=run_id), 303)


@blueprint.get("/teach/runs/<int:run_id>/accommodations")
@access(*READERS)
def accommodations(run_id: int) -> str:
    """List what is eased on a run, for whom and why, with a form for more."""
    return _accommodations(_seen(run_id), _form(run_id))


@blueprint.post("/teach/runs/<int:run_id>/accommodations")
@access(*READERS)
def give_accommodation(run_id: int) -> ResponseReturnValue:
    """Ease something for a learner or a group."""
    run = _arranged(run_id)
    form = _form(run_id)

    def do() -> str:
        service.give_accommodation(
            db(),
            actor(),
            run_id=run_id,
            ease=form.ease,
            reason=form.reason.data or "",
            assessment_id=text.number(form.assessment_id.data or ""),
            enrolment_id=form.enrolment,
            group_id=form.group,
        )
        note(translator().gettext("Saved."))
        return url_for("assessment.accommodations", run_id=run_id)

    return process(form, do=do, page=lambda: _accommodations(run, form))


def _form(run_id: int) -> AccommodationForm:
    form, words = AccommodationForm(), translator()
    form.whom.choices = options(
        [
            ("", "–"),
            *(
                (f"group-{each.id}", words.gettext("Group: %(name)s", name=each.name))
                for each in eased.groups_of(db(), run_id)
            ),
            *(
                (f"learner-{each.enrolment_id}", person_in(each.latin, each.arabic, words.code))
                for each in eased.learners_of(db(), run_id)
            ),
        ]
    )
    form.assessment_id.choices = options(
        [
            ("", words.gettext("All of the run")),
            *(
                (str(each.id), pick(each.title, words.code))
                for each in queries.assessments(db(), run_id)
            ),
        ]
    )
    return form


def _accommodations(run: Run, form: AccommodationForm) -> str:
    return page(
        "assessment/accommodations.html",
        run=run,
        given=eased.accommodations_of(db(), run.id),
        form=form,
        may_arrange=policy.may_arrange(actor(), run),
    )


@blueprint.post("/teach/accommodations/<int:accommodation_id>/end")
@access(*READERS)
def end_accommodation(accommodation_id: int) -> ResponseReturnValue:
    """Let an accommodation hold no more."""
    ended = service.end_accommodation(db(), actor(), accommodation_id=accommodation_id)
    note(translator().gettext("It has ended. What it gave until now stays."))
    return redirect(url_for("assessment.accommodations", run_id=ended.run_id), 303)
