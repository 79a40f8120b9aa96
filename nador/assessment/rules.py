"""Marks, minimums and decisions: pure rules of assessment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AssessmentStatus(StrEnum):
    """The states of one item of a run's plan."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class GradeState(StrEnum):
    """The states of the agreed value for a person and an assessment."""

    UNGRADED = "ungraded"
    PROVISIONAL = "provisional"
    RELEASED = "released"
    EXCUSED = "excused"


class Decision(StrEnum):
    """The final decision for a person and a run."""

    PENDING = "pending"
    PASS = "pass"  # noqa: S105 - a decision, not a password
    FAIL = "fail"
    INCOMPLETE = "incomplete"


class ResultSource(StrEnum):
    """Whether a result follows from grades here, or was decided elsewhere and imported."""

    COMPUTED = "computed"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class GradesReleased:
    """The learners of a run can see their grades now."""

    run_id: int


@dataclass(frozen=True, slots=True)
class RunConcluded:
    """A person confirmed the results of a run."""

    run_id: int
