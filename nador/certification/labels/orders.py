"""Words for an order to issue, and for why somebody has no certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.certification.labels.templates import in_language
from nador.certification.rules import BatchStatus, Failure

if TYPE_CHECKING:
    from nador.kernel.i18n import Translator


def failure(words: Translator, code: str, reason: str) -> str:
    """Say why somebody has no certificate yet, and what to do."""
    match code:
        case Failure.NAMES_NOT_CONFIRMED:
            return words.gettext("The names are not confirmed: confirm them, then try again.")
        case Failure.NOBODY_NAMED:
            return words.gettext("No name is known: add one, then try again.")
        case Failure.UNPRINTABLE:
            return words.gettext(
                "The name has a character that cannot be printed (%(character)s): correct it.",
                character=reason,
            )
        case Failure.TEMPLATE_FLAWED:
            slot, _, language = reason.partition(":")
            return words.gettext(
                "A text of the template has no room here (%(text)s): shorten it, then try again.",
                text=in_language(words, slot, language),
            )
        case Failure.OWN_CASE:
            return words.gettext("Nobody issues for themselves: a colleague must do it.")
        case _:
            return words.gettext("The document could not be drawn: try again.")


def batch(words: Translator, value: BatchStatus) -> str:
    """Say how an order stands, as a heading."""
    match value:
        case BatchStatus.RUNNING:
            return words.gettext("Issuing")
        case BatchStatus.DONE:
            return words.gettext("Everything is issued")
        case BatchStatus.DONE_WITH_FAILURES:
            return words.gettext("Issued, but not for everybody")
