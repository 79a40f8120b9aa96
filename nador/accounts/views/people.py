"""The register of people, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask
from flask import redirect, request, url_for

from nador.accounts import labels, policy, queries, service
from nador.accounts.forms import PersonForm, RoleForm
from nador.accounts.views.routes import blueprint
from nador.kernel import text
from nador.kernel.access import Role
from nador.kernel.errors import NotFound
from nador.web.access import access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.accounts.models import Person

_SEE = (Role.REGISTRAR, Role.AUDITOR, Role.ADMINISTRATOR)
_MANAGE = (Role.REGISTRAR, Role.ADMINISTRATOR)


@blueprint.get("/manage/people")
@access(*_SEE)
def people() -> ResponseReturnValue:
    """Search the register."""
    typed = request.args.get("q", "")
    found = queries.search_people(db(), actor(), typed=typed, after=request.args.get("after", ""))
    next_url = url_for("accounts.people", q=typed, after=found.next) if found.next else ""
    return render(
        "accounts/people.html",
        people=found.people,
        typed=typed,
        next_url=next_url,
        may_manage=policy.may_manage_people(actor()),
    )


@blueprint.get("/manage/people/new")
@access(*_MANAGE)
def new_person() -> ResponseReturnValue:
    """Ask who is to be added."""
    return render("accounts/person_new.html", form=PersonForm())


@blueprint.post("/manage/people/new")
@access(*_MANAGE)
def create_person() -> ResponseReturnValue:
    """Add somebody to the register."""
    form = PersonForm()

    def do() -> str:
        person = service.create_person(
            db(),
            actor(),
            name_latin=form.name_latin.data,
            name_arabic=form.name_arabic.data,
            email=form.email.data,
            phone=form.phone.data,
            locale=form.locale.data,
        )
        note(translator().gettext("The person is in the register."))
        return url_for("accounts.person", person_id=person.id)

    return process(form, do=do, page=lambda: render("accounts/person_new.html", form=form))


@blueprint.get("/manage/people/<int:person_id>")
@access(*_SEE)
def person(person_id: int) -> ResponseReturnValue:
    """Show one person, and what the register should have looked at."""
    found = queries.person(db(), actor(), person_id)
    return render(
        "accounts/person.html",
        person=found,
        namesakes=queries.namesakes(db(), found),
        mixed=_has(found, text.mixed_scripts),
        symbols=_has(found, text.has_symbols),
        account=queries.account(db(), person_id),
        roles=queries.roles_of(db(), person_id),
        administered=queries.administered(db(), actor()),
        role_form=RoleForm(),
        may=_may(found),
        role_words=labels.role,
    )


def _has(person: Person, sign: object) -> bool:
    return callable(sign) and any(
        sign(name) for name in (person.name_latin, person.name_arabic) if name
    )


def _may(person: Person) -> dict[str, bool]:
    roles = queries.roles_of(db(), person.id)
    return {
        "manage": policy.may_manage_people(actor()),
        "confirm": policy.may_confirm_names(actor(), person.id),
        "grant": policy.may_grant_roles(actor(), person.id),
        "erase": policy.may_erase(actor(), person.id),
        "print": policy.may_open_account(actor(), has_email=person.email is not None, roles=roles),
    }


@blueprint.get("/manage/people/<int:person_id>/edit")
@access(*_MANAGE)
def person_form(person_id: int) -> ResponseReturnValue:
    """Show what can be corrected."""
    found = queries.person(db(), actor(), person_id)
    return _person_page(found, PersonForm(obj=found))


def _person_page(person: Person, form: PersonForm) -> str:
    return render("accounts/person_edit.html", form=form, person=person)


@blueprint.post("/manage/people/<int:person_id>/edit")
@access(*_MANAGE)
def edit_person(person_id: int) -> ResponseReturnValue:
    """Correct what the register says."""
    found = queries.person(db(), actor(), person_id)
    form = PersonForm()

    def do() -> str:
        service.edit_person(
            db(),
            actor(),
            person_id=person_id,
            name_latin=form.name_latin.data,
            name_arabic=form.name_arabic.data,
            email=form.email.data,
            phone=form.phone.data,
            locale=form.locale.data,
        )
        note(translator().gettext("The register is corrected."))
        return url_for("accounts.person", person_id=person_id)

    return process(form, do=do, page=lambda: _person_page(found, form))


@blueprint.post("/manage/people/<int:person_id>/names")
@access(*_MANAGE, Role.CERTIFIER)
def confirm_names(person_id: int) -> ResponseReturnValue:
    """Record that both names were compared with a paper."""
    service.confirm_names(db(), actor(), person_ids=[person_id])
    note(translator().gettext("The names are confirmed."))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


@blueprint.post("/manage/people/<int:person_id>/code")
@access(*_MANAGE)
def print_code(person_id: int) -> ResponseReturnValue:
    """Make a one-time code; the sheet that follows shows it once."""
    code = service.print_code(db(), actor(), person_id=person_id)
    flask.session["sheet"] = [person_id, code]
    return redirect(url_for("accounts.code_sheet", person_id=person_id), 303)


@blueprint.get("/manage/people/<int:person_id>/code")
@access(*_MANAGE)
def code_sheet(person_id: int) -> ResponseReturnValue:
    """Show the sheet to print, right after its code was made."""
    sheet = flask.session.pop("sheet", None)
    if not sheet or sheet[0] != person_id:
        raise NotFound
    found = queries.person(db(), actor(), person_id)
    return render("accounts/code_sheet.html", person=found, printed=sheet[1])


@blueprint.post("/manage/people/<int:person_id>/roles")
@access(Role.ADMINISTRATOR)
def grant_role(person_id: int) -> ResponseReturnValue:
    """Grant a role at an institute."""
    form = RoleForm()
    institute_id = text.number(form.institute_id.data or "")
    if institute_id is None or not form.validate_on_submit():
        raise NotFound
    service.grant_role(
        db(),
        actor(),
        person_id=person_id,
        institute_id=institute_id,
        role=Role(form.role.data),
    )
    note(translator().gettext("The role is granted."))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


@blueprint.post("/manage/people/<int:person_id>/roles/<int:grant_id>/end")
@access(Role.ADMINISTRATOR)
def end_role(person_id: int, grant_id: int) -> ResponseReturnValue:
    """End a role."""
    service.end_role(db(), actor(), person_id=person_id, grant_id=grant_id)
    note(translator().gettext("The role has ended."))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


@blueprint.get("/manage/people/<int:person_id>/erase")
@access(Role.ADMINISTRATOR)
def ask_to_erase(person_id: int) -> str:
    """Say what erasing does, and what still stands against it."""
    found = queries.person(db(), actor(), person_id)
    policy.require_may_erase(actor(), person_id)
    against, words = service.obstacles(db(), actor(), person_id=person_id), translator()
    return render(
        "accounts/erase.html",
        person=found,
        obstacles=[labels.obstacle(words, one) for one in against],
    )


@blueprint.post("/manage/people/<int:person_id>/erase")
@access(Role.ADMINISTRATOR)
def erase(person_id: int) -> ResponseReturnValue:
    """Erase a person."""
    service.erase_person(db(), actor(), person_id=person_id)
    note(translator().gettext("The person is erased. Workers delete the files within seconds."))
    return redirect(url_for("accounts.person", person_id=person_id), 303)
