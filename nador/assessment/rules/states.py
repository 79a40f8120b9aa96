"""States of assessment, and what it tells the features above."""

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


class RuleKind(StrEnum):
    """The rules that decide a result, each a line of its trace."""

    MINIMUM = "minimum"
    ATTENDANCE = "attendance"
    CATEGORY = "category"
    CATEGORY_MINIMUM = "category_minimum"
    GRADES = "grades"
    PASS_MARK = "pass_mark"  # noqa: S105 - the name of a rule, not a password
    RECORDED = "recorded"


class Verdict(StrEnum):
    """What one rule says about one learner."""

    MET = "met"
    UNMET = "unmet"
    MISSING = "missing"
    EXCUSED = "excused"
    COMPENSATED = "compensated"


class RowFilter(StrEnum):
    """Which learners a gradebook shows."""

    ALL = "all"
    UNGRADED = "ungraded"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class GradesReleased:
    """The learners of a run can see their grades now."""

    run_id: int


@dataclass(frozen=True, slots=True)
class RunConcluded:
    """A person confirmed the results of a run: of these enrolments, the first time or later."""

    run_id: int
    enrolment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RunReopened:
    """The results of a run are no longer confirmed: its grades may change again."""

    run_id: int
