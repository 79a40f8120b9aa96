"""Short answers as authors expect them: a star stands for anything, letters may vary or must not."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from nador.kernel import text as kernel_text

if TYPE_CHECKING:
    from collections.abc import Callable

_STAR: Final = re.compile(r"(?<!\\)\*")


class Compare(StrEnum):
    """How closely an answer has to be written as the author wrote it."""

    LOOSE = "loose"
    """Case, accents, vowel marks, hyphens, blanks and variants of Arabic letters do not count."""
    EXACT = "exact"
    """Every sign counts."""


def matches(pattern: str, answer: str, compare: Compare) -> bool:
    """Tell whether the answer is what the pattern means; an empty answer is none."""
    if not answer:
        return False
    pieces = [piece.replace(r"\*", "*") for piece in _STAR.split(pattern)]
    if compare is Compare.EXACT:
        return _fits(pieces, kernel_text.clean(answer), kernel_text.clean)
    folded = kernel_text.fold(answer)
    if folded and any(map(kernel_text.fold, pieces)):
        return _fits(pieces, folded, kernel_text.fold)
    # Signs alone (a hyphen) fold to nothing, and nothing would equal anything.
    return _fits(pieces, kernel_text.clean(answer).casefold(), _plain)


def _plain(piece: str) -> str:
    return kernel_text.clean(piece).casefold()


def _fits(pieces: list[str], answer: str, prepare: Callable[[str], str]) -> bool:
    """Find the pieces one after the other; a regular expression could take for ever."""
    first, *others = [prepare(piece) for piece in pieces]
    if not others:
        return answer == first
    *middle, last = others
    if not answer.startswith(first):
        return False
    place = len(first)
    for piece in middle:
        found = answer.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return len(answer) - len(last) >= place and answer.endswith(last)


def shown(pattern: str) -> str:
    """Write a pattern for readers: an ellipsis for what may be anything."""
    return _STAR.sub("…", pattern).replace(r"\*", "*")
