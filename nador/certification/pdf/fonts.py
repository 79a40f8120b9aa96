"""Prepares the three faces of the certificate from their vendored originals.

Run as ``python -m nador.certification.pdf.fonts`` after an original changes, and commit
what it writes. A prepared face keeps one script and the features in use, has no hinting,
500 units to the em, and its common glyphs first: the subset that a certificate embeds
is then about 5 kB smaller, and quicker to make.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import uharfbuzz as hb
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.reorderGlyphs import reorderGlyphs
from fontTools.ttLib.scaleUpem import scale_upem

_FONTS = Path(__file__).parents[2] / "static" / "fonts"
ORIGINALS = _FONTS / "original"
PREPARED = _FONTS / "certificate"

UNITS_PER_EM = 500
# Seconds since 1904, as the head table counts: a fixed instant keeps the bytes the same.
_MODIFIED = 3_850_000_000

_BLANKS = (0x20, 0xA0)
_LATIN_BLOCKS = (
    (0x20, 0x7E),  # Basic Latin
    (0xA0, 0x24F),  # Latin-1, Extended-A, Extended-B
    (0x250, 0x2FF),  # IPA (ɣ, ɛ) and modifier letters (ʷ, ʿ)
    (0x300, 0x36F),  # combining marks
    (0x1E00, 0x1EFF),  # Extended Additional: Ḥ, Vietnamese
    (0x2002, 0x2002),  # the blank around the dot between languages
    (0x2010, 0x2027),  # dashes, quotation marks, ellipsis
    (0x2030, 0x205E),
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20AC, 0x20AC),  # euro
    (0x2116, 0x2122),  # numero, trade mark
    (0x2160, 0x2188),  # Roman numerals
)
_ARABIC_BLOCKS = (
    (0x20, 0x7E),
    (0xA0, 0xA0),
    (0xAB, 0xAB),
    (0xBB, 0xBB),
    (0x600, 0x6FF),
    (0x750, 0x77F),
    (0x8A0, 0x8FF),
    (0x200C, 0x200D),  # the two joiners; the marks of direction stay out
    (0x202F, 0x202F),  # the narrow no-break space, which EB Garamond lacks
    (0x2010, 0x2026),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
)
_TIFINAGH_BLOCKS = ((0x20, 0x20), (0xA0, 0xA0), (0x2D30, 0x2D7F))

_LATIN_SAMPLE = (
    "Certificat de réussite Attestation de présence abcdefghijklmnopqrstuvwxyz "
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 -,.:/’'·° éèêëàâäîïôöùûüçÉÈÀÇ áíóúñ Ḥḥɣṭṣẓ"
)
_ARABIC_SAMPLE = (
    "شهادة نجاح حضور تُمنح تُسلَّم هذه الشهادة إلى على إثر اجتياز التكوين بنجاح "
    "للتحقق: امسحوا رمز الاستجابة السريعة، أو افتحوا العنوان المجاور. السجل الإلكتروني هو المرجع. "
    "حُرّر في من ساعة بميزة 0123456789 "
    "محمد فاطمة الزهراء عبد الرحمان بن يوسف أحمد إحمد آمنة يحيى لالة عائشة مؤمن "
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي ببب تتت ثثث ججج ححح خخخ سسس ششش صصص ضضض ططط ظظظ ععع "
    "غغغ ففف ققق ككك للل ممم ننن ههه ييي ئئئ ىة ڭڭڭ گگگ ڤڤڤ پپپ"
)
_TIFINAGH_SAMPLE = "ⴰⵙⵉⵏⴰⴳ ⵏ ⵏⴰⴹⵓⵔ ⵎⵓⵃⵏⴷ ⴰⵎⵣⵢⴰⵏ ⵜⵉⵍⴻⵍⵍⵉ"


@dataclass(frozen=True, slots=True)
class Face:
    """One script's face: the original it comes from, and what of it is kept."""

    name: str
    original: str
    blocks: tuple[tuple[int, int], ...]
    features: tuple[str, ...]
    sample: str
    shown: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The prepared file."""
        return PREPARED / f"{self.name}.ttf"


FACES = (
    Face(
        name="latin",
        original="EBGaramond_400Regular.ttf",
        blocks=_LATIN_BLOCKS,
        features=("kern", "mark", "mkmk", "ccmp", "locl", "liga", "rlig", "lnum", "smcp", "sups"),
        sample=_LATIN_SAMPLE,
        shown=("lnum", "smcp"),
    ),
    Face(
        name="arabic",
        original="Amiri_400Regular.ttf",
        blocks=_ARABIC_BLOCKS,
        features=(
            *("ccmp", "locl", "isol", "init", "medi", "fina", "rlig", "liga", "calt", "rtlm"),
            *("kern", "curs", "mark", "mkmk"),
        ),
        sample=_ARABIC_SAMPLE,
    ),
    Face(
        name="tifinagh",
        original="NotoSansTifinagh_400Regular.ttf",
        blocks=_TIFINAGH_BLOCKS,
        features=("ccmp", "locl", "rlig", "kern", "mark", "mkmk"),
        sample=_TIFINAGH_SAMPLE,
    ),
)


def prepare(face: Face) -> bytes:
    """Make the prepared file of a face; the same original gives the same bytes."""
    font = TTFont(ORIGINALS / face.original, recalcTimestamp=False)
    subsetter = Subsetter(_options(face))
    subsetter.populate(unicodes=_characters(face, font))
    subsetter.subset(font)
    # WeasyPrint reads STAT as a promise of variations; a static face has none to keep.
    if "STAT" in font:
        del font["STAT"]
    scale_upem(font, UNITS_PER_EM)
    font["head"].modified = _MODIFIED
    _common_glyphs_first(font, face)
    return _saved(font)


def _options(face: Face) -> Options:
    options = Options()
    options.layout_features = list(face.features)
    options.hinting = False
    options.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["DSIG", "gasp", "prep", "fpgm", "cvt "]
    return options


def _characters(face: Face, font: TTFont) -> list[int]:
    """List the characters of the face's blocks that the original has.

    Every face keeps both blanks: Pango draws a box for one that its face lacks.
    """
    mapped = font.getBestCmap()
    wanted = {code for first, last in face.blocks for code in range(first, last + 1)}
    return sorted(code for code in {*wanted, *_BLANKS} if code in mapped)


def _common_glyphs_first(font: TTFont, face: Face) -> None:
    order = font.getGlyphOrder()
    common = dict.fromkeys([".notdef", *_glyphs_of_sample(_saved(font), order, face)])
    rest = [glyph for glyph in order if glyph not in common]
    reorderGlyphs(font, [*common, *rest])


def _glyphs_of_sample(prepared: bytes, order: list[str], face: Face) -> Iterator[str]:
    """Name the glyphs that the sample is drawn with, in order of first use."""
    font = hb.Font(hb.Face(prepared))
    for features in ({}, *({feature: True} for feature in face.shown)):
        buffer = hb.Buffer()
        buffer.add_str(face.sample)
        buffer.guess_segment_properties()
        hb.shape(font, buffer, features)
        # By glyph number: a subset that ends early is what makes the file small, not its order.
        yield from (order[code] for code in sorted({info.codepoint for info in buffer.glyph_infos}))


def _saved(font: TTFont) -> bytes:
    output = BytesIO()
    font.save(output, reorderTables=True)
    return output.getvalue()


def main(faces: Iterable[Face] = FACES) -> None:
    """Write every prepared face to its place."""
    PREPARED.mkdir(parents=True, exist_ok=True)
    for face in faces:
        face.path.write_bytes(prepare(face))
        sys.stdout.write(f"{face.path.name}: {face.path.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
