"""Words for the states and refusals of certification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.accounts.rules import Names
from nador.catalogue.rules import DocumentKind
from nador.certification.rules import (
    ActKind,
    BatchStatus,
    CertificateEventKind,
    CertificateStatus,
    Failure,
    ProposalStatus,
    RequestStatus,
    TemplateStatus,
    Validity,
    validity,
)
from nador.certification.template import Annex, FlawKind
from nador.kernel import clock
from nador.kernel.i18n import msgid, pick

if TYPE_CHECKING:
    from datetime import date, datetime

    from nador.accounts.models import Person
    from nador.certification.changes.models import CorrectionRequest, Proposal
    from nador.certification.models import Certificate
    from nador.certification.queries import Ending
    from nador.certification.template import BadPicture, Flaw
    from nador.kernel.i18n import Translator
    from nador.kernel.tables import Cell

ERRORS: Final = {
    "nobody_named": msgid("A certificate needs the holder's name in Latin or in Arabic letters."),
    "unprintable": msgid(
        "“%(text)s” cannot be printed because of the character %(character)s (%(name)s)."
    ),
    "supplement_too_long": msgid(
        "The course says more than the supplement's page has room for: shorten its outcomes or skills."
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
    "certificate_not_in_force": msgid(
        "Nothing can be changed about this certificate: it is not issued yet, revoked or replaced."
    ),
    "certificate_expired": msgid(
        "This certificate has expired: renew it first, then correct the new one."
    ),
    "certificate_never_expires": msgid(
        "This certificate never expires: there is nothing to renew."
    ),
    "parts_missing": msgid(
        "The certificates that this one rests on must be in force: renew them first."
    ),
    "why_missing": msgid("Write the reason."),
    "names_unchanged": msgid("The certificate has these names already: change at least one."),
    "already_proposed": msgid(
        "Another decision about the same waits for a second person: it must be settled first."
    ),
    "proposal_settled": msgid("This has been settled already."),
    "second_person_needed": msgid("The institute lets nobody decide this alone: propose it."),
    "same_person": msgid("Who proposed does not confirm: another certifier must."),
    "correction_requested": msgid(
        "A correction of this certificate has been asked for: it must be answered first."
    ),
    "request_settled": msgid("This request has been answered already."),
    "certificate_not_in_doubt": msgid(
        "Nothing speaks against this certificate: there is nothing to decide."
    ),
    "reason_missing": msgid("Write a reason: one for the file, and one that the public may read."),
    "nothing_to_print": msgid("No certificate of this run has been issued yet."),
    "not_drawn": msgid("The document could not be drawn. Try again; if it fails again, report it."),
    "template_version_kept": msgid(
        "This version was in use, so it does not change any more: make a copy of it."
    ),
    "template_version_not_changed": msgid("This version is in that state already."),
    "template_draft_changed": msgid(
        "Somebody else saved this draft meanwhile. Nothing is lost: both are below. Saving again keeps yours."
    ),
    "template_draft_there": msgid(
        "There is already a draft: edit it, or archive it before you copy another version."
    ),
    "template_flawed": msgid(
        "The template has a text that cannot be printed: open it to see which."
    ),
    "bad_picture": msgid("This picture cannot be used."),
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


def act(words: Translator, value: ActKind) -> str:
    """Name what is decided."""
    match value:
        case ActKind.ISSUE:
            return words.gettext("Issue certificates")
        case ActKind.REVOKE:
            return words.gettext("Revoke a certificate")
        case ActKind.REPLACE:
            return words.gettext("Correct a certificate")
        case ActKind.RENEW:
            return words.gettext("Renew a certificate")


def proposal(words: Translator, value: ProposalStatus) -> str:
    """Name the state of what was proposed."""
    match value:
        case ProposalStatus.OPEN:
            return words.gettext("Waits for a second person")
        case ProposalStatus.APPROVED:
            return words.gettext("Confirmed")
        case ProposalStatus.DENIED:
            return words.gettext("Refused")
        case ProposalStatus.WITHDRAWN:
            return words.gettext("Withdrawn")


def proposal_look(value: ProposalStatus) -> str:
    """Choose the kind of its tag."""
    match value:
        case ProposalStatus.OPEN:
            return "info"
        case ProposalStatus.APPROVED:
            return "ok"
        case ProposalStatus.DENIED:
            return "bad"
        case ProposalStatus.WITHDRAWN:
            return ""


def correction(words: Translator, value: RequestStatus) -> str:
    """Name the state of what a holder asked."""
    match value:
        case RequestStatus.OPEN:
            return words.gettext("Waits for an answer")
        case RequestStatus.APPROVED:
            return words.gettext("Corrected")
        case RequestStatus.DENIED:
            return words.gettext("Refused")


def correction_look(value: RequestStatus) -> str:
    """Choose the kind of its tag."""
    match value:
        case RequestStatus.OPEN:
            return "info"
        case RequestStatus.APPROVED:
            return "ok"
        case RequestStatus.DENIED:
            return "bad"


def told_of_proposal(words: Translator, one: Proposal) -> list[tuple[datetime, str]]:
    """Tell when and by whom an act was proposed, and what became of it."""
    by = _name(words, one.proposed_by)
    told = [
        (
            one.proposed_at,
            words.gettext("Proposed by %(name)s: %(act)s", name=by, act=act(words, one.kind)),
        )
    ]
    if one.decided_at is None:
        return told
    match one.status:
        case ProposalStatus.APPROVED:
            said = words.gettext("Confirmed by %(name)s", name=_name(words, one.decided_by))
        case ProposalStatus.DENIED:
            said = words.gettext(
                "Refused by %(name)s: %(reason)s",
                name=_name(words, one.decided_by),
                reason=one.answer,
            )
        case _:
            said = words.gettext("Withdrawn by %(name)s", name=by)
    return [*told, (one.decided_at, said)]


def told_of_request(words: Translator, one: CorrectionRequest) -> list[tuple[datetime, str]]:
    """Tell when a holder asked for another spelling, and how that was answered."""
    told = [(one.asked_at, words.gettext("The holder asked for another spelling"))]
    if one.decided_at is None:
        return told
    if one.status is RequestStatus.DENIED:
        said = words.gettext("The request was refused: %(reason)s", reason=one.answer)
    else:
        said = words.gettext("The request was granted")
    return [*told, (one.decided_at, said)]


def _name(words: Translator, person: Person | None) -> str:
    return (
        Names(person.name_latin, person.name_arabic).in_language(words.language.code)
        if person
        else ""
    )


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
