"""The states of the catalogue's things, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CatalogueStatus(StrEnum):
    """The states of a course or a programme."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Domain(StrEnum):
    """The fields in which the institute teaches."""

    FOUNDATIONS = "foundations"
    DATA = "data"
    AGRICULTURE = "agriculture"
    TOURISM = "tourism"
    ENERGY = "energy"
    RESPONSIBLE_AI = "responsible-ai"
    EMPLOYABILITY = "employability"


class Mode(StrEnum):
    """How a run is delivered."""

    ONSITE = "onsite"
    ONLINE = "online"
    BLENDED = "blended"


class Scale(StrEnum):
    """How a course says its results: in points with mentions, per cent, letters, or passed alone."""

    POINTS = "points"
    PERCENT = "percent"
    LETTERS = "letters"
    PASS_FAIL = "pass_fail"  # noqa: S105 - a scale, not a password


class DocumentKind(StrEnum):
    """What a learner receives: assessed and passed, or attended."""

    CERTIFICATE = "certificat"
    ATTESTATION = "attestation"


class AssessmentKind(StrEnum):
    """The kinds of items in an assessment plan."""

    QUIZ = "quiz"
    ASSIGNMENT = "assignment"
    ORAL = "oral"
    PRACTICAL = "practical"
    PROJECT = "project"
    PORTFOLIO = "portfolio"
    EXAM = "exam"


class RunStatus(StrEnum):
    """What is stored of a run's state."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class ShownState(StrEnum):
    """How a run stands for those who look at it: its stored state, and the calendar."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    RUNNING = "running"
    GRADING = "grading"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class MeetingStatus(StrEnum):
    """The states of a meeting."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RunPublished:
    """A run was opened: it has the plan of its course version from now on."""

    run_id: int


@dataclass(frozen=True, slots=True)
class RunChanged:
    """Dates, place or capacity of a run changed."""

    run_id: int
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunCancelled:
    """A run will not take place."""

    run_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MeetingChanged:
    """A meeting was moved or cancelled."""

    meeting_id: int
    cancelled: bool
