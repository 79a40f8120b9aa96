"""Lays the facts of a certificate out on its sheet: HTML of escaped primitives only."""

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from nador.certification.facts import CertificateFacts, Words
from nador.certification.pdf.fit import (
    POINTS_PER_MM,
    Box,
    Fitted,
    advance,
    fit,
    has_vowel_marks,
)
from nador.certification.pdf.printable import require_printable
from nador.certification.template import PLAIN, Design, TemplateOptions
from nador.kernel.resources import folder

SHEET = folder("templates") / "certificates"

_ARABIC_LEADING, _VOWELLED_LEADING, _LATIN_LEADING = 1.28, 1.85, 1.12
_NAMES_TOP, _NAMES_HEIGHT, _ARABIC_NAME_HEIGHT = 70.2, 33.0, 17.5
_NAME_WIDTH, _TITLE_WIDTH, _INSTITUTE_WIDTH = 240.0, 236.0, 60.0
_ID_WIDTH, _SIGNATURE_WIDTH = 66.0, 68.0
_NAME_ON_ONE_LINE_FROM = 22.0


class Part(StrEnum):
    """How much of a sheet is written: all, what a run's certificates share, or the rest of it."""

    WHOLE = "whole"
    COMMON = "common"
    OWN = "own"


def compose(facts: CertificateFacts, design: Design = PLAIN, part: Part = Part.WHOLE) -> str:
    """Write the sheet of a certificate as HTML; raises Unprintable."""
    require_printable(facts)
    return _template().render(_said(facts, design.options), part=part.value)


@cache
def _template() -> Template:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("certificates/certificate.html")


def _said(facts: CertificateFacts, options: TemplateOptions) -> dict[str, Any]:
    """Say the facts in primitives, sizes included: all that the template may see."""
    issuer = facts.issuer
    holder = facts.holder_latin or facts.holder_arabic
    document = (
        "Attestation de présence" if facts.kind == "attestation" else "Certificat de réussite"
    )
    return {
        "kind": facts.kind.value,
        "heading": f"{document} — {holder} — {facts.code}",
        "title_fr": facts.title.fr,
        "institute": asdict(issuer.names) | ({} if options.tifinagh else {"zgh": ""}),
        "city": asdict(issuer.city),
        "office": asdict(issuer.signatory.title),
        "signatory": {"ar": issuer.signatory.arabic, "la": issuer.signatory.latin},
        "mention": asdict(facts.mention) if facts.mention else None,
        "hours": _hours(facts.hours),
        "starts": _day(facts.starts_on),
        "ends": _day(facts.ends_on),
        "issued": _day(facts.issued_on),
        "expires": _day(facts.expires_on) if facts.expires_on else None,
        "code": facts.code,
        "code_size": _code_size(facts.code),
        "number": facts.number,
        "url": facts.verify_url,
        "address": _plain(_address(facts.verify_url)),
        "signature": _signature(facts),
        **{place: _plain(fitted) for place, fitted in _fitted(facts).items()},
    }


def _plain(fitted: Fitted | None) -> dict[str, Any] | None:
    return asdict(fitted) if fitted else None


def _fitted(facts: CertificateFacts) -> dict[str, Fitted | None]:
    return {**_institute(facts), **_names(facts), **_titles(facts.title)}


def _institute(facts: CertificateFacts) -> dict[str, Fitted | None]:
    names, authority = facts.issuer.names, facts.issuer.authority
    french = fit(names.fr, Box(22.6, 12.6, _INSTITUTE_WIDTH, 13, 1.3, one_line_from=13))
    # Two lines on the left want two on the right.
    arabic_box = Box(20.6, 14.8, _INSTITUTE_WIDTH, 16, 1.3, one_line_from=16)
    arabic = fit(names.ar, arabic_box, arabic=True, least_lines=len(french.lines))
    note = Box(36, 8, _INSTITUTE_WIDTH, 9, 1.3)
    return {
        "institute_fr": french,
        "institute_ar": arabic,
        "authority_fr": fit(authority.fr, note) if authority else None,
        "authority_ar": fit(authority.ar, note, arabic=True) if authority else None,
    }


def _names(facts: CertificateFacts) -> dict[str, Fitted | None]:
    """Set both names, or one alone in the middle of the whole zone."""
    latin, arabic = facts.holder_latin, facts.holder_arabic
    leading = _VOWELLED_LEADING if arabic and has_vowel_marks(arabic) else _ARABIC_LEADING
    if latin and arabic:
        below = _NAMES_TOP + _ARABIC_NAME_HEIGHT
        arabic_box = _name_box(_NAMES_TOP, _ARABIC_NAME_HEIGHT, 34, leading)
        latin_box = _name_box(below, _NAMES_HEIGHT - _ARABIC_NAME_HEIGHT, 30, _LATIN_LEADING)
    else:
        arabic_box = _name_box(_NAMES_TOP, _NAMES_HEIGHT, 44, leading)
        latin_box = _name_box(_NAMES_TOP, _NAMES_HEIGHT, 38, _LATIN_LEADING)
    return {
        "name_ar": fit(arabic, arabic_box, arabic=True) if arabic else None,
        "name_la": fit(latin, latin_box) if latin else None,
    }


def _name_box(top: float, height: float, largest: float, leading: float) -> Box:
    return Box(top, height, _NAME_WIDTH, largest, leading, _NAME_ON_ONE_LINE_FROM)


def _titles(title: Words) -> dict[str, Fitted | None]:
    arabic = fit(title.ar, Box(110.8, 9.8, _TITLE_WIDTH, 20, _ARABIC_LEADING), arabic=True)
    french = fit(title.fr, Box(120.6, 8.2, _TITLE_WIDTH, 18, 1.1))
    english = fit(title.en, Box(128.8, 5.8, _TITLE_WIDTH, min(12.5, 0.85 * french.size), 1.1))
    return {"title_ar": arabic, "title_la": french, "title_en": english}


def _code_size(code: str) -> float:
    """Size the code, whose letters stand 0.05 em apart."""
    return round(min(13.5, _ID_WIDTH * POINTS_PER_MM / (advance(code) + 0.05 * len(code))), 1)


def _address(url: str) -> Fitted:
    """Show the address without its scheme; a long one breaks before its last part."""
    parts = urlsplit(url)
    shown = f"{parts.netloc}{parts.path}"
    box = Box(0, 9, _ID_WIDTH, 9, 1.4)
    on_one_line = fit(shown, box)
    if on_one_line.size >= 7:  # noqa: PLR2004  # points: smaller is hard to copy by hand
        return on_one_line
    host, _, last = shown.rpartition("/")
    lines = (f"{host}/", last)
    return Fitted(lines, min(fit(line, box).size for line in lines), box.leading, 0)


def _signature(facts: CertificateFacts) -> dict[str, Any]:
    """Put office and name of the signatory on one line each, or on two when they are long."""
    signatory = facts.issuer.signatory
    office = _fits(signatory.title.ar, signatory.title.fr)
    name = _fits(signatory.arabic, signatory.latin)
    crowded = not (office and name)
    return {
        "office_on_one_line": office,
        "name_on_one_line": name,
        "size": 8.5 if crowded else 10,
        "room": 5 if crowded else 9,
    }


def _fits(arabic: str, latin: str, *, size: float = 10) -> bool:
    width = advance(arabic, arabic=True) + advance("\N{EN SPACE}·\N{EN SPACE}") + advance(latin)
    return width * size <= _SIGNATURE_WIDTH * POINTS_PER_MM


def _hours(hours: int) -> dict[str, str]:
    return {
        "ar": _hours_in_arabic(hours),
        "fr": f"{hours}\N{NO-BREAK SPACE}heure{'s' if hours > 1 else ''}",
        "en": f"{hours} hour{'' if hours == 1 else 's'}",
    }


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
def _day(day: date) -> dict[str, str]:
    """Say a day in the three languages; the template raises the « er » of a French first."""
    return {
        "ar": format_date(day, "d MMMM y", locale="ar_MA"),
        "fr_day": str(day.day),
        "fr_rest": format_date(day, "MMMM\N{NO-BREAK SPACE}y", locale="fr"),
        "en": format_date(day, "d MMMM y", locale="en_GB"),
    }
