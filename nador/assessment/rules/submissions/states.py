"""The states of handed-in work and of its files, and the kinds of files."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from nador.catalogue.rules import AssessmentKind

HANDED_IN: Final = frozenset(
    {
        AssessmentKind.ASSIGNMENT,
        AssessmentKind.PRACTICAL,
        AssessmentKind.PROJECT,
        AssessmentKind.PORTFOLIO,
    }
)
"""The kinds of assessments for which work is handed in."""


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
