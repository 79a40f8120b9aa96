"""One's own profile: names, password, address, sessions, tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask
from flask import redirect, url_for

from nador.accounts import labels, queries, service
from nador.accounts.forms import ChangePasswordForm, ProfileForm, ResetForm, TokenForm
from nador.accounts.views.limits import TRIES
from nador.accounts.views.routes import blueprint
from nador.kernel import clock
from nador.web.access import SIGNED_IN, access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, settings, translator
from nador.web.security import limiter

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def _me() -> int:
    return actor().person_id or 0


@blueprint.get("/me/profile")
@access(SIGNED_IN)
def profile() -> ResponseReturnValue:
    """Show what the register says of oneself, and the ways in that are open."""
    person = queries.person(db(), actor(), _me())
    return _profile_page(ProfileForm.of(person), TokenForm())


def _profile_page(form: ProfileForm, token_form: TokenForm) -> str:
    return render(
        "accounts/profile.html",
        form=form,
        token_form=token_form,
        person=queries.person(db(), actor(), _me()),
        sign_ins=queries.live_sign_ins(db(), _me(), now=clock.now()),
        tokens=queries.live_tokens(db(), _me()),
        browser=labels.browser,
        new_token=flask.session.pop("new_token", ""),
    )


@blueprint.post("/me/profile")
@access(SIGNED_IN)
def edit_profile() -> ResponseReturnValue:
    """Correct one's own names, phone and language."""
    form = ProfileForm()

    def do() -> str:
        service.edit_profile(
            db(),
            actor(),
            name_latin=form.name_latin.data,
            name_arabic=form.name_arabic.data,
            phone=form.phone.data,
            locale=form.locale.data,
        )
        note(translator().gettext("The profile is saved."))
        return url_for("accounts.profile")

    return process(form, do=do, page=lambda: _profile_page(form, TokenForm(formdata=None)))


@blueprint.get("/me/password")
@access(SIGNED_IN)
def password() -> ResponseReturnValue:
    """Ask for a new password."""
    return _password_page(ChangePasswordForm())


def _password_page(form: ChangePasswordForm) -> str:
    account = queries.account(db(), _me())
    asks = bool(account and account.password_hash)
    return render("accounts/password.html", form=form, asks_present=asks)


@blueprint.post("/me/password")
@access(SIGNED_IN)
@limiter.limit(TRIES)
def change_password() -> ResponseReturnValue:
    """Change one's own password."""
    form = ChangePasswordForm()

    def do() -> str:
        service.change_password(
            db(), actor(), present=form.present.data or "", password=form.password.data or ""
        )
        note(translator().gettext("The new password counts from now on."))
        return url_for("accounts.profile")

    return process(form, do=do, page=lambda: _password_page(form))


@blueprint.get("/me/email")
@access(SIGNED_IN)
def email() -> ResponseReturnValue:
    """Ask for a new address."""
    return render("accounts/email.html", form=ResetForm())


@blueprint.post("/me/email")
@access(SIGNED_IN)
@limiter.limit(TRIES)
def ask_for_email() -> ResponseReturnValue:
    """Send a link to the new address."""
    form = ResetForm()

    def do() -> str:
        address = form.email.data or ""
        service.ask_for_email(db(), actor(), email=address, site=settings().public_url)
        flask.session["mail_sent_to"] = address
        return url_for("accounts.mail_sent")

    return process(form, do=do, page=lambda: render("accounts/email.html", form=form))


@blueprint.post("/me/sessions/<int:sign_in_id>/end")
@access(SIGNED_IN)
def end_session(sign_in_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    service.end_session(db(), actor(), sign_in_id=sign_in_id)
    note(translator().gettext("The session has ended."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/me/sessions/end")
@access(SIGNED_IN)
def end_other_sessions() -> ResponseReturnValue:
    """End all of one's sessions but this one."""
    service.end_other_sessions(db(), actor())
    note(translator().gettext("All other sessions have ended."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/me/tokens")
@access(SIGNED_IN)
def create_token() -> ResponseReturnValue:
    """Make an API token; the next page shows it once."""
    form = TokenForm()

    def do() -> str:
        flask.session["new_token"] = service.create_token(
            db(),
            actor(),
            person_id=_me(),
            name=form.name.data or "",
            scopes=form.scopes.data or (),
        )
        return url_for("accounts.profile", _anchor="tokens")

    person = queries.person(db(), actor(), _me())
    profile_form = ProfileForm(formdata=None, obj=person)
    return process(form, do=do, page=lambda: _profile_page(profile_form, form))


@blueprint.post("/me/tokens/<int:token_id>/revoke")
@access(SIGNED_IN)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End an API token."""
    service.revoke_token(db(), actor(), token_id=token_id)
    note(translator().gettext("The token opens nothing any more."))
    return redirect(url_for("accounts.profile", _anchor="tokens"), 303)
