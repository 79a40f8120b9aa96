"""Words for templates: their states, texts, specimens and flaws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.certification.rules import TemplateStatus
from nador.certification.template import FlawKind
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from nador.certification.template import BadPicture, Flaw
    from nador.kernel.i18n import Translator


def template_status(words: Translator, value: TemplateStatus) -> str:
    """Name the state of a template version."""
    match value:
        case TemplateStatus.DRAFT:
            return words.gettext("Draft")
        case TemplateStatus.ACTIVE:
            return words.gettext("In use")
        case TemplateStatus.ARCHIVED:
            return words.gettext("Archived")


def template_look(value: TemplateStatus) -> str:
    """Choose the kind of that state's tag."""
    match value:
        case TemplateStatus.DRAFT:
            return "info"
        case TemplateStatus.ACTIVE:
            return "ok"
        case TemplateStatus.ARCHIVED:
            return ""


SLOTS: Final = {
    "heading": msgid("Name of the document"),
    "awarded": msgid("Before the names"),
    "followed": msgid("Before the title"),
    "hours": msgid("Hours"),
    "period": msgid("Dates"),
    "day": msgid("Date, when all is on one day"),
    "mention": msgid("Mention"),
    "place": msgid("Place and date of issue"),
    "until": msgid("Until when it is valid"),
    "check": msgid("How to check"),
    "office": msgid("Office of the signatory"),
    "signatory": msgid("Name of the signatory"),
}
"""What the texts of a sheet are called, each by its place."""

LANGUAGES: Final = {
    "ar": msgid("Arabic"),
    "fr": msgid("French"),
    "en": msgid("English"),
    "mul": msgid("Latin letters"),
}


def in_language(words: Translator, slot: str, language: str) -> str:
    """Name a text of a sheet with its language."""
    named = words.gettext(SLOTS.get(slot, slot))
    if not language:
        return named
    return words.gettext(
        "%(text)s, %(language)s", text=named, language=words.gettext(LANGUAGES[language])
    )


def specimen(words: Translator, name: str) -> str:
    """Name one of the sheets that a template is tried on."""
    match name:
        case "usual":
            return words.gettext("A usual name")
        case "long":
            return words.gettext("Names of 200 letters")
        case "unbroken":
            return words.gettext("Names of 200 letters without a space")
        case "arabic":
            return words.gettext("No Latin name")
        case "latin":
            return words.gettext("No Arabic name")
        case "vowelled":
            return words.gettext("Vowel marks and accents")
        case "title":
            return words.gettext("A long title")
        case _:
            return words.gettext("Attendance on one day")


def flaw(words: Translator, found: Flaw) -> str:
    """Say what is wrong with which text, and what to do."""
    text = in_language(words, found.slot, found.language)
    match found.kind:
        case FlawKind.NO_LANGUAGE:
            return words.gettext("The document stands in no language: choose at least one.")
        case FlawKind.UNKNOWN_FACT:
            return words.gettext(
                "%(text)s: {%(name)s} is not a value that can stand here.",
                text=text,
                name=found.detail,
            )
        case FlawKind.STRAY_BRACE:
            return words.gettext("%(text)s: a brace is not closed, or not opened.", text=text)
        case FlawKind.TOO_LONG:
            return words.gettext(
                "%(text)s: at most %(limit)s characters.", text=text, limit=found.detail
            )
        case FlawKind.TOO_MANY_LINES:
            return words.ngettext(
                "%(text)s: at most %(num)s line.",
                "%(text)s: at most %(num)s lines.",
                int(found.detail),
                text=text,
            )
        case FlawKind.NAMELESS:
            return words.gettext("A signatory has no name.")
        case FlawKind.UNPRINTABLE:
            return words.gettext(
                "%(text)s: the character %(character)s cannot be printed.",
                text=text,
                character=found.detail,
            )
        case FlawKind.CROWDED:
            return words.gettext("%(text)s: there is no room for it. Shorten it.", text=text)


def picture(words: Translator, refusal: BadPicture) -> str:
    """Say why a picture cannot be used."""
    name = refusal.params.get("name", "")
    match refusal.params["detail"]:
        case "type":
            return words.gettext("This is neither a PNG nor an SVG picture.")
        case "size":
            return words.gettext("The picture is too large: at most 1 MB, and 200 kB for an SVG.")
        case "small":
            return words.gettext("The picture is too small: at least 16 pixels on each side.")
        case "sides":
            return words.gettext("The picture is too long, or does not say its size.")
        case "element":
            return words.gettext(
                "The SVG contains <%(name)s>, which is not allowed: convert everything to paths, or use a PNG.",
                name=name,
            )
        case "attribute":
            return words.gettext(
                "The SVG uses “%(name)s” in a way that is not allowed: simplify it, or use a PNG.",
                name=name,
            )
        case "empty" | "shapes":
            return words.gettext("The SVG contains no shape, or too many.")
        case _:
            return words.gettext("The picture cannot be read.")
