"""Moodle XML (https://docs.moodle.org/en/Moodle_XML_format), read."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element

from nador.assessment.questions.door import from_percent
from nador.assessment.questions.formats import cloze
from nador.assessment.questions.formats.gift import category, decimal, number
from nador.assessment.questions.formats.report import (
    LeftOut,
    NotReadable,
    NotSupported,
    Reading,
)
from nador.assessment.questions.formats.texts import as_markdown
from nador.assessment.questions.formats.xml import children, line_of, text_of
from nador.assessment.questions.matching import matched
from nador.kernel.errors import DomainError, Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping


LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
IMAGE_LIMIT: Final = 2 * 1024 * 1024
ORDERS: Final = {
    "ALL_OR_NOTHING": "nothing",
    "ABSOLUTE_POSITION": "places",
    "LONGEST_ORDERED_SUBSET": "longest",
}
NUMBERED: Final = {"-1": "ALL_OR_NOTHING", "0": "ABSOLUTE_POSITION", "5": "LONGEST_ORDERED_SUBSET"}
VERDICTS: Final = {
    "correctfeedback": "if_right",
    "partiallycorrectfeedback": "if_partly",
    "incorrectfeedback": "if_wrong",
}
# What has no meaning here, or says only what is so anyway, is passed over without a word.
_PASSED: Final = frozenset(
    ("penalty", "hidden", "answernumbering", "shownumcorrect", "showstandardinstruction", "numberingstyle",
     "responserequired", "layouttype", "selecttype", "selectcount", "showgrading", "attachmentsrequired")
)  # fmt: skip
_WEIGHTY: Final = ("hint", "idnumber")


@dataclass(slots=True)
class _Source:
    """A question element being read: its texts become Markdown, its images files."""

    element: Element
    language: str
    reading: Reading
    remarks: list[DomainError] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def plain(self, name: str, default: str = "") -> str:
        """Give the plain text of a child."""
        return text_of(self.element.find(name)).strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """Give a child's yes or no, in any of Moodle's ways."""
        said = self.plain(name, str(default)).lower()
        return said in {"1", "true"}

    def text(self, element: Element | None, default: str = "moodle_auto_format") -> Any:
        """Give a text as content has it, with its own language where it names one."""
        if element is None:
            return ""
        images = {name: kept for each in element.findall("file") for name, kept in self._kept(each)}
        said = text_of(element.find("text"))
        source = as_markdown(said, element.get("format", default), self.remarks, images)
        language = element.get(LANGUAGE, self.language)
        return (
            source
            if language == self.language or not source
            else {"text": source, "language": language}
        )

    def _kept(self, element: Element) -> list[tuple[str, str]]:
        name = element.get("name", "")
        if element.get("encoding") != "base64":
            return []
        try:
            content = base64.b64decode("".join(text_of(element).split()), validate=True)
        except (binascii.Error, ValueError):
            raise NotReadable(what=f"file {name[:60]}") from None
        if len(content) > IMAGE_LIMIT:
            raise NotReadable(what=f"file {name[:60]}")
        digest = self.reading.keep_image(content)
        # Each text brings its files along: the same image twice is one.
        others = {each: kept for each, kept in self.files.items() if kept != digest}
        kept = stored_name(name, others)
        self.files[kept] = digest
        return [(name, kept)]


def stored_name(name: str, taken: Mapping[str, str]) -> str:
    """Give a file the name under which texts show it: letters, digits, dots and dashes."""
    plain = re.sub(r"[^\w.-]", "-", name, flags=re.ASCII).lstrip("-.")[:80] or "file"
    kept, count = plain, 1
    while kept in taken:
        count += 1
        kept = f"{count}-{plain}"
    return kept


def read(content: bytes, *, language: str) -> Reading:
    """Read a Moodle XML file; texts that name no language are taken to be in `language`."""
    reading = Reading()
    path: tuple[str, ...] = ()
    line = 1
    try:
        for element in children(content):
            line = line_of(element)
            if element.tag != "question":
                continue
            if element.get("type") == "category":
                path = category(text_of(element.find("category/text")))
            else:
                _read(element, reading, language=language, path=path)
    except NotReadable as reason:
        reading.refuse(reason, line=line)
    return reading


def _read(element: Element, reading: Reading, *, language: str, path: tuple[str, ...]) -> None:
    name = " ".join(text_of(element.find("name/text")).split())
    source = _Source(element, element.get(LANGUAGE, language), reading)
    kind = element.get("type", "")
    try:
        if kind not in _TYPES:
            raise NotSupported(what=kind[:40] or "?")
        parts = _TYPES[kind](source)
        content = _head(source) | parts
    except Invalid as reason:
        reading.refuse(reason, line=line_of(element), name=name)
        return
    if source.files:
        content["files"] = source.files
    source.remarks += [
        LeftOut(what=f"<{each}>") for each in _WEIGHTY if _says_something(element.find(each))
    ]
    tags = [text_of(each).strip() for each in element.findall("tags/tag/text")]
    reading.add(
        content,
        line=line_of(element),
        name=name,
        path=path,
        tags=[tag for tag in tags if tag],
        remarks=source.remarks,
    )


def _says_something(element: Element | None) -> bool:
    return element is not None and bool("".join(element.itertext()).strip())


def _head(source: _Source) -> dict[str, Any]:
    head: dict[str, Any] = {
        "language": source.language,
        "prompt": source.text(source.element.find("questiontext")),
        "points": decimal(number(source.plain("defaultgrade", "1"))),
        "explanation": source.text(source.element.find("generalfeedback")),
    }
    for name, ours in VERDICTS.items():
        head[ours] = source.text(source.element.find(name))
    if isinstance(head["prompt"], str):
        head["prompt"] = cloze.placed(head["prompt"])
    return {name: said for name, said in head.items() if said}


def _credit(element: Element) -> str:
    written = element.get("fraction", "0")
    credit = from_percent(written)
    if credit is None:
        raise NotReadable(what=f"fraction {written[:20]}")
    return str(credit)


def _said(source: _Source, element: Element, **parts: Any) -> dict[str, Any]:
    kept = parts | {"credit": _credit(element), "feedback": source.text(element.find("feedback"))}
    return {name: said for name, said in kept.items() if said}


def _options(source: _Source) -> list[dict[str, Any]]:
    return [
        _said(source, each, text=source.text(each)) for each in source.element.findall("answer")
    ]


def _choice(source: _Source) -> dict[str, Any]:
    single = source.flag("single", default=True)
    return {
        "kind": "single" if single else "multiple",
        "options": _options(source),
        "shuffle": source.flag("shuffleanswers", default=True),
    }


def _choice_set(source: _Source) -> dict[str, Any]:
    options = _options(source)
    rights = sum(option["credit"] != "0" for option in options)
    for option in options:
        option["credit"] = f"1/{rights}" if option["credit"] != "0" else "0"
    return {
        "kind": "multiple",
        "options": options,
        "shuffle": source.flag("shuffleanswers", default=True),
        "partial": "nothing",
    }


def _true_false(source: _Source) -> dict[str, Any]:
    parts: dict[str, Any] = {"kind": "true_false"}
    for each in source.element.findall("answer"):
        said = text_of(each.find("text")).strip().lower()
        if said not in {"true", "false"}:
            raise NotReadable(what=said[:40])
        if _credit(each) == "1":
            parts["right"] = said == "true"
        feedback = source.text(each.find("feedback"))
        if feedback:
            parts[f"feedback_{said}"] = feedback
    return parts


def _short(source: _Source) -> dict[str, Any]:
    answers = [
        _said(source, each, pattern=text_of(each.find("text")).strip())
        for each in source.element.findall("answer")
    ]
    exact = source.flag("usecase", default=False)
    return {"kind": "short", "answers": answers, "compare": "exact" if exact else "loose"}


def _numerical(source: _Source) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "kind": "numerical",
        "answers": [_target(source, each) for each in source.element.findall("answer")],
        "units": [_unit(each) for each in source.element.findall("units/unit")],
    }
    if source.plain("unitgradingtype", "0") != "0":
        penalty = from_percent(decimal(number(source.plain("unitpenalty", "0")) * 100))
        parts["unit_penalty"] = str(penalty)
        if source.plain("unitgradingtype") != "1":
            source.remarks.append(LeftOut(what="<unitgradingtype>"))
    if source.plain("showunits", "3") not in {"0", "3"}:
        source.remarks.append(LeftOut(what="<showunits>"))
    return parts


def _target(source: _Source, element: Element) -> dict[str, Any]:
    value = text_of(element.find("text")).strip()
    tolerance = text_of(element.find("tolerance")).strip() or "0"
    return _said(
        source,
        element,
        value=value if value == "*" else decimal(number(value)),
        tolerance=decimal(number(tolerance)) if value != "*" else "",
    )


def _unit(element: Element) -> dict[str, Any]:
    return {
        "name": text_of(element.find("unit_name")).strip(),
        "per_base": decimal(number(text_of(element.find("multiplier")) or "1")),
    }


def _matching(source: _Source) -> dict[str, Any]:
    pairs, others = [], []
    for each in source.element.findall("subquestion"):
        entry = source.text(each)
        answer = each.find("answer")
        # Moodle's choices are plain text.
        choice = source.text(answer, "plain_text")
        if entry:
            pairs.append((entry, choice))
        else:
            others.append(choice)
    shuffle = source.flag("shuffleanswers", default=True)
    return {"kind": "matching", "shuffle": shuffle} | matched(pairs, others)


def _ordering(source: _Source) -> dict[str, Any]:
    grading = source.plain("gradingtype", "ALL_OR_NOTHING")
    grading = NUMBERED.get(grading, grading)
    if grading not in ORDERS:
        raise NotSupported(what=f"gradingtype {grading[:40]}")
    if source.plain("selecttype", "ALL") not in {"ALL", "0"}:
        source.remarks.append(LeftOut(what="<selecttype>"))
    items = [{"text": source.text(each)} for each in source.element.findall("answer")]
    return {"kind": "ordering", "items": items, "partial": ORDERS[grading]}


def _essay(source: _Source) -> dict[str, Any]:
    files = int(number(source.plain("attachments", "0")))
    guide = {"guide": source.text(source.element.find("graderinfo"))}
    if source.plain("responseformat") == "noinline" and files:
        return _file(source, files) | ({} if not guide["guide"] else guide)
    if files:
        source.remarks.append(LeftOut(what="<attachments>"))
    parts: dict[str, Any] = guide | {
        "beginning": source.text(source.element.find("responsetemplate")),
        "lines": max(1, int(number(source.plain("responsefieldlines", "15")))),
        "least_words": int(number(source.plain("minwordlimit", "0"))),
        "most_words": int(number(source.plain("maxwordlimit", "0"))),
    }
    return {"kind": "essay"} | {name: said for name, said in parts.items() if said}


def _file(source: _Source, files: int) -> dict[str, Any]:
    parts: dict[str, Any] = {"kind": "file", "most_files": files if files > 0 else 10}
    largest = int(number(source.plain("maxbytes", "0")))
    if largest:
        parts["largest"] = largest
    endings = source.plain("filetypeslist").replace(",", " ").split()
    known = [each for each in endings if each.startswith(".")]
    if known != endings:
        source.remarks.append(LeftOut(what="<filetypeslist>"))
    return parts | ({"endings": " ".join(known)} if known else {})


def _cloze(source: _Source) -> dict[str, Any]:
    said = source.element.find("questiontext/text")
    if said is None:
        raise NotReadable(what="questiontext")
    written = source.element.find("questiontext")
    form = "" if written is None else written.get("format", "moodle_auto_format")
    said.text, gaps = cloze.read(
        said.text or "", source.remarks, lambda each: as_markdown(each, form, source.remarks)
    )
    return {"kind": "cloze", "gaps": gaps}


_TYPES: Final[Mapping[str, Any]] = {
    "multichoice": _choice,
    "multichoiceset": _choice_set,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "cloze": _cloze,
    "multianswer": _cloze,
}
