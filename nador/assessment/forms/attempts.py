"""The answers of an attempt, as its page sends them: with script one by one, without all together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import request

from nador.assessment.questions import Raw, under
from nador.assessment.questions.file import FileQuestion, entry
from nador.assessment.rules.submissions import ScanState
from nador.assessment.service.attempts import Sent
from nador.kernel import text
from nador.kernel.errors import Invalid
from nador.web.request import files

if TYPE_CHECKING:
    from nador.assessment.queries.attempts import Asked


def prefix(position: int) -> str:
    """With what the names of a question's fields begin."""
    return f"q{position}-"


def positions_sent() -> list[int]:
    """Which questions the form holds: each has a hidden field s<position>."""
    found = [
        number
        for name in request.form
        if name.startswith("s") and (number := text.number(name[1:])) is not None
    ]
    return sorted(set(found))


def one_sent(
    position: int, asked: Asked | None = None, *, scan: ScanState = ScanState.UNSCANNED
) -> Sent:
    """Read what the script sends of one question; it counts the saves itself."""
    sequence = text.number(request.form.get("sequence", "")) or 0
    return _read(Sent(position=position, sequence=sequence, fields={}, scan=scan), asked)


def all_sent(asked: list[Asked], *, scan: ScanState) -> list[Sent]:
    """Read the plain form: each answer is the save after the one that the page was made with."""
    return [
        _read(
            Sent(
                position=each.position,
                sequence=(text.number(request.form.get(f"s{each.position}", "")) or 0) + 1,
                fields={},
                was=request.form.get(f"w{each.position}", ""),
                scan=scan,
            ),
            each,
        )
        for each in asked
    ]


def _read(sent: Sent, asked: Asked | None) -> Sent:
    """Add the fields; a file that is refused keeps no other answer from being saved."""
    try:
        return replace(sent, fields=_fields(sent.position, asked))
    except Invalid as refused:
        return replace(sent, refusal=refused)


def _fields(position: int, asked: Asked | None) -> Raw:
    """Pick the fields of one question; files become entries, never what a form calls one."""
    sent = {name: request.form.getlist(name) for name in request.form}
    fields = dict(under(prefix(position), sent))
    keep = set(fields.pop("keep", ()))
    fields.pop("file", None)
    if asked is not None and isinstance(asked.question, FileQuestion):
        kept = [
            entry(each["name"], each["sha256"], each["size"])
            for each in asked.answer.get("files", [])
            if each["sha256"] in keep
        ]
        fields["file"] = [*kept, *_uploaded(position, asked.question)]
    return fields


def _uploaded(position: int, question: FileQuestion) -> list[str]:
    """Store the files that came along; one that the question refuses is not stored."""
    found = []
    for sent in request.files.getlist(f"{prefix(position)}file"):
        if not sent.filename:
            continue
        content = sent.read(question.largest + 1)
        sent.close()
        question.require_fits(sent.filename, len(content))
        found.append(entry(sent.filename, files().put(content), len(content)))
    return found
