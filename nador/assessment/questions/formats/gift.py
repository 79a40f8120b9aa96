"""GIFT, Moodle's plain text for questions (https://docs.moodle.org/en/GIFT_format), read.

A blank line ends a question; a backslash before ~ = # { } : takes their meaning away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from nador.assessment.questions.door import from_percent
from nador.assessment.questions.formats.html import has_tags
from nador.assessment.questions.formats.report import (
    LeftOut,
    NotReadable,
    NotSupported,
    Reading,
)
from nador.assessment.questions.formats.texts import as_markdown
from nador.assessment.questions.matching import matched
from nador.kernel.errors import DomainError, Invalid

ESCAPED: Final = "~=#{}:"
# Marks for what was escaped: points that are no characters, which no kept text has.
_MARKS: Final = {sign: chr(0xFDD0 + place) for place, sign in enumerate(ESCAPED + "\\n")}
_BACK: Final = {ord(mark): ("\n" if sign == "n" else sign) for sign, mark in _MARKS.items()}
_NO_CHARACTERS: Final = dict.fromkeys(range(0xFDD0, 0xFDF0))
_ESCAPE: Final = re.compile(r"\\([~=#{}:\\n])")
_TITLE: Final = re.compile(r"\s*::(.*?)::", re.DOTALL)
_FORMAT: Final = re.compile(r"\s*\[(moodle|html|plain|markdown)\]")
_WEIGHT: Final = re.compile(r"\s*%(-?[0-9.,]+)%")
_NOTE: Final = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])+)\]")
_TRUE: Final = frozenset(("T", "TRUE"))
_FALSE: Final = frozenset(("F", "FALSE"))
_RANGE: Final = re.compile(r"(-?[0-9.,eE+]+?)\s*\.\.\s*(-?[0-9.,eE+-]+)")
EDGES: Final = frozenset(("$course$", "$system$", "$cat1$", "$module$", "top"))


@dataclass(slots=True)
class _Block:
    """The lines of one question, with the comments right before it."""

    line: int
    text: str
    notes: str = ""


@dataclass(slots=True)
class _Part:
    """One answer: its sign, its weight where it has one, its text and its feedback."""

    sign: str
    credit: Fraction | None
    text: str
    feedback: str


@dataclass(slots=True)
class _Question:
    """A question being read."""

    language: str
    written: str
    remarks: list[DomainError] = field(default_factory=list)

    def text(self, source: str) -> str:
        """Give a text, in its own format or in that of the question."""
        found = _FORMAT.match(source)
        written = found[1] if found else self.written
        rest = source[found.end() :] if found else source
        return as_markdown(_restored(rest), written, self.remarks)


def read(content: bytes, *, language: str) -> Reading:
    """Read a GIFT file; texts are taken to be in `language`."""
    reading = Reading()
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reading.refuse(NotReadable(what="UTF-8"), line=line)
        source = content.decode("utf-8-sig", errors="replace")
    path: tuple[str, ...] = ()
    for block in _blocks(source.translate(_NO_CHARACTERS)):
        if block.text.lstrip().startswith("$CATEGORY:"):
            path = category(block.text.lstrip().removeprefix("$CATEGORY:").strip())
            continue
        _read_block(block, reading, language=language, path=path)
    return reading


def category(written: str) -> tuple[str, ...]:
    """Read a path of categories; two slashes are one within a name."""
    names = re.split(r"(?<!/)/(?!/)", written.strip())
    return tuple(
        name.replace("//", "/").strip()
        for name in names
        if name.strip() and name.strip().lower() not in EDGES
    )


def _blocks(source: str) -> list[_Block]:
    blocks: list[_Block] = []
    open_: _Block | None = None
    notes = ""
    for number, line in enumerate(source.splitlines(), start=1):
        bare = line.strip()
        if bare.startswith("//"):
            notes = f"{notes} {bare}" if open_ is None else notes
            continue
        if not bare:
            open_, notes = None, notes if open_ is None else ""
            continue
        if open_ is None or bare.startswith("$CATEGORY:"):
            open_ = _Block(number, line, notes)
            blocks.append(open_)
            notes = ""
            if bare.startswith("$CATEGORY:"):
                open_ = None
        else:
            open_.text += f"\n{line}"
    return blocks


def _read_block(block: _Block, reading: Reading, *, language: str, path: tuple[str, ...]) -> None:
    marked = _ESCAPE.sub(_mark, block.text)
    title = _TITLE.match(marked)
    rest = marked[title.end() :] if title else marked
    name = _restored(title[1]).strip() if title else ""
    shown = name or " ".join(_restored(rest).split())[:60]
    found = _FORMAT.match(rest)
    question = _Question(language, found[1] if found else "moodle")
    rest = rest[found.end() :] if found else rest
    try:
        content = _content(question, rest)
    except Invalid as reason:
        reading.refuse(reason, line=block.line, name=shown)
        return
    notes = _NOTE.findall(block.notes)
    tags = [re.sub(r"\\(.)", r"\1", said) for kind, said in notes if kind == "tag"]
    question.remarks += [LeftOut(what=f"id {said}") for kind, said in notes if kind == "id"]
    reading.add(
        content,
        line=block.line,
        name=name,
        path=path,
        tags=tags,
        remarks=question.remarks,
    )


def _mark(found: re.Match[str]) -> str:
    return _MARKS[found[1]]


def _restored(marked: str) -> str:
    return marked.translate(_BACK)


def _content(question: _Question, rest: str) -> dict[str, Any]:
    """Find the answers in their braces, and the type by what they look like."""
    opened, closed = rest.find("{"), rest.rfind("}")
    if opened < 0 and closed < 0:
        raise NotSupported(what="description")
    if opened < 0 or closed < opened or "{" in rest[opened + 1 : closed] or "}" in rest[:closed]:
        raise NotReadable(what="{ }")
    answers, tail = rest[opened + 1 : closed].strip(), rest[closed + 1 :]
    prompt = _prompt(question, rest[:opened], tail)
    answers, general, explanation = answers.partition("####")
    head: dict[str, Any] = {"language": question.language, "prompt": prompt}
    if general and explanation.strip():
        head["explanation"] = question.text(explanation)
    return head | _answers(question, answers.strip())


def _prompt(question: _Question, before: str, after: str) -> str:
    """Put the two halves of a text together: where answers stand within it, a line is drawn."""
    if not after.strip():
        return question.text(before)
    blank = "_____" if question.written != "markdown" else r"\_\_\_\_\_"
    return question.text(f"{before.rstrip()} {blank} {after.lstrip()}".lstrip())


def _answers(question: _Question, answers: str) -> dict[str, Any]:
    bare = answers.partition("#")[0].strip().upper()
    if not answers:
        return {"kind": "essay"}
    if answers.startswith("#"):
        return _numerical(question, answers[1:].strip())
    if bare in _TRUE | _FALSE:
        return _true_false(question, answers, right=bare in _TRUE)
    if "~" in answers:
        return _choices(question, answers)
    if "=" in answers and "->" in answers:
        return _matching(question, answers)
    return _short(question, answers)


def _parts(question: _Question, answers: str) -> list[_Part]:
    """Cut at = and ~; what stands before the first of them belongs to nothing."""
    pieces = re.split(r"([=~])", answers)
    if pieces[0].strip():
        raise NotReadable(what=_restored(pieces[0].strip())[:40])
    return [
        _part(question, sign, body) for sign, body in zip(pieces[1::2], pieces[2::2], strict=True)
    ]


def _part(question: _Question, sign: str, body: str) -> _Part:
    weight = _WEIGHT.match(body)
    credit = None
    if weight:
        credit = from_percent(weight[1])
        if credit is None:
            raise NotReadable(what=weight[0].strip())
        body = body[weight.end() :]
    text, _, feedback = body.partition("#")
    return _Part(sign, credit, text, question.text(feedback) if feedback.strip() else "")


def _kept(part: _Part, **said: Any) -> dict[str, Any]:
    default = Fraction(part.sign == "=")
    credit = default if part.credit is None else part.credit
    kept = said | {"credit": str(credit)}
    return kept | {"feedback": part.feedback} if part.feedback else kept


def _choices(question: _Question, answers: str) -> dict[str, Any]:
    parts = _parts(question, answers)
    options = [_kept(part, text=question.text(part.text)) for part in parts]
    kind = "single" if any(part.sign == "=" for part in parts) else "multiple"
    return {"kind": kind, "options": options}


def _short(question: _Question, answers: str) -> dict[str, Any]:
    parts = _parts(question, answers if answers.lstrip().startswith("=") else f"={answers}")
    return {
        "kind": "short",
        "answers": [_kept(part, pattern=_pattern(question, part.text)) for part in parts],
    }


def _pattern(question: _Question, source: str) -> str:
    """Give a pattern as it is typed: the format before it says nothing about what learners type."""
    found = _FORMAT.match(source)
    bare = _restored(source[found.end() :] if found else source).strip()
    if (found and found[1] == "html") or has_tags(bare):
        question.remarks.append(LeftOut(what="[html]"))
    return bare


def _matching(question: _Question, answers: str) -> dict[str, Any]:
    pairs, others = [], []
    for part in _parts(question, answers):
        entry, arrow, choice = part.text.partition("->")
        if not arrow:
            raise NotReadable(what="->")
        if part.feedback:
            question.remarks.append(LeftOut(what=f"#{part.feedback}"))
        if entry.strip():
            pairs.append((question.text(entry), question.text(choice)))
        else:
            others.append(question.text(choice))
    return {"kind": "matching"} | matched(pairs, others)


def _true_false(question: _Question, answers: str, *, right: bool) -> dict[str, Any]:
    _, *said = answers.split("#")
    wrong, fitting, *more = [
        *(question.text(each) if each.strip() else "" for each in said),
        "",
        "",
    ]
    if any(more):
        raise NotReadable(what="#")
    names = ("feedback_true", "feedback_false") if right else ("feedback_false", "feedback_true")
    texts = dict(zip(names, (fitting, wrong), strict=True))
    return {"kind": "true_false", "right": right} | {k: v for k, v in texts.items() if v}


def _numerical(question: _Question, answers: str) -> dict[str, Any]:
    signed = answers if answers.startswith(("=", "~")) else f"={answers}"
    return {
        "kind": "numerical",
        "answers": [_target(part) for part in _parts(question, signed)],
    }


def _target(part: _Part) -> dict[str, Any]:
    text = _restored(part.text).strip()
    if part.sign == "~" or text == "*":
        return _kept(part, value="*") if text in {"", "*"} else _kept(part, value=text)
    found = _RANGE.fullmatch(text)
    if found:
        low, high = (number(each) for each in found.groups())
        return _kept(part, value=decimal((low + high) / 2), tolerance=decimal((high - low) / 2))
    # The colon is the format's own here, so it was not escaped.
    value, _, tolerance = text.partition(":")
    return _kept(part, value=decimal(number(value)), tolerance=decimal(number(tolerance or "0")))


def number(written: str) -> Fraction:
    """Read a number of the format: a dot before decimals."""
    plain = written.strip().replace(",", ".")
    if not re.fullmatch(
        r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?", plain
    ):
        raise NotReadable(what=written.strip()[:40])
    return Fraction(plain)


def decimal(value: Fraction) -> str:
    """Write a finite decimal in full."""
    power = 0
    while value.denominator != 1:
        value, power = value * 10, power + 1
    sign, digits = ("-" if value < 0 else ""), str(abs(value.numerator)).rjust(power + 1, "0")
    return f"{sign}{digits[:-power]}.{digits[-power:]}" if power else f"{sign}{digits}"
