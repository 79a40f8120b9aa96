"""Questions as a table: a line each, for spreadsheets; answers are parted by a bar.

A cell is one line: what a table can't hold (line breaks, feedback, shares of points) is named on the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nador.assessment.questions import parse
from nador.assessment.questions.formats.gift import category, decimal, number
from nador.assessment.questions.formats.gift_writing import category as written_path
from nador.assessment.questions.formats.report import (
    Leaving,
    LeftOut,
    NotCarried,
    NotReadable,
    NotSupported,
    Reading,
    Writing,
)
from nador.assessment.questions.matching import Matching, matched
from nador.assessment.questions.multiple import MultipleChoice
from nador.assessment.questions.numerical import Numerical, written
from nador.assessment.questions.options import shares
from nador.assessment.questions.ordering import Ordering
from nador.assessment.questions.short import ShortAnswer
from nador.assessment.questions.single import SingleChoice
from nador.assessment.questions.true_false import TrueFalse
from nador.kernel import tables
from nador.kernel.errors import Invalid
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nador.assessment.questions.base import Question

NAMES: Final = (
    "name", "kind", "category", "tags", "language", "question", "right", "wrong", "explanation", "points",
)  # fmt: skip
BAR: Final = "|"


def read(content: bytes, *, language: str) -> Reading:
    """Read a CSV or XLSX file of questions; lines that name no language are in `language`."""
    reading = Reading()
    line = 1
    try:
        rows = tables.read(content, required=("kind", "question"), optional=NAMES)
        for row in rows:
            line = row.line
            cells = {name: row.values.get(name, "") for name in NAMES}
            _read(cells, reading, line=line, language=language)
    except Invalid as reason:
        reading.refuse(reason, line=int(reason.params.get("line", line)))
    return reading


def _read(cells: Mapping[str, str], reading: Reading, *, line: int, language: str) -> None:
    kind = cells["kind"].lower()
    try:
        if kind not in _READERS:
            raise NotSupported(what=kind[:40] or "?")
        points = {"points": decimal(number(cells["points"]))} if cells["points"] else {}
        content = {
            "kind": kind,
            "language": cells["language"] or language,
            "prompt": cells["question"],
            "explanation": cells["explanation"],
            **points,
            **_READERS[kind](_parted(cells["right"]), _parted(cells["wrong"])),
        }
    except Invalid as reason:
        reading.refuse(reason, line=line, name=cells["name"])
        return
    reading.add(
        content,
        line=line,
        name=cells["name"],
        path=category(cells["category"]),
        tags=_parted(cells["tags"]),
    )


def _parted(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(BAR) if each.strip()]


def _single(right: list[str], wrong: list[str]) -> dict[str, Any]:
    options = [{"text": each, "credit": "1"} for each in right]
    return {"options": options + [{"text": each, "credit": "0"} for each in wrong]}


def _multiple(right: list[str], wrong: list[str]) -> dict[str, Any]:
    texts, credits_ = right + wrong, shares([True] * len(right) + [False] * len(wrong))
    return {
        "options": [
            {"text": each, "credit": str(credit)}
            for each, credit in zip(texts, credits_, strict=True)
        ]
    }


def _true_false(right: list[str], _wrong: list[str]) -> dict[str, Any]:
    said = right[0].lower() if len(right) == 1 else ""
    if said not in {"true", "false"}:
        raise NotReadable(what=said or "true, false")
    return {"right": said == "true"}


def _short(right: list[str], _wrong: list[str]) -> dict[str, Any]:
    return {"answers": [{"pattern": each} for each in right]}


def _numerical(right: list[str], _wrong: list[str]) -> dict[str, Any]:
    targets = []
    for each in right:
        value, _, tolerance = each.partition(":")
        targets.append(
            {"value": decimal(number(value)), "tolerance": decimal(number(tolerance or "0"))}
        )
    return {"answers": targets}


def _matching(right: list[str], wrong: list[str]) -> dict[str, Any]:
    pairs = []
    for each in right:
        entry, arrow, choice = each.partition("->")
        if not arrow:
            raise NotReadable(what="->")
        pairs.append((entry.strip(), choice.strip()))
    return matched(pairs, list(wrong))


def _ordering(right: list[str], _wrong: list[str]) -> dict[str, Any]:
    return {"items": [{"text": each} for each in right]}


def _essay(_right: list[str], _wrong: list[str]) -> dict[str, Any]:
    return {}


_READERS: Final = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "short": _short,
    "numerical": _numerical,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}


def write(leaving: Iterable[Leaving]) -> Writing:
    """Write questions as CSV; what a line has no cell for is named."""
    done = Writing()
    lines: list[list[str]] = []
    for each in leaving:
        question = parse(each.content)
        try:
            right, wrong = _answers(question)
            cells = [each.name, *each.tags, *right, *wrong]
            if any(BAR in cell for cell in cells[1:]):
                raise NotCarried(what=BAR)
        except Invalid as reason:
            done.refused.append((each.name, reason))
            continue
        explanation = question.explanation.source if question.explanation else ""
        lines.append(
            [
                each.name, question.kind, written_path(each.path) if each.path else "",
                BAR.join(each.tags), question.language, question.prompt.source,
                BAR.join(right), BAR.join(wrong), explanation, written(question.points),
            ]
        )  # fmt: skip
        if _is_more(question, each, right, wrong):
            done.remarks.append((each.name, LeftOut(what="feedback, credit, shuffle, lines")))
    done.text = b"".join(tables.write_csv(NAMES, lines)).decode()
    return done


def _is_more(question: Question, each: Leaving, right: list[str], wrong: list[str]) -> bool:
    """Whether the question says more than its line."""
    plain = {
        "kind": question.kind,
        "language": question.language,
        "prompt": clean(question.prompt.source),
        "explanation": clean(question.explanation.source) if question.explanation else "",
        "points": written(question.points),
        **_READERS[question.kind]([clean(one) for one in right], [clean(one) for one in wrong]),
    }
    try:
        line = parse(plain).content()
    except Invalid:
        return True
    return bool(_without_names(line) != _without_names(each.content))


def _without_names(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {
            name: _without_names(value)
            for name, value in thing.items()
            if name not in {"id", "choice"}
        }
    return [_without_names(each) for each in thing] if isinstance(thing, list) else thing


def _answers(question: Question) -> tuple[list[str], list[str]]:  # noqa: PLR0911 - each type has its own way
    match question:
        case SingleChoice() | MultipleChoice():
            rights = [each.credit > 0 for each in question.options]
            texts = [each.text.source for each in question.options]
            pairs = list(zip(texts, rights, strict=True))
            return [t for t, right in pairs if right], [t for t, right in pairs if not right]
        case TrueFalse():
            return ["true" if question.right else "false"], []
        case ShortAnswer():
            return [each.pattern for each in question.answers if each.credit == 1], []
        case Numerical():
            return [
                f"{written(each.value)}:{written(each.tolerance)}"
                for each in question.answers
                if each.credit == 1 and each.value is not None
            ], []
        case Matching():
            said = {choice.id: choice.text.source for choice in question.choices}
            used = {pair.choice for pair in question.pairs}
            return (
                [f"{pair.text.source} -> {said[pair.choice]}" for pair in question.pairs],
                [each.text.source for each in question.choices if each.id not in used],
            )
        case Ordering():
            return [item.text.source for item in question.items], []
        case _ if question.kind == "essay":
            return [], []
        case _:
            raise NotCarried(what=question.kind)
