"""Version 3 of the formula: attendance counts by the points that a course gives for each status.

A course without them is decided as by version 2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nador.assessment.rules.results import second
from nador.assessment.rules.states import RuleKind
from nador.catalogue.rules import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nador.assessment.rules.results.facts import (
        Outcome,
        Overrides,
        PassRules,
        PlanLine,
        Presence,
        Standing,
    )


def decide(
    rules: PassRules,
    plan: Sequence[PlanLine],
    standings: Mapping[int, Standing],
    presence: Presence,
    overrides: Overrides,
) -> Outcome:
    """Hold one learner against every rule of the course; the trace says what attendance earned."""
    outcome = second.decide(rules, plan, standings, presence, overrides)
    if presence.points == PLAIN:
        return outcome
    return replace(
        outcome,
        trace=tuple(
            replace(line, tally=presence.tally) if line.rule is RuleKind.ATTENDANCE else line
            for line in outcome.trace
        ),
    )
