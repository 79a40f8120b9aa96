"""What an assignment takes, and what it refuses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from nador.assessment.rules.submissions.dates import Window, require_open
from nador.assessment.rules.submissions.refusals import (
    AssignmentClosed,
    FileInfected,
    FileNotScanned,
    FileOfAnotherKind,
    FilesNotTaken,
    FileTooLarge,
    HandedInAlready,
    LimitOutOfRange,
    NothingToHandIn,
    OwnWorkNotConfirmed,
    TakesNothing,
    TextMoved,
    TextNotTaken,
    TextTooLong,
    TooManyFiles,
)
from nador.assessment.rules.submissions.states import FileKind, ScanState

if TYPE_CHECKING:
    from datetime import datetime

MOST_FILES: Final = 20
LARGEST_FILE: Final = 100 * 1024 * 1024
SMALLEST_LIMIT: Final = 1024
LONGEST_TEXT: Final = 100_000
"""In characters: some forty pages."""


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


def require_openable(name: str, scan: ScanState) -> None:
    """Refuse to hand a file to anybody before the scanner has looked, or where it found something."""
    if scan is ScanState.INFECTED:
        raise FileInfected(name=name)
    if scan is ScanState.WAITING:
        raise FileNotScanned(name=name)


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
