"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask
from flask import redirect

from nador.accounts import service
from nador.accounts.forms import SignInForm
from nador.accounts.labels import SIGN_IN_REFUSED
from nador.accounts.rules import SignInOutcome
from nador.accounts.views import door
from nador.accounts.views.limits import TRIES, account_tried, failed
from nador.accounts.views.routes import blueprint
from nador.web.access import PUBLIC, access
from nador.web.rendering import render
from nador.web.request import actor, db, settings, translator
from nador.web.security import limiter

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/sign-in", methods=["GET", "POST"])
@access(PUBLIC)
@limiter.limit(TRIES, methods=["POST"], key_func=account_tried("email"))
@limiter.limit(TRIES, methods=["POST"], deduct_when=failed)
def sign_in() -> ResponseReturnValue:
    """Ask who it is, and let them in."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200
    login, password = form.email.data or "", form.password.data or ""
    attempt = service.sign_in(
        db(),
        actor(),
        login=login,
        password=password,
        device=door.device(),
        site=settings().public_url,
    )
    if attempt.outcome is SignInOutcome.UNCONFIRMED:
        flask.session["chose"] = attempt.secret
    if attempt.outcome is not SignInOutcome.OPENED:
        form.refusals.append(translator().gettext(SIGN_IN_REFUSED[attempt.outcome]))
        return render("accounts/sign_in.html", form=form), 422
    door.remember(attempt.secret)
    return redirect(door.next_page(), 303)


@blueprint.post("/sign-out")
@access(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End this session; a copy of its cookie is worth nothing from now on."""
    door.leave()
    return redirect("/", 303)
