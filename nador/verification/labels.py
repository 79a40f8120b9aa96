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
from nador.verification.kinds import FileKind, Trouble
from nador.verification.rules import Mark, NameMatch, Outcome, Standing, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from nador.kernel.i18n import Translator
    from nador.kernel.tables import Cell
    from nador.verification.rules import CertificateView, Checked, CheckedFile, Reading

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
    "no_file_given": msgid("Choose a file."),
    "certificate_file_too_large": msgid("The file is larger than %(limit)s MB: no certificate is."),
    "not_a_certificate_file": msgid(
        "This is neither a PDF nor a credential (JSON or JWT): choose the file that the institute issued."
    ),
    "busy_with_files": msgid("Other files are being read just now. Try again in a moment."),
    "copy_exists": msgid("There is something at %(path)s already: choose a new folder."),
    "not_a_copy": msgid("%(path)s holds no copy of a register."),
    "copy_not_signed": msgid(
        "The copy in %(path)s is signed by none of the keys that are to be believed: do not rely on it."
    ),
    "copy_damaged": msgid(
        "%(path)s is missing or not what was signed: this copy proves nothing. Try another one."
    ),
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


# --- files ---------------------------------------------------------------------------------


def file_heading(checked: CheckedFile, today: date) -> str:
    """Say what a file is in one sentence; of a genuine one, what its certificate is worth."""
    match checked.outcome:
        case Outcome.GENUINE if checked.view:
            view = checked.view
            return heading(view.verdict(today), view.kind, hidden=view.holder_hidden)
        case Outcome.GENUINE | Outcome.SEALED:
            return msgid("The seal is whole, but the register has no such file")
        case Outcome.ALTERED:
            return msgid("This file was changed after it was sealed")
        case Outcome.COPY:
            return msgid("This file is a copy, and proves nothing")
        case Outcome.NOT_OURS:
            return msgid("This file is not one of ours")
        case Outcome.UNREAD:
            return msgid("This file could not be checked")
    assert_never(checked.outcome)


def file_look(checked: CheckedFile, today: date) -> tuple[str, str]:
    """Choose the panel and the drawing, as for a verdict."""
    match checked.outcome:
        case Outcome.GENUINE if checked.view:
            return look(checked.view.verdict(today), hidden=checked.view.holder_hidden)
        case Outcome.GENUINE | Outcome.SEALED:
            return "warn", "notfound"
        case Outcome.ALTERED:
            return "bad", "revoked"
        case Outcome.COPY:
            return "warn", "replaced"
        case Outcome.NOT_OURS | Outcome.UNREAD:
            return "none", "notfound"
    assert_never(checked.outcome)


def file_meaning(checked: CheckedFile) -> str:
    """Say what the outcome rests on, or what to do."""
    match checked.outcome:
        case Outcome.GENUINE if checked.reading.kind is not FileKind.PDF:
            return msgid("The institute signed this credential, and not a word of it was changed.")
        case Outcome.GENUINE:
            return msgid("This is the file that the institute issued: not a byte differs.")
        case Outcome.SEALED:
            return msgid(
                "An institute sealed it, but not as a certificate of this register. Ask it."
            )
        case Outcome.ALTERED:
            return msgid("What it says may be false. Do not accept it; tell the institute.")
        case Outcome.COPY:
            return msgid(
                "Rely on what the register says below, and ask for the file that was issued."
            )
        case Outcome.NOT_OURS:
            return msgid(
                "Nothing in it leads to a certificate. If it shows a code, verify the code."
            )
        case Outcome.UNREAD:
            return msgid("Try once more. If that fails too, verify the code that it shows.")
    assert_never(checked.outcome)


def seal_line(checked: CheckedFile) -> tuple[bool | None, str]:
    """Say whose seal it carries; none of a mark for what was issued before there were seals."""
    match checked.reading.mark:
        case Mark.WHOLE:
            return True, msgid("The institute’s seal is on it, and covers every byte.")
        case Mark.BROKEN:
            return False, msgid("The institute’s seal is on it, but no longer fits.")
        case Mark.FOREIGN:
            return False, msgid("It was signed by somebody whom we do not know.")
        case Mark.NONE if checked.reading.trouble is Trouble.UNREAD:
            return None, msgid("Its seal was not read.")
        case Mark.NONE if checked.outcome is Outcome.GENUINE:
            return None, msgid("It carries no seal: its fingerprint in the register proves it.")
        case Mark.NONE:
            return False, msgid("It carries no seal.")
    assert_never(checked.reading.mark)


def register_line(checked: CheckedFile) -> tuple[bool | None, str]:
    """Say whether the register has this very file, or credential."""
    if checked.outcome is Outcome.GENUINE:
        return True, (
            msgid("The register has exactly this file.")
            if checked.reading.kind is FileKind.PDF
            else msgid("The register has the certificate that it speaks of.")
        )
    if checked.view:
        return False, msgid("The register has a certificate with its code, but not this file.")
    if checked.outcome is Outcome.UNREAD:
        return None, msgid("The register has no file that is the same to the last byte.")
    return False, msgid("The register knows neither this file nor a code in it.")


def trouble(reading: Reading) -> str:
    """Say why a file was not read to its end; empty when it was."""
    match reading.trouble:
        case None:
            return ""
        case Trouble.ENCRYPTED:
            return msgid("It is locked with a password; ours never are.")
        case Trouble.UNREADABLE:
            return msgid("It is damaged: not all of it could be read.")
        case Trouble.TOO_HEAVY:
            return msgid("It asks for more work than any certificate, and was put aside.")
        case Trouble.UNREAD:
            return msgid("Reading it took too long, and was ended.")
    assert_never(reading.trouble)


def vouched(level: str) -> str:
    """Say who vouches for the time of a seal."""
    if level == "B-B":
        return msgid("by the institute’s own clock")
    return msgid("vouched for by an authority")
