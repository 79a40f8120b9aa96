"""The words for what the register answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, assert_never

from nador.catalogue.rules import DocumentKind
from nador.kernel.codes import NotACode, WrongCheck
from nador.kernel.errors import describe
from nador.kernel.i18n import LANGUAGES, msgid, pick
from nador.verification.rules import NameMatch, Standing, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from nador.kernel.i18n import Translator
    from nador.kernel.tables import Cell
    from nador.verification.rules import CertificateView, Checked

ERRORS = {
    "no_such_certificate": msgid("No certificate has this code."),
    "list_empty": msgid("There is nothing to check: paste codes, or choose a file."),
    "list_too_long": msgid("A list may have at most %(limit)s lines. Split it."),
    "list_without_codes": msgid(
        "No column holds certificate codes. Name that column “code” in the first line."
    ),
    "list_columns_unnamed": msgid(
        "Several columns could be names. Name the columns in the first line: “code” and “name”."
    ),
    "file_too_large": msgid("The file may have at most %(megabytes)s MB. Split it."),
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


def standing(value: Standing) -> str:
    """Say what one line of a list is answered."""
    match value:
        case Standing.REVOKED:
            return msgid("Revoked")
        case Standing.UNKNOWN:
            return msgid("Not in the register")
        case Standing.MISTYPED:
            return msgid("Mistyped code")
        case Standing.SUPERSEDED:
            return msgid("Replaced")
        case Standing.EXPIRED:
            return msgid("Expired")
        case Standing.VALID:
            return msgid("Valid")
    assert_never(value)


def standing_look(value: Standing) -> tuple[str, str]:
    """Choose the colour of a line's tag, and its drawing."""
    match value:
        case Standing.REVOKED:
            return "bad", "revoked"
        case Standing.UNKNOWN | Standing.MISTYPED:
            return "bad", "notfound"
        case Standing.SUPERSEDED:
            return "warn", "replaced"
        case Standing.EXPIRED:
            return "warn", "expired"
        case Standing.VALID:
            return "ok", "seal"
    assert_never(value)


def listed_name(match_: NameMatch) -> str:
    """Say in two words how a name of a list compares."""
    match match_:
        case NameMatch.YES:
            return msgid("Same name")
        case NameMatch.CLOSE:
            return msgid("Looks alike: compare")
        case NameMatch.NO:
            return msgid("Another name")
    assert_never(match_)


def listed_name_look(match_: NameMatch) -> tuple[str, str]:
    """Choose the colour of a name's tag, and its drawing."""
    match match_:
        case NameMatch.YES:
            return "ok", "check"
        case NameMatch.CLOSE:
            return "warn", "warn"
        case NameMatch.NO:
            return "bad", "cross"
    assert_never(match_)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a list with its answer, in words: the same on the screen, in the CSV, on paper."""

    number: int
    code: str
    name: str
    standing: Standing
    answer: str
    more: str
    """When it ended, why, or what is wrong with the code."""
    replaced_by: str
    match_: NameMatch | None
    compared: str
    holder_latin: str
    holder_arabic: str
    hidden: bool
    title: str
    issued_on: date | None
    expires_on: date | None


def told(number: int, name: str, checked: Checked, words: Translator, *, today: date) -> Told:
    """Write the answer to one line."""
    view, standing_ = checked.view, checked.standing(today)
    shown = view is not None and not view.holder_hidden
    return Told(
        number=number,
        code=checked.typed,
        name=name,
        standing=standing_,
        answer=words.gettext(standing(standing_)),
        more=_more(checked, words, today=today),
        replaced_by=(view and view.superseded_by) or "",
        match_=checked.name,
        compared=words.gettext(listed_name(checked.name)) if checked.name else "",
        holder_latin=(view.holder_latin or "") if view and shown else "",
        holder_arabic=(view.holder_arabic or "") if view and shown else "",
        hidden=view is not None and view.holder_hidden,
        title=pick(view.title, words.code) if view else "",
        issued_on=view.issued_on if view else None,
        expires_on=view.expires_on if view else None,
    )


def list_columns(words: Translator) -> list[str]:
    """Head the columns of a list's answers, as a file."""
    return [
        words.gettext(msgid("No.")),
        words.gettext(msgid("Code")),
        words.gettext(msgid("Name given")),
        words.gettext(msgid("Answer")),
        words.gettext(msgid("When and why")),
        words.gettext(msgid("Replaced by")),
        words.gettext(msgid("Name compared")),
        words.gettext(msgid("Holder, Latin letters")),
        words.gettext(msgid("Holder, Arabic letters")),
        words.gettext(msgid("Course")),
        words.gettext(msgid("Issued")),
        words.gettext(msgid("Valid until")),
    ]


def list_row(one: Told) -> list[Cell]:
    """Give a line's answer as a row of a file."""
    return [
        one.number,
        one.code,
        one.name,
        one.answer,
        one.more,
        one.replaced_by,
        one.compared,
        one.holder_latin,
        one.holder_arabic,
        one.title,
        one.issued_on,
        one.expires_on,
    ]


def _more(checked: Checked, words: Translator, *, today: date) -> str:
    view = checked.view
    if view is None:
        wrong = {kind.code: kind for kind in (NotACode, WrongCheck)}.get(checked.refusal)
        return describe(wrong(), words) if wrong else ""
    match view.verdict(today):
        case Verdict.REVOKED:
            ended = view.revoked_on
        case Verdict.SUPERSEDED:
            ended = view.superseded_on
        case Verdict.EXPIRED:
            ended = view.expires_on
        case Verdict.VALID:
            ended = None
    day = words.date(ended) if ended else ""
    return " · ".join(filter(None, (day, view.public_reason)))


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
