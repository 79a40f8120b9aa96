"""Receipts on paper: ordered by a POST, made by a worker, shown when they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, make_response, redirect, url_for

from nador.kernel import clock, codes
from nador.kernel.access import NOBODY
from nador.kernel.codes import Mistyped
from nador.verification import lists, queries, rules, service
from nador.verification.lists import Line
from nador.verification.rules import NoSuchCertificate, ReceiptStatus
from nador.verification.views.lists import read_list
from nador.verification.views.pages import LONGEST, missing
from nador.verification.views.routes import blueprint
from nador.web import rendering
from nador.web.access import PUBLIC, access
from nador.web.request import asked_language, db, engine, locale
from nador.web.security import charge

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

RECEIPTS = "10/minute"


@blueprint.post("/verify/list/receipt")
@access(PUBLIC, faceless=True)
def order_list_receipt() -> ResponseReturnValue:
    """Order the receipt of a list."""
    charge(RECEIPTS, "receipts")
    read = read_list()
    return _ordered(read, None) if isinstance(read, list) else read


@blueprint.post("/v/<code>/receipt.pdf")
@access(PUBLIC, faceless=True)
def order_receipt(code: str) -> ResponseReturnValue:
    """Order the receipt of one certificate."""
    charge(RECEIPTS, "receipts")
    try:
        view = queries.get(engine(), codes.parse(code[:LONGEST]))
    except (Mistyped, NoSuchCertificate) as refusal:
        return missing(code[:LONGEST], refusal)
    return _ordered([Line(view.code, "")], view.code)


@blueprint.get("/v/<code>/receipt.pdf")
@access(PUBLIC, faceless=True)
def certificate_receipt(code: str) -> ResponseReturnValue:
    """Give the certificate's receipt if it has just been made, or a button that orders it."""
    try:
        view = queries.get(engine(), codes.parse(code[:LONGEST]))
    except (Mistyped, NoSuchCertificate) as refusal:
        return missing(code[:LONGEST], refusal)
    receipt = queries.fresh_receipt(db(), view.code, locale())
    if receipt is not None and receipt.pdf is not None:
        return _pdf(receipt.pdf, view.code)
    return rendering.render(
        "verification/receipt.html",
        code=view.code,
        token="",
        status="",
        asked_lang=asked_language(),
    )


@blueprint.get("/verify/receipts/<token>")
@access(PUBLIC, faceless=True)
def receipt(token: str) -> ResponseReturnValue:
    """Say whether a receipt is there; a page that waits asks again by itself."""
    found = queries.receipt(db(), token)
    late = rules.is_late(found.asked_at, now=clock.now())
    page = rendering.render(
        "verification/receipt.html",
        code=found.code,
        token=token,
        status=found.status,
        late=late,
        asked_lang=asked_language(),
    )
    answer = make_response(page)
    if found.status is ReceiptStatus.DUE:
        answer.headers["Refresh"] = "30" if late else "2"
    return answer


@blueprint.get("/verify/receipts/<token>/receipt.pdf")
@access(PUBLIC, faceless=True)
def receipt_pdf(token: str) -> ResponseReturnValue:
    """Give a receipt that is there."""
    found = queries.receipt(db(), token)
    if found.pdf is None:
        return redirect(url_for(".receipt", token=token, lang=asked_language()), 303)
    return _pdf(found.pdf, found.code or f"{found.asked_at:%Y-%m-%d}")


def _ordered(lines: list[Line], code: str | None) -> ResponseReturnValue:
    token = service.order_receipt(
        db(), NOBODY, asked=lists.as_text(lines), locale=locale(), code=code
    )
    return redirect(url_for(".receipt", token=token, lang=asked_language()), 303)


def _pdf(content: bytes, name: str) -> Response:
    return Response(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="nador-{name}.pdf"'},
    )
