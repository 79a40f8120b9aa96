"""Words for documents, and for what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import CertificateEventKind, CertificateStatus, Validity, validity
from nador.certification.template import Annex

if TYPE_CHECKING:
    from datetime import date

    from nador.certification.models import Certificate
    from nador.kernel.i18n import Translator


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


def ends(one: Certificate, *, today: date) -> bool:
    """Whether a holder should think of a renewal: what is issued ends soon, or has ended."""
    near = validity(one.expires_on, today=today) in {Validity.ENDS_SOON, Validity.EXPIRED}
    return one.status is CertificateStatus.ISSUED and near


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


def annex(words: Translator, value: Annex) -> str:
    """Say whether a document has a supplement."""
    match value:
        case Annex.NONE:
            return words.gettext("No supplement")
        case Annex.WITHOUT_MARKS:
            return words.gettext("Supplement without marks")
        case Annex.WITH_MARKS:
            return words.gettext("Supplement with marks")


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
        case CertificateEventKind.UPHELD:
            return words.gettext("Let stand, though a part of it stands no more")
