"""The list of certificates that end, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.kernel import clock
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from nador.certification.queries import Ending
    from nador.kernel.i18n import Translator
    from nador.kernel.tables import Cell


def ending_columns(words: Translator) -> list[str]:
    """Name the columns of the list of what ends."""
    return [
        words.gettext("Valid until"),
        words.gettext("Code"),
        words.gettext("Number"),
        words.gettext("Name in Latin letters"),
        words.gettext("Name in Arabic letters"),
        words.gettext("Reference"),
        words.gettext("Title"),
        words.gettext("Issued on"),
        words.gettext("Last reminder"),
    ]


def ending_row(one: Ending, words: Translator) -> list[Cell]:
    """Write one certificate that ends as a row."""
    certificate = one.certificate
    return [
        certificate.expires_on,
        certificate.code,
        certificate.number,
        certificate.holder_latin,
        certificate.holder_arabic,
        one.person.reference,
        pick(certificate.title, words.language.code),
        certificate.issued_on,
        clock.local(one.reminded_at).date() if one.reminded_at else None,
    ]
