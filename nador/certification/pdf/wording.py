"""Puts the facts of a certificate into the words of its sheet; markup in either stays text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from babel.dates import format_date

from nador.certification.facts import CertificateFacts
from nador.certification.pdf.fit import advance
from nador.certification.template import TemplateOptions, pieces

SEPARATOR = "\N{EN SPACE}·\N{EN SPACE}"


class Look(StrEnum):
    """How a piece of a line is set."""

    PLAIN = "plain"
    RAISED = "raised"
    NAME = "name"
    """Of any script: kept apart from the direction of the line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line that is set alike."""

    text: str
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True)
class Wording:
    """A text of the sheet in one language, its facts filled in."""

    language: str
    pieces: tuple[Piece, ...]
    slot: str = ""

    @property
    def text(self) -> str:
        """The letters alone."""
        return "".join(piece.text for piece in self.pieces)

    def advance(self, *, small_capitals: bool = False) -> float:
        """Measure the widest line in ems."""
        arabic = self.language == "ar"
        return max(
            advance(line, arabic=arabic, small_capitals=small_capitals and not arabic)
            for line in self.text.split("\n")
        )


def plain(language: str, text: str) -> Wording:
    """Take a text that names no facts."""
    return Wording(language, (Piece(text),))


def worded(
    slot: str, facts: CertificateFacts, options: TemplateOptions, languages: Iterable[str]
) -> list[Wording]:
    """Say a text of the sheet in some of its languages."""
    return [
        Wording(language, _filled(said, known), slot)
        for language in languages
        for said in (
            options.text(slot, language, kind=facts.kind, programme=bool(facts.programme)),
        )
        for known in (_known(facts, language),)
    ]


def particulars(
    facts: CertificateFacts, options: TemplateOptions, languages: Iterable[str]
) -> list[Wording]:
    """Say hours, dates and mention on one line for each language, as far as the sheet shows them."""
    slots = [
        *(["hours"] if options.show_hours else []),
        *([_dates(facts)] if options.show_dates else []),
        *(["mention"] if options.show_mention and facts.mention else []),
    ]
    lines = []
    for language in languages if slots else ():
        said = [worded(slot, facts, options, [language])[0] for slot in slots]
        comma = Piece("، " if language == "ar" else ", ")
        parts = [piece for one in said for piece in (comma, *one.pieces)][1:]
        widest = max(said, key=Wording.advance)
        lines.append(Wording(language, tuple(parts), widest.slot))
    return lines


def _dates(facts: CertificateFacts) -> str:
    return "day" if facts.starts_on == facts.ends_on else "period"


def _filled(text: str, known: Mapping[str, Sequence[Piece]]) -> tuple[Piece, ...]:
    """Fill a text in; a fact that is not there is a KeyError, which `flaws` tells before."""
    return tuple(
        part
        for piece, named in pieces(text)
        for part in (known[piece] if named else (Piece(piece),))
    )


@lru_cache(maxsize=64)  # the texts of one sheet ask some twenty times
def _known(facts: CertificateFacts, language: str) -> Mapping[str, Sequence[Piece]]:
    names = (facts.holder_arabic, facts.holder_latin)
    holder = next(filter(None, names if language == "ar" else reversed(names)), "")
    known: dict[str, Sequence[Piece]] = {
        "holder": (Piece(holder, Look.NAME),),
        "title": (Piece(getattr(facts.title, language), Look.NAME),),
        "institute": (Piece(getattr(facts.issuer.names, language), Look.NAME),),
        "city": (Piece(getattr(facts.issuer.city, language)),),
        "hours": (Piece(hours_in(language, facts.hours)),),
        "starts": day_in(language, facts.starts_on),
        "ends": day_in(language, facts.ends_on),
        "issued": day_in(language, facts.issued_on),
    }
    if facts.mention:
        known["mention"] = (Piece(getattr(facts.mention, language)),)
    if facts.expires_on:
        known["expires"] = day_in(language, facts.expires_on)
    return known


def hours_in(language: str, hours: int) -> str:
    """Say a number of hours."""
    match language:
        case "ar":
            return _hours_in_arabic(hours)
        case "fr":
            return f"{hours}\N{NO-BREAK SPACE}heure{'s' if hours > 1 else ''}"
        case _:
            return f"{hours} hour{'' if hours == 1 else 's'}"


def _hours_in_arabic(hours: int) -> str:
    """Count hours as Arabic does: one, two, three to ten, and the rest by the last two digits."""
    match hours:
        case 1:
            return "ساعة واحدة"
        case 2:
            return "ساعتان"
        case _:
            return f"{hours} {'ساعات' if 3 <= hours % 100 <= 10 else 'ساعة'}"  # noqa: PLR2004  # the grammar's own bounds


@lru_cache(maxsize=512)
def day_in(language: str, day: date) -> tuple[Piece, ...]:
    """Say a day; the « er » of a French first is raised."""
    match language:
        case "ar":
            return (Piece(format_date(day, "d MMMM y", locale="ar_MA")),)
        case "fr":
            rest = format_date(day, "\N{NO-BREAK SPACE}MMMM\N{NO-BREAK SPACE}y", locale="fr")
            if day.day == 1:
                return (Piece("1"), Piece("er", Look.RAISED), Piece(rest))
            return (Piece(f"{day.day}{rest}"),)
        case _:
            return (Piece(format_date(day, "d MMMM y", locale="en_GB")),)
