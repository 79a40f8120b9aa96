"""The office: who is on a run, enrolling somebody, reading a file of people."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.enrolment import forms, policy, queries, service
from nador.enrolment.views.routes import blueprint
from nador.kernel.access import Role
from nador.kernel.errors import Invalid
from nador.web.access import STAFF, access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.catalogue.models import Run

OFFICE = (Role.REGISTRAR, Role.ADMINISTRATOR)


@blueprint.get("/manage/runs/<int:run_id>/people")
@access(*STAFF)
def people(run_id: int) -> str:
    """List who has a seat on a run, who waits in which order, and who left."""
    run = queries.run_with_course(db(), run_id)
    policy.require_see_people(actor(), institute_id=run.institute_id, run_id=run.id)
    return render(
        "enrolment/people.html",
        run=run,
        people=queries.people_of(db(), run_id),
        queue=queries.queue_of(db(), run_id),
        may_manage=policy.may_enrol_others(actor(), institute_id=run.institute_id),
    )


@blueprint.route("/manage/runs/<int:run_id>/people/add", methods=["GET", "POST"])
@access(*OFFICE)
def add(run_id: int) -> ResponseReturnValue:
    """Enrol somebody who can't, or does not want to, do it themselves."""
    run, form = _managed(run_id), forms.SomeoneForm()

    def do() -> str:
        typed = {name: value for name, value in form.data.items() if name != "csrf_token"}
        placed = service.enrol_someone(db(), actor(), run_id=run_id, **typed)
        said = translator().gettext("Enrolment number: %(number)s", number=placed.reference)
        note(said)
        return url_for("enrolment.people", run_id=run_id)

    def page() -> str:
        return render("enrolment/add.html", form=form, run=run)

    return page() if request.method == "GET" else process(form, do=do, page=page)


@blueprint.get("/manage/people/import")
@blueprint.get("/manage/runs/<int:run_id>/people/import")
@access(*OFFICE)
def import_form(run_id: int | None = None) -> str:
    """Ask for a file of people."""
    return _import_page(forms.ImportForm(), run_id)


@blueprint.post("/manage/people/import")
@blueprint.post("/manage/runs/<int:run_id>/people/import")
@access(*OFFICE)
def import_file(run_id: int | None = None) -> ResponseReturnValue:
    """Show what a file would do; then, with the very same content, do it."""
    form = forms.ImportForm()
    try:
        content = _content(form)
        done = service.import_people(
            db(), actor(), content=content, run_id=run_id, dry_run=form.step.data != "import"
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return _import_page(form, run_id), 422
    if not done.written:
        form.content.data = base64.b64encode(content).decode()
        return _import_page(form, run_id, done), 422 if done.failed else 200
    note(translator().gettext("The people of the file are in the register."))
    after = url_for("enrolment.people", run_id=run_id) if run_id else request.path
    return redirect(after, 303)


def _content(form: forms.ImportForm) -> bytes:
    """Return the chosen file, or the content that the preview carried along."""
    if form.content.data and not form.file.data:
        try:
            return base64.b64decode(form.content.data, validate=True)
        except binascii.Error:
            raise forms.NoFile(field="file") from None
    if not form.file.data:
        raise forms.NoFile(field="file")
    read: bytes = form.file.data.read()
    return read


def _import_page(
    form: forms.ImportForm, run_id: int | None, done: service.Import | None = None
) -> str:
    run = _managed(run_id) if run_id else None
    return render("enrolment/import.html", form=form, run=run, done=done)


def _managed(run_id: int) -> Run:
    run = queries.run_with_course(db(), run_id)
    policy.require_manage(actor(), institute_id=run.institute_id, run_id=run.id)
    return run
