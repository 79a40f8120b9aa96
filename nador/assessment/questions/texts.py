"""What a question says: Markdown in a language, with the direction in which it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Direction = Literal["ltr", "rtl", "auto"]

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ckb", "dv", "yi", "ug"})
_LEFT_TO_RIGHT: Final = frozenset({"fr", "en", "es", "de", "it", "pt", "nl", "tr", "zgh"})
IMAGE: Final = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^)\s>]+)")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Markdown, with formulas between dollars and images of the question's own files."""

    source: str
    language: str

    @property
    def direction(self) -> Direction:
        """The direction of the language; of one that is not known here, the letters decide."""
        family = self.language.partition("-")[0]
        if family in _RIGHT_TO_LEFT:
            return "rtl"
        return "ltr" if family in _LEFT_TO_RIGHT else "auto"

    def images(self) -> tuple[str, ...]:
        """List the names of the files that the text shows."""
        return tuple(IMAGE.findall(self.source))


_MARKS: Final = re.compile(
    r"""
    [\\`*_\[\]<$~|]                      # read as marks anywhere
    | &(?=\#?\w+;)                        # an entity
    | (?:(?<=\n)|(?<=\A)|(?<=[ ]))[#>+=-]  # at the start of a line, where blanks may come first
    | (?<=[0-9])[.)](?=[ ]|$)             # a numbered list
    """,
    re.VERBOSE,
)


def plain(said: str, language: str) -> Text:
    """Make a text that is shown just as it is written: signs that Markdown reads are escaped."""
    return Text(_MARKS.sub(r"\\\g<0>", said), language)


def joined(first: Text, second: Text, sign: str) -> Text:
    """Put two texts on one line, in the language of the first."""
    return Text(f"{first.source}{sign}{second.source}", first.language)
