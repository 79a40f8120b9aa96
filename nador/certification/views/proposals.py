"""Pages of what waits for a certifier: the list of it, and what another one has proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, url_for

from nador.accounts.queries import certifiers
from nador.certification import labels, policy, service
from nador.certification.changes import queries as changes
from nador.certification.forms import ConfirmForm, DenyForm
from nador.certification.models import Batch
from nador.certification.policy import READERS
from nador.certification.views.routes import blueprint
from nador.web.access import access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.certification.models import Certificate
    from nador.web.forms import Form


@blueprint.get("/manage/decisions")
@access(*READERS)
def decisions() -> str:
    """List what waits: for a second person, and for an answer to a holder."""
    proposals = changes.waiting_proposals(db(), actor())
    return render(
        "certification/decisions.html",
        proposals=proposals,
        heads=changes.heads_of_orders(db(), proposals),
        requests=changes.waiting_requests(db(), actor()),
        labels=labels,
        words=translator(),
    )


@blueprint.get("/manage/proposals/<int:proposal_id>")
@access(*READERS)
def proposal(proposal_id: int) -> str:
    """Show what was proposed, to whoever may confirm it."""
    return _proposal_page(proposal_id, DenyForm())


def _proposal_page(proposal_id: int, form: Form) -> str:
    one = changes.proposal(db(), proposal_id)
    policy.require_see(actor(), institute_id=one.institute_id)
    return render(
        "certification/proposal.html",
        proposal=one,
        form=form,
        deny_form=form if isinstance(form, DenyForm) else DenyForm(),
        head=changes.heads_of_orders(db(), [one]).get(one.id),
        people=changes.people_of(db(), one.act.get("person_ids") or []),
        others=[
            person
            for person in certifiers(db(), one.institute_id)
            if person.id not in {one.proposed_by_id, one.certificate and one.certificate.person_id}
        ],
        mine=actor().is_person(one.proposed_by_id),
        may_certify=policy.may_certify(actor(), institute_id=one.institute_id),
        own_case=bool(one.certificate and actor().is_person(one.certificate.person_id)),
        labels=labels,
        words=translator(),
    )


@blueprint.post("/manage/proposals/<int:proposal_id>/approval")
@access(*READERS)
def approve(proposal_id: int) -> ResponseReturnValue:
    """Confirm what somebody else proposed."""
    form = ConfirmForm()

    def do() -> str:
        origin = settings().public_url
        done = service.approve(db(), actor(), proposal_id=proposal_id, origin=origin)
        note(translator().gettext("Confirmed, and carried out."))
        return _place(done)

    return process(form, do=do, page=lambda: _proposal_page(proposal_id, form))


def _place(done: Batch | Certificate) -> str:
    """Return the page that shows what was carried out."""
    if isinstance(done, Batch):
        return url_for(".batch", batch_id=done.id)
    return url_for(".certificate", code=done.code)


@blueprint.post("/manage/proposals/<int:proposal_id>/denial")
@access(*READERS)
def deny(proposal_id: int) -> ResponseReturnValue:
    """Refuse what somebody else proposed."""
    form = DenyForm()

    def do() -> str:
        service.deny(db(), actor(), proposal_id=proposal_id, reason=form.reason.data or "")
        note(translator().gettext("Refused: nothing has changed."), "info")
        return url_for(".decisions")

    return process(form, do=do, page=lambda: _proposal_page(proposal_id, form))


@blueprint.post("/manage/proposals/<int:proposal_id>/withdrawal")
@access(*READERS)
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """Take back what one has proposed."""
    service.withdraw(db(), actor(), proposal_id=proposal_id)
    note(translator().gettext("Withdrawn: nothing has changed."), "info")
    return redirect(url_for(".decisions"), 303)
