"""Questions from and to files of other programs."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from nador.assessment import policy
from nador.assessment.forms.questions import ImportForm, refusals_of, said
from nador.assessment.queries import banks as bank_queries
from nador.assessment.questions.formats import columns, gift_writing, moodle_writing
from nador.assessment.questions.formats.reading import read
from nador.assessment.questions.formats.report import Leaving, Reading, TooLarge
from nador.assessment.service import banks, exchange
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel.errors import NotFound
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, files, translator
from nador.web.security import LARGEST_REQUEST

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import QuestionBank
    from nador.assessment.questions.formats.report import Writing

MEGABYTE = 1024 * 1024
COMES_BACK = LARGEST_REQUEST // MEGABYTE * MEGABYTE * 3 // 4 - MEGABYTE // 2
"""A file that was looked at comes back as a field: written with a third more signs, in bytes."""
ENDINGS = {"gift": "gift", "moodle": "xml", "csv": "csv"}
TYPES = {"gift": "text/plain", "moodle": "application/xml", "csv": "text/csv"}


@blueprint.route("/teach/banks/<int:bank_id>/import", methods=["GET", "POST"])
@access(*READERS)
def import_questions(bank_id: int) -> ResponseReturnValue:
    """Show what a file holds, and take it in on the second press; what can't come in is named."""
    bank = banks.managed_bank(db(), actor(), bank_id)
    form = ImportForm()
    content = _sent(form) if request.method == "POST" else b""
    if not content:
        return page("assessment/banks/import.html", bank=bank, form=form, reading=None, said=said)
    if len(content) > COMES_BACK:
        reading = Reading()
        reading.refuse(TooLarge(limit=COMES_BACK // MEGABYTE), line=1)
    else:
        reading = read(content, language=bank.language)
    if "confirm" in request.form:
        return _take_in(bank.id, reading)
    return _preview(bank, form, reading, content)


def _sent(form: ImportForm) -> bytes:
    """Give the file, or what was pasted; a file that was looked at comes back as a field."""
    if form.file.data:
        return bytes(form.file.data.read())
    if "kept" in request.form:
        try:
            return base64.b64decode(request.form["kept"], validate=True)
        except ValueError:
            return b""
    return (form.text.data or "").encode()


def _preview(
    bank: QuestionBank, form: ImportForm, reading: Reading, content: bytes
) -> ResponseReturnValue:
    return page(
        "assessment/banks/import.html",
        bank=bank,
        form=form,
        reading=reading,
        kept=base64.b64encode(content).decode(),
        said=said,
    ), 200 if reading.items else 422


def _take_in(bank_id: int, reading: Reading) -> ResponseReturnValue:
    for content in reading.images.values():
        files().put(content)
    done = exchange.import_questions(db(), actor(), bank_id=bank_id, reading=reading)
    note(
        translator().ngettext(
            "%(count)s question came in, as a draft.",
            "%(count)s questions came in, as drafts.",
            len(done.added),
            count=len(done.added),
        )
    )
    return redirect(url_for("assessment.bank", bank_id=bank_id), 303)


@blueprint.get("/teach/banks/<int:bank_id>/export/<form>")
@access(*READERS)
def export_questions(bank_id: int, form: str) -> Response:
    """Give a bank as a file; what the format can't carry is named on the page before."""
    bank = bank_queries.bank_for(db(), actor(), bank_id)
    if form not in ENDINGS:
        raise NotFound
    return Response(
        _written(bank, form).text,
        content_type=f"{TYPES[form]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="bank-{bank.id}.{ENDINGS[form]}"'},
    )


@blueprint.get("/teach/banks/<int:bank_id>/export")
@access(*READERS)
def export_page(bank_id: int) -> str:
    """Say for each format what it would leave out of this bank."""
    bank = bank_queries.bank_for(db(), actor(), bank_id)
    written = {form: _written(bank, form) for form in ENDINGS}
    return page(
        "assessment/banks/export.html",
        bank=bank,
        formats=[
            (form, refusals_of(each.refused), refusals_of(each.remarks))
            for form, each in written.items()
        ],
        may_manage=policy.may_manage_banks(actor(), bank.institute_id),
    )


def _written(bank: QuestionBank, form: str) -> Writing:
    leaving = [
        Leaving(each.name, each.content, tuple(each.path), tuple(each.tags))
        for each in bank_queries.all_questions(db(), bank.id)
    ]
    match form:
        case "gift":
            return gift_writing.write(leaving)
        case "moodle":
            return moodle_writing.write(leaving, files().get)
        case _:
            return columns.write(leaving)
