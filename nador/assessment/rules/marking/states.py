"""States of marking; how far a piece of work is follows from its marks and is stored nowhere."""

from __future__ import annotations

from enum import StrEnum


class MarkRole(StrEnum):
    """In which order a marker looks at a piece of work."""

    FIRST = "first"
    SECOND = "second"
    MODERATOR = "moderator"


class MarkStatus(StrEnum):
    """Whether a marker is done with a mark."""

    DRAFT = "draft"
    FINAL = "final"


class MarkingState(StrEnum):
    """How far the marking of one piece of work is."""

    TO_MARK = "to_mark"
    BEING_MARKED = "being_marked"
    SECOND_DUE = "second_due"
    THIRD_DUE = "third_due"
    AGREED = "agreed"
    RELEASED = "released"


class SecondMarking(StrEnum):
    """Which pieces of work a second person marks."""

    NONE = "none"
    SAMPLE = "sample"
    ALL = "all"


class RubricKind(StrEnum):
    """Whether a criterion is judged by levels, or by points up to a maximum."""

    RUBRIC = "rubric"
    GUIDE = "guide"
