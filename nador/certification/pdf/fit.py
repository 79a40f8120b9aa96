"""Fits a text into a box of the sheet: how many lines, broken where, at what size.

Sizes are points, boxes millimetres. Widths are shaped advances, because a word of
isolated Arabic letters is wider than the joined word.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, groupby
from math import floor

import uharfbuzz as hb

from nador.certification.pdf.fonts import FACES, UNITS_PER_EM

POINTS_PER_MM = 72 / 25.4
MOST_LINES = 3
# One more line must buy at least this much larger type.
WORTH_A_LINE = 1.12

_LATIN_FIRST = ("latin", "arabic", "tifinagh")
_ARABIC_FIRST = ("arabic", "latin", "tifinagh")
# Marks of vowels and of recitation: stacked, they reach into the line above.
_VOWEL_MARKS = frozenset(map(chr, (*range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6DD))))


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the sheet and the largest type that suits it.

    A text stays on one line as long as that line reaches ``one_line_from`` points.
    """

    top: float
    height: float
    width: float
    largest: float
    leading: float
    one_line_from: float = 12


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines, their size in points, and where the first one begins in millimetres."""

    lines: tuple[str, ...]
    size: float
    leading: float
    top: float


@lru_cache(maxsize=256)  # the institute and the title are the same for a whole run, names are not
def fit(text: str, box: Box, *, arabic: bool = False, least_lines: int = 1) -> Fitted:
    """Choose lines and size for a text, centred in the height of its box."""
    best = _at(least_lines, text, box, arabic=arabic)
    if best.size < box.one_line_from:
        for count in range(least_lines + 1, MOST_LINES + 1):
            candidate = _at(count, text, box, arabic=arabic)
            if candidate.size >= best.size * WORTH_A_LINE:
                best = candidate
    return best


def has_vowel_marks(text: str) -> bool:
    """Tell whether an Arabic text carries marks that want wider leading."""
    return not _VOWEL_MARKS.isdisjoint(text)


def unprintable(text: str) -> tuple[str, ...]:
    """List the characters of a text that no bundled face has, each once, in order."""
    return tuple(char for char in dict.fromkeys(text) if char not in _drawable())


@lru_cache(maxsize=256)
def advance(
    text: str, *, arabic: bool = False, small_capitals: bool = False, plain: bool = False
) -> float:
    """Measure a line's width in ems, without letter-spacing.

    A plain line is set without kerns, and without Amiri's many joins.
    """
    stack = _ARABIC_FIRST if arabic else _LATIN_FIRST
    features = {"kern": not plain, "smcp": small_capitals, **({"rlig": False} if plain else {})}
    runs = groupby(text, key=lambda char: _face_of(char, stack) or stack[0])
    return sum(_shaped(face, "".join(run), features) for face, run in runs)


def _at(count: int, text: str, box: Box, *, arabic: bool) -> Fitted:
    lines = _lines(text, count, arabic=arabic)
    widest = max(advance(line, arabic=arabic) for line in lines)
    size = min(
        box.largest,
        box.width * POINTS_PER_MM / widest if widest else box.largest,
        box.height * POINTS_PER_MM / (len(lines) * box.leading),
    )
    size = floor(size * 10 + 1e-9) / 10
    used = len(lines) * size * box.leading / POINTS_PER_MM
    return Fitted(lines, size, box.leading, round(box.top + (box.height - used) / 2, 2))


def _lines(text: str, count: int, *, arabic: bool) -> tuple[str, ...]:
    """Break a text at its spaces into at most ``count`` lines, the widest as narrow as can be."""
    words = text.split(" ")
    if count == 1 or len(words) == 1:
        return (text,)
    blank = advance(" ", arabic=arabic)
    widths = [advance(word, arabic=arabic) for word in words]
    spans = _narrowest(widths, blank, min(count, len(words)))
    return tuple(" ".join(words[first:last]) for first, last in spans)


def _narrowest(widths: list[float], blank: float, count: int) -> list[tuple[int, int]]:
    """Split words into ``count`` spans so that the widest line is the least wide."""
    # starts[i]: the width of all that stands before word i, blanks included.
    starts = list(accumulate((width + blank for width in widths), initial=0.0))
    total = len(widths)

    def width(first: int, last: int) -> float:
        return starts[last] - starts[first] - blank

    # best[last]: the narrowest way to set the words before ``last`` in so many lines.
    best = {last: (width(0, last), [(0, last)]) for last in range(1, total + 1)}
    for lines in range(2, count + 1):
        best = {
            last: min(
                (max(best[cut][0], width(cut, last)), [*best[cut][1], (cut, last)])
                for cut in range(lines - 1, last)
            )
            for last in range(lines, total + 1)
        }
    return best[total][1]


@cache
def _font(face: str) -> hb.Font:
    path = next(known.path for known in FACES if known.name == face)
    return hb.Font(hb.Face(path.read_bytes()))


@cache
def _characters(face: str) -> frozenset[str]:
    return frozenset(map(chr, _font(face).face.unicodes))


@cache
def _drawable() -> frozenset[str]:
    return frozenset().union(*(_characters(face.name) for face in FACES))


def _face_of(char: str, stack: tuple[str, ...]) -> str | None:
    return next((face for face in stack if char in _characters(face)), None)


def _shaped(face: str, run: str, features: dict[str, bool]) -> float:
    buffer = hb.Buffer()
    buffer.add_str(run)
    buffer.guess_segment_properties()
    hb.shape(_font(face), buffer, features)
    positions = buffer.glyph_positions or ()
    return float(sum(position.x_advance for position in positions)) / UNITS_PER_EM
