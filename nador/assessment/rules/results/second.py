"""Version 2 of the formula: categories, dropped marks, compensation, overrides and scales.

A course without any of them is decided as by version 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from nador.assessment.rules.marks import rounded
from nador.assessment.rules.results import first
from nador.assessment.rules.results.facts import (
    UNGRADED,
    Category,
    Outcome,
    PassRules,
    PlanLine,
    Presence,
    Standing,
    TraceLine,
    mention_for,
)
from nador.assessment.rules.states import Decision, RuleKind, Verdict
from nador.catalogue.rules import DocumentKind, Scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nador.assessment.rules.results.facts import Overrides

_WHOLE: Final = Category(code="", weight=Decimal(1))
"""What holds the assessments of a course without categories."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A category with the learner's marks in it: which count, and what they come to."""

    category: Category
    counted: frozenset[int]
    """The assessments that are neither excused nor dropped; while a mark is missing none is dropped."""
    dropped: frozenset[int]
    inside: Fraction
    """What those that count weigh together."""
    missing: bool
    computed: Fraction | None
    """From 0 to 1; None where a mark is missing, or none has weight."""
    ratio: Fraction | None
    """The computed one, or what a person set instead."""

    @property
    def weight(self) -> Fraction:
        """What the category weighs; nothing where nothing in it counts."""
        return Fraction(self.category.weight) if self.inside else Fraction(0)

    def share_of(self, line: PlanLine, total: Fraction) -> Decimal:
        """Say which part of the whole an assessment decides, in per cent."""
        if line.assessment_id not in self.counted or not self.weight:
            return Decimal(0)
        return rounded(100 * Fraction(line.weight) / self.inside * self.weight / total)


def decide(
    rules: PassRules,
    plan: Sequence[PlanLine],
    standings: Mapping[int, Standing],
    presence: Presence,
    overrides: Overrides,
) -> Outcome:
    """Hold one learner against every rule of the course.

    What is missing makes the result incomplete, whatever the rest says; then one unmet rule fails.
    """
    if rules.document is DocumentKind.ATTESTATION:
        return first.decide(rules, plan, standings, presence)
    parts = [
        _part(category, plan, standings, mark_scale=rules.mark_scale, overrides=overrides)
        for category in rules.categories or (_WHOLE,)
    ]
    total = sum((part.weight for part in parts), Fraction(0))
    reached = _mean(parts, total, scale=rules.mark_scale)
    final = _final(rules, reached, overrides)
    lines = [first.attendance_line(rules, presence)] if rules.min_attendance else []
    lines += [_item(line, parts, total, standings) for line in plan]
    lines += _categories(rules, parts, total, overrides, reached=final.value, before=lines)
    lines += [first.completeness(plan, standings), final]
    decided = first.decision(lines)
    passed = decided is Decision.PASS
    mark = final.value if isinstance(final.value, Decimal) else None
    return Outcome(
        decision=decided,
        mark=None if rules.scale is Scale.PASS_FAIL else mark,
        attendance=presence.percent,
        mention=_mention(rules, mark) if passed else None,
        trace=tuple(lines),
    )


def dropped(scored: Sequence[tuple[Fraction, Fraction]], count: int) -> frozenset[int]:
    """Choose which marks to drop so that the weighted mean of the others is highest.

    `scored`: weight and share of the full mark (0 to 1) of each; the answer holds their places. One
    mark always stays. With equal weights those are the lowest; with others a low mark of little
    weight may harm less than a better one of great weight, so the choice is searched: what stays is
    what lies furthest above the best mean found so far, until that is not bettered (Dinkelbach).
    """
    count = min(count, len(scored) - 1)
    if count <= 0:
        return frozenset()
    best = _weighted(scored)
    while True:
        ranked = sorted(range(len(scored)), key=lambda at: _use(scored[at], best))
        leaving = frozenset(ranked[:count])
        mean = _weighted([each for at, each in enumerate(scored) if at not in leaving])
        if mean == best:
            return leaving
        best = mean


def _use(scored: tuple[Fraction, Fraction], mean: Fraction) -> tuple[Fraction, bool, Fraction]:
    """Say how much a mark lifts a mean; among equals, one that has weight and is higher stays."""
    weight, ratio = scored
    return weight * (ratio - mean), bool(weight), ratio


def _weighted(scored: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    weights, points = Fraction(0), Fraction(0)
    for weight, ratio in scored:
        weights += weight
        points += weight * ratio
    return points / weights if weights else Fraction(0)


def _part(
    category: Category,
    plan: Sequence[PlanLine],
    standings: Mapping[int, Standing],
    *,
    mark_scale: Decimal,
    overrides: Overrides,
) -> _Part:
    """Gather a category's assessments, drop the worst, and weigh the others."""
    asked = [
        line
        for line in plan
        if (category is _WHOLE or line.category == category.code)
        and not standings.get(line.assessment_id, UNGRADED).excused
    ]
    scored = [
        (Fraction(line.weight), Fraction(value) / Fraction(line.out_of))
        for line in asked
        if (value := standings.get(line.assessment_id, UNGRADED).value) is not None
    ]
    missing = len(scored) < len(asked)
    leaving = frozenset() if missing else dropped(scored, category.drop)
    counted = [line for at, line in enumerate(asked) if at not in leaving]
    inside = sum((Fraction(line.weight) for line in counted), Fraction(0))
    computed = None
    if inside and not missing:
        computed = _weighted([each for at, each in enumerate(scored) if at not in leaving])
    over = overrides.get(category.code) if category is not _WHOLE else None
    return _Part(
        category=category,
        counted=frozenset(line.assessment_id for line in counted),
        dropped=frozenset(line.assessment_id for at, line in enumerate(asked) if at in leaving),
        inside=inside,
        missing=missing,
        computed=computed,
        ratio=Fraction(over.value) / Fraction(mark_scale)
        if over and computed is not None
        else computed,
    )


def _mean(parts: Sequence[_Part], total: Fraction, *, scale: Decimal) -> Decimal | None:
    """Weigh the categories that count; None where one has a mark missing, or none has weight."""
    if any(part.missing for part in parts) or not total:
        return None
    points = sum((part.weight * (part.ratio or 0) for part in parts), Fraction(0))
    return rounded(points / total * Fraction(scale))


def _final(rules: PassRules, reached: Decimal | None, overrides: Overrides) -> TraceLine:
    """Hold the final mark against the pass mark; a person may have set another one."""
    over = overrides.get("") if reached is not None else None
    shown = over.value if over is not None else reached
    line = replace(first.pass_mark_line(rules, shown), letter=_letter(rules, shown))
    return line if over is None else replace(line, computed=reached, reason=over.reason)


def _item(
    line: PlanLine, parts: Sequence[_Part], total: Fraction, standings: Mapping[int, Standing]
) -> TraceLine:
    """Hold one assessment against its minimum, which counts for a dropped one too."""
    return replace(
        first.minimum_line(line, standings.get(line.assessment_id, UNGRADED)),
        share=sum((part.share_of(line, total) for part in parts), Decimal(0)),
        category=line.category,
        dropped=any(line.assessment_id in part.dropped for part in parts),
    )


def _categories(
    rules: PassRules,
    parts: Sequence[_Part],
    total: Fraction,
    overrides: Overrides,
    *,
    reached: Decimal | str | None,
    before: Sequence[TraceLine],
) -> list[TraceLine]:
    """Hold each category against its minimum and the pass mark.

    One below the pass mark is compensated where the mean reaches it, no minimum is missed, and not
    more of them are below than the course allows.
    """
    if not rules.categories:
        return []
    lines = [_category(rules, part, total, overrides) for part in parts]
    minimums = [
        replace(line, rule=RuleKind.CATEGORY_MINIMUM, threshold=part.category.minimum)
        for line, part in zip(lines, parts, strict=True)
        if part.category.minimum
    ]
    minimums = [replace(line, verdict=_held(line.value, line)) for line in minimums]
    below = [line for line in lines if line.verdict is Verdict.UNMET]
    missed = any(
        line.verdict is Verdict.UNMET
        for line in (*before, *minimums)
        if line.rule in {RuleKind.MINIMUM, RuleKind.CATEGORY_MINIMUM}
    )
    enough = isinstance(reached, Decimal) and reached >= rules.pass_mark
    allowed = rules.compensated is None or len(below) <= rules.compensated
    if enough and allowed and not missed:
        lines = [
            replace(line, verdict=Verdict.COMPENSATED) if line in below else line for line in lines
        ]
    return [*lines, *minimums]


def _category(rules: PassRules, part: _Part, total: Fraction, overrides: Overrides) -> TraceLine:
    """Hold a category's mean against the pass mark."""
    code, weight = part.category.code, part.category.weight
    value, computed = (
        None if ratio is None else rounded(ratio * Fraction(rules.mark_scale))
        for ratio in (part.ratio, part.computed)
    )
    over = overrides.get(code) if value is not None else None
    line = TraceLine(
        RuleKind.CATEGORY,
        code,
        value,
        rules.pass_mark,
        Verdict.MISSING if part.missing else Verdict.EXCUSED,
        weight=weight,
        out_of=rules.mark_scale,
        share=rounded(100 * part.weight / total) if total else Decimal(0),
        category=code,
        computed=computed if over else None,
        reason=over.reason if over else "",
    )
    return replace(line, verdict=_held(value, line))


def _held(value: Decimal | str | None, line: TraceLine) -> Verdict:
    """Say whether a mean reaches the line's threshold; without a mean, what the line says already."""
    if not isinstance(value, Decimal) or line.threshold is None:
        return line.verdict
    return Verdict.MET if value >= line.threshold else Verdict.UNMET


def _mention(rules: PassRules, mark: Decimal | None) -> dict[str, str] | None:
    """Give what is said beside the mark of a pass: a mention, or the letter in every language."""
    if rules.scale is Scale.LETTERS:
        return dict.fromkeys(("ar", "fr", "en"), _letter(rules, mark))
    return None if rules.scale is Scale.PASS_FAIL else mention_for(mark, rules.mentions)


def _letter(rules: PassRules, mark: Decimal | None) -> str:
    """Give the letter whose bound the mark reaches; empty on the other scales."""
    if rules.scale is not Scale.LETTERS:
        return ""
    found: dict[str, Any] = mention_for(mark, rules.letters) or {}
    return str(found.get("letter", ""))
