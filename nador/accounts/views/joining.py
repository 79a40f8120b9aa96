"""Getting an account, and getting back into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask
from flask import redirect, url_for

from nador.accounts import queries, rules, service
from nador.accounts.forms import CodeForm, NewPasswordForm, ResetForm, SignUpForm
from nador.accounts.labels import CODE_REFUSED
from nador.accounts.rules import CodePurpose, SignInOutcome
from nador.accounts.views import door
from nador.accounts.views.limits import TRIES, account_tried, failed
from nador.accounts.views.routes import blueprint
from nador.kernel import clock
from nador.web.access import PUBLIC, access
from nador.web.forms import Form, process
from nador.web.rendering import note, render
from nador.web.request import actor, db, locale, settings, translator
from nador.web.security import limiter

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/sign-up")
@access(PUBLIC)
def sign_up() -> ResponseReturnValue:
    """Ask what an account needs."""
    return _sign_up_page(SignUpForm())


def _sign_up_page(form: SignUpForm) -> str:
    institute = queries.first_institute(db())
    return render("accounts/sign_up.html", form=form, institute=institute)


@blueprint.post("/sign-up")
@access(PUBLIC)
@limiter.limit(TRIES)
def ask_for_account() -> ResponseReturnValue:
    """Take the wish for an account; only the mail box learns whether the address was known."""
    form = SignUpForm()

    def do() -> str:
        email = form.email.data or ""
        flask.session["chose"] = service.sign_up(
            db(),
            actor(),
            email=email,
            names=rules.names(form.name_latin.data, form.name_arabic.data),
            password=form.password.data or "",
            locale=locale(),
            site=settings().public_url,
        )
        return _mail_sent(email)

    return process(form, do=do, page=lambda: _sign_up_page(form))


def _mail_sent(email: str) -> str:
    flask.session["mail_sent_to"] = email
    return url_for("accounts.mail_sent")


@blueprint.get("/mail-sent")
@access(PUBLIC)
def mail_sent() -> ResponseReturnValue:
    """Say where to look next."""
    return render("accounts/mail_sent.html", email=flask.session.get("mail_sent_to", ""))


@blueprint.get("/confirm/<secret>")
@access(PUBLIC)
def confirm_page(secret: str) -> ResponseReturnValue:
    """Ask for one press: programs that look at mails open links, but press nothing."""
    queries.live_code(db(), CodePurpose.CONFIRM_EMAIL, rules.digest(secret), now=clock.now())
    return render("accounts/confirm.html")


@blueprint.post("/confirm/<secret>")
@access(PUBLIC)
@limiter.limit(TRIES)
def confirm(secret: str) -> ResponseReturnValue:
    """Confirm the address, and let its owner in."""
    cookie = service.confirm_email(
        db(), actor(), secret=secret, device=door.device(), chose=flask.session.get("chose", "")
    )
    if cookie:
        door.remember(cookie)
    note(translator().gettext("The e-mail address is confirmed."))
    account = queries.account(db(), actor().person_id or 0)
    has_password = account is not None and account.password_hash is not None
    return redirect(door.next_page() if has_password else url_for("accounts.password"), 303)


@blueprint.get("/reset")
@access(PUBLIC)
def reset() -> ResponseReturnValue:
    """Ask where to send a link for a new password."""
    return render("accounts/reset.html", form=ResetForm())


@blueprint.post("/reset")
@access(PUBLIC)
@limiter.limit(TRIES, key_func=account_tried("email"))
@limiter.limit(TRIES)
def ask_for_password() -> ResponseReturnValue:
    """Send a link where the address is known; the answer is the same where it is not."""
    form = ResetForm()

    def do() -> str:
        email = form.email.data or ""
        service.ask_for_password(db(), actor(), email=email, site=settings().public_url)
        return _mail_sent(email)

    return process(form, do=do, page=lambda: render("accounts/reset.html", form=form))


@blueprint.get("/reset/<secret>")
@access(PUBLIC)
def new_password(secret: str) -> ResponseReturnValue:
    """Ask for a new password."""
    queries.live_code(db(), CodePurpose.RESET_PASSWORD, rules.digest(secret), now=clock.now())
    return _new_password_page(NewPasswordForm())


def _new_password_page(form: Form) -> str:
    return render("accounts/new_password.html", form=form)


@blueprint.post("/reset/<secret>")
@access(PUBLIC)
@limiter.limit(TRIES)
def choose_password(secret: str) -> ResponseReturnValue:
    """Set the new password, and let its owner in."""
    form = NewPasswordForm()

    def do() -> str:
        cookie = service.choose_password(
            db(), actor(), secret=secret, password=form.password.data or "", device=door.device()
        )
        door.remember(cookie)
        note(translator().gettext("The new password counts from now on."))
        return door.next_page()

    return process(form, do=do, page=lambda: _new_password_page(form))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@access(PUBLIC)
@limiter.limit(TRIES, methods=["POST"], key_func=account_tried("reference"))
@limiter.limit(TRIES, methods=["POST"], deduct_when=failed)
def sign_in_with_code() -> ResponseReturnValue:
    """Let somebody in with the code on their sheet; they choose a password next."""
    form = CodeForm()
    if form.validate_on_submit():
        reference, typed = form.reference.data or "", form.code.data or ""
        attempt = service.enter_with_code(
            db(), actor(), reference=reference, typed=typed, device=door.device()
        )
        if attempt.outcome is SignInOutcome.OPENED:
            door.remember(attempt.secret)
            return redirect(url_for("accounts.password"), 303)
        form.refusals.append(translator().gettext(CODE_REFUSED))
    return render("accounts/sign_in_code.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/sign-in/link/<secret>")
@access(PUBLIC)
def link_page(secret: str) -> ResponseReturnValue:
    """Ask for one press before the link is used up."""
    queries.live_code(db(), CodePurpose.SIGN_IN, rules.digest(secret), now=clock.now())
    return render("accounts/sign_in_link.html")


@blueprint.post("/sign-in/link/<secret>")
@access(PUBLIC)
@limiter.limit(TRIES)
def sign_in_with_link(secret: str) -> ResponseReturnValue:
    """Let somebody in by a one-time link; they choose a password next."""
    door.remember(service.enter_with_link(db(), actor(), secret=secret, device=door.device()))
    return redirect(url_for("accounts.password"), 303)
