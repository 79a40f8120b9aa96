"""Pages of one's own certificates: what each says, and the ways to show it to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from flask import redirect, request, url_for
from markupsafe import Markup

from nador.certification import labels, queries, rules, service
from nador.certification.changes import queries as changes
from nador.certification.rules import CertificateStatus, Entry
from nador.certification.views.routes import blueprint, possible_with
from nador.kernel import clock
from nador.kernel.i18n import pick
from nador.web.access import SIGNED_IN, access
from nador.web.rendering import note, render
from nador.web.request import actor, db, locale, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.certification.models import Certificate


@blueprint.get("/me/certificates")
@access(SIGNED_IN)
def mine() -> str:
    """List one's own documents."""
    held = queries.held_by(db(), actor().person_id or 0)
    return render(
        "certification/mine.html",
        certificates=held,
        asked=changes.last_requests(db(), actor().person_id or 0),
        can={one.id: possible_with(one) for one in held},
        today=clock.today(),
        labels=labels,
        words=translator(),
    )


@blueprint.get("/me/certificates/<code>")
@access(SIGNED_IN)
def held(code: str) -> str:
    """Show one of one's own documents with everything that can be done with it."""
    one = queries.held(db(), actor().person_id or 0, code)
    return render(
        "certification/held.html",
        certificate=one,
        today=clock.today(),
        standing=one.status is CertificateStatus.ISSUED,
        expired=one.expires_on is not None and one.expires_on < clock.today(),
        can=possible_with(one),
        waits=changes.open_request(db(), one.id) is not None,
        successor=queries.code_of(db(), one.superseded_by_id),
        history=_history(one),
        share=_share(one),
        wallet=_wallet(one),
        labels=labels,
        words=translator(),
    )


@blueprint.post("/me/certificates/<code>/name")
@access(SIGNED_IN)
def show_or_hide(code: str) -> ResponseReturnValue:
    """Hide one's name on the public page, or show it again."""
    hidden = request.form.get("hidden") == "1"
    service.hide_holder(db(), actor(), code=code, hidden=hidden)
    words = translator()
    note(words.gettext("The name is hidden.") if hidden else words.gettext("The name is shown."))
    return redirect(url_for(".held", code=code), 303)


def _history(one: Certificate) -> list[tuple[bool, str, str]]:
    words = translator()
    return [
        (True, words.datetime_(each.at), labels.event(words, each.kind))
        for each in queries.history_for_holder(db(), one)
    ]


def _share(one: Certificate) -> dict[str, Any]:
    """Write the public page's address as others take it; the text names the course and nobody."""
    words = translator()
    entry = Entry(
        title=pick(one.title, locale()),
        organisation=pick(one.issuer, locale()),
        issued_on=one.issued_on,
        expires_on=one.expires_on,
        code=one.code,
        address=settings().public_url + url_for("verification.show", code=one.code),
    )
    subject = words.gettext("My certificate: %(title)s", title=entry.title)
    text = words.gettext(
        "%(subject)s. Anybody can check it here: %(address)s",
        subject=subject,
        address=entry.address,
    )
    return {
        "entry": entry,
        "linkedin": rules.linkedin_address(entry),
        "whatsapp": rules.whatsapp_address(text),
        "mail": rules.mail_address(subject, text),
    }


def _wallet(one: Certificate) -> dict[str, Any] | None:
    """Write the credential's address, in letters and as a code to scan; None without a credential."""
    if one.credential is None:
        return None
    address = settings().public_url + url_for(".credential", name=one.uuid)
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, light="#fff", svgclass="scan", lineclass=None, title=address
    )
    return {
        "address": address,
        "code": Markup(drawn),  # noqa: S704  # drawn by segno from an address of our own
    }
