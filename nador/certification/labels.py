"""Words for the states and refusals of certification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import (
    BatchStatus,
    CertificateEventKind,
    CertificateStatus,
    Failure,
    Validity,
    validity,
)
from nador.kernel import clock
from nador.kernel.i18n import msgid, pick

if TYPE_CHECKING:
    from datetime import date

    from nador.certification.models import Certificate
    from nador.certification.queries import Ending
    from nador.kernel.i18n import Translator
    from nador.kernel.tables import Cell

ERRORS: Final = {
    "nobody_named": msgid("A certificate needs the holder's name in Latin or in Arabic letters."),
    "unprintable": msgid(
        "“%(text)s” cannot be printed because of the character %(character)s (%(name)s)."
    ),
    "institute_not_ready": msgid(
        "Nothing can be issued yet: an administrator must complete the institute's page."
    ),
    "nothing_to_issue": msgid(
        "There is nobody to issue for: conclude the run first, and confirm the names."
    ),
    "programme_not_published": msgid(
        "This programme is not published, so nothing can be issued for it."
    ),
    "names_not_confirmed": msgid("The names have not been confirmed in both scripts."),
    "certificate_not_in_force": msgid("This certificate is not in force, so it cannot be revoked."),
    "reason_missing": msgid("Write a reason: one for the file, and one that the public may read."),
    "nothing_to_print": msgid("No certificate of this run has been issued yet."),
    "not_drawn": msgid("The document could not be drawn. Try again; if it fails again, report it."),
    "key_missing": msgid("There is no key for this yet (%(purpose)s): run `nador init` again."),
    "key_not_changed": msgid("This key has already been retired."),
    "chain_unreadable": msgid("This file holds no certificates in PEM format."),
    "chain_of_another_key": msgid("The certificate of “%(name)s” is for another key."),
    "chain_disordered": msgid(
        "The certificates are in the wrong order: the key's own first, then each one's issuer, the root last."
    ),
    "chain_without_root": msgid("Nothing in the file vouches for “%(name)s”: add its issuer."),
    "chain_expired": msgid(
        "The certificate of “%(name)s” is valid from %(starts_at)s to %(expires_at)s only."
    ),
    "chain_unfit": msgid("The certificate of “%(name)s” is not made for sealing documents."),
}


def kind(words: Translator, value: DocumentKind) -> str:
    """Name a document."""
    match value:
        case DocumentKind.CERTIFICATE:
            return words.gettext("Certificate of achievement")
        case DocumentKind.ATTESTATION:
            return words.gettext("Certificate of attendance")


def status(words: Translator, value: CertificateStatus) -> str:
    """Name a stored state."""
    match value:
        case CertificateStatus.PENDING_ISSUE:
            return words.gettext("Being made")
        case CertificateStatus.ISSUED:
            return words.gettext("In force")
        case CertificateStatus.REVOKED:
            return words.gettext("Revoked")
        case CertificateStatus.SUPERSEDED:
            return words.gettext("Replaced")


def look(value: CertificateStatus) -> str:
    """Choose the kind of a state's tag."""
    match value:
        case CertificateStatus.PENDING_ISSUE:
            return "info"
        case CertificateStatus.ISSUED:
            return "ok"
        case CertificateStatus.REVOKED:
            return "bad"
        case CertificateStatus.SUPERSEDED:
            return "warn"


def standing(words: Translator, one: Certificate, *, today: date) -> tuple[str, str]:
    """Name what a certificate is worth today, and choose the kind of its tag."""
    if one.status is not CertificateStatus.ISSUED:
        return status(words, one.status), look(one.status)
    match validity(one.expires_on, today=today):
        case Validity.EXPIRED:
            return words.gettext("Expired"), "warn"
        case Validity.ENDS_SOON:
            return words.gettext("Ends soon"), "info"
        case Validity.STANDS | Validity.ENDLESS:
            return status(words, one.status), look(one.status)


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


def event(words: Translator, value: CertificateEventKind) -> str:
    """Name what happened."""
    match value:
        case CertificateEventKind.ISSUED:
            return words.gettext("Came into force")
        case CertificateEventKind.SUPERSEDED:
            return words.gettext("Replaced")
        case CertificateEventKind.REVOKED:
            return words.gettext("Revoked")
        case CertificateEventKind.DOWNLOADED:
            return words.gettext("Downloaded")


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
