"""HTML of other programs as Markdown; a tag that Markdown has no sign for is named, its words stay."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from nador.assessment.questions.texts import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMULA: Final = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]|\$\$(.+?)\$\$", re.DOTALL)
_AROUND: Final = {
    "b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`", "s": "~~", "del": "~~", "strike": "~~",
}  # fmt: skip
_BREAK: Final = "\ufdd0"
"""Stands for a line break until the text is whole: a point that is no character."""
_BREAKS: Final = dict.fromkeys(("p", "div", "section", "article", "blockquote"), "\n\n")
_HEADINGS: Final = {f"h{level}": f"\n\n{'#' * level} " for level in range(1, 7)}
_OPENED: Final = {
    **_AROUND,
    **_BREAKS,
    **_HEADINGS,
    "br": _BREAK,
    "hr": "\n\n---\n\n",
    "pre": "\n\n```\n",
}
_CLOSED: Final = {**_AROUND, **_BREAKS, **dict.fromkeys(_HEADINGS, "\n\n"), "pre": "\n```\n\n"}
_VERBATIM: Final = frozenset(("code", "tt", "pre"))
_SILENT: Final = frozenset(("span", "html", "body", "font", "small", "tbody", "thead", "u"))
"""Tags that leave no trace worth a word: they carry looks."""
_DROPPED: Final = frozenset(("script", "style", "title", "head"))
PLUGIN_FILE: Final = "@@PLUGINFILE@@/"


class _Writer(HTMLParser):
    def __init__(self, images: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.lost: dict[str, None] = {}
        self._images = images
        self._lists: list[int | None] = []
        self._links: list[str] = []
        self._silence = 0
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._silence += tag in _DROPPED
        self._verbatim += tag in _VERBATIM
        if tag in _OPENED:
            self.pieces.append(_OPENED[tag])
        elif tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ol" else None)
            self.pieces.append("\n\n")
        elif tag == "li":
            self.pieces.append(self._bullet())
        elif tag == "img":
            self._image(given)
        elif tag == "a":
            self._link(given.get("href", ""))
        elif tag not in _SILENT:
            self.lost[tag] = None

    def _link(self, href: str) -> None:
        reached = href if href.startswith(("http://", "https://", "mailto:")) else ""
        self._links.append(reached)
        self.pieces.append("[" if reached else "")

    def handle_endtag(self, tag: str) -> None:
        self._silence = max(0, self._silence - (tag in _DROPPED))
        self._verbatim = max(0, self._verbatim - (tag in _VERBATIM))
        if tag in _CLOSED:
            self.pieces.append(_CLOSED[tag])
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self.pieces.append("\n\n")
        elif tag == "a" and self._links:
            href = self._links.pop()
            self.pieces.append(f"](<{href}>)" if href else "")

    def handle_data(self, data: str) -> None:
        if self._silence:
            return
        if self._verbatim:
            self.pieces.append(data)
            return
        self.pieces.append(words(data))

    def handle_comment(self, data: str) -> None:
        self.lost["!--"] = None

    def _bullet(self) -> str:
        depth = max(0, len(self._lists) - 1)
        if self._lists and self._lists[-1] is not None:
            self._lists[-1] += 1
            return f"\n{'   ' * depth}{self._lists[-1]}. "
        return f"\n{'   ' * depth}- "

    def _image(self, given: dict[str, str]) -> None:
        source, alt = given.get("src", ""), words(given.get("alt", ""))
        name = self._images.get(source.removeprefix(PLUGIN_FILE))
        if name is None:
            # An image that did not come along, or another site's, is shown by nobody: its words stay.
            self.lost[f"img {source[:60]}"] = None
            self.pieces.append(alt)
        else:
            self.pieces.append(f"![{alt}]({name})")


def words(said: str) -> str:
    """Write words as Markdown, so that they show as they are; formulas between TeX's signs stay formulas."""
    pieces, start = [], 0
    flat = re.sub(r"\s+", " ", said)
    for found in _FORMULA.finditer(flat):
        pieces.append(plain(flat[start : found.start()], "").source)
        inside = found[1] or found[2] or found[3]
        sign = "$" if found[1] else "$$"
        pieces.append(f"{sign}{inside.strip()}{sign}")
        start = found.end()
    pieces.append(plain(flat[start:], "").source)
    return "".join(pieces)


def markdown(source: str, images: Mapping[str, str]) -> tuple[str, list[str]]:
    """Turn HTML into Markdown; gives it with the tags that were left out.

    `images` has the names of the question's files by the names in the text.
    """
    writer = _Writer(images)
    writer.feed(source)
    writer.close()
    text = "".join(writer.pieces)
    text = re.sub(r"[ \t]+\n", "\n", text)
    text = re.sub(r"\n[ ](?=\S)", "\n", text)
    text = re.sub(rf"[\n{_BREAK}]*\n\n[\n{_BREAK}]*", "\n\n", text)
    return text.strip(f" \n{_BREAK}").replace(_BREAK, "\\\n"), list(writer.lost)


_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(#[0-9]+|[a-z]+);")


def has_tags(source: str) -> bool:
    """Tell whether a text is written in HTML."""
    return _TAG.search(source) is not None


def from_plain(source: str) -> str:
    """Write plain text as Markdown; its lines stay lines."""
    return "\\\n".join(words(line) for line in source.strip().split("\n"))
