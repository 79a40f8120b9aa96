"""A list of codes: pasted or in a file; answered as a table, and as a CSV file of the same rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import Response, request

from nador.kernel import clock, tables
from nador.kernel.errors import Invalid, describe
from nador.verification import labels, lists, rules
from nador.verification.rules import NameMatch, Standing
from nador.verification.views.routes import blueprint
from nador.web import rendering
from nador.web.access import PUBLIC, access
from nador.web.request import asked_language, reading, translator
from nador.web.security import charge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from nador.verification.labels import Told
    from nador.verification.lists import Line

LISTS = "30/minute"


@blueprint.get("/verify/list")
@access(PUBLIC, faceless=True)
def list_form() -> str:
    """Ask for a list."""
    return _form("", {})


@blueprint.post("/verify/list")
@access(PUBLIC, faceless=True)
def check_list() -> ResponseReturnValue:
    """Answer a list, on the page or as a file."""
    charge(LISTS, "lists of codes")
    lines = read_list()
    if not isinstance(lines, list):
        return lines
    now = clock.now()
    told = _told(lines, now=now)
    return _as_csv(told, now) if request.form.get("as") == "csv" else _result(lines, told, now)


def read_list() -> list[Line] | tuple[str, int]:
    """Read the list that was sent, or give the form again that says what is wrong with it."""
    pasted = request.form.get("codes", "")
    uploaded = request.files.get("file")
    content = uploaded.read(lists.LARGEST_FILE + 1) if uploaded else b""
    try:
        return lists.from_file(content) if content else lists.from_text(pasted)
    except Invalid as refusal:
        at = "file" if uploaded and uploaded.filename else "codes"
        return _form(pasted, {at: describe(refusal, translator())}), 422


def _told(lines: Sequence[Line], *, now: datetime) -> list[Told]:
    today = clock.local(now).date()
    checked = lists.check(reading(), lines)
    return [
        labels.told(number, line.name, one, translator(), today=today)
        for number, (line, one) in enumerate(zip(lines, checked, strict=True), start=1)
    ]


def _form(typed: str, errors: dict[str, str]) -> str:
    return rendering.render(
        "verification/list.html",
        typed=typed,
        errors=errors,
        limit=lists.LONGEST_LIST,
        asked_lang=asked_language(),
    )


def _result(lines: Sequence[Line], told: Sequence[Told], now: datetime) -> str:
    words = translator()
    return rendering.render(
        "verification/list_result.html",
        told=sorted(told, key=lambda one: rules.trouble(one.standing, one.match_)),
        counts=_counts(told),
        labels=labels,
        named=any(one.name for one in told),
        typed=lists.as_text(lines),
        checked_on=words.full_date(now),
        checked_at=words.time_(now),
        asked_lang=asked_language(),
    )


def _counts(told: Sequence[Told]) -> list[tuple[str, tuple[str, str], int]]:
    """Count each kind of answer that there is: its words, its looks, how often."""
    standings = Counter(one.standing for one in told)
    names = Counter(one.match_ for one in told)
    found = [
        (labels.standing(each), labels.standing_look(each), standings[each]) for each in Standing
    ] + [
        (labels.listed_name(each), labels.listed_name_look(each), names[each])
        for each in (NameMatch.NO, NameMatch.CLOSE)
    ]
    return [one for one in found if one[2]]


def _as_csv(told: Sequence[Told], now: datetime) -> Response:
    words = translator()
    return Response(
        tables.write_csv(labels.list_columns(words), (labels.list_row(one) for one in told)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="nador-{clock.local(now):%Y-%m-%d-%H%M}.csv"'
        },
    )
