"""Where the words of a sheet stand, and how large they can be there.

Tops and widths are millimetres from the trim, sizes points. What would have to be smaller than
its `smallest` is crowded: `flaws` tells it before anything is issued.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor

from nador.certification.facts import CertificateFacts, Words
from nador.certification.pdf.fit import POINTS_PER_MM, Box, Fitted, advance, fit
from nador.certification.pdf.wording import SEPARATOR, Wording, particulars, plain, worded
from nador.certification.template import OnSheet, Picture, TemplateOptions

WIDTH, ID_WIDTH = 236.0, 66.0
_ARABIC_LEADING = 1.28
_SMALL_CAPITALS_APART = 0.06
# The strip below the hairline: one who signs has 68 mm beside how to check, several share 151.
_ONE_WIDTH, _CHECK_WIDTH, _SHARED_LEFT, _SHARED_WIDTH, _GUTTER = 68.0, 80.0, 120.0, 151.0, 4.0
_SIGNED_TOP, _SIGNED_HEIGHT, _CHECK_ROWS_TOP = 166.0, 14.2, 180.6
_LOGO_WIDTH, _LOGO_HEIGHT, _LOGO_ABOVE_TIFINAGH = 70.0, 12.5, 9.4


@dataclass(frozen=True, slots=True)
class Line:
    """Wordings side by side on one line, or one above the other where a wording has line feeds."""

    parts: tuple[Wording, ...]
    top: float
    size: float
    leading: float
    smallest: float

    @property
    def crowded(self) -> bool:
        """Whether the words have no room."""
        return self.size < self.smallest

    @property
    def widest(self) -> Wording:
        """The part that takes most room."""
        return max(self.parts, key=Wording.advance)


def line(
    parts: Iterable[Wording],
    *,
    top: float = 0,
    largest: float,
    width: float = WIDTH,
    leading: float = 1.3,
    smallest: float = 7,
    small_capitals: bool = False,
) -> Line | None:
    """Set wordings side by side, as large as the width allows; None where there are none."""
    said = tuple(parts)
    if not said:
        return None
    wide = sum(part.advance(small_capitals=small_capitals) for part in said)
    wide += advance(SEPARATOR) * (len(said) - 1)
    if small_capitals:
        letters = sum(len(part.text) for part in said) + len(SEPARATOR) * (len(said) - 1)
        wide += letters * _SMALL_CAPITALS_APART
    room = width * POINTS_PER_MM / wide if wide else largest
    size = floor(min(largest, room) * 10 + 1e-9) / 10
    # A smaller line stays in the middle of the height that it could have had.
    lower = (largest - size) * leading / 2 / POINTS_PER_MM
    return Line(said, round(top + lower, 2), size, leading, smallest)


def latin(options: TemplateOptions) -> list[str]:
    """List the sheet's languages in Latin letters, the leading one first."""
    return [language for language in ("fr", "en") if language in options.languages]


def main_language(options: TemplateOptions) -> str:
    """Choose the language that the document says it is in."""
    return next(iter(latin(options)), "ar")


def spoken(options: TemplateOptions) -> list[str]:
    """List the sheet's languages as they stand: Arabic, French, English."""
    return [language for language in ("ar", "fr", "en") if language in options.languages]


def heading(facts: CertificateFacts, options: TemplateOptions) -> tuple[Line | None, Line | None]:
    """Set the name of the document, and beneath it the same in the other languages."""
    said = worded("heading", facts, options, spoken(options))
    arabic, others = said[:1], said[1:]
    if said[0].language != "ar":
        top, largest = (36.0, 28) if others else (40.0, 30)
        return (
            line(arabic, top=top, largest=largest, leading=1, smallest=14, small_capitals=True),
            line(others, top=49.5, largest=17, leading=1, smallest=9, small_capitals=True),
        )
    top = 31.6 if others else 37.0
    return (
        line(arabic, top=top, largest=38, leading=1.25, smallest=16),
        line(others, top=51.2, largest=17, leading=1, smallest=9, small_capitals=True),
    )


def between(facts: CertificateFacts, options: TemplateOptions) -> dict[str, Line | None]:
    """Set the words before and after the names."""
    return {
        slot: line(worded(slot, facts, options, spoken(options)), top=top, largest=11.5)
        for slot, top in (("awarded", 63.4), ("followed", 104.2))
    }


_TITLES = {
    # By the languages: top, height and largest size of each.
    ("ar", "fr", "en"): ((110.8, 9.8, 20), (120.6, 8.2, 18), (128.8, 5.8, 12.5)),
    ("ar", "la"): ((111.2, 12.0, 24), (123.6, 9.6, 20)),
    ("fr", "en"): ((112.4, 11.4, 23), (124.4, 8.0, 15)),
    ("one",): ((112.4, 19.0, 28),),
}


def titles(title: Words, options: TemplateOptions) -> list[tuple[str, Fitted]]:
    """Set the title in every language of the sheet; the English one never outgrows the French."""
    languages = spoken(options)
    match languages:
        case [_]:
            boxes = _TITLES["one",]
        case ["ar", _]:
            boxes = _TITLES["ar", "la"]
        case _:
            boxes = _TITLES[tuple(languages)]
    placed: list[tuple[str, Fitted]] = []
    for language, (top, height, largest) in zip(languages, boxes, strict=True):
        arabic = language == "ar"
        smaller = 0.85 * placed[-1][1].size if placed and placed[-1][0] == "fr" else largest
        leading = _ARABIC_LEADING if arabic else 1.1
        box = Box(top, height, WIDTH, min(largest, smaller), leading)
        placed.append((language, fit(getattr(title, language), box, arabic=arabic)))
    return placed


def facts_lines(facts: CertificateFacts, options: TemplateOptions) -> list[Line]:
    """Set hours, dates and mention, one line for each language."""
    said = particulars(facts, options, spoken(options))
    tops = {0: (), 1: (143.6,), 2: (140.6, 147.4), 3: (138.4, 144.8, 150.2)}[len(said)]
    largest = {"ar": 12, "fr": 11.5, "en": 10.5 if "fr" in options.languages else 11.5}
    placed = (
        line([one], top=top, largest=largest[one.language])
        for one, top in zip(said, tops, strict=True)
    )
    return [one for one in placed if one]


def until_lines(facts: CertificateFacts, options: TemplateOptions) -> list[Line]:
    """Set until when the document is valid, beside its code."""
    languages = spoken(options) if facts.expires_on else []
    return _each(worded("until", facts, options, languages), 8, width=ID_WIDTH, smallest=5.5)


def check_lines(facts: CertificateFacts, options: TemplateOptions) -> list[Line]:
    """Set how to check: a block for each language, or a row where several sign."""
    said = worded("check", facts, options, spoken(options))
    if len(options.signatories) <= 1:
        return [
            one
            for wording in said
            for one in _each(
                [wording],
                9 if wording.language == "ar" else 8,
                width=_CHECK_WIDTH,
                leading=1.25 if wording.language == "ar" else 1.3,
                smallest=6,
            )
        ]
    rows = (
        line(
            [_on_one_row(one)],
            top=_CHECK_ROWS_TOP + 3.1 * row,
            largest=7,
            width=_SHARED_WIDTH,
            leading=1.2,
            smallest=5.5,
        )
        for row, one in enumerate(said)
    )
    return [one for one in rows if one]


def _on_one_row(said: Wording) -> Wording:
    rows = tuple(
        type(piece)(piece.text.replace("\n", "\N{EN SPACE}"), piece.look) for piece in said.pieces
    )
    return Wording(said.language, rows, said.slot)


def _each(
    said: Iterable[Wording],
    largest: float,
    *,
    width: float,
    smallest: float,
    leading: float = 1.35,
) -> list[Line]:
    placed = (
        line([one], largest=largest, width=width, smallest=smallest, leading=leading)
        for one in said
    )
    return [one for one in placed if one]


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signs, and where: lines of the office, room for the hand, lines of the name."""

    office: list[Line]
    name: list[Line]
    room: float
    left: float = 203.0
    width: float = _ONE_WIDTH
    top: float | None = None
    signature: Picture | None = None
    hand: tuple[float, float] = (0, 0)
    """Width and height of the picture of the signature."""
    who: str = ""


def signatories(facts: CertificateFacts, options: TemplateOptions) -> list[Signed]:
    """Set the offices and names of all who sign: the template's, or else the institute's own."""
    mine = facts.issuer.signatory
    signing = options.signatories or (OnSheet(mine.latin, mine.arabic, mine.title),)
    if len(signing) == 1:
        return [_alone(signing[0], options)]
    width = (_SHARED_WIDTH - _GUTTER * (len(signing) - 1)) / len(signing)
    return [
        _in_column(one, options, left=_SHARED_LEFT + place * (width + _GUTTER), width=width)
        for place, one in enumerate(signing)
    ]


def place_lines(facts: CertificateFacts, options: TemplateOptions) -> list[Line]:
    """Set place and date: in Arabic and the leading Latin language; on one row where several sign."""
    said = worded("place", facts, options, _beside(options))
    if len(options.signatories) <= 1:
        size = _size_alone(signatories(facts, options)[0])
        return _each(said, size, width=_ONE_WIDTH, smallest=6.5)
    row = line(said, top=161.6, largest=9.5, width=_SHARED_WIDTH, leading=1.2, smallest=6.5)
    return [row] if row else []


def _beside(options: TemplateOptions) -> list[str]:
    """List the languages of the strip's short lines: Arabic, and one in Latin letters."""
    return [one for one in spoken(options) if one == "ar" or one == main_language(options)]


def _alone(one: OnSheet, options: TemplateOptions) -> Signed:
    office, name = _lines_of(one, options)
    # On one line each, as long as both can be read; else on two, and smaller.
    joined = [line(said, largest=10, width=_ONE_WIDTH) for said in (office, name)]
    crowded = any(each and each.size < 10 for each in joined)  # noqa: PLR2004  # points: the usual size
    size, room = (8.5, 5.0) if crowded else (10.0, 9.0)
    office_lines, name_lines = (
        _each(said, size, width=_ONE_WIDTH, smallest=6.5)
        if each is None or each.size < 10  # noqa: PLR2004  # points: the usual size
        else _joined(said, size, width=_ONE_WIDTH)
        for said, each in zip((office, name), joined, strict=True)
    )
    return Signed(
        office=office_lines,
        name=name_lines,
        room=room,
        signature=one.signature,
        hand=_within(one.signature, _ONE_WIDTH * 0.7, room),
        who=one.latin or one.arabic,
    )


def _in_column(one: OnSheet, options: TemplateOptions, *, left: float, width: float) -> Signed:
    office, name = (
        _joined(said, largest, width=width)
        if fits(said, 7, width=width)
        else _each(said, 7.5, width=width, smallest=5.5, leading=1.2)
        for said, largest in zip(_lines_of(one, options), (8, 9), strict=True)
    )
    used = sum(each.size * each.leading for each in (*office, *name)) / POINTS_PER_MM
    room = max(_SIGNED_HEIGHT - used, 0)
    return Signed(
        office=office,
        name=name,
        room=round(room, 2),
        left=round(left, 2),
        width=round(width, 2),
        top=_SIGNED_TOP,
        signature=one.signature,
        hand=_within(one.signature, width * 0.8, room),
        who=one.latin or one.arabic,
    )


def _size_alone(one: Signed) -> float:
    return 10.0 if one.room == 9 else 8.5  # noqa: PLR2004  # the room between lines of the usual size


def _lines_of(one: OnSheet, options: TemplateOptions) -> tuple[list[Wording], list[Wording]]:
    languages = _beside(options)
    office = [
        Wording(language, plain(language, getattr(one.office, language)).pieces, "office")
        for language in languages
        if getattr(one.office, language)
    ]
    names = {"ar": one.arabic, "mul": one.latin}
    shown = {"ar" if language == "ar" else "mul" for language in languages}
    name = [
        Wording(script, plain(script, said).pieces, "signatory")
        for script, said in names.items()
        if said and (script in shown or not all(names.values()))
    ]
    return office, name


def _joined(said: Sequence[Wording], largest: float, *, width: float) -> list[Line]:
    one = line(said, largest=largest, width=width, leading=1.35, smallest=6)
    return [one] if one else []


def fits(said: Sequence[Wording], size: float, *, width: float) -> bool:
    """Tell whether wordings fit side by side at this size."""
    one = line(said, largest=size, width=width)
    return one is None or one.size >= size


def _within(picture: Picture | None, width: float, height: float) -> tuple[float, float]:
    """Size a picture so that it fits both ways."""
    if picture is None:
        return (0, 0)
    scale = min(width / picture.width, height / picture.height)
    return (round(picture.width * scale, 2), round(picture.height * scale, 2))


def logo(options: TemplateOptions) -> dict[str, float | str] | None:
    """Place the logo in the middle of the head; a line in Tifinagh then stands beneath it."""
    if options.logo is None:
        return None
    most = _LOGO_ABOVE_TIFINAGH if options.tifinagh else _LOGO_HEIGHT
    width, height = _within(options.logo, _LOGO_WIDTH, most)
    left = round((297 - width) / 2, 2)
    return {"name": options.logo.name, "left": left, "width": width, "height": height}


def all_lines(facts: CertificateFacts, options: TemplateOptions) -> Iterator[Line]:
    """Walk every line whose words the template decides."""
    placed: list[Line | None] = [
        *heading(facts, options),
        *between(facts, options).values(),
        *facts_lines(facts, options),
        *until_lines(facts, options),
        *check_lines(facts, options),
        *place_lines(facts, options),
    ]
    for one in signatories(facts, options) if options.signatories else ():
        placed += [*one.office, *one.name]
    yield from filter(None, placed)
