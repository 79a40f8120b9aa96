"""What a run asks for, and what that decides about one learner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from nador.assessment.rules.marks import rounded
from nador.assessment.rules.states import Decision, RuleKind, Verdict
from nador.catalogue.rules import DocumentKind


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a run asks of one assessment; `minimum` is eliminatory, 0 asks for none."""

    assessment_id: int
    code: str
    weight: Decimal
    out_of: Decimal
    minimum: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """One learner's value in one assessment; None and not excused is ungraded."""

    value: Decimal | None = None
    excused: bool = False


UNGRADED: Final = Standing()


@dataclass(frozen=True, slots=True)
class Presence:
    """One learner's attendance over the held meetings of a run."""

    held: int = 0
    attended: int = 0
    """Present or late."""
    excused: int = 0
    marked: int = 0

    @property
    def unmarked(self) -> int:
        """How many held meetings say nothing about the learner."""
        return self.held - self.marked

    @property
    def percent(self) -> Decimal | None:
        """The share attended of the meetings that count, 0 to 100; None where none counts."""
        counted = self.held - self.excused
        return rounded(Fraction(100 * self.attended, counted)) if counted > 0 else None


@dataclass(frozen=True, slots=True)
class PassRules:
    """What a course version asks for, on its own scale."""

    document: DocumentKind
    mark_scale: Decimal
    pass_mark: Decimal
    min_attendance: int
    mentions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One rule, what it was held against, and what it says; learner, jury and minutes read it."""

    rule: RuleKind
    subject: str
    """The code of the assessment; empty for a rule about the whole run."""
    value: Decimal | str | None
    threshold: Decimal | None
    verdict: Verdict
    weight: Decimal | None = None
    out_of: Decimal | None = None

    def as_row(self) -> dict[str, Any]:
        """Give the line as it is stored and answered: decimals as text with two places."""
        return {
            "rule": self.rule.value,
            "subject": self.subject,
            "value": _written(self.value),
            "threshold": _written(self.threshold),
            "verdict": self.verdict.value,
            "weight": _written(self.weight),
            "out_of": _written(self.out_of),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules decide about one learner."""

    decision: Decision
    mark: Decimal | None
    attendance: Decimal | None
    mention: dict[str, str] | None
    trace: tuple[TraceLine, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Give the whole trace as it is stored."""
        return [line.as_row() for line in self.trace]


def recorded_outcome(
    decision: Decision,
    *,
    mark: Decimal | None,
    attendance: Decimal | None,
    mention: dict[str, str] | None,
    trace: Iterable[Mapping[str, Any]],
) -> Outcome:
    """Give a stored result as the outcome that it was."""
    return Outcome(decision, mark, attendance, mention, tuple(map(trace_line, trace)))


def trace_line(row: Mapping[str, Any]) -> TraceLine:
    """Read a line of a stored trace."""
    rule = RuleKind(row["rule"])
    value = row["value"]
    if value is not None and rule is not RuleKind.RECORDED:
        value = Decimal(value)
    weight, out_of, threshold = (
        None if row.get(name) is None else Decimal(row[name])
        for name in ("weight", "out_of", "threshold")
    )
    return TraceLine(
        rule, row["subject"], value, threshold, Verdict(row["verdict"]), weight, out_of
    )


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


def mention_for(
    value: Decimal | None, mentions: Iterable[Mapping[str, Any]]
) -> dict[str, str] | None:
    """Give the highest mention whose threshold the mark reaches, in every language."""
    if value is None:
        return None
    reached = [one for one in mentions if Decimal(str(one["min"])) <= value]
    if not reached:
        return None
    best = max(reached, key=lambda one: Decimal(str(one["min"])))
    return {key: str(words) for key, words in best.items() if key != "min"}


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
        lines.append(_attendance(rules, presence))
    if not attested:
        reached = mark(plan, standings, scale=rules.mark_scale)
        lines += [_minimum(line, standings.get(line.assessment_id, UNGRADED)) for line in plan]
        lines.append(_completeness(plan, standings))
        lines.append(_pass_mark(rules, reached))
    decision = _decision(lines)
    passed = decision is Decision.PASS
    return Outcome(
        decision=decision,
        mark=reached,
        attendance=presence.percent,
        mention=mention_for(reached, rules.mentions) if passed else None,
        trace=tuple(lines),
    )


def _attendance(rules: PassRules, presence: Presence) -> TraceLine:
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


def _minimum(line: PlanLine, standing: Standing) -> TraceLine:
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


def _completeness(plan: Sequence[PlanLine], standings: Mapping[int, Standing]) -> TraceLine:
    asked = [line for line in plan if not standings.get(line.assessment_id, UNGRADED).excused]
    graded = [
        line for line in asked if standings.get(line.assessment_id, UNGRADED).value is not None
    ]
    verdict = Verdict.MET if len(graded) == len(asked) else Verdict.MISSING
    return TraceLine(RuleKind.GRADES, "", Decimal(len(graded)), Decimal(len(asked)), verdict)


def _pass_mark(rules: PassRules, reached: Decimal | None) -> TraceLine:
    if reached is None:
        verdict = Verdict.MISSING
    else:
        verdict = Verdict.MET if reached >= rules.pass_mark else Verdict.UNMET
    return TraceLine(
        RuleKind.PASS_MARK, "", reached, rules.pass_mark, verdict, out_of=rules.mark_scale
    )


def _decision(lines: Iterable[TraceLine]) -> Decision:
    verdicts = {line.verdict for line in lines}
    if Verdict.MISSING in verdicts:
        return Decision.INCOMPLETE
    return Decision.FAIL if Verdict.UNMET in verdicts else Decision.PASS


def _written(value: Decimal | str | None) -> str | None:
    return f"{value:.2f}" if isinstance(value, Decimal) else value
