"""When a grade may change, and when a run may be concluded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment.rules.refusals import (
    GradesNotReleased,
    MarkAndExcuse,
    MeetingsUnsettled,
    RunNotConcludable,
    RunNotEnded,
)
from nador.assessment.rules.states import GradeState
from nador.catalogue.rules import RunStatus

if TYPE_CHECKING:
    from nador.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class Standstill:
    """How far a run is from being concluded."""

    status: RunStatus
    ended: bool
    open_learners: int
    """Active enrolments, whose results are not final."""
    meetings_unsettled: int = 0
    assessments_unreleased: int = 0


def obstacles(run: Standstill) -> list[Conflict]:
    """List what keeps the run from being concluded, worst first; an empty list: nothing."""
    if run.status not in {RunStatus.PUBLISHED, RunStatus.CONCLUDED}:
        return [RunNotConcludable()]
    if run.status is RunStatus.CONCLUDED and not run.open_learners:
        return [RunNotConcludable()]
    found: list[Conflict] = []
    if not run.ended:
        found.append(RunNotEnded())
    if run.meetings_unsettled:
        found.append(MeetingsUnsettled(count=run.meetings_unsettled))
    if run.assessments_unreleased:
        found.append(GradesNotReleased(count=run.assessments_unreleased))
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What a grade becomes: its value and state."""

    value: Decimal | None
    state: GradeState


def change_of(value: Decimal | None, *, excused: bool, was: GradeState) -> Change:
    """Decide the state of a grade that someone sets; a value that learners have seen stays seen."""
    if excused and value is not None:
        raise MarkAndExcuse(field="excused")
    if excused:
        return Change(None, GradeState.EXCUSED)
    if value is None:
        return Change(None, GradeState.UNGRADED)
    seen = was is GradeState.RELEASED
    return Change(value, GradeState.RELEASED if seen else GradeState.PROVISIONAL)


def was_seen(state: GradeState, *, released: bool) -> bool:
    """Whether the learner has seen this grade or excuse."""
    return state is GradeState.RELEASED or (released and state is GradeState.EXCUSED)
