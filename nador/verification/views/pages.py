"""One code: the form that asks for it, and what the register says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from nador.kernel import clock, codes
from nador.kernel.codes import Mistyped
from nador.kernel.errors import DomainError, describe
from nador.kernel.text import NAME_LIMIT, clean
from nador.verification import labels, queries, rules
from nador.verification.rules import NameMatch, NoSuchCertificate
from nador.verification.views.routes import blueprint
from nador.web import api, errors, rendering
from nador.web.access import PUBLIC, access
from nador.web.request import asked_language, engine, translator
from nador.web.security import charge

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.verification.rules import CertificateView

MISSES = "30/minute"
LONGEST = 200
"""So many characters of what was typed are read: a code, or its whole address."""


@blueprint.get("/verify")
@access(PUBLIC, faceless=True)
def form() -> ResponseReturnValue:
    """Ask for a code; one that was typed well is looked up at its own address."""
    typed = request.args.get("code", "")[:LONGEST]
    try:
        code = codes.parse(typed) if "code" in request.args else None
    except Mistyped as refusal:
        return _form(typed, error=describe(refusal, translator())), 422
    if code is None:
        return _form("", error="")
    return redirect(url_for(".show", code=str(code), lang=asked_language()), 303)


@blueprint.get("/v/<path:code>")
@access(PUBLIC, faceless=True)
def show(code: str) -> ResponseReturnValue:
    """Tell what the register says of a code, however it is written."""
    try:
        view = queries.get(engine(), codes.parse(code[:LONGEST]))
    except (Mistyped, NoSuchCertificate) as refusal:
        return missing(code[:LONGEST], refusal)
    if errors.wants_json():
        return api.answer(rules.published(view, today=clock.today()))
    return _result(view)


def _form(typed: str, *, error: str) -> str:
    return rendering.render(
        "verification/form.html", typed=typed, error=error, asked_lang=asked_language()
    )


def _result(view: CertificateView) -> bytes:
    now = clock.now()
    typed, outcome = _compared(view)
    return rendering.fill(
        "verification/result.html",
        labels.facts(view, translator(), now=now),
        labels=labels,
        verdict=view.verdict(clock.local(now).date()),
        kind=view.kind,
        hidden=view.holder_hidden,
        nameless=not view.names,
        typed=typed,
        outcome=outcome,
        asked_lang=asked_language(),
    )


def _compared(view: CertificateView) -> tuple[str, NameMatch | None]:
    """Compare the name that the asker typed, where the page does not show one."""
    if not (view.holder_hidden and view.names):
        return "", None
    typed = clean(request.args.get("name", "")[: 2 * NAME_LIMIT])[:NAME_LIMIT]
    if not typed:
        return "", None
    outcome = rules.compare_name(typed, view.names)
    if outcome is NameMatch.NO:
        charge(MISSES, "names that are not the holder's")
    return typed, outcome


def missing(typed: str, refusal: DomainError) -> ResponseReturnValue:
    """Answer 404, and count a code that nobody has; a typing error costs nothing."""
    unknown = isinstance(refusal, NoSuchCertificate)
    if unknown:
        charge(MISSES, "codes that nobody has")
    said = describe(refusal, translator())
    if errors.wants_json():
        return errors.problem(404, refusal.code, said)
    now, words = clock.now(), translator()
    page = rendering.render(
        "verification/missing.html",
        typed=typed,
        refusal="" if unknown else said,
        checked_on=words.full_date(now),
        checked_at=words.time_(now),
        asked_lang=asked_language(),
    )
    return make_response(page, 404)
