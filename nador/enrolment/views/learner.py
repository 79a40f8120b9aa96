"""Enrolling, the confirmation, leaving, and answering an offer."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.enrolment import forms, policy, queries, rules, service
from nador.enrolment.views.routes import blueprint
from nador.kernel import clock
from nador.kernel.errors import describe
from nador.web.access import PUBLIC, SIGNED_IN, access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.enrolment.models import Enrolment


@blueprint.get("/runs/<int:run_id>/enrol")
@access(PUBLIC)
def enrol(run_id: int) -> ResponseReturnValue:
    """Show what one is about to confirm; who is not known yet is asked to sign in first."""
    person_id = actor().person_id
    door = queries.door(db(), run_id=run_id, person_id=person_id, now=clock.now())
    policy.require_may_know(actor(), door.run)
    if door.existing is not None:
        return redirect(url_for("enrolment.show", reference=door.existing.reference), 303)
    refusal = describe(door.refusal, translator()) if door.refusal else ""
    return render("enrolment/enrol.html", door=door, run=door.run, refusal=refusal)


@blueprint.post("/runs/<int:run_id>/enrol")
@access(SIGNED_IN)
def confirm(run_id: int) -> ResponseReturnValue:
    """Enrol; pressing twice, or coming back, lands on the same enrolment."""
    learner_id = actor().person_id or 0
    try:
        reference = service.enrol(db(), actor(), run_id=run_id, learner_id=learner_id).reference
    except rules.AlreadyEnrolled as known:
        reference = known.params["reference"]
    return redirect(url_for("enrolment.show", reference=reference), 303)


@blueprint.get("/enrolments/<reference>")
@access(SIGNED_IN)
def show(reference: str) -> str:
    """Confirm an enrolment: where one stands, what comes next."""
    enrolment = _mine(reference)
    return render(
        "enrolment/show.html", shown=queries.confirmation(db(), enrolment), now=clock.now()
    )


@blueprint.post("/enrolments/<reference>/offer")
@access(SIGNED_IN)
def accept_own(reference: str) -> ResponseReturnValue:
    """Take the seat that is held for oneself."""
    service.accept_own_offer(db(), actor(), enrolment_id=_mine(reference).id)
    return redirect(url_for("enrolment.show", reference=reference), 303)


@blueprint.route("/enrolments/<reference>/withdraw", methods=["GET", "POST"])
@access(SIGNED_IN)
def withdraw(reference: str) -> ResponseReturnValue:
    """Ask once more, then give the place back."""
    enrolment, form = _withdrawable(reference), forms.Withdraw()
    own = actor().is_person(enrolment.person_id)

    def do() -> str:
        service.withdraw(db(), actor(), enrolment_id=enrolment.id, reason=form.reason.data or "")
        note(translator().gettext("The place was given back."))
        return url_for("enrolment.show", reference=reference) if own else _people(enrolment)

    page = "enrolment/withdraw.html"
    context = {
        "form": form,
        "enrolment": enrolment,
        "own": own,
        "back": url_for("enrolment.show", reference=reference),
    }
    if request.method == "GET":
        return render(page, **context)
    return process(form, do=do, page=lambda: render(page, **context))


def _people(enrolment: Enrolment) -> str:
    return url_for("enrolment.people", run_id=enrolment.run_id)


def _mine(reference: str) -> Enrolment:
    """Find an enrolment that is one's own, or of a run whose people one may see."""
    enrolment = queries.enrolment_by_reference(db(), reference)
    if not actor().is_person(enrolment.person_id):
        run = enrolment.run
        policy.require_see_people(actor(), institute_id=run.institute_id, run_id=run.id)
    return enrolment


def _withdrawable(reference: str) -> Enrolment:
    enrolment = queries.enrolment_by_reference(db(), reference)
    run = enrolment.run
    policy.require_owner_or_staff(
        actor(), enrolment.person_id, institute_id=run.institute_id, run_id=run.id
    )
    return enrolment


@blueprint.get("/offers/<secret>")
@access(PUBLIC)
def offer(secret: str) -> str:
    """Show the seat that a mail offers, or what became of it; nobody has to sign in."""
    shown = queries.offer_by_secret(db(), secret)
    stands = rules.offer_stands(shown.status, expires_at=shown.expires_at, now=clock.now())
    return render(
        "enrolment/offer.html", offer=shown, stands=stands, run=shown.enrolment.run, secret=secret
    )


@blueprint.post("/offers/<secret>")
@access(PUBLIC)
def answer_offer(secret: str) -> ResponseReturnValue:
    """Accept or decline; pressing twice answers once, and the page tells how it stands."""
    accepts = request.form.get("answer") == "accept"
    command = service.accept_offer if accepts else service.decline_offer
    with suppress(rules.OfferLapsed, rules.OfferGone):
        command(db(), actor(), secret=secret)
    return redirect(url_for("enrolment.offer", secret=secret), 303)
