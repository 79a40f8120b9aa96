"""Who marks what, and what several marks agree on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from nador.assessment.rules.marking.refusals import (
    MarkTaken,
    NoMarkingHere,
    NotYoursToMark,
    NumberUnfit,
    SampleUndefined,
)
from nador.assessment.rules.marking.states import (
    MarkingState,
    MarkRole,
    MarkStatus,
    SecondMarking,
)
from nador.assessment.rules.marks import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """How an assessment is marked; without a plan one person marks, and sees the names."""

    anonymous: bool = False
    second: SecondMarking = SecondMarking.NONE
    threshold: Decimal = Decimal(2)
    """By how much two marks may differ without a third person."""
    borderline: Decimal | None = None
    """A sample has every mark that is so near to the pass mark."""
    percent: int | None = None
    """A sample has so many of all, drawn by lot."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A mark, as far as agreement asks."""

    role: MarkRole
    marker_id: int
    status: MarkStatus
    value: Decimal | None = None
    second_due: bool = False
    """Of a final first mark: whether it is in the sample."""


def check_plan(plan: Plan, *, out_of: Decimal) -> Plan:
    """Refuse a plan that says nothing, or numbers that no mark can have."""
    for field, value, most in (
        ("threshold", plan.threshold, out_of),
        ("borderline", plan.borderline, out_of),
        ("percent", plan.percent, WHOLE),
    ):
        if value is not None and not 0 <= value <= most:
            raise NumberUnfit(field=field, least=0, most=most)
    if plan.second is SecondMarking.SAMPLE and plan.borderline is None and not plan.percent:
        raise SampleUndefined(field="second")
    return plan


def agree(marks: Sequence[Judgement], plan: Plan) -> Decimal | MarkRole:
    """Give the value that the final marks agree on, or the role whose mark is still due.

    Two marks within the threshold agree on their mean, rounded half up; a moderator decides.
    """
    final = {each.role: each for each in marks if each.status is MarkStatus.FINAL}
    first, second, third = (_value(final.get(role)) for role in MarkRole)
    if third is not None:
        return third
    if first is None:
        return MarkRole.FIRST
    if second is None:
        return MarkRole.SECOND if _asks_for_second(final[MarkRole.FIRST], plan) else first
    if abs(first - second) > plan.threshold:
        return MarkRole.MODERATOR
    return rounded(Fraction(first + second) / 2)


def _value(mark: Judgement | None) -> Decimal | None:
    return mark.value if mark is not None else None


def _asks_for_second(first: Judgement, plan: Plan) -> bool:
    return plan.second is SecondMarking.ALL or (
        plan.second is SecondMarking.SAMPLE and first.second_due
    )


def state(marks: Sequence[Judgement], plan: Plan, *, released: bool) -> MarkingState:
    """Say how far the marking of a piece of work is."""
    outcome = agree(marks, plan)
    if isinstance(outcome, Decimal):
        return MarkingState.RELEASED if released else MarkingState.AGREED
    if outcome is MarkRole.FIRST:
        return MarkingState.BEING_MARKED if marks else MarkingState.TO_MARK
    return MarkingState.SECOND_DUE if outcome is MarkRole.SECOND else MarkingState.THIRD_DUE


def role_for(
    marker_id: int, marks: Sequence[Judgement], plan: Plan, allotted: Mapping[MarkRole, int]
) -> MarkRole | None:
    """Say in which role somebody marks a piece of work; None where nothing is theirs to do.

    Nobody has two roles. What is allotted to somebody is nobody else's; the rest is whoever's comes first.
    """
    taken = {each.role: each.marker_id for each in marks}
    for role, holder in taken.items():
        if holder == marker_id:
            return role
    open_roles = [role for role in _open_roles(marks, plan) if role not in taken]
    mine = [role for role in open_roles if allotted.get(role) == marker_id]
    free = [role for role in open_roles if role not in allotted]
    if any(holder == marker_id for role, holder in allotted.items() if role not in mine):
        # Allotted for later: whoever is the second here does not come first.
        free = []
    return next(iter([*mine, *free]), None)


def _open_roles(marks: Sequence[Judgement], plan: Plan) -> list[MarkRole]:
    """List the roles that somebody may take now, in their order."""
    outcome = agree(marks, plan)
    if outcome is MarkRole.MODERATOR:
        return [outcome]
    if plan.second is SecondMarking.ALL:
        return [MarkRole.FIRST, MarkRole.SECOND]
    return [outcome] if isinstance(outcome, MarkRole) else []


def role_to_take(marker_id: int, marks: Sequence[Judgement]) -> MarkRole | None:
    """In which role somebody goes on with what another began; nobody takes a second role so."""
    if any(each.marker_id == marker_id for each in marks):
        return None
    return next((each.role for each in marks if each.status is MarkStatus.DRAFT), None)


def require_free(
    role: MarkRole | None, marks: Sequence[Judgement], *, yours: Decimal | None
) -> MarkRole:
    """Refuse who has nothing to mark here; whoever came second is told what the first one says."""
    if role is not None:
        return role
    held = next((each for each in marks if each.status is MarkStatus.DRAFT), None)
    if held is not None:
        raise MarkTaken(yours=yours, theirs=held.value)
    raise NotYoursToMark


def require_markable(*, active: bool, handed_in: bool, excused: bool) -> None:
    """Refuse to mark where there is nothing to mark."""
    if not active or not handed_in or excused:
        raise NoMarkingHere
