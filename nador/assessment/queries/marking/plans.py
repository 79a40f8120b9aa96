"""How an assessment is marked, as it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select

from nador.assessment.models import MarkingPlan
from nador.assessment.rules.marking import Plan, SecondMarking

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def plan_of(kept: MarkingPlan | None) -> Plan:
    """Read how an assessment is marked."""
    if kept is None:
        return Plan()
    return Plan(
        anonymous=kept.anonymous,
        second=kept.second,
        threshold=kept.threshold,
        borderline=kept.borderline,
        percent=kept.percent,
    )


def seed_of(kept: MarkingPlan | None, assessment_id: int) -> str:
    """From what signs are drawn; without a plan nothing is hidden behind them."""
    return kept.seed if kept is not None else f"assessment {assessment_id}"


def hides_names(session: Session, assessment_id: int) -> bool:
    """Whether nobody may know yet whose work is whose."""
    hidden = select(MarkingPlan.assessment_id).where(
        MarkingPlan.assessment_id == assessment_id, _hidden()
    )
    return session.scalar(hidden) is not None


def bound_to_marks(session: Session, assessment_id: int) -> bool:
    """Whether a first grade comes from marks alone: of two people, or under hidden names."""
    bound = select(MarkingPlan.assessment_id).where(
        MarkingPlan.assessment_id == assessment_id,
        or_(MarkingPlan.second != SecondMarking.NONE, _hidden()),
    )
    return session.scalar(bound) is not None


def _hidden() -> ColumnElement[bool]:
    return and_(MarkingPlan.anonymous, MarkingPlan.revealed_at.is_(None))
