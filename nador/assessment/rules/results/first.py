"""Version 1 of the formula, kept as it was: results that were decided by it can be computed again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from nador.assessment.rules.marks import rounded
from nador.assessment.rules.results.facts import (
    UNGRADED,
    Outcome,
    PassRules,
    PlanLine,
    Presence,
    Standing,
    TraceLine,
    mention_for,
)
from nador.assessment.rules.states import Decision, RuleKind, Verdict
from nador.catalogue.rules import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def mark(
    plan: Iterable[PlanLine], standings: Mapping[int, Standing], *, scale: Decimal
) -> Decimal | None:
    """Weigh the values that are there, on the course's scale: Σ weight · value / Σ weight.

    Excused assessments drop out. None where nothing has weight, or a value is missing.
    """
    weights, points = Fraction(0), Fraction(0)
    for line in plan:
        standing = standings.get(line.assessment_id, UNGRADED)
        if standing.excused:
            continue
        if standing.value is None:
            return None
        weights += Fraction(line.weight)
        points += Fraction(line.weight) * Fraction(standing.value) / Fraction(line.out_of)
    return rounded(points / weights * Fraction(scale)) if weights else None


def decide(
    rules: PassRules,
    plan: Sequence[PlanLine],
    standings: Mapping[int, Standing],
    presence: Presence,
) -> Outcome:
    """Hold one learner against every rule of the course.

    What is missing makes the result incomplete, whatever the rest says; then one unmet rule fails.
    An attestation asks for attendance only.
    """
    attested = rules.document is DocumentKind.ATTESTATION
    lines: list[TraceLine] = []
    reached: Decimal | None = None
    if rules.min_attendance or attested:
        lines.append(attendance_line(rules, presence))
    if not attested:
        reached = mark(plan, standings, scale=rules.mark_scale)
        lines += [minimum_line(line, standings.get(line.assessment_id, UNGRADED)) for line in plan]
        lines.append(completeness(plan, standings))
        lines.append(pass_mark_line(rules, reached))
    decided = decision(lines)
    passed = decided is Decision.PASS
    return Outcome(
        decision=decided,
        mark=reached,
        attendance=presence.percent,
        mention=mention_for(reached, rules.mentions) if passed else None,
        trace=tuple(lines),
    )


def attendance_line(rules: PassRules, presence: Presence) -> TraceLine:
    """Hold the attendance against its threshold."""
    share = presence.percent
    if presence.unmarked:
        verdict = Verdict.MISSING
    elif share is not None:
        verdict = Verdict.MET if share >= rules.min_attendance else Verdict.UNMET
    elif not rules.min_attendance:
        verdict = Verdict.MET
    elif rules.document is DocumentKind.ATTESTATION:
        # Who was at none of the meetings that count has nothing that could be attested.
        verdict = Verdict.MISSING
    else:
        verdict = Verdict.EXCUSED
    return TraceLine(RuleKind.ATTENDANCE, "", share, Decimal(rules.min_attendance), verdict)


def minimum_line(line: PlanLine, standing: Standing) -> TraceLine:
    """Hold one assessment against its eliminatory minimum."""
    if standing.excused:
        verdict = Verdict.EXCUSED
    elif standing.value is None:
        verdict = Verdict.MISSING
    else:
        verdict = Verdict.MET if standing.value >= line.minimum else Verdict.UNMET
    return TraceLine(
        RuleKind.MINIMUM,
        line.code,
        standing.value,
        line.minimum or None,
        verdict,
        weight=line.weight,
        out_of=line.out_of,
    )


def completeness(plan: Sequence[PlanLine], standings: Mapping[int, Standing]) -> TraceLine:
    """Count the grades that are there."""
    asked = [line for line in plan if not standings.get(line.assessment_id, UNGRADED).excused]
    graded = [
        line for line in asked if standings.get(line.assessment_id, UNGRADED).value is not None
    ]
    verdict = Verdict.MET if len(graded) == len(asked) else Verdict.MISSING
    return TraceLine(RuleKind.GRADES, "", Decimal(len(graded)), Decimal(len(asked)), verdict)


def pass_mark_line(rules: PassRules, reached: Decimal | None) -> TraceLine:
    """Hold the final mark against the pass mark."""
    if reached is None:
        verdict = Verdict.MISSING
    else:
        verdict = Verdict.MET if reached >= rules.pass_mark else Verdict.UNMET
    return TraceLine(
        RuleKind.PASS_MARK, "", reached, rules.pass_mark, verdict, out_of=rules.mark_scale
    )


def decision(lines: Iterable[TraceLine]) -> Decision:
    """Decide by the verdicts: something missing, else something unmet, else a pass."""
    verdicts = {line.verdict for line in lines}
    if Verdict.MISSING in verdicts:
        return Decision.INCOMPLETE
    return Decision.FAIL if Verdict.UNMET in verdicts else Decision.PASS
