"""Lays the facts of a certificate out on its sheet: HTML of escaped primitives only."""

from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from nador.certification.facts import CertificateFacts, Kind
from nador.certification.pdf import places
from nador.certification.pdf.fit import (
    POINTS_PER_MM,
    Box,
    Fitted,
    advance,
    fit,
    has_vowel_marks,
)
from nador.certification.pdf.places import ID_WIDTH, Line, Signed, main_language
from nador.certification.pdf.printable import require_printable
from nador.certification.template import PLAIN, Accent, Design, Frame, TemplateOptions
from nador.kernel.resources import folder

SHEET = folder("templates") / "certificates"

_ARABIC_LEADING, _VOWELLED_LEADING, _LATIN_LEADING = 1.28, 1.85, 1.12
_NAMES_TOP, _NAMES_HEIGHT, _ARABIC_NAME_HEIGHT = 70.2, 33.0, 17.5
_NAME_WIDTH, _INSTITUTE_WIDTH = 240.0, 60.0
_NAME_ON_ONE_LINE_FROM = 22.0
# What the document says of itself to who cannot see it, in its leading language.
_SPOKEN = {
    "ar": {"code": "رمز الاستجابة السريعة: ", "logo": "شعار ", "signature": "توقيع "},
    "fr": {
        "code": "Code QR\N{NO-BREAK SPACE}: ",
        "logo": "Logo\N{NO-BREAK SPACE}: ",
        "signature": "Signature de ",
    },
    "en": {"code": "QR code: ", "logo": "Logo: ", "signature": "Signature of "},
}


class Part(StrEnum):
    """How much of a sheet is written: all, what a run's certificates share, or the rest of it."""

    WHOLE = "whole"
    COMMON = "common"
    OWN = "own"


def compose(facts: CertificateFacts, design: Design = PLAIN, part: Part = Part.WHOLE) -> str:
    """Write the sheet of a certificate as HTML; raises Unprintable."""
    require_printable(facts)
    options = design.options
    return template("certificates/certificate.html").render(
        part=part.value,
        language=main_language(options),
        **_head(facts, options),
        **(_own(facts, options) if part is not Part.COMMON else {}),
        **(_common(facts, options) if part is not Part.OWN else {}),
    )


@cache
def template(name: str) -> Template:
    """Load a template of the paper, which sees primitives only."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _head(facts: CertificateFacts, options: TemplateOptions) -> dict[str, Any]:
    """Say what the document says of itself."""
    language = main_language(options)
    holder = facts.holder_latin or facts.holder_arabic
    document = options.text("heading", language, kind=facts.kind)
    return {
        "accent": accent_of(facts, options).value,
        "heading": f"{document} — {holder} — {facts.code}",
        "subject": getattr(facts.title, language),
        "author": getattr(facts.issuer.names, language),
    }


def accent_of(facts: CertificateFacts, options: TemplateOptions) -> Accent:
    """Choose the colour: the template's, or what suits the kind of document."""
    usual = {Kind.CERTIFICAT: Accent.GREEN, Kind.ATTESTATION: Accent.BLUE}
    return options.accent or usual[facts.kind]


def frame_of(facts: CertificateFacts, options: TemplateOptions) -> Frame:
    """Choose the frame: the template's, or what suits the kind of document."""
    usual = {Kind.CERTIFICAT: Frame.STARS, Kind.ATTESTATION: Frame.RULES}
    return options.frame or usual[facts.kind]


def _own(facts: CertificateFacts, options: TemplateOptions) -> dict[str, Any]:
    """Say what differs between holders, in primitives."""
    return {
        "code": facts.code,
        "code_size": _code_size(facts.code),
        "code_alt": f"{_SPOKEN[main_language(options)]['code']}{facts.verify_url}",
        "number": facts.number,
        "address": _plain(_address(facts.verify_url)),
        "until": _lines(places.until_lines(facts, options)),
        **{place: _plain(fitted) for place, fitted in _names(facts).items()},
    }


def _common(facts: CertificateFacts, options: TemplateOptions) -> dict[str, Any]:
    """Say what the holders of a run have in common, in primitives: all else that the template sees."""
    head, beneath = places.heading(facts, options)
    said = _SPOKEN[main_language(options)]
    logo = places.logo(options)
    return {
        **_institute(facts, options),
        "zgh": facts.issuer.names.zgh if options.tifinagh else "",
        "logo": logo and logo | {"alt": said["logo"] + facts.issuer.names.fr},
        "head": _line(head),
        "beneath": _line(beneath),
        **{slot: _line(one) for slot, one in places.between(facts, options).items()},
        "titles": [
            (language, _plain(fitted)) for language, fitted in places.titles(facts.title, options)
        ],
        "particulars": _lines(places.facts_lines(facts, options)),
        "check": _lines(places.check_lines(facts, options)),
        "place": _lines(places.place_lines(facts, options)),
        "signatories": [
            _signed(one, alt=said["signature"]) for one in places.signatories(facts, options)
        ],
    }


def _signed(one: Signed, *, alt: str) -> dict[str, Any]:
    width, height = one.hand
    return {
        "office": _lines(one.office),
        "name": _lines(one.name),
        "room": one.room,
        "left": one.left,
        "width": one.width,
        "top": one.top,
        "signature": one.signature
        and {"name": one.signature.name, "width": width, "height": height, "alt": alt + one.who},
    }


def _lines(placed: Iterable[Line]) -> list[dict[str, Any] | None]:
    return [_line(one) for one in placed]


def _line(placed: Line | None) -> dict[str, Any] | None:
    """Give a line as primitives: its parts, each with its language and pieces."""
    if placed is None:
        return None
    return {
        "parts": [
            {
                "language": part.language,
                "pieces": [(piece.look.value, piece.text) for piece in part.pieces],
            }
            for part in placed.parts
        ],
        "top": placed.top,
        "size": placed.size,
        "leading": placed.leading,
    }


def _plain(fitted: Fitted | None) -> dict[str, Any] | None:
    return asdict(fitted) if fitted else None


def _institute(facts: CertificateFacts, options: TemplateOptions) -> dict[str, Any]:
    """Set the institute's name, and who watches over it: Latin on the left, Arabic on the right.

    Without Arabic the second Latin language stands on the right.
    """
    latin = places.latin(options)
    left = latin[0] if latin else None
    right = "ar" if "ar" in options.languages else next(iter(latin[1:]), None)
    names, authority = facts.issuer.names, facts.issuer.authority
    lines, placed = 1, {}
    for side, language in (("left", left), ("right", right)):
        if language is None:
            continue
        arabic = language == "ar"
        box = (
            Box(20.6, 14.8, _INSTITUTE_WIDTH, 16, 1.3, one_line_from=16)
            if arabic
            else Box(22.6, 12.6, _INSTITUTE_WIDTH, 13, 1.3, one_line_from=13)
        )
        # Two lines on the left want two on the right.
        fitted = fit(getattr(names, language), box, arabic=arabic, least_lines=lines)
        lines = len(fitted.lines)
        note = Box(36, 8, _INSTITUTE_WIDTH, 9, 1.3)
        placed[side] = {
            "language": language,
            "name": _plain(fitted),
            "authority": _plain(
                fit(getattr(authority, language), note, arabic=arabic) if authority else None
            ),
        }
    return {"left": placed.get("left"), "right": placed.get("right")}


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


def _code_size(code: str) -> float:
    """Size the code, whose letters stand 0.05 em apart."""
    return round(min(13.5, ID_WIDTH * POINTS_PER_MM / (advance(code) + 0.05 * len(code))), 1)


def _address(url: str) -> Fitted:
    """Show the address without its scheme; a long one breaks before its last part."""
    parts = urlsplit(url)
    shown = f"{parts.netloc}{parts.path}"
    box = Box(0, 9, ID_WIDTH, 9, 1.4)
    on_one_line = fit(shown, box)
    if on_one_line.size >= 7:  # noqa: PLR2004  # points: smaller is hard to copy by hand
        return on_one_line
    host, _, last = shown.rpartition("/")
    lines = (f"{host}/", last)
    return Fitted(lines, min(fit(line, box).size for line in lines), box.leading, 0)
