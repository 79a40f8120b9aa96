"""QTI items (1EdTech), 2.1 and 3.0, read: both say the same with differently written names."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import tostring

from nador.assessment.questions.formats.gift import decimal, number
from nador.assessment.questions.formats.html import markdown
from nador.assessment.questions.formats.moodle import IMAGE_LIMIT, LANGUAGE, stored_name
from nador.assessment.questions.formats.package import unpacked
from nador.assessment.questions.formats.report import (
    LeftOut,
    NotReadable,
    NotSupported,
    Reading,
)
from nador.assessment.questions.formats.xml import LINE, line_of, whole
from nador.assessment.questions.matching import matched
from nador.assessment.questions.options import shares
from nador.kernel.errors import DomainError, Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from xml.etree.ElementTree import Element

_ITEM: Final = "assessmentitem"
_GAP: Final = re.compile("\ufdd1([0-9]+)\ufdd2")
_IMAGE_KINDS: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def name_of(tag: object) -> str:
    """Give an element's name as both versions mean it: qti-choice-interaction is choiceInteraction."""
    bare = str(tag).rpartition("}")[2].lower()
    return bare.removeprefix("qti-").replace("-", "")


def _attr(element: Element, name: str, default: str = "") -> str:
    for given, value in element.attrib.items():
        if name_of(given) == name:
            return value
    return default


def _all(element: Element, *names: str) -> list[Element]:
    return [each for each in element.iter() if name_of(each.tag) in names]


def read_item(content: bytes, *, language: str) -> Reading:
    """Read one item that came alone."""
    reading = Reading()
    _read(content, reading, files={}, file="", language=language)
    return reading


def read_package(content: bytes, *, language: str) -> Reading:
    """Read every item of a package; other files of it are images, or of no concern."""
    files = unpacked(content)
    reading = Reading()
    for name in sorted(files):
        if name.lower().endswith(".xml") and name.lower() != "imsmanifest.xml":
            _read(files[name], reading, files=files, file=name, language=language)
    if not reading.items and not reading.refused:
        reading.refuse(NotSupported(what="ZIP"), line=1)
    return reading


def _read(
    content: bytes, reading: Reading, *, files: dict[str, bytes], file: str, language: str
) -> None:
    title, line = "", 1
    try:
        root = whole(content)
        title, line = _attr(root, "title"), line_of(root)
        if name_of(root.tag) != _ITEM:
            raise NotSupported(what=name_of(root.tag)[:40])
        item = _Item(root, _attr(root, "lang", root.get(LANGUAGE, "")) or language, files, file)
        made = item.content(reading)
    except Invalid as reason:
        reading.refuse(reason, line=line, name=title, file=file)
        return
    reading.add(made, line=line, name=title, remarks=item.remarks, file=file)


class _Item:
    """An item being read."""

    def __init__(self, root: Element, language: str, files: dict[str, bytes], file: str) -> None:
        self.root = root
        self.language = language
        self.remarks: list[DomainError] = []
        self._package = files
        self._folder = PurePosixPath(file).parent
        self._images: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._reading: Reading | None = None

    def content(self, reading: Reading) -> dict[str, Any]:
        """Give the item's content; raises a refusal for what has no equal here."""
        self._keep_images(reading)
        interactions = _all(self.root, *_INTERACTIONS)
        others = [
            name_of(each.tag)
            for each in self.root.iter()
            if name_of(each.tag).endswith("interaction") and name_of(each.tag) not in _INTERACTIONS
        ]
        if others or not interactions:
            raise NotSupported(what=others[0] if others else "interaction")
        kinds = {name_of(each.tag) for each in interactions}
        if kinds <= {"textentryinteraction", "inlinechoiceinteraction"}:
            if len(interactions) > 1 or "inlinechoiceinteraction" in kinds:
                parts = self._cloze(interactions)
            else:
                parts = self._entry(interactions[0])
        elif len(interactions) > 1:
            raise NotSupported(what=f"{len(interactions)} interactions")
        else:
            parts = _INTERACTIONS[name_of(interactions[0].tag)](self, interactions[0])
        prompt = parts.pop("prompt", None) or self._prompt(interactions)
        if _all(self.root, "modalfeedback", "feedbackinline", "feedbackblock"):
            self.remarks.append(LeftOut(what="feedback"))
        files = {"files": self._kept} if self._kept else {}
        return {"language": self.language, "prompt": prompt, **parts, **files}

    def _keep_images(self, reading: Reading) -> None:
        for each in _all(self.root, "img"):
            source = _attr(each, "src")
            path = str(self._folder / source)
            found = self._package.get(path)
            if found is None or not source.lower().endswith(_IMAGE_KINDS):
                continue
            if len(found) > IMAGE_LIMIT:
                raise NotReadable(what=source[:80])
            if source not in self._images:
                kept = stored_name(PurePosixPath(source).name, self._kept)
                self._kept[kept] = reading.keep_image(found)
                self._images[source] = kept

    def text(self, element: Element) -> str:
        """Give what an element holds as Markdown, without its own tag."""
        copy = _bare(element)
        inner = "".join(
            [_escape(copy.text or ""), *(tostring(each, encoding="unicode") for each in copy)]
        )
        said, lost = markdown(inner, self._images)
        self.remarks += [LeftOut(what=f"<{each}>") for each in lost]
        return said

    def _prompt(self, interactions: Iterable[Element]) -> str:
        """Give the body's text: its own prompt, and what stands around the interaction."""
        prompts = [self.text(each) for each in _all(self.root, "prompt")]
        for each in interactions:
            for child in list(each):
                each.remove(child)
            each.text = ""
        bodies = [self.text(each) for each in _all(self.root, "itembody")]
        return "\n\n".join(each for each in bodies + prompts if each)

    def _declared(self, interaction: Element) -> Element:
        wanted = _attr(interaction, "responseidentifier")
        for each in _all(self.root, "responsedeclaration"):
            if _attr(each, "identifier") == wanted:
                return each
        raise NotReadable(what=f"responseDeclaration {wanted[:40]}")

    def _right(self, interaction: Element) -> list[str]:
        declared = self._declared(interaction)
        return [
            (each.text or "").strip()
            for correct in _all(declared, "correctresponse")
            for each in _all(correct, "value")
        ]

    def _mapping(self, interaction: Element) -> dict[str, Fraction]:
        declared = self._declared(interaction)
        return {
            _attr(each, "mapkey"): number(_attr(each, "mappedvalue", "0"))
            for each in _all(declared, "mapentry")
        }

    def choice(self, interaction: Element) -> dict[str, Any]:
        """Read a choice: one, or several."""
        right, mapping = self._right(interaction), self._mapping(interaction)
        choices = _all(interaction, "simplechoice")
        names = [_attr(each, "identifier") for each in choices]
        single = _attr(self._declared(interaction), "cardinality") == "single"
        credits_ = self._credits(names, right, mapping, single=single)
        options = [
            {"text": self.text(each), "credit": str(credit)}
            for each, credit in zip(choices, credits_, strict=True)
        ]
        exact = not single and not mapping
        return {
            "kind": "single" if single else "multiple",
            "options": options,
            "shuffle": _attr(interaction, "shuffle", "false") == "true",
            **({"partial": "nothing"} if exact else {}),
        }

    def _credits(
        self,
        names: list[str],
        right: list[str],
        mapping: dict[str, Fraction],
        *,
        single: bool,
    ) -> list[Fraction]:
        if mapping and max(mapping.values()) > 0:
            values = [mapping.get(name, Fraction(0)) for name in names]
            whole_ = max(values) if single else sum(each for each in values if each > 0)
            return [max(Fraction(-1), each / whole_) for each in values]
        if single:
            return [Fraction(name in right) for name in names]
        return shares([name in right for name in names])

    def order(self, interaction: Element) -> dict[str, Any]:
        """Read an order."""
        texts = {
            _attr(each, "identifier"): self.text(each) for each in _all(interaction, "simplechoice")
        }
        right = self._right(interaction)
        if sorted(right) != sorted(texts):
            raise NotReadable(what="correctResponse")
        return {"kind": "ordering", "items": [{"text": texts[each]} for each in right]}

    def match(self, interaction: Element) -> dict[str, Any]:
        """Read two sets whose entries belong together."""
        sets = _all(interaction, "simplematchset")
        if len(sets) != 2:  # noqa: PLR2004 - a match has two sides
            raise NotReadable(what="simpleMatchSet")
        sides = [
            {
                _attr(each, "identifier"): self.text(each)
                for each in _all(side, "simpleassociablechoice")
            }
            for side in sets
        ]
        belongs = dict(each.split(maxsplit=1) for each in self._right(interaction) if " " in each)
        pairs = [(text, sides[1].get(belongs.get(name, ""), "")) for name, text in sides[0].items()]
        used = set(belongs.values())
        others = [text for name, text in sides[1].items() if name not in used]
        if not all(choice for _, choice in pairs):
            raise NotReadable(what="correctResponse")
        shuffle = _attr(interaction, "shuffle", "false") == "true"
        return {"kind": "matching", "shuffle": shuffle} | matched(pairs, others)

    def extended(self, interaction: Element) -> dict[str, Any]:
        """Read an essay."""
        lines = _attr(interaction, "expectedlines", "15")
        return {"kind": "essay", "lines": min(100, max(1, int(number(lines))))}

    def upload(self, _interaction: Element) -> dict[str, Any]:
        """Read a file to hand in."""
        return {"kind": "file"}

    def _entry(self, interaction: Element) -> dict[str, Any]:
        """Read one gap that is the whole question: a short answer, or a number."""
        gap = self._gap(interaction)
        kind = "numerical" if gap["kind"] == "number" else "short"
        return {name: said for name, said in gap.items() if name != "weight"} | {"kind": kind}

    def _gap(self, interaction: Element) -> dict[str, Any]:
        right, mapping = self._right(interaction), self._mapping(interaction)
        if name_of(interaction.tag) == "inlinechoiceinteraction":
            options = [
                {
                    "text": self.text(each),
                    "credit": str(Fraction(_attr(each, "identifier") in right)),
                }
                for each in _all(interaction, "inlinechoice")
            ]
            return {"kind": "choice", "options": options}
        base = _attr(self._declared(interaction), "basetype")
        if base in {"integer", "float"}:
            return {
                "kind": "number",
                "answers": [{"value": decimal(number(each))} for each in right],
            }
        best = max(mapping.values(), default=Fraction(0))
        credits_ = {each: Fraction(1) for each in right}
        if best > 0:
            credits_ = {
                key: min(Fraction(1), value / best) for key, value in mapping.items()
            } | credits_
        answers = [
            {"pattern": key.replace("*", r"\*"), "credit": str(credit)}
            for key, credit in credits_.items()
        ]
        return {"kind": "short", "answers": answers}

    def _cloze(self, interactions: list[Element]) -> dict[str, Any]:
        gaps = []
        for place, each in enumerate(interactions, start=1):
            gaps.append(self._gap(each))
            for child in list(each):
                each.remove(child)
            each.text = f"\ufdd1{place}\ufdd2"
        bodies = [self.text(each) for each in _all(self.root, "itembody")]
        return {
            "kind": "cloze",
            "gaps": gaps,
            "prompt": _GAP.sub(r"[[\1]]", "\n\n".join(bodies)),
        }


_INTERACTIONS: Final[dict[str, Callable[[_Item, Element], dict[str, Any]]]] = {
    "choiceinteraction": _Item.choice,
    "orderinteraction": _Item.order,
    "matchinteraction": _Item.match,
    "extendedtextinteraction": _Item.extended,
    "uploadinteraction": _Item.upload,
    "textentryinteraction": _Item.extended,
    "inlinechoiceinteraction": _Item.extended,
}
"""How each interaction is read where it stands alone; those within a line are read as gaps first."""


def _bare(element: Element) -> Element:
    """Copy an element as HTML: without name spaces, lines, prompts and the tags of interactions."""
    name = name_of(element.tag)
    made = type(element)(
        "span" if name.endswith("interaction") else str(element.tag).rpartition("}")[2]
    )
    made.attrib = {
        key: value for key, value in element.attrib.items() if key != LINE and "}" not in key
    }
    made.text, made.tail = element.text, element.tail
    for child in element:
        if name_of(child.tag) in {"prompt", "feedbackinline", "rubricblock"}:
            continue
        made.append(_bare(child))
    return made


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
