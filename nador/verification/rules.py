"""What a certificate is worth on a day, whether a typed name is its holder's, and what a file is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import CertificateStatus
from nador.kernel import clock
from nador.kernel.codes import Code, Mistyped
from nador.kernel.db import Words
from nador.kernel.errors import NotFound
from nador.kernel.skeleton import is_arabic, skeletons
from nador.kernel.text import clean, fold
from nador.verification.kinds import FileKind, Trouble

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class NoSuchCertificate(NotFound):
    """The code is well formed, and no certificate has it."""

    code = "no_such_certificate"


class Verdict(StrEnum):
    """What a certificate is worth today; the first that fits, in this order."""

    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    VALID = "valid"


class NameMatch(StrEnum):
    """How a typed name compares with the holder's; it tells nothing of where they differ."""

    YES = "yes"
    CLOSE = "close"
    NO = "no"


@dataclass(frozen=True, slots=True)
class CertificateView:
    """What the register says in public of one certificate; the names only to compare, if hidden.

    Its fields are the columns that the look-up reads, and the code of the successor.
    """

    code: str
    status: CertificateStatus
    kind: DocumentKind
    holder_latin: str | None
    holder_arabic: str | None
    holder_hidden: bool
    title: Words
    issuer: Words
    hours: int
    number: str
    starts_on: date
    ends_on: date
    issued_on: date
    expires_on: date | None
    revoked_at: datetime | None
    public_reason: str | None
    superseded_at: datetime | None
    superseded_by: str | None

    def verdict(self, today: date) -> Verdict:
        """Tell what it is worth; its last day still counts."""
        if self.status is CertificateStatus.REVOKED:
            return Verdict.REVOKED
        if self.status is CertificateStatus.SUPERSEDED:
            return Verdict.SUPERSEDED
        if self.expires_on is not None and today > self.expires_on:
            return Verdict.EXPIRED
        return Verdict.VALID

    @property
    def names(self) -> tuple[str, ...]:
        """The holder's names, in the scripts that there are; none once the person was erased."""
        return tuple(name for name in (self.holder_latin, self.holder_arabic) if name)

    @property
    def revoked_on(self) -> date | None:
        """The day on the wall on which it was revoked."""
        return clock.local(self.revoked_at).date() if self.revoked_at else None

    @property
    def superseded_on(self) -> date | None:
        """The day on the wall on which another took its place."""
        return clock.local(self.superseded_at).date() if self.superseded_at else None


def published(view: CertificateView, *, today: date) -> dict[str, Any]:
    """Give the certificate as programs read it: the shape of the contract."""
    holder = {"latin": view.holder_latin, "arabic": view.holder_arabic}
    return {
        "code": view.code,
        "status": view.verdict(today).value,
        "kind": view.kind.value,
        "holder": None if view.holder_hidden else holder,
        "title": view.title,
        "hours": view.hours,
        "issued_on": view.issued_on.isoformat(),
        "expires_on": view.expires_on.isoformat() if view.expires_on else None,
        "issuer": view.issuer,
        "revoked_on": view.revoked_on.isoformat() if view.revoked_on else None,
        "public_reason": view.public_reason,
        "superseded_by": view.superseded_by,
    }


class ReceiptStatus(StrEnum):
    """The states of a receipt that somebody asked for."""

    DUE = "due"
    READY = "ready"
    DEAD = "dead"


KEPT: Final = timedelta(hours=24)
"""So long a receipt is there."""
FRESH: Final = timedelta(minutes=10)
"""So long one certificate's receipt serves whoever asks for one."""


LATE: Final = timedelta(minutes=1)
"""After so long whoever waits for a receipt is told that it takes longer than usual."""


def is_late(asked_at: datetime, *, now: datetime) -> bool:
    """Whether a receipt takes longer than usual to be made."""
    return now - asked_at > LATE


class Standing(StrEnum):
    """What one line of a list is answered, the worst first."""

    REVOKED = "revoked"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to one line of a list: what was typed, what the register says, and the name."""

    typed: str
    view: CertificateView | None
    refusal: str = ""
    """Why there is no certificate: the code of the refusal."""
    name: NameMatch | None = None

    def standing(self, today: date) -> Standing:
        """Tell in one word what the register says of the line."""
        if self.view is not None:
            return Standing(self.view.verdict(today).value)
        unknown = self.refusal == NoSuchCertificate.code
        return Standing.UNKNOWN if unknown else Standing.MISTYPED


_WORST_FIRST: Final = {standing: rank for rank, standing in enumerate(Standing)}


def trouble(standing: Standing, name: NameMatch | None) -> tuple[int, int]:
    """Give what lines are sorted by, the worst first: somebody else's certificate is as bad as none."""
    rank = _WORST_FIRST[standing]
    if name is NameMatch.NO:
        rank = min(rank, _WORST_FIRST[Standing.UNKNOWN])
    return rank, 2 if name is None else _WORTH[name]


def check(
    typed: str, *, name: str, code: Code | Mistyped, known: Mapping[Code, CertificateView]
) -> Checked:
    """Answer one line of a list; a name is compared only where one was given and one is known."""
    if isinstance(code, Mistyped):
        return Checked(typed, None, code.code)
    view = known.get(code)
    if view is None:
        return Checked(typed, None, NoSuchCertificate.code)
    compared = compare_name(name, view.names) if fold(name) and view.names else None
    return Checked(typed, view, name=compared)


LONG_NAME: Final = 10
"""From so many letters on, two slips of the finger still make the same name."""


def compare_name(typed: str, names: tuple[str, ...]) -> NameMatch:
    """Compare a typed name with the holder's names; the order of the words does not matter.

    Across Latin and Arabic letters it is close at most: a name has many spellings, and they more owners.
    """
    return max(
        (_compare(typed, name) for name in names), key=_WORTH.__getitem__, default=NameMatch.NO
    )


_WORTH: Final = {NameMatch.NO: 0, NameMatch.CLOSE: 1, NameMatch.YES: 2}


def _compare(typed: str, name: str) -> NameMatch:
    given, known = fold(typed), fold(name)
    if not given or not known:
        return NameMatch.NO
    said, words = _words(typed), _words(name)
    if given == known or sorted(said) == sorted(words):
        return NameMatch.YES
    if _within_each_other(said, words) or _sound_alike(typed, name):
        return NameMatch.CLOSE
    slips = 2 if len(known) >= LONG_NAME else 1
    joined = "".join(sorted(said)), "".join(sorted(words))
    near = within(given, known, slips) or within(*joined, slips)
    return NameMatch.CLOSE if near else NameMatch.NO


def _within_each_other(said: Collection[str], words: Collection[str]) -> bool:
    """Whether the one name is the other with words left out; one word alone is nobody's name."""
    shorter, longer = sorted((set(said), set(words)), key=len)
    return len(shorter) > 1 and shorter < longer


def _sound_alike(typed: str, name: str) -> bool:
    """Whether a Latin and an Arabic name may be spellings of the same."""
    if is_arabic(typed) == is_arabic(name):
        return False
    said, words = skeletons(typed), skeletons(name)
    if not said or not words:
        return False
    same = sorted(said) == sorted(words) or "".join(said) == "".join(words)
    return same or _within_each_other(said, words)


def _words(name: str) -> list[str]:
    return [folded for word in clean(name).replace("-", " ").split(" ") if (folded := fold(word))]


def within(one: str, other: str, slips: int) -> bool:
    """Whether at most so many letters were left out, added or exchanged between the two.

    Only the diagonal band that can still succeed is computed: names of 200 letters stay cheap.
    """
    if abs(len(one) - len(other)) > slips:
        return False
    far = slips + 1
    above = {column: column for column in range(min(slips, len(other)) + 1)}
    for row, letter in enumerate(one, start=1):
        here: dict[int, int] = {}
        for column in range(max(0, row - slips), min(len(other), row + slips) + 1):
            if column == 0:
                here[0] = row
                continue
            here[column] = min(
                above.get(column, far) + 1,
                here.get(column - 1, far) + 1,
                above.get(column - 1, far) + (letter != other[column - 1]),
            )
        if min(here.values()) > slips:
            return False
        above = here
    return above[len(other)] <= slips


# --- files ---------------------------------------------------------------------------------


class Mark(StrEnum):
    """What a file carries of a signature."""

    NONE = "none"
    FOREIGN = "foreign"
    """Nobody whom we trust signed."""
    BROKEN = "broken"
    """An institute's signature that no longer fits, or no longer fits all of the file."""
    WHOLE = "whole"


class Outcome(StrEnum):
    """What a file is."""

    GENUINE = "genuine"
    """The file that was issued, or a credential whose signature holds and that the register knows."""
    SEALED = "sealed"
    """An institute signed it, and the register knows no such file."""
    ALTERED = "altered"
    """An institute signed it, and it was changed since."""
    COPY = "copy"
    """It names a certificate, and proves nothing."""
    NOT_OURS = "not_ours"
    UNREAD = "unread"
    """Nothing can be said of it, neither good nor bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One signature of a PDF."""

    signer: str
    signed_at: datetime | None
    """As the signer says, or as an authority does where the level is not B-B."""
    level: str
    """B-B, B-T or B-LT: whether somebody vouches for the time."""
    intact: bool
    whole: bool
    """It covers the file to the last byte."""
    unchanged: bool
    trusted: bool
    """It hangs from a root that the asker trusts."""

    @property
    def holds(self) -> bool:
        """Whether there is nothing to say against it."""
        return self.intact and self.whole and self.unchanged and self.trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A credential's signature, of a file of its own or attached to a PDF."""

    kind: FileKind
    code: str | None
    """Which certificate it speaks of."""
    flaw: str | None
    """Why it proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What stands in a file; none of it is believed before the register was asked."""

    sha256: str
    kind: FileKind
    trouble: Trouble | None = None
    seals: tuple[Seal, ...] = ()
    proofs: tuple[Proof, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def mark(self) -> Mark:
        """Judge what it is signed with: one seal that holds, and no other beside it."""
        if self.kind is not FileKind.PDF:
            return _mark_of(self.proofs)
        if any(seal.trusted for seal in self.seals):
            alone = len(self.seals) == 1 and self.seals[0].holds
            return Mark.WHOLE if alone else Mark.BROKEN
        return Mark.FOREIGN if self.seals else Mark.NONE


def _mark_of(proofs: tuple[Proof, ...]) -> Mark:
    if not proofs or proofs[0].flaw == "no_proof":
        return Mark.NONE
    if proofs[0].flaw is None:
        return Mark.WHOLE
    return Mark.BROKEN if proofs[0].flaw == "altered" else Mark.FOREIGN


def decide(reading: Reading, *, same_bytes: bool, named: bool) -> Outcome:
    """Decide what a file is.

    `same_bytes`: the register issued exactly this file; `named`: it knows a code that the file names.
    """
    if same_bytes:
        # The register itself vouches for every byte: so it does for what it issued unsealed.
        return Outcome.GENUINE
    if reading.mark is Mark.WHOLE:
        # A PDF has one form, whose hash is known; a credential is the same however it is written.
        return Outcome.GENUINE if named and reading.kind is not FileKind.PDF else Outcome.SEALED
    if reading.mark is Mark.BROKEN:
        return Outcome.ALTERED
    if reading.trouble is Trouble.UNREAD:
        return Outcome.UNREAD
    return Outcome.COPY if named else Outcome.NOT_OURS


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The answer about a file: what it is, what stands in it, and the register's certificate."""

    outcome: Outcome
    reading: Reading
    view: CertificateView | None

    def valid(self, today: date) -> bool:
        """Whether it can be relied on: the file itself, and the certificate today."""
        if self.outcome is not Outcome.GENUINE or self.view is None:
            return False
        return self.view.verdict(today) is Verdict.VALID


def published_file(checked: CheckedFile, *, today: date) -> dict[str, Any]:
    """Give the answer about a file as programs read it."""
    view, reading = checked.view, checked.reading
    return {
        "outcome": checked.outcome.value,
        "valid": checked.valid(today),
        "status": view.verdict(today).value if view else "unknown",
        "code": view.code if view else None,
        "certificate": published(view, today=today) if view else None,
        "file": {
            **asdict(reading),
            "signature": reading.mark.value,
            "seals": [
                asdict(seal) | {"signed_at": seal.signed_at and seal.signed_at.isoformat()}
                for seal in reading.seals
            ],
        },
    }
