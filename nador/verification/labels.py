"""The words for what the register answers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, assert_never

from nador.catalogue.rules import DocumentKind
from nador.kernel.i18n import LANGUAGES, msgid, pick
from nador.verification.rules import NameMatch, Verdict

if TYPE_CHECKING:
    from datetime import date, datetime

    from nador.kernel.i18n import Translator
    from nador.verification.rules import CertificateView

ERRORS = {
    "no_such_certificate": msgid("No certificate has this code."),
}


def heading(verdict: Verdict, kind: DocumentKind, *, hidden: bool = False) -> str:
    """Say the verdict in one sentence."""
    paper = kind is DocumentKind.CERTIFICATE
    match verdict:
        case Verdict.VALID if hidden:
            return (
                msgid("This certificate is valid; the name is hidden")
                if paper
                else msgid("This attestation is valid; the name is hidden")
            )
        case Verdict.VALID:
            return (
                msgid("This certificate is valid") if paper else msgid("This attestation is valid")
            )
        case Verdict.EXPIRED:
            return (
                msgid("This certificate has expired")
                if paper
                else msgid("This attestation has expired")
            )
        case Verdict.REVOKED:
            return (
                msgid("This certificate is revoked")
                if paper
                else msgid("This attestation is revoked")
            )
        case Verdict.SUPERSEDED:
            return (
                msgid("This certificate was replaced")
                if paper
                else msgid("This attestation was replaced")
            )
    assert_never(verdict)


def look(verdict: Verdict, *, hidden: bool = False) -> tuple[str, str]:
    """Choose the panel and the drawing: each verdict can be told without its colour."""
    match verdict:
        case Verdict.VALID:
            return "ok", "hidden" if hidden else "seal"
        case Verdict.EXPIRED:
            return "warn", "expired"
        case Verdict.REVOKED:
            return "bad", "revoked"
        case Verdict.SUPERSEDED:
            return "warn", "replaced"
    assert_never(verdict)


def document(kind: DocumentKind) -> str:
    """Say what kind of document it is."""
    match kind:
        case DocumentKind.CERTIFICATE:
            return msgid("Certificate: assessed and passed")
        case DocumentKind.ATTESTATION:
            return msgid("Attestation: attended, not assessed")
    assert_never(kind)


def name_match(match_: NameMatch) -> str:
    """Say how a typed name compares; never where it differs."""
    match match_:
        case NameMatch.YES:
            return msgid("Yes: this is the name in the register.")
        case NameMatch.CLOSE:
            return msgid(
                "Close, but not the same: compare the paper with an identity document, letter by letter."
            )
        case NameMatch.NO:
            return msgid("No: this is not the name in the register.")
    assert_never(match_)


def facts(view: CertificateView, words: Translator, *, now: datetime) -> dict[str, str]:
    """Write what the page shows of a certificate; what there is not is left out."""
    shown = not view.holder_hidden
    said = {
        "code": view.code,
        "number": view.number,
        "holder_latin": (view.holder_latin or "") if shown else "",
        "holder_arabic": (view.holder_arabic or "") if shown else "",
        "issuer": pick(view.issuer, words.code),
        "length": length(words, view.hours, view.starts_on, view.ends_on),
        "issued_on": words.date(view.issued_on),
        "expires_on": words.date(view.expires_on) if view.expires_on else "",
        "revoked_on": words.date(view.revoked_on) if view.revoked_on else "",
        "public_reason": view.public_reason or "",
        "superseded_on": words.date(view.superseded_on) if view.superseded_on else "",
        "superseded_by": view.superseded_by or "",
        "checked_on": words.full_date(now),
        "checked_at": words.time_(now),
        **{f"title_{code}": view.title.get(code, "") for code in LANGUAGES},
    }
    return {name: text for name, text in said.items() if text}


# Everybody of a run has the same: thousands of pages say it.
@lru_cache(maxsize=1024)
def length(words: Translator, hours_: int, starts_on: date, ends_on: date) -> str:
    """Say how long the course was and when."""
    hours, start, end = words.hours(hours_), words.date(starts_on), words.date(ends_on)
    if start == end:
        return words.gettext("%(hours)s, on %(day)s", hours=hours, day=start)
    return words.gettext("%(hours)s, from %(start)s to %(end)s", hours=hours, start=start, end=end)
