"""Pages of the registry of the centre, and the file of a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request, url_for

from nador.certification import labels, policy, queries, service
from nador.certification.changes import queries as changes
from nador.certification.forms import LetStandForm, RevokeForm
from nador.certification.policy import READERS
from nador.certification.rules import Validity
from nador.certification.views.routes import blueprint, possible_with, settled
from nador.kernel import clock, text
from nador.kernel.tables import write_csv
from nador.web.access import SIGNED_IN, access
from nador.web.forms import process
from nador.web.rendering import note, render, send_pdf
from nador.web.request import actor, db, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


PAGE_SIZE = 50


@blueprint.get("/certificates/<code>/file")
@access(SIGNED_IN)
def file(code: str) -> Response:
    """Hand out a document to its holder or to a certifier."""
    certificate, stored = service.hand_out(db(), actor(), code=code)
    return send_pdf(stored.sha256, name=certificate.code)


@blueprint.get("/manage/certificates")
@access(*READERS)
def registry() -> str:
    """Search the registry."""
    search = request.args.get("q", "").strip()
    before = text.number(request.args.get("before", ""))
    found = queries.registry(db(), actor(), search=search, before=before, most=PAGE_SIZE + 1)
    return render(
        "certification/registry.html",
        certificates=found[:PAGE_SIZE],
        next_before=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
        search=search,
        today=clock.today(),
        labels=labels,
        words=translator(),
    )


@blueprint.get("/manage/certificates/ending")
@access(*READERS)
def endings() -> str:
    """List what ends soon, or what has expired."""
    which = _asked_for()
    found = queries.endings(db(), actor(), which, after=request.args.get("after", ""))
    return render(
        "certification/endings.html",
        found=found,
        which=which,
        next_url=url_for(".endings", show=which.value, after=found.next) if found.next else "",
    )


@blueprint.get("/manage/certificates/ending.csv")
@access(*READERS)
def endings_csv() -> Response:
    """Give the whole list as a table."""
    which = _asked_for()
    found, words = queries.endings(db(), actor(), which, most=None), translator()
    return Response(
        write_csv(
            labels.ending_columns(words), (labels.ending_row(one, words) for one in found.rows)
        ),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{which.value}-{clock.today()}.csv"'
        },
    )


def _asked_for() -> Validity:
    asked = request.args.get("show", "")
    return Validity.EXPIRED if asked == Validity.EXPIRED else Validity.ENDS_SOON


@blueprint.get("/manage/certificates/<code>")
@access(*READERS)
def certificate(code: str) -> str:
    """Show one certificate with its history."""
    return _certificate_page(code)


def _certificate_page(code: str, form: RevokeForm | LetStandForm | None = None) -> str:
    one = queries.by_code(db(), code)
    policy.require_see(actor(), institute_id=one.institute_id)
    may_certify = policy.may_certify(actor(), institute_id=one.institute_id)
    return render(
        "certification/certificate.html",
        certificate=one,
        today=clock.today(),
        history=_history(one.id),
        parts=queries.resting_on(db(), one.id) if one.programme_id else (),
        upheld=changes.upheld_parts(db(), one.id) if one.programme_id else (),
        in_doubt=one.programme_id is not None and bool(queries.lost_parts(db(), one.id)),
        form=form or RevokeForm(),
        revoke_form=form if isinstance(form, RevokeForm) else RevokeForm(),
        stand_form=form if isinstance(form, LetStandForm) else LetStandForm(),
        may_certify=may_certify and not actor().is_person(one.person_id),
        can=possible_with(one) if may_certify else frozenset(),
        waiting=changes.open_proposal(db(), certificate_id=one.id),
        asked=changes.open_request(db(), one.id),
        neighbours=changes.neighbours(db(), one),
        may_have_file=may_certify or actor().is_person(one.person_id),
        labels=labels,
        words=translator(),
    )


def _history(certificate_id: int) -> list[tuple[bool, str, str]]:
    """Tell what happened, what was proposed and what was asked, in the order of time."""
    words = translator()
    said = [
        (each.at, labels.event(words, each.kind))
        for each in queries.events_of(db(), certificate_id)
    ]
    for one in changes.proposals_about(db(), certificate_id):
        said += labels.told_of_proposal(words, one)
    for asked in changes.requests_about(db(), certificate_id):
        said += labels.told_of_request(words, asked)
    said.sort(key=lambda pair: pair[0])
    return [(True, words.datetime_(at), what) for at, what in said]


@blueprint.post("/manage/certificates/<code>/revocation")
@access(*READERS)
def revoke(code: str) -> ResponseReturnValue:
    """Revoke a certificate."""
    form = RevokeForm()

    def do() -> str:
        reason, public_reason = form.reason.data or "", form.public_reason.data or ""
        act = service.Revoking(code=code, reason=reason, public_reason=public_reason)
        done = service.submit(db(), actor(), act=act, origin=settings().public_url)
        said = translator().gettext("The certificate is revoked. Its page says so from now on.")
        return settled(done, said=said, place=lambda one: url_for(".certificate", code=one.code))

    return process(form, do=do, page=lambda: _certificate_page(code, form))


@blueprint.post("/manage/certificates/<code>/standing")
@access(*READERS)
def let_stand(code: str) -> ResponseReturnValue:
    """Let a programme's certificate stand although a part of it stands no more."""
    form = LetStandForm()

    def do() -> str:
        service.let_stand(db(), actor(), code=code, reason=form.why.data or "")
        note(translator().gettext("The certificate stands. The reason is kept in the audit trail."))
        return url_for(".certificate", code=code)

    return process(form, do=do, page=lambda: _certificate_page(code, form))
