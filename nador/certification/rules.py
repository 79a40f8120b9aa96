"""States and pure decisions about certificates."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from nador.catalogue.rules import CatalogueStatus, DocumentKind
from nador.kernel.errors import Conflict, Invalid, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nador.accounts.rules import Names


class TemplateStatus(StrEnum):
    """The states of a template version."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class CertificateStatus(StrEnum):
    """What is stored of a certificate's state; expiry follows from its dates."""

    PENDING_ISSUE = "pending_issue"
    ISSUED = "issued"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class FileStatus(StrEnum):
    """Whether a certificate's file is the one that counts."""

    CURRENT = "current"
    HISTORIC = "historic"


class CertificateEventKind(StrEnum):
    """What can happen to a certificate."""

    ISSUED = "issued"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    DOWNLOADED = "downloaded"
    UPHELD = "upheld"
    """What it rests on stands no more, and somebody let it stand."""


class ActKind(StrEnum):
    """What certifiers decide, alone or by two."""

    ISSUE = "issue"
    REVOKE = "revoke"
    REPLACE = "replace"
    RENEW = "renew"


class ProposalStatus(StrEnum):
    """The states of an act that waits for a second person."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class RequestStatus(StrEnum):
    """The states of a holder's request for another spelling."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"


class PrintStatus(StrEnum):
    """The states of one file of all certificates of a run."""

    DUE = "due"
    READY = "ready"
    DEAD = "dead"


class PrintForm(StrEnum):
    """What a run's certificates are handed out as: one PDF to print, or a ZIP of the documents."""

    PDF = "pdf"
    ZIP = "zip"


PRINT_KEPT: Final = timedelta(days=7)
"""How long a file of all certificates is kept: it is full of names, and soon ordered again."""


def print_gone(ordered_at: datetime, *, now: datetime) -> bool:
    """Tell whether a file of all certificates has lain there long enough."""
    return now >= ordered_at + PRINT_KEPT


SIGN, ISSUE = STAGES = ("sign", "issue")
"""The two pieces of work that make a certificate: its credential signed, then its document."""
LOG: Final = "log"
"""The name of the log writer's work."""
SMALLEST_LIST: Final = 131_072
"""Places of a status list; fewer would tell whose certificate is asked about."""
LIST_SIGNED_DAILY: Final = timedelta(days=1)
LIST_AGEING: Final = timedelta(days=3)
"""A list is good for seven days; from this age on somebody has to see why no newer one is signed."""


class KeyPurpose(StrEnum):
    """What a key signs; the log's key is the deployment's, all others are an institute's."""

    ROOT = "root"
    SEAL = "seal"
    CREDENTIAL = "credential"
    LOG = "log"


class KeyStorage(StrEnum):
    """Where a private key lies."""

    FILE = "file"
    PKCS11 = "pkcs11"


class KeyStatus(StrEnum):
    """Whether a key signs, signed once, or must not be believed."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class LogKind(StrEnum):
    """What an entry of the public log is about."""

    ISSUE = "issue"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What the registry knows of a key, as far as opening it needs."""

    purpose: KeyPurpose
    kid: str
    storage: KeyStorage
    chain: str | None


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """A key signs from now on."""

    key_id: int


@dataclass(frozen=True, slots=True)
class KeyRetired:
    """A key signs no more; whether it was retired or compromised, its row says."""

    key_id: int


class KeyMissing(Conflict):
    """An institute has no key for this: `purpose`."""

    code = "key_missing"


class KeyNotChanged(Conflict):
    """The key has this status already, or one that is never left."""

    code = "key_not_changed"


def require_key_step(old: KeyStatus, new: KeyStatus) -> None:
    """Let a key only lose trust: nothing makes it sign or be believed again."""
    trusted = (KeyStatus.ACTIVE, KeyStatus.RETIRED, KeyStatus.COMPROMISED)
    if trusted.index(new) <= trusted.index(old):
        raise KeyNotChanged


class VersionKept(Conflict):
    """A template version that was ever in use is not edited: a copy of it is."""

    code = "template_version_kept"


class VersionNotChanged(Conflict):
    """The template version has this state already, or cannot come to it from the one it has."""

    code = "template_version_not_changed"


class DraftThere(Conflict):
    """The template has a draft already: `version_id`."""

    code = "template_draft_there"


class DraftChanged(Conflict):
    """Somebody else saved the draft since it was read."""

    code = "template_draft_changed"


def require_edition(read: str | None, now: str) -> None:
    """Refuse to write over what somebody else saved meanwhile; who says nothing read nothing."""
    if read and read != now:
        raise DraftChanged


def require_draft(status: TemplateStatus) -> None:
    """Let only a draft be edited."""
    if status is not TemplateStatus.DRAFT:
        raise VersionKept


def require_template_step(old: TemplateStatus, new: TemplateStatus) -> None:
    """Let a draft come into use or be put away, and an old version come back.

    The one in use is put away by its successor alone: there is always one to issue by.
    """
    if (old, new) not in {
        (TemplateStatus.DRAFT, TemplateStatus.ACTIVE),
        (TemplateStatus.DRAFT, TemplateStatus.ARCHIVED),
        (TemplateStatus.ARCHIVED, TemplateStatus.ACTIVE),
    }:
        raise VersionNotChanged


@dataclass(frozen=True, slots=True)
class CertificateIssued:
    """A certificate is answered for from now on."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate is no longer in force."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateSuperseded:
    """A certificate was replaced by another."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateEnding:
    """So many days, or fewer, are left of a certificate."""

    certificate_id: int
    days: int


@dataclass(frozen=True, slots=True)
class CertificateUpheld:
    """A certificate was let stand although what it rests on stands no more."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class ActProposed:
    """Something waits for a second person."""

    proposal_id: int


@dataclass(frozen=True, slots=True)
class ProposalAnswered:
    """A second person approved or denied what was proposed."""

    proposal_id: int


@dataclass(frozen=True, slots=True)
class CorrectionAnswered:
    """A holder's request was approved or denied."""

    request_id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a profile elsewhere says of a certificate."""

    title: str
    organisation: str
    issued_on: date
    expires_on: date | None
    code: str
    address: str
    """Of the public page."""


def linkedin_address(entry: Entry) -> str:
    """Give the address that opens LinkedIn's form for a certificate, filled in as far as it allows."""
    until = entry.expires_on
    said = {
        "startTask": "CERTIFICATION_NAME",
        "name": entry.title,
        "organizationName": entry.organisation,
        "issueYear": entry.issued_on.year,
        "issueMonth": entry.issued_on.month,
        **({"expirationYear": until.year, "expirationMonth": until.month} if until else {}),
        "certUrl": entry.address,
        "certId": entry.code,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(said, quote_via=quote)}"


def whatsapp_address(text: str) -> str:
    """Give the address that lets somebody choose whom to send a text to."""
    return f"https://wa.me/?{urlencode({'text': text}, quote_via=quote)}"


def mail_address(subject: str, text: str) -> str:
    """Give the address that opens a mail to nobody yet."""
    return f"mailto:?{urlencode({'subject': subject, 'body': text}, quote_via=quote)}"


class InstituteNotReady(Conflict):
    """The institute's papers are not complete: `missing` lists what to fill in."""

    code = "institute_not_ready"


class NothingToIssue(Conflict):
    """Nobody on the run has a confirmed result that a document could be issued for."""

    code = "nothing_to_issue"


class ProgrammeNotPublished(Conflict):
    """Only a published programme leads to certificates."""

    code = "programme_not_published"


class NamesNotConfirmed(Conflict):
    """Nobody has yet confirmed how the holder's names are spelt."""

    code = "names_not_confirmed"


class NotInForce(Conflict):
    """Only an issued certificate can be revoked, replaced or renewed."""

    code = "certificate_not_in_force"


class AlreadyExpired(Conflict):
    """A correction keeps the day of expiry, so a corrected copy of this would be void from the start."""

    code = "certificate_expired"


class NeverExpires(Conflict):
    """There is nothing to renew."""

    code = "certificate_never_expires"


class PartsMissing(Conflict):
    """What a programme's certificate rests on no longer stands: that is renewed first."""

    code = "parts_missing"


class NotInDoubt(Conflict):
    """All that the certificate rests on stands, or somebody let it stand already."""

    code = "certificate_not_in_doubt"


class ReasonMissing(Invalid):
    """A revocation needs a reason, and one that the public may read."""

    code = "reason_missing"


class WhyMissing(Invalid):
    """A request or a refusal needs a reason."""

    code = "why_missing"


class NamesUnchanged(Invalid):
    """The new names are those that the certificate has already."""

    code = "names_unchanged"


class AlreadyProposed(Conflict):
    """What was proposed about this run or certificate waits for its second person."""

    code = "already_proposed"


class ProposalSettled(Conflict):
    """The proposal was approved, denied or withdrawn already."""

    code = "proposal_settled"


class SecondPersonNeeded(Conflict):
    """The institute lets nobody decide this alone: it can only be proposed."""

    code = "second_person_needed"


class SamePerson(NotAllowed):
    """Who proposed does not confirm."""

    code = "same_person"


class AlreadyRequested(Conflict):
    """A correction of this certificate has been asked for, and waits for its answer."""

    code = "correction_requested"


class RequestSettled(Conflict):
    """The request was answered already."""

    code = "request_settled"


class NothingToPrint(Conflict):
    """The run has no issued certificate."""

    code = "nothing_to_print"


class Failure(StrEnum):
    """Why a person of a batch has no certificate; the words are those of the errors."""

    NAMES_NOT_CONFIRMED = "names_not_confirmed"
    NOBODY_NAMED = "nobody_named"
    UNPRINTABLE = "unprintable"
    OWN_CASE = "own_case"
    TEMPLATE_FLAWED = "template_flawed"
    NOT_DRAWN = "not_drawn"


class BatchStatus(StrEnum):
    """The states of an order to issue; they follow from its certificates and failures."""

    RUNNING = "running"
    DONE = "done"
    DONE_WITH_FAILURES = "done_with_failures"


def batch_status(*, pending: int, failed: int) -> BatchStatus:
    """Tell how an order stands: running as long as a certificate of it is to be drawn."""
    if pending:
        return BatchStatus.RUNNING
    return BatchStatus.DONE_WITH_FAILURES if failed else BatchStatus.DONE


def certificate_number(prefix: str, *, year: int, running: int) -> str:
    """Write the number on the paper: NDR-2026-000123."""
    return f"{prefix}-{year}-{running:06}"


def expiry(issued_on: date, *, months: int | None) -> date | None:
    """Return the last day of validity, so many months after the issue; None where it never ends."""
    if not months:
        return None
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    return date(year, month + 1, min(issued_on.day, monthrange(year, month + 1)[1]))


def in_force(status: CertificateStatus, expires_on: date | None, *, today: date) -> bool:
    """Tell whether a document still proves what it says; its last day still counts."""
    return status is CertificateStatus.ISSUED and (expires_on is None or today <= expires_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A certificate in force of a course, as far as a programme looks at it."""

    certificate_id: int
    course_id: int
    version_id: int
    kind: DocumentKind
    hours: int
    starts_on: date
    ends_on: date
    expires_on: date | None = None
    language: str = ""


def parts_of(course_ids: Sequence[int], held: Iterable[Part]) -> list[Part]:
    """Choose one certificate for each course, in the programme's order: the one that lasts longest.

    Of two that last alike the newer one counts. A course without a certificate has no part.
    """
    best: dict[int, Part] = {}
    for part in held:
        other = best.get(part.course_id)
        if other is None or _lasts(part) > _lasts(other):
            best[part.course_id] = part
    return [best[course_id] for course_id in course_ids if course_id in best]


def _lasts(part: Part) -> tuple[date, int]:
    return part.expires_on or date.max, part.certificate_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What a programme's certificate says of what it rests on."""

    kind: DocumentKind
    hours: int
    starts_on: date
    ends_on: date
    expires_on: date | None
    language: str


def together(parts: Sequence[Part], *, expires_on: date | None = None) -> Whole:
    """Sum up at least one part: all hours, from the first start to the last end.

    It is a certificate only where every course was assessed, never outlives what it rests on or
    `expires_on`, and has a language only where all were taught in the same.
    """
    ends = [day for day in (expires_on, *(part.expires_on for part in parts)) if day]
    languages = {part.language for part in parts}
    return Whole(
        kind=(
            DocumentKind.CERTIFICATE
            if all(part.kind is DocumentKind.CERTIFICATE for part in parts)
            else DocumentKind.ATTESTATION
        ),
        hours=sum(part.hours for part in parts),
        starts_on=min(part.starts_on for part in parts),
        ends_on=max(part.ends_on for part in parts),
        expires_on=min(ends, default=None),
        language=languages.pop() if len(languages) == 1 else "",
    )


def require_published(status: CatalogueStatus) -> None:
    """Refuse to issue for a programme that is not offered."""
    if status is not CatalogueStatus.PUBLISHED:
        raise ProgrammeNotPublished


REMINDED: Final = (60, 30, 7)
"""So many days before a certificate ends, its holder is told."""
SOON: Final = timedelta(days=REMINDED[0])


def reminder_due(expires_on: date | None, today: date, already_sent: Collection[int]) -> int | None:
    """Choose the reminder that is to go out now, by its days; None where there is none.

    It is the nearest whose day has come: what was missed meanwhile is left out. Once a nearer one
    went out there is none any more, and none after the last day.
    """
    if expires_on is None or today > expires_on:
        return None
    left = (expires_on - today).days
    nearest = min((days for days in REMINDED if left <= days), default=None)
    if nearest is None or any(sent <= nearest for sent in already_sent):
        return None
    return nearest


def reminds(days: int, *, issued_on: date, expires_on: date) -> bool:
    """Tell whether a reminder has sense: its day came after the certificate itself."""
    return issued_on < expires_on - timedelta(days=days)


class Validity(StrEnum):
    """How long what is issued still stands."""

    ENDLESS = "endless"
    STANDS = "stands"
    ENDS_SOON = "ends_soon"
    EXPIRED = "expired"


def validity(expires_on: date | None, *, today: date) -> Validity:
    """Tell how long a certificate in force still stands; its last day still counts."""
    if expires_on is None:
        return Validity.ENDLESS
    if today > expires_on:
        return Validity.EXPIRED
    return Validity.ENDS_SOON if expires_on - today <= SOON else Validity.STANDS


def require_ready(missing: Sequence[str]) -> None:
    """Refuse to issue while the institute's papers lack something."""
    if missing:
        raise InstituteNotReady(missing=list(missing))


def possible(
    status: CertificateStatus, *, expires_on: date | None, today: date
) -> frozenset[ActKind]:
    """Tell what can be done with a certificate.

    Only an issued one changes. A correction keeps the day of expiry, so what has expired is renewed
    and not corrected; what never expires is not renewed; anything issued can be revoked.
    """
    if status is not CertificateStatus.ISSUED:
        return frozenset()
    match validity(expires_on, today=today):
        case Validity.ENDLESS:
            return frozenset({ActKind.REVOKE, ActKind.REPLACE})
        case Validity.EXPIRED:
            return frozenset({ActKind.REVOKE, ActKind.RENEW})
        case Validity.STANDS | Validity.ENDS_SOON:
            return frozenset({ActKind.REVOKE, ActKind.REPLACE, ActKind.RENEW})


def require_possible(
    act: ActKind, status: CertificateStatus, *, expires_on: date | None, today: date
) -> None:
    """Refuse what can't be done with a certificate, and say why."""
    can = possible(status, expires_on=expires_on, today=today)
    if act in can:
        return
    if not can:
        raise NotInForce
    raise NeverExpires if act is ActKind.RENEW else AlreadyExpired


def require_another(proposed_by_id: int, decided_by_id: int | None) -> None:
    """Let nobody confirm what they proposed; only a person confirms."""
    if decided_by_id is None or decided_by_id == proposed_by_id:
        raise SamePerson


def require_proposed(status: ProposalStatus) -> None:
    """Refuse to settle a proposal twice."""
    if status is not ProposalStatus.OPEN:
        raise ProposalSettled


def require_asked(status: RequestStatus) -> None:
    """Refuse to answer a request twice."""
    if status is not RequestStatus.OPEN:
        raise RequestSettled


def require_alone(*, second_person: bool) -> None:
    """Refuse to let one person decide where the institute asks for two."""
    if second_person:
        raise SecondPersonNeeded


def require_new_names(old: Names, new: Names) -> None:
    """Refuse a correction that corrects nothing."""
    if old == new:
        raise NamesUnchanged(field="name_latin")


def require_why(reason: str) -> None:
    """Refuse a request or a refusal that gives no reason."""
    if not reason:
        raise WhyMissing(field="reason")


def require_doubt(lost: Collection[int]) -> None:
    """Refuse to let stand what nothing speaks against."""
    if not lost:
        raise NotInDoubt


def require_reasons(reason: str, public_reason: str) -> None:
    """Refuse a revocation without its two reasons."""
    if not reason:
        raise ReasonMissing(field="reason")
    if not public_reason:
        raise ReasonMissing(field="public_reason")
