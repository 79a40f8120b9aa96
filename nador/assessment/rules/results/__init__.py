"""What a run asks for, and what that decides about one learner: by the formula's version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from nador.assessment.rules.results import first, second, third
from nador.assessment.rules.results.facts import (
    UNGRADED,
    Category,
    Outcome,
    Override,
    Overrides,
    PassRules,
    PlanLine,
    Presence,
    Standing,
    Tallied,
    TraceLine,
    earned,
    mention_for,
    possible,
    recorded_outcome,
    trace_line,
)
from nador.assessment.rules.results.first import mark
from nador.assessment.rules.results.given import Given
from nador.assessment.rules.results.second import dropped
from nador.catalogue.rules import PLAIN

__all__ = [
    "CURRENT",
    "UNGRADED",
    "Category",
    "Given",
    "Outcome",
    "Override",
    "Overrides",
    "PassRules",
    "PlanLine",
    "Presence",
    "Standing",
    "Tallied",
    "TraceLine",
    "decide",
    "decide_given",
    "dropped",
    "earned",
    "mark",
    "mention_for",
    "possible",
    "recomputed",
    "recorded_outcome",
    "trace_line",
]


def _first(
    rules: PassRules,
    plan: Sequence[PlanLine],
    standings: Mapping[int, Standing],
    presence: Presence,
    _overrides: Overrides,
) -> Outcome:
    """Apply version 1, which knew neither overrides nor points for attendance."""
    return first.decide(rules, plan, standings, replace(presence, points=PLAIN))


def _second(
    rules: PassRules,
    plan: Sequence[PlanLine],
    standings: Mapping[int, Standing],
    presence: Presence,
    overrides: Overrides,
) -> Outcome:
    """Apply version 2, which knew no points for attendance."""
    return second.decide(rules, plan, standings, replace(presence, points=PLAIN), overrides)


Formula = Callable[
    [PassRules, Sequence[PlanLine], Mapping[int, Standing], Presence, Overrides], Outcome
]
"""One version of the formula; it never changes once a result was decided by it."""

FORMULAS: Final[Mapping[int, Formula]] = MappingProxyType({1: _first, 2: _second, 3: third.decide})
CURRENT: Final = 3
NONE: Final[Overrides] = MappingProxyType({})


def decide(
    rules: PassRules,
    plan: Sequence[PlanLine],
    standings: Mapping[int, Standing],
    presence: Presence,
    overrides: Overrides = NONE,
    *,
    version: int = CURRENT,
) -> Outcome:
    """Hold one learner against every rule of the course, by a version of the formula.

    What is missing makes the result incomplete, whatever the rest says; then one unmet rule fails.
    An attestation asks for attendance only.
    """
    return FORMULAS[version](rules, plan, standings, presence, overrides)


def decide_given(given: Given, *, version: int = CURRENT) -> Outcome:
    """Decide from everything that is known of a learner."""
    return decide(
        given.rules,
        given.plan,
        given.standings,
        given.presence,
        given.overrides,
        version=version,
    )


def recomputed(version: int, stored: Mapping[str, Any]) -> Outcome:
    """Decide again from what a result was decided from, by the formula of that time."""
    return decide_given(Given.read(stored), version=version)
