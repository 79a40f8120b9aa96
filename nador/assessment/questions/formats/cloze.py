"""The gaps in a cloze text of Moodle: {2:SHORTANSWER:=Rabat#Yes~%50%Rbat}, read and written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from nador.assessment.questions.cloze import PLACE
from nador.assessment.questions.door import from_percent, percent
from nador.assessment.questions.formats.gift import decimal, number
from nador.assessment.questions.formats.report import LeftOut, NotCarried, NotReadable, NotSupported
from nador.assessment.questions.gaps import ChoiceGap, NumberGap, ShortGap
from nador.assessment.questions.numerical import written
from nador.assessment.questions.patterns import Compare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from nador.assessment.questions.gaps import Gap
    from nador.assessment.questions.texts import Text
    from nador.kernel.errors import DomainError

GAP: Final = re.compile(r"\{([0-9]{0,3}):([A-Z_]+):((?:\\.|[^\\}])*)\}", re.DOTALL)
_CUT: Final = re.compile(r"(?<!\\)((?:\\\\)*)~")
_FEEDBACK: Final = re.compile(r"(?<!\\)((?:\\\\)*)#")
_WEIGHT: Final = re.compile(r"\s*%(-?[0-9.]+)%")
_SHORT: Final = frozenset(("SHORTANSWER", "SA", "MW"))
_EXACT: Final = frozenset(("SHORTANSWER_C", "SAC", "MWC"))
_NUMBER: Final = frozenset(("NUMERICAL", "NM"))
_CHOICE: Final = frozenset(("MULTICHOICE", "MC"))
_SHUFFLED: Final = frozenset(("MULTICHOICE_S", "MCS"))
_LISTED: Final = {
    "MULTICHOICE_V": _CHOICE, "MCV": _CHOICE, "MULTICHOICE_H": _CHOICE, "MCH": _CHOICE,
    "MULTICHOICE_VS": _SHUFFLED, "MCVS": _SHUFFLED, "MULTICHOICE_HS": _SHUFFLED, "MCHS": _SHUFFLED,
}  # fmt: skip


# Points that are no characters: no format of a text changes them on the way.
_OPEN: Final = "\ufdd1"
_SHUT: Final = "\ufdd2"
_MARKED: Final = re.compile(f"{_OPEN}([0-9]+){_SHUT}")

Convert = Callable[[str], str]
"""Turns a text of the file into Markdown."""


def read(
    source: str, remarks: list[DomainError], convert: Convert
) -> tuple[str, list[dict[str, Any]]]:
    """Give the text with marks in the places of its gaps (`placed` turns them into [[1]]), and the gaps."""
    gaps: list[dict[str, Any]] = []
    if PLACE.search(source):
        raise NotReadable(what="[[1]]")

    def place(found: re.Match[str]) -> str:
        gaps.append(_gap(found[1], found[2], found[3], remarks))
        return f"{_OPEN}{len(gaps)}{_SHUT}"

    text = GAP.sub(place, source)
    for gap in gaps:
        for each in gap.get("answers", []) + gap.get("options", []):
            each |= {name: convert(each[name]) for name in ("text", "feedback") if name in each}
    return text, gaps


def placed(text: str) -> str:
    """Write the places of gaps as this program's texts have them."""
    return _MARKED.sub(r"[[\1]]", text)


def _gap(weight: str, kind: str, body: str, remarks: list[DomainError]) -> dict[str, Any]:
    if kind in _LISTED:
        remarks.append(LeftOut(what=kind))
        kind = "MCS" if _LISTED[kind] is _SHUFFLED else "MC"
    parts: dict[str, Any]
    answers = [_alternative(each) for each in _split(body)]
    if kind in _SHORT | _EXACT:
        parts = {
            "kind": "short",
            "answers": [_named(each, "pattern") for each in answers],
            "compare": "exact" if kind in _EXACT else "loose",
        }
    elif kind in _NUMBER:
        parts = {"kind": "number", "answers": [_target(each) for each in answers]}
    elif kind in _CHOICE | _SHUFFLED:
        parts = {
            "kind": "choice",
            "options": [_named(each, "text") for each in answers],
            "shuffle": kind in _SHUFFLED,
        }
    else:
        raise NotSupported(what=kind[:40])
    return parts | {"weight": int(weight or "1")}


def _split(body: str) -> list[str]:
    marked = _CUT.sub("\\1\ufdd0", body)
    return [each for each in marked.split("\ufdd0") if each.strip()]


def _alternative(written_: str) -> tuple[str, str, str]:
    """Cut one alternative into credit, text and feedback."""
    bare = written_.strip()
    weight = _WEIGHT.match(bare)
    credit = "0"
    if weight:
        value = from_percent(weight[1])
        if value is None:
            raise NotReadable(what=weight[0])
        credit, bare = str(value), bare[weight.end() :]
    elif bare.startswith("="):
        credit, bare = "1", bare[1:]
    text, _, feedback = _FEEDBACK.sub("\\1\ufdd0", bare, count=1).partition("\ufdd0")
    return credit, _bare(text), _bare(feedback)


def _bare(escaped: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], escaped).strip()


def _named(alternative: tuple[str, str, str], name: str) -> dict[str, Any]:
    credit, text, feedback = alternative
    kept = {name: text, "credit": credit}
    return kept | {"feedback": feedback} if feedback else kept


def _target(alternative: tuple[str, str, str]) -> dict[str, Any]:
    kept = _named(alternative, "value")
    value, _, tolerance = kept["value"].partition(":")
    if value == "*":
        return kept | {"value": "*"}
    return kept | {
        "value": decimal(number(value)),
        "tolerance": decimal(number(tolerance or "0")),
    }


def write(prompt: str, gaps: Sequence[Gap]) -> str:
    """Put the gaps into their places; raises NotCarried where the text would be read as a gap."""
    if GAP.search(prompt):
        raise NotCarried(what="{")
    known = {gap.id: gap for gap in gaps}
    text = PLACE.sub(lambda found: _written(known[found[1]]), prompt)
    if PLACE.search(text):
        raise NotCarried(what="[[1]]")
    return text


def _written(gap: Gap) -> str:
    match gap:
        case ShortGap():
            kind = "SHORTANSWER_C" if gap.compare is Compare.EXACT else "SHORTANSWER"
            body = [_said(each.credit, each.pattern, each.feedback) for each in gap.answers]
        case NumberGap():
            kind = "NUMERICAL"
            body = [
                _said(
                    each.credit,
                    "*"
                    if each.value is None
                    else f"{written(each.value)}:{written(each.tolerance)}",
                    each.feedback,
                )
                for each in gap.answers
            ]
        case ChoiceGap():
            kind = "MULTICHOICE_S" if gap.shuffle else "MULTICHOICE"
            body = [_said(each.credit, each.text.source, each.feedback) for each in gap.options]
        case _:
            raise NotCarried(what=gap.kind)
    return f"{{{gap.weight}:{kind}:{'~'.join(body)}}}"


def _said(credit: Fraction, text: str, feedback: Text | None) -> str:
    said = f"#{_escaped(feedback.source)}" if feedback else ""
    return f"%{percent(credit)}%{_escaped(text)}{said}"


def _escaped(source: str) -> str:
    return re.sub(r'[\\}#~/"]', r"\\\g<0>", source).replace("\n", "\\n")
