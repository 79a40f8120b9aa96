"""What the rest of the house is told of handed-in work."""

from __future__ import annotations

from dataclasses import dataclass


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
    """The virus scanner found something in a file of a work."""

    file_id: int


@dataclass(frozen=True, slots=True)
class FeedbackFoundInfected:
    """The virus scanner found something in a file that was given back with a mark."""

    file_id: int


@dataclass(frozen=True, slots=True)
class AnswerFoundInfected:
    """The virus scanner found something in a file of an answer to a quiz."""

    file_id: int
