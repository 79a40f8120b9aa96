"""Pages of corrections and renewals: asked for by holders, decided by certifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from nador.certification import labels, policy, queries, service
from nador.certification.changes import queries as changes
from nador.certification.forms import (
    ConfirmForm,
    CorrectionForm,
    DenyCorrectionForm,
    NamesForm,
    RenewForm,
)
from nador.certification.policy import READERS
from nador.certification.rules import ActKind, require_possible
from nador.certification.views.routes import blueprint, settled
from nador.kernel import clock
from nador.web.access import SIGNED_IN, access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.web.forms import Form


@blueprint.get("/me/certificates/<code>/correction")
@access(SIGNED_IN)
def ask_form(code: str) -> str:
    """Show a form to ask for another spelling of one's name."""
    one = queries.by_code(db(), code)
    names = {"name_latin": one.holder_latin, "name_arabic": one.holder_arabic}
    return _ask_page(code, NamesForm(data=names))


def _ask_page(code: str, form: Form) -> str:
    one = queries.by_code(db(), code)
    policy.require_holder(actor(), holder_id=one.person_id)
    require_possible(ActKind.REPLACE, one.status, expires_on=one.expires_on, today=clock.today())
    return render("certification/ask.html", certificate=one, form=form)


@blueprint.post("/me/certificates/<code>/correction")
@access(SIGNED_IN)
def ask(code: str) -> ResponseReturnValue:
    """Ask for another spelling of one's name."""
    form = NamesForm()

    def do() -> str:
        service.ask_for_correction(
            db(),
            actor(),
            code=code,
            name_latin=form.name_latin.data,
            name_arabic=form.name_arabic.data,
            reason=form.reason.data or "",
        )
        note(translator().gettext("Asked. The institute answers here and by mail."))
        return url_for(".mine")

    return process(form, do=do, page=lambda: _ask_page(code, form))


@blueprint.get("/manage/corrections/<int:request_id>")
@access(*READERS)
def correction(request_id: int) -> str:
    """Show what a holder asks, before and after, beside what the register knows."""
    return _correction_page(request_id, DenyCorrectionForm())


def _correction_page(request_id: int, form: Form) -> str:
    asked = changes.correction_request(db(), request_id)
    policy.require_see(actor(), institute_id=asked.certificate.institute_id)
    may_certify = policy.may_certify(actor(), institute_id=asked.certificate.institute_id)
    return render(
        "certification/correction.html",
        asked=asked,
        person=changes.holder(db(), asked.certificate),
        form=form,
        deny_form=form if isinstance(form, DenyCorrectionForm) else DenyCorrectionForm(),
        waiting=changes.open_proposal(db(), certificate_id=asked.certificate_id),
        may_answer=may_certify and not actor().is_person(asked.asked_by_id),
        labels=labels,
        words=translator(),
    )


@blueprint.post("/manage/corrections/<int:request_id>/approval")
@access(*READERS)
def approve_correction(request_id: int) -> ResponseReturnValue:
    """Grant a holder's request, or propose to."""
    form = ConfirmForm()

    def do() -> str:
        origin = settings().public_url
        done = service.approve_correction(db(), actor(), request_id=request_id, origin=origin)
        said = translator().gettext("The name is corrected. The new certificate is being made.")
        return settled(done, said=said, place=lambda new: url_for(".certificate", code=new.code))

    return process(form, do=do, page=lambda: _correction_page(request_id, form))


@blueprint.post("/manage/corrections/<int:request_id>/denial")
@access(*READERS)
def deny_correction(request_id: int) -> ResponseReturnValue:
    """Refuse a holder's request."""
    form = DenyCorrectionForm()

    def do() -> str:
        service.deny_correction(db(), actor(), request_id=request_id, reason=form.reason.data or "")
        note(translator().gettext("Refused. The holder reads the reason."), "info")
        return url_for(".decisions")

    return process(form, do=do, page=lambda: _correction_page(request_id, form))


@blueprint.get("/manage/certificates/<code>/replacement")
@access(*READERS)
def correct_form(code: str) -> str:
    """Show a form to correct the names on a certificate, with those that the register has."""
    person = changes.holder(db(), queries.by_code(db(), code))
    names = {"name_latin": person.name_latin, "name_arabic": person.name_arabic}
    return _correct_page(code, CorrectionForm(data=names))


def _correct_page(code: str, form: Form) -> str:
    one = queries.by_code(db(), code)
    policy.require_certify(actor(), institute_id=one.institute_id)
    return render(
        "certification/correct.html",
        certificate=one,
        person=changes.holder(db(), one),
        form=form,
        waits=changes.needs_second_person(db(), one.institute_id),
    )


@blueprint.post("/manage/certificates/<code>/replacement")
@access(*READERS)
def correct(code: str) -> ResponseReturnValue:
    """Replace a certificate by one with other names."""
    form = CorrectionForm()

    def do() -> str:
        act = service.Replacing(
            code=code,
            name_latin=form.name_latin.data,
            name_arabic=form.name_arabic.data,
            reason=form.reason.data or "",
        )
        done = service.submit(db(), actor(), act=act, origin=settings().public_url)
        said = translator().gettext("The name is corrected. The new certificate is being made.")
        return settled(done, said=said, place=lambda new: url_for(".certificate", code=new.code))

    return process(form, do=do, page=lambda: _correct_page(code, form))


@blueprint.get("/manage/certificates/<code>/renewal")
@access(*READERS)
def renew_form(code: str) -> str:
    """Ask whether a certificate is to be renewed."""
    return _renew_page(code, RenewForm())


def _renew_page(code: str, form: Form) -> str:
    one = queries.by_code(db(), code)
    policy.require_certify(actor(), institute_id=one.institute_id)
    return render(
        "certification/renew.html",
        certificate=one,
        form=form,
        until=changes.new_term(db(), one, today=clock.today()),
        waits=changes.needs_second_person(db(), one.institute_id),
    )


@blueprint.post("/manage/certificates/<code>/renewal")
@access(*READERS)
def renew(code: str) -> ResponseReturnValue:
    """Replace a certificate by one with a new term."""
    form = RenewForm()

    def do() -> str:
        act = service.Renewing(code=code)
        done = service.submit(db(), actor(), act=act, origin=settings().public_url)
        said = translator().gettext("The certificate is renewed. The new one is being made.")
        return settled(done, said=said, place=lambda new: url_for(".certificate", code=new.code))

    return process(form, do=do, page=lambda: _renew_page(code, form))
