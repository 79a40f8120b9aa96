"""The centre itself: what it says, what was done, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.accounts import labels, policy, queries, service
from nador.accounts.forms import InstituteForm
from nador.accounts.views.routes import blueprint
from nador.kernel import text, work
from nador.kernel.access import Role
from nador.kernel.errors import NotFound
from nador.web.access import PUBLIC, access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.accounts.models import Institute


def _number(name: str) -> int:
    return text.number(request.args.get(name, "")) or 0


def _mine() -> Institute:
    """Choose the institute that the page is about: the one asked for, else the first of one's own."""
    mine = queries.administered(db(), actor())
    asked = _number("id")
    found = next((one for one in mine if one.id == asked or not asked), None)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/privacy")
@access(PUBLIC)
def privacy() -> str:
    """Say who keeps personal data, why, how long, and what one can ask for (Law 09-08)."""
    return render("accounts/privacy.html", institute=queries.first_institute(db()))


@blueprint.get("/manage/institute")
@access(Role.ADMINISTRATOR)
def institute() -> ResponseReturnValue:
    """Show what the institute says of itself, and what it must still say."""
    mine = _mine()
    return _institute_page(mine, InstituteForm.of(mine))


def _institute_page(mine: Institute, form: InstituteForm) -> str:
    return render(
        "accounts/institute.html",
        form=form,
        institute=mine,
        institutes=queries.administered(db(), actor()),
        missing=[
            (what, translator().gettext(labels.MISSING[what]))
            for what in queries.missing_for_issue(mine)
        ],
    )


@blueprint.post("/manage/institute")
@access(Role.ADMINISTRATOR)
def edit_institute() -> ResponseReturnValue:
    """Write what the institute says of itself."""
    mine, form = _mine(), InstituteForm()

    def do() -> str:
        service.edit_institute(
            db(),
            actor(),
            institute_id=mine.id,
            prefix=form.prefix.data or "",
            cndp_number=form.cndp_number.data,
            words=form.words(),
            second_person=bool(form.second_person.data),
        )
        note(translator().gettext("The institute’s page is saved."))
        return url_for("accounts.institute", id=mine.id)

    return process(form, do=do, page=lambda: _institute_page(mine, form))


@blueprint.get("/manage/audit")
@access(Role.AUDITOR, Role.ADMINISTRATOR)
def audit_trail() -> ResponseReturnValue:
    """Search what was done."""
    action, subject = request.args.get("action", ""), request.args.get("subject", "")
    trail = queries.search_audit(
        db(), actor(), action=action, subject=subject, before=_number("before")
    )
    next_url = url_for("accounts.audit_trail", action=action, subject=subject, before=trail.next)
    return render(
        "accounts/audit.html",
        trail=trail,
        action=action,
        subject=subject,
        next_url=next_url if trail.next else "",
        may_see_people=policy.may_see_people(actor()),
    )


@blueprint.get("/manage/messages")
@access(Role.ADMINISTRATOR)
def messages() -> ResponseReturnValue:
    """Show the outbox."""
    found = queries.messages(db(), actor(), before=_number("before"))
    shown = found[: queries.PAGE]
    more = len(found) > queries.PAGE
    next_url = url_for("accounts.messages", before=shown[-1].id) if more else ""
    return render(
        "accounts/messages.html",
        messages=shown,
        next_url=next_url,
        states=labels.message_status,
        looks=labels.MESSAGE_LOOKS,
    )


@blueprint.get("/manage/messages/<int:message_id>")
@access(Role.ADMINISTRATOR)
def message(message_id: int) -> ResponseReturnValue:
    """Show one mail as it was written."""
    return render(
        "accounts/message.html",
        message=queries.message(db(), actor(), message_id),
        states=labels.message_status,
        looks=labels.MESSAGE_LOOKS,
    )


@blueprint.get("/manage/work")
@access(Role.ADMINISTRATOR)
def dead_work() -> ResponseReturnValue:
    """Show what the worker gave up."""
    return render("accounts/work.html", items=work.dead_items(db()))


@blueprint.post("/manage/work")
@access(Role.ADMINISTRATOR)
def retry_work() -> ResponseReturnValue:
    """Let the worker try an item again."""
    work_name, item_id = request.form.get("work", ""), text.number(request.form.get("item_id", ""))
    if item_id is None:
        raise NotFound
    service.retry_work(db(), actor(), work_name=work_name, item_id=item_id)
    note(translator().gettext("The worker tries it again."))
    return redirect(url_for("accounts.dead_work"), 303)
