"""What a page of HTML says and links to, read without a browser."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Final

from nador.kernel.i18n import messages, translator

VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
SILENT: Final = frozenset({"script", "style", "code", "pre", "svg"})
# Words that no French, Arabic or code text has.
ENGLISH: Final = re.compile(r"\b(the|is|are|was|this|that|your|with|has|have|will|and|of)\b", re.I)
LABELLED: Final = frozenset({"hidden", "submit", "button"})


@dataclass
class Page(HTMLParser):
    """One page: its links, headings, ids, fields, and its text with the language it is in."""

    lang: str = ""
    dir: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    texts: list[tuple[str, str]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    fields: list[tuple[str, str]] = field(default_factory=list)
    images_without_words: int = 0
    _open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang, self.dir = found.get("lang", ""), found.get("dir", "")
        if "id" in found:
            self.ids[found["id"]] += 1
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(tag)
        if tag == "label" and "for" in found:
            self.labels.add(found["for"])
        if tag == "img" and "alt" not in found:
            self.images_without_words += 1
        self._note_field(tag, found)
        if tag not in VOID:
            self._open.append((tag, found.get("lang", self._language)))

    def _note_field(self, tag: str, found: dict[str, str]) -> None:
        if tag not in {"input", "select", "textarea"} or found.get("type") in LABELLED:
            return
        if "aria-label" in found or "aria-labelledby" in found or self._inside("label"):
            return
        self.fields.append((found.get("id", ""), found.get("name", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            closed, _ = self._open.pop()
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        said = " ".join(data.split())
        if not said or any(self._inside(tag) for tag in SILENT):
            return
        if self._inside("title"):
            self.title += said
        self.texts.append((self._language, said))

    @property
    def _language(self) -> str:
        return self._open[-1][1] if self._open else self.lang

    def _inside(self, tag: str) -> bool:
        return any(tag == one for one, _ in self._open)

    def faults(self) -> list[str]:
        """Say what is wrong with the page, wherever it is in the product."""
        said = []
        if not self.lang:
            said.append("no lang")
        elif self.dir != translator(self.lang).direction:
            said.append(f"dir={self.dir!r} in {self.lang}")
        if self.headings.count("h1") != 1:
            said.append(f"{self.headings.count('h1')} h1")
        if not self.title.partition("·")[0].strip():
            said.append("no title")
        said += [f"id {one!r} stands {count} times" for one, count in self.ids.items() if count > 1]
        said += [
            f"field {name or own!r} has no label"
            for own, name in self.fields
            if own not in self.labels
        ]
        if self.images_without_words:
            said.append("an image has no alt")
        said += [f"says {text!r}" for text in self.foreign()]
        return said

    def foreign(self) -> list[str]:
        """List what is said in English on a page of another language."""
        if self.lang == "en":
            return []
        return [
            text
            for language, text in self.texts
            if language == self.lang and _is_english(text, language)
        ]


def _is_english(text: str, lang: str) -> bool:
    return text in _msgids(lang) or len(set(ENGLISH.findall(text.lower()))) > 1


@cache
def _msgids(lang: str) -> frozenset[str]:
    """Give the English sentences that are said otherwise in the language."""
    return frozenset(
        english
        for english, said in messages(lang).items()
        if english not in said and len(english.split()) > 1
    )


def read(html: str) -> Page:
    """Read a page."""
    page = Page()
    page.feed(html)
    page.close()
    return page
