"""Prepares the three faces of the certificate from their vendored originals.

Run as ``python -m nador.certification.pdf.fonts`` after an original changes, and commit
what it writes. A prepared face keeps one script and the features in use, has no hinting,
500 units to the em, and its common glyphs first: the subset that a certificate embeds
is then about 5 kB smaller, and quicker to make.
"""

import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import uharfbuzz as hb
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.reorderGlyphs import reorderGlyphs
from fontTools.ttLib.scaleUpem import scale_upem

from nador.kernel.resources import PACKAGE

_FONTS = PACKAGE / "static" / "fonts"
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
# How a letter is drawn depends on its neighbours: two or three together show nearly every form.
_ARABIC_JOINED = "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئڭگڤپ"
_TIFINAGH_SAMPLE = "ⴰⵙⵉⵏⴰⴳ ⵏ ⵏⴰⴹⵓⵔ ⵎⵓⵃⵏⴷ ⴰⵎⵣⵢⴰⵏ ⵜⵉⵍⴻⵍⵍⵉ"


@dataclass(frozen=True, slots=True)
class Face:
    """One script's face: the original it comes from, what of it is kept, and what comes first.

    ``sample`` is shaped plainly and with each feature of ``shown``, then the letters of
    ``joined`` in twos and threes.
    """

    name: str
    original: str
    blocks: tuple[tuple[int, int], ...]
    features: tuple[str, ...]
    sample: str
    joined: str = ""
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
        features=("kern", "mark", "mkmk", "ccmp", "locl", "liga", "rlig", "smcp", "sups"),
        sample=_LATIN_SAMPLE,
        shown=("smcp",),
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
        joined=_ARABIC_JOINED,
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
    _draw_extended_letters_whole(font)
    _join_lam_and_alef_by_liga(font)
    scale_upem(font, UNITS_PER_EM)
    _keep_words_whole(font)
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


# --- so that text copied out of the PDF is the text that was put in ----------------------


def _draw_extended_letters_whole(font: TTFont) -> None:
    """Make one glyph of a letter and the stroke that Amiri adds to it before kaf or heh.

    As two glyphs of one character, « لك » is copied out of a PDF as « للك ».
    """
    for mapping in _multiple_substitutions(font):
        for letter, drawn in mapping.items():
            if len(drawn) == 2 and drawn[0] == letter and not _is_mark(font, letter):  # noqa: PLR2004  # a letter and its stroke
                mapping[letter] = [_extended(font, letter, stroke=drawn[1])]


def _multiple_substitutions(font: TTFont) -> Iterator[dict[str, list[str]]]:
    for subtable in _subtables(font, "GSUB"):
        if subtable.LookupType == 2:  # noqa: PLR2004  # one glyph to several
            yield subtable.mapping


def _subtables(font: TTFont, table: str) -> Iterator[Any]:
    if table in font:
        for lookup in font[table].table.LookupList.Lookup:
            for subtable in lookup.SubTable:
                yield getattr(subtable, "ExtSubTable", subtable)


def _is_mark(font: TTFont, glyph: str) -> bool:
    return bool(font["GDEF"].table.GlyphClassDef.classDefs.get(glyph) == 3)  # noqa: PLR2004  # GDEF's class of marks


def _extended(font: TTFont, letter: str, *, stroke: str) -> str:
    """Draw the stroke to the left of its letter as a new glyph, and return its name."""
    whole = f"{letter}.{stroke}"
    if whole in font.getGlyphOrder():
        return whole
    metrics = font["hmtx"].metrics
    shift = metrics[stroke][0]
    pen = TTGlyphPen(font.getGlyphSet())
    pen.addComponent(stroke, (1, 0, 0, 1, 0, 0))
    pen.addComponent(letter, (1, 0, 0, 1, shift, 0))
    font["glyf"][whole] = pen.glyph()
    metrics[whole] = (metrics[letter][0] + shift, metrics[stroke][1])
    classes = font["GDEF"].table.GlyphClassDef.classDefs
    if letter in classes:
        classes[whole] = classes[letter]
    for subtable in _subtables(font, "GPOS"):
        _position_as(subtable, letter, whole, shift)
    return whole


def _position_as(subtable: Any, letter: str, whole: str, shift: int) -> None:
    """Kern the new glyph like its letter, and let marks and joins meet it where they met that."""
    match subtable.LookupType:
        case 2 if subtable.Format == 2:  # noqa: PLR2004  # pairs by class
            classes = subtable.ClassDef2.classDefs
            if letter in classes:
                classes[whole] = classes[letter]
        case 3 if letter in subtable.Coverage.glyphs:
            joined = deepcopy(subtable.EntryExitRecord[subtable.Coverage.glyphs.index(letter)])
            joined.ExitAnchor = None
            _shift(joined.EntryAnchor, shift)
            subtable.Coverage.glyphs.append(whole)
            subtable.EntryExitRecord.append(joined)
        case 4 if letter in subtable.BaseCoverage.glyphs:
            records = subtable.BaseArray.BaseRecord
            met = deepcopy(records[subtable.BaseCoverage.glyphs.index(letter)])
            for anchor in met.BaseAnchor:
                _shift(anchor, shift)
            subtable.BaseCoverage.glyphs.append(whole)
            records.append(met)
            subtable.BaseArray.BaseCount = len(records)


def _shift(anchor: Any, by: int) -> None:
    if anchor is not None:
        anchor.XCoordinate += by


# Poppler and others read a gap of a tenth of an em (50) as a blank; two kerns may add up to 20 more.
_WIDEST_GAP = 25


def _keep_words_whole(font: TTFont) -> None:
    """Narrow the few kerns that part the letters of one word so far that readers see two."""
    for subtable in _subtables(font, "GPOS"):
        for value in _kerns(subtable):
            for side in ("XPlacement", "XAdvance"):
                if getattr(value, side, 0) > _WIDEST_GAP:
                    setattr(value, side, _WIDEST_GAP)


def _kerns(subtable: Any) -> Iterator[Any]:
    if subtable.LookupType == 1:
        value = subtable.Value
        yield from value if isinstance(value, list) else [value]
    elif subtable.LookupType == 2 and subtable.Format == 1:  # noqa: PLR2004  # pairs by glyph
        for pairs in subtable.PairSet:
            for pair in pairs.PairValueRecord:
                yield from filter(None, (pair.Value1, pair.Value2))
    elif subtable.LookupType == 2:  # noqa: PLR2004  # pairs by class
        for first in subtable.Class1Record:
            for second in first.Class2Record:
                yield from filter(None, (second.Value1, second.Value2))


# --- so that a page of small type needs few glyphs ----------------------------------------

_LAM, _ALEF, _KAF = 0x644, 0x627, 0x643


def _join_lam_and_alef_by_liga(font: TTFont) -> None:
    """Let ``liga`` too write lam and alef as one, which Amiri does among all its joins of ``rlig``.

    Nobody reads lam and alef side by side; the other joins are a grace of large type, and a
    page of text without them is 5 kB lighter.
    """
    lam, alef, kaf = (_joined_forms(font, letter) for letter in (_LAM, _ALEF, _KAF))
    for index in sorted(_lookups_of(font, "rlig")):
        lookups = font["GSUB"].table.LookupList
        pairs = [
            subtable
            for subtable in lookups.Lookup[index].SubTable
            if (met := _inputs(subtable)) and met[0] & lam and met[-1] & alef and not met[0] & kaf
        ]
        if pairs:
            joining = deepcopy(lookups.Lookup[index])
            joining.SubTable, joining.SubTableCount = deepcopy(pairs), len(pairs)
            lookups.Lookup.append(joining)
            lookups.LookupCount = len(lookups.Lookup)
            for feature in _features(font, "liga"):
                feature.LookupListIndex.append(lookups.LookupCount - 1)
                feature.LookupCount = len(feature.LookupListIndex)


def _features(font: TTFont, tag: str) -> Iterator[Any]:
    for record in font["GSUB"].table.FeatureList.FeatureRecord:
        if record.FeatureTag == tag:
            yield record.Feature


def _lookups_of(font: TTFont, tag: str) -> set[int]:
    return {index for feature in _features(font, tag) for index in feature.LookupListIndex}


def _joined_forms(font: TTFont, letter: int) -> set[str]:
    """Name the glyphs that a letter becomes when it is joined to others."""
    lookups = font["GSUB"].table.LookupList.Lookup
    glyph = font.getBestCmap().get(letter)
    forms = (
        getattr(subtable, "ExtSubTable", subtable).mapping.get(glyph)
        for tag in ("init", "medi", "fina")
        for index in _lookups_of(font, tag)
        for subtable in lookups[index].SubTable
    )
    return {form if isinstance(form, str) else form[0] for form in forms if form}


def _inputs(subtable: Any) -> list[set[str]]:
    """List which glyphs a context is about, one set for each; none where it is no such context."""
    bare = getattr(subtable, "ExtSubTable", subtable)
    met = getattr(bare, "InputCoverage", None) or getattr(bare, "Coverage", None)
    return [set(each.glyphs) for each in met] if isinstance(met, list) else []


def _common_glyphs_first(font: TTFont, face: Face) -> None:
    order = font.getGlyphOrder()
    common = dict.fromkeys([".notdef", *_glyphs_of_sample(_saved(font), order, face)])
    rest = [glyph for glyph in order if glyph not in common]
    reorderGlyphs(font, [*common, *rest])


def _glyphs_of_sample(prepared: bytes, order: list[str], face: Face) -> Iterator[str]:
    """Name the glyphs that are drawn most, the most common first."""
    font = hb.Font(hb.Face(prepared))
    drawn: list[tuple[str, dict[str, bool]]] = [(face.sample, {})]
    drawn += [(face.sample, {feature: True}) for feature in face.shown]
    drawn += [(_joined(face.joined, length), {}) for length in (2, 3)]
    for text, features in drawn:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(font, buffer, features)
        # By glyph number: a subset that ends early is what makes the file small, not its order.
        yield from (order[code] for code in sorted({info.codepoint for info in buffer.glyph_infos}))


def _joined(letters: str, length: int) -> str:
    return " ".join(map("".join, product(letters, repeat=length)))


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
