"""Words for the rules of a result, line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment.rules import RuleKind, Verdict, earned, possible
from nador.catalogue.labels import plain
from nador.catalogue.rules import Scale
from nador.enrolment.labels import attendance
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nador.assessment.rules import Tallied, TraceLine
    from nador.kernel.db import Words
    from nador.kernel.i18n import Translator


def verdict(value: Verdict, words: Translator) -> str:
    """Say what a rule says."""
    match value:
        case Verdict.MET:
            return words.gettext("Met")
        case Verdict.UNMET:
            return words.gettext("Not met")
        case Verdict.MISSING:
            return words.gettext("Missing")
        case Verdict.EXCUSED:
            return words.gettext("Excused")
        case Verdict.COMPENSATED:
            return words.gettext("Compensated")


def verdict_look(value: Verdict) -> str:
    """Choose the look of a verdict's tag."""
    match value:
        case Verdict.MET | Verdict.COMPENSATED:
            return "ok"
        case Verdict.UNMET:
            return "bad"
        case Verdict.MISSING:
            return "warn"
        case Verdict.EXCUSED:
            return ""


def rule(value: RuleKind, words: Translator) -> str:
    """Name a rule."""
    match value:
        case RuleKind.MINIMUM:
            return words.gettext("Grade")
        case RuleKind.CATEGORY:
            return words.gettext("Category")
        case RuleKind.CATEGORY_MINIMUM:
            return words.gettext("Minimum of a category")
        case RuleKind.ATTENDANCE:
            return words.gettext("Attendance")
        case RuleKind.GRADES:
            return words.gettext("Grades given")
        case RuleKind.PASS_MARK:
            return words.gettext("Average")
        case RuleKind.RECORDED:
            return words.gettext("Decision recorded elsewhere")


def share(percent: Decimal | int, words: Translator) -> str:
    """Write a number of per cent."""
    return words.percent(Decimal(percent) / 100)


def line_name(line: TraceLine, titles: Mapping[str, Words], words: Translator) -> str:
    """Name a line of a trace: the assessment or category with its weight, or the rule."""
    match line.rule:
        case RuleKind.MINIMUM:
            return _weighed(line, _title(line.subject, titles, words), words)
        case RuleKind.CATEGORY:
            title = _title(f"/{line.subject}", titles, words)
            return _weighed(line, words.gettext("Category: %(title)s", title=title), words)
        case RuleKind.CATEGORY_MINIMUM:
            title = _title(f"/{line.subject}", titles, words)
            return words.gettext("Minimum of the category: %(title)s", title=title)
        case _:
            return rule(line.rule, words)


def _title(subject: str, titles: Mapping[str, Words], words: Translator) -> str:
    return pick(titles[subject], words.code) if subject in titles else subject.lstrip("/")


def _weighed(line: TraceLine, title: str, words: Translator) -> str:
    """Add the weight, and what it comes to where that is something else."""
    if line.weight is None:
        return title
    weight = words.number(line.weight)
    if line.share is None or line.share == line.weight:
        return words.gettext("%(title)s, weight %(weight)s", title=title, weight=weight)
    return words.gettext(
        "%(title)s, weight %(weight)s: %(share)s of the whole",
        title=title,
        weight=weight,
        share=share(line.share, words),
    )


def line_notes(line: TraceLine, words: Translator) -> list[str]:
    """Say what else there is to know of a line: dropped, set by a person and why."""
    notes = []
    if line.tally:
        notes.append(_points(line.tally, words))
    if line.dropped:
        notes.append(words.gettext("Dropped: it does not count in the mean of its category."))
    if line.computed is not None:
        computed = words.mark(line.computed)
        notes.append(
            words.gettext(
                "Set by a person; computed: %(computed)s. Reason: %(reason)s",
                computed=computed,
                reason=line.reason,
            )
        )
    return notes


def _points(tally: Sequence[Tallied], words: Translator) -> str:
    """Say what attendance earned, and by what."""
    each = [_of_status(one, words) for one in tally if one.meetings]
    return words.gettext(
        "%(earned)s of %(possible)s points. %(each)s",
        earned=plain(earned(tally), words),
        possible=plain(possible(tally), words),
        each=" · ".join(each),
    )


def _of_status(one: Tallied, words: Translator) -> str:
    status, meetings = attendance(words, one.status), words.number(one.meetings)
    if one.points is None:
        return words.gettext(
            "%(status)s: %(meetings)s, not counted", status=status, meetings=meetings
        )
    return words.gettext(
        "%(status)s: %(meetings)s × %(points)s",
        status=status,
        meetings=meetings,
        points=plain(one.points, words),
    )


def line_value(line: TraceLine, words: Translator) -> str:
    """Write what the learner has."""
    if line.value is None:
        return "–"
    if not isinstance(line.value, Decimal):
        return line.value
    figure = _figure(line.rule, line.value, words)
    return f"{figure} ({line.letter})" if line.letter else figure


def line_threshold(line: TraceLine, words: Translator) -> str:
    """Write what the rule asks for."""
    if not line.threshold:
        return words.gettext("none")
    return _figure(line.rule, line.threshold, words)


def _figure(kind: RuleKind, value: Decimal, words: Translator) -> str:
    match kind:
        case RuleKind.ATTENDANCE:
            return share(value, words)
        case RuleKind.GRADES | RuleKind.RECORDED:
            return words.number(value)
        case RuleKind.MINIMUM | RuleKind.CATEGORY | RuleKind.CATEGORY_MINIMUM | RuleKind.PASS_MARK:
            return words.mark(value)


def overall(mark: Decimal, scale: Scale, out_of: Decimal, words: Translator) -> str:
    """Write a final mark on its course's scale."""
    return f"{words.mark(mark)}\u00a0%" if scale is Scale.PERCENT else words.mark(mark, out_of)


def trace_mark(line: TraceLine, words: Translator) -> str:
    """Write a mark of a trace; one that a person set bears a star."""
    if not isinstance(line.value, Decimal):
        return "–"
    return f"{words.mark(line.value)}*" if line.reason else words.mark(line.value)
