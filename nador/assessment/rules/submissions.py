"""What is handed in, until when, and what lateness costs."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

from nador.assessment.rules.marks import CENT, check_mark
from nador.catalogue.rules import AssessmentKind
from nador.kernel.errors import Conflict, Invalid

HANDED_IN: Final = frozenset(
    {
        AssessmentKind.ASSIGNMENT,
        AssessmentKind.PRACTICAL,
        AssessmentKind.PROJECT,
        AssessmentKind.PORTFOLIO,
    }
)
"""The kinds of assessments for which work is handed in."""
MOST_FILES: Final = 20
LARGEST_FILE: Final = 100 * 1024 * 1024
SMALLEST_LIMIT: Final = 1024
LONGEST_TEXT: Final = 100_000
"""In characters: some forty pages."""


class SubmissionStatus(StrEnum):
    """The states of one handed-in version."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"


class FilePurpose(StrEnum):
    """Whether a learner handed a file in, or staff gave it back with the work."""

    WORK = "work"
    FEEDBACK = "feedback"


class ScanState(StrEnum):
    """What the virus scanner said of a file; nothing where there is none."""

    UNSCANNED = "unscanned"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


class PenaltyUnit(StrEnum):
    """After what time lateness costs once more."""

    HOUR = "hour"
    DAY = "day"


class FileKind(StrEnum):
    """The kinds of files that can be asked for; what a file is, its content decides."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"
    PYTHON = "python"
    NOTEBOOK = "notebook"
    ZIP = "zip"


class NotOpenYet(Conflict):
    """Work is taken from `opens_at` on."""

    code = "assignment_not_open"


class CutOffPassed(Conflict):
    """Nothing is taken after `cut_off_at`."""

    code = "assignment_cut_off"


class AssignmentClosed(Conflict):
    """Staff closed the assignment, or the learner's result is confirmed."""

    code = "assignment_closed"


class HandedInAlready(Conflict):
    """This assignment takes one version only, and has it."""

    code = "assignment_handed_in"


class NothingToHandIn(Invalid):
    """There is neither a text nor a file."""

    code = "nothing_to_hand_in"


class TextTooLong(Invalid):
    """The text is longer than `limit` characters; it has `length`."""

    code = "submission_text_too_long"


class TextNotTaken(Invalid):
    """This assignment asks for files only."""

    code = "submission_text_not_taken"


class FilesNotTaken(Invalid):
    """This assignment asks for a text only."""

    code = "submission_files_not_taken"


class TooManyFiles(Invalid):
    """At most `limit` files are taken."""

    code = "submission_too_many_files"


class FileTooLarge(Invalid):
    """The file `name` is larger than `limit` MB."""

    code = "submission_file_too_large"


class FileOfAnotherKind(Invalid):
    """What the file `name` holds is none of the kinds that are asked for."""

    code = "submission_file_of_another_kind"


class FileNotScanned(Conflict):
    """The virus scanner has not looked at the file `name` yet: nobody else may open it."""

    code = "submission_file_not_scanned"


class FileUnknown(Conflict):
    """The draft has no such file: it was removed in another tab, or handed in."""

    code = "submission_file_unknown"


class TextMoved(Conflict):
    """Another tab or device has kept a newer text: it has the number `sequence`."""

    code = "submission_text_moved"


class FileInfected(Invalid):
    """The virus scanner found something in the file `name`."""

    code = "submission_file_infected"


class OwnWorkNotConfirmed(Invalid):
    """The statement that this is one's own work was not made."""

    code = "own_work_not_confirmed"


class DatesOutOfOrder(Invalid):
    """An assignment opens, then is due, then closes for good, in this order."""

    code = "assignment_dates"


class TakesNothing(Invalid):
    """An assignment takes a text, or files of some kinds."""

    code = "assignment_takes_nothing"


class LimitOutOfRange(Invalid):
    """A number is not within 1 and `limit`."""

    code = "assignment_limit"


class NotToHandIn(Conflict):
    """For this kind of assessment nothing is handed in."""

    code = "assignment_of_another_kind"


class GroupsFixed(Conflict):
    """Work was handed in already: whether groups do it stays as it is."""

    code = "assignment_groups_fixed"


class FeedbackMissing(Invalid):
    """A work goes back with a text, with files, or with both."""

    code = "submission_feedback_missing"


class DraftMoved(Conflict):
    """The draft holds something else than what was looked at before it was to be handed in."""

    code = "submission_draft_moved"


@dataclass(frozen=True, slots=True)
class SubmissionHandedIn:
    """A work was handed in: its authors get a receipt."""

    submission_id: int


@dataclass(frozen=True, slots=True)
class SubmissionReturned:
    """A work was given back with feedback."""

    submission_id: int


@dataclass(frozen=True, slots=True)
class FileFoundInfected:
    """The virus scanner found something in a file."""

    file_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when work is taken, by when it is due, and after when nothing is taken; None: no bound."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    cut_off_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePolicy:
    """What each started hour or day of lateness costs, in per cent of `out_of`.

    Lateness alone brings nobody below `floor` per cent.
    """

    percent: Decimal = Decimal(0)
    unit: PenaltyUnit = PenaltyUnit.DAY
    floor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an assignment takes."""

    takes_text: bool
    takes_files: bool
    kinds: Collection[FileKind]
    most_files: int
    largest: int
    """Of one file, in bytes."""
    own_work: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFile:
    """A file of a draft, as far as handing in asks."""

    name: str
    kind: FileKind
    size: int
    sha256: str
    scan: ScanState = ScanState.UNSCANNED


def check_window(window: Window) -> None:
    """Refuse dates in another order than opening, due date, cut-off; raises DatesOutOfOrder."""
    dates = {
        "opens_at": window.opens_at,
        "due_at": window.due_at,
        "cut_off_at": window.cut_off_at,
    }
    given = [(field, at) for field, at in dates.items() if at is not None]
    for (before, earlier), (field, later) in pairwise(given):
        # Due date and cut-off may be one moment: then nothing is ever late.
        together = (before, field) == ("due_at", "cut_off_at") and earlier == later
        if later <= earlier and not together:
            raise DatesOutOfOrder(field=field)


def check_asked(asked: Asked) -> None:
    """Refuse an assignment that takes nothing, or more than can be kept.

    Raises TakesNothing, LimitOutOfRange.
    """
    if not asked.takes_text and not asked.takes_files:
        raise TakesNothing(field="takes_text")
    if asked.takes_files and not asked.kinds:
        raise TakesNothing(field="kinds")
    if not 1 <= asked.most_files <= MOST_FILES:
        raise LimitOutOfRange(field="most_files", limit=MOST_FILES)
    if not SMALLEST_LIMIT <= asked.largest <= LARGEST_FILE:
        raise LimitOutOfRange(field="largest", limit=in_megabytes(LARGEST_FILE))


def check_late_policy(policy: LatePolicy) -> None:
    """Refuse what is no share of a whole; raises MarkOutOfRange."""
    for field, share in (("late_percent", policy.percent), ("late_floor", policy.floor)):
        check_mark(share, out_of=Decimal(100), field=field)


def require_open(window: Window, *, now: datetime) -> None:
    """Refuse work before the opening and after the cut-off; between due date and cut-off it is late."""
    if window.opens_at is not None and now < window.opens_at:
        raise NotOpenYet(opens_at=window.opens_at)
    if window.cut_off_at is not None and now >= window.cut_off_at:
        raise CutOffPassed(cut_off_at=window.cut_off_at)


def require_taken(
    window: Window,
    *,
    now: datetime,
    handed_in: int,
    resubmission: bool,
    closed: bool,
) -> None:
    """Refuse work that nobody would take now; raises Conflict."""
    if closed:
        raise AssignmentClosed
    require_open(window, now=now)
    require_takes_another(handed_in, resubmission=resubmission)


def require_takes_another(handed_in: int, *, resubmission: bool) -> None:
    """Refuse a further version where only one is taken."""
    if handed_in and not resubmission:
        raise HandedInAlready


def require_text(asked: Asked, text: str) -> None:
    """Refuse a text that is not asked for, or is too long to be an answer."""
    if text and not asked.takes_text:
        raise TextNotTaken(field="text")
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(field="text", limit=LONGEST_TEXT, length=len(text))


def require_file(asked: Asked, file: WorkFile, *, present: int) -> None:
    """Refuse one more file beside those `present`, by number, kind and size."""
    if not asked.takes_files:
        raise FilesNotTaken(field="files")
    if present >= asked.most_files:
        raise TooManyFiles(field="files", limit=asked.most_files)
    if file.size > asked.largest:
        raise FileTooLarge(field="files", name=file.name, limit=in_megabytes(asked.largest))
    if file.kind not in asked.kinds:
        raise FileOfAnotherKind(field="files", name=file.name)


def require_complete(
    asked: Asked, *, text: str, files: Sequence[WorkFile], confirmed: bool
) -> None:
    """Refuse to hand in what the assignment, as it stands now, would not take."""
    require_text(asked, text)
    if not text.strip() and not files:
        raise NothingToHandIn(field="text" if asked.takes_text else "files")
    for present, file in enumerate(files):
        require_file(asked, file, present=present)
        if file.scan is ScanState.INFECTED:
            raise FileInfected(field="files", name=file.name)
    if asked.own_work and not confirmed:
        raise OwnWorkNotConfirmed(field="own_work")


def require_openable(file: WorkFile) -> None:
    """Refuse to hand a file to anybody before the scanner has looked, or where it found something."""
    if file.scan is ScanState.INFECTED:
        raise FileInfected(name=file.name)
    if file.scan is ScanState.WAITING:
        raise FileNotScanned(name=file.name)


def next_text(kept: str, new: str, *, sequence: int, seen: int) -> bool:
    """Whether a text replaces the kept one; the same again does not, one of an older page may not.

    Raises TextMoved.
    """
    if new == kept:
        return False
    if seen != sequence:
        raise TextMoved(sequence=sequence)
    return True


def in_megabytes(size: int) -> Decimal:
    """Say a size in megabytes, with one decimal where it is not whole."""
    return (Decimal(size) / (1024 * 1024)).quantize(Decimal("0.1"), ROUND_HALF_UP).normalize() + 0


def counted_due(told: datetime | None, holds: datetime | None) -> datetime | None:
    """Give the due date by which a handed-in work is judged: as it was told then, or a later one.

    An extension helps whoever has handed in already; a date that was moved forward harms nobody.
    """
    return None if told is None or holds is None else max(told, holds)


def lateness(handed_in_at: datetime, due_at: datetime | None) -> timedelta:
    """How long after the due date it came; nothing where it was in time, or where nothing was due."""
    if due_at is None:
        return timedelta(0)
    return max(handed_in_at - due_at, timedelta(0))


def units_late(late: timedelta, unit: PenaltyUnit) -> int:
    """Count the started hours or days of lateness."""
    length = timedelta(hours=1) if unit is PenaltyUnit.HOUR else timedelta(days=1)
    return -(-late // length)


def deduction(value: Decimal, *, out_of: Decimal, policy: LatePolicy, late: timedelta) -> Decimal:
    """What lateness takes from a value, in points: never below the floor, never more than there is."""
    cost = out_of * policy.percent * units_late(late, policy.unit) / 100
    least = min(value, out_of * policy.floor / 100)
    after = max(value - cost, least).quantize(CENT, ROUND_HALF_UP)
    return max(value - after, Decimal(0)).quantize(CENT)


def fingerprint(text: str, files: Sequence[WorkFile]) -> str:
    """Give the hash of what a draft holds: what was looked at is what is handed in."""
    return sha256_of("\n".join(_contents(text, files)))


def _contents(text: str, files: Sequence[WorkFile]) -> list[str]:
    texts = [f"text {sha256_of(text)}"] if text else []
    return texts + [f"file {file.sha256} {file.size} {file.name}" for file in files]


def receipt_text(
    *,
    reference: str,
    assignment: str,
    number: int,
    at: datetime,
    text: str,
    files: Sequence[WorkFile],
) -> str:
    """Write what was handed in, by whom and when, so that anybody can hash it again."""
    lines = [
        "receipt 1",
        f"learner {reference}",
        f"assignment {assignment}",
        f"version {number}",
        f"handed in {at.isoformat(timespec='microseconds')}",
    ]
    return "\n".join(lines + _contents(text, files)) + "\n"


def sha256_of(text: str) -> str:
    """Give the SHA-256 of a text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
