"""The page that a file is given to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.kernel import clock
from nador.kernel.errors import DomainError, describe
from nador.verification import files, labels, rules
from nador.verification.forms import FILES, uploaded
from nador.verification.rules import Mark
from nador.verification.views.routes import blueprint
from nador.web import api, errors, rendering
from nador.web.access import PUBLIC, access
from nador.web.request import asked_language, parts, settings, translator
from nador.web.security import charge, csrf

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.verification.rules import CheckedFile


@blueprint.get("/verify/file")
@access(PUBLIC, faceless=True)
def file_form() -> ResponseReturnValue:
    """Ask for the file itself."""
    return _form(error="")


@blueprint.post("/verify/file")
@access(PUBLIC, faceless=True)
def file() -> ResponseReturnValue:
    """Tell what a file is; it is read in another process, and kept nowhere."""
    charge(FILES, "files")
    try:
        checked = files.check(uploaded(), parts().sessions, settings())
    except DomainError as refusal:
        if errors.wants_json():
            raise
        return _form(error=describe(refusal, translator())), errors.status_of(refusal)
    if errors.wants_json():
        return api.answer(rules.published_file(checked, today=clock.today()))
    return _result(checked)


# It knows nobody in whose name somebody else could send it.
csrf.exempt(file)


def _form(*, error: str) -> str:
    return rendering.render("verification/file.html", error=error, asked_lang=asked_language())


def _result(checked: CheckedFile) -> str:
    now, words = clock.now(), translator()
    today = clock.local(now).date()
    view, reading = checked.view, checked.reading
    seal = reading.seals[0] if reading.mark is Mark.WHOLE and reading.seals else None
    said = {"checked_on": words.full_date(now), "checked_at": words.time_(now)}
    if view:
        said = labels.facts(view, words, now=now)
    return rendering.render(
        "verification/file_result.html",
        labels=labels,
        checked=checked,
        verdict=view.verdict(today) if view else None,
        kind=view.kind if view else None,
        hidden=view.holder_hidden if view else False,
        nameless=not view.names if view else False,
        today=today,
        seal=seal,
        sealed_on=words.full_date(seal.signed_at) if seal and seal.signed_at else "",
        asked_lang=asked_language(),
        **said,
    )
