"""Words for grades, decisions, appeals and learners."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nador.assessment.rules import (
    AppealStatus,
    Decision,
    GradeState,
    RowFilter,
    RuleKind,
    Verdict,
)
from nador.kernel import clock
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from nador.assessment.queries import Distribution, Row
    from nador.assessment.queries.slots import Candidate
    from nador.assessment.rules import Outcome
    from nador.catalogue.models import Run
    from nador.kernel.i18n import Translator


def grade_state(state: GradeState, words: Translator) -> str:
    """Say how a grade stands."""
    match state:
        case GradeState.UNGRADED:
            return words.gettext("Ungraded")
        case GradeState.PROVISIONAL:
            return words.gettext("Provisional")
        case GradeState.RELEASED:
            return words.gettext("Released")
        case GradeState.EXCUSED:
            return words.gettext("Excused")


def decision(value: Decision, words: Translator) -> str:
    """Say a result."""
    match value:
        case Decision.PENDING:
            return words.gettext("Pending")
        case Decision.PASS:
            return words.gettext("Passed")
        case Decision.FAIL:
            return words.gettext("Not passed")
        case Decision.INCOMPLETE:
            return words.gettext("Incomplete")


def supposition(value: Decision, words: Translator) -> str:
    """Say what a result would be."""
    match value:
        case Decision.PASS:
            return words.gettext("This would pass")
        case Decision.FAIL:
            return words.gettext("This would not pass")
        case Decision.INCOMPLETE | Decision.PENDING:
            return words.gettext("Something is still missing")


def decision_look(value: Decision) -> str:
    """Choose the look of a result's tag."""
    match value:
        case Decision.PASS:
            return "ok"
        case Decision.FAIL:
            return "bad"
        case Decision.INCOMPLETE:
            return "warn"
        case Decision.PENDING:
            return "info"


def row_filter(value: RowFilter, words: Translator) -> str:
    """Name a choice of learners."""
    match value:
        case RowFilter.ALL:
            return words.gettext("All learners")
        case RowFilter.UNGRADED:
            return words.gettext("With a grade missing")
        case RowFilter.FAILING:
            return words.gettext("Below a threshold")


def row_state(row: Row, words: Translator) -> tuple[str, str, str]:
    """Say in a word how a learner's row stands: text, look and drawing of its tag."""
    outcome = row.outcome
    if outcome.decision is Decision.INCOMPLETE:
        return words.gettext("Incomplete"), "warn", ""
    if row.confirmed_at is not None or outcome.decision is Decision.PENDING:
        return decision(outcome.decision, words), decision_look(outcome.decision), ""
    if outcome.decision is Decision.FAIL:
        return _shortfall(outcome, words), "bad", ""
    if any(cell.state is GradeState.PROVISIONAL for cell in row.cells.values()):
        return words.gettext("Provisional"), "", "hidden"
    return words.gettext("All rules met"), "ok", ""


def _shortfall(outcome: Outcome, words: Translator) -> str:
    unmet = {line.rule for line in outcome.trace if line.verdict is Verdict.UNMET}
    if unmet & {RuleKind.MINIMUM, RuleKind.CATEGORY_MINIMUM}:
        return words.gettext("Below the minimum")
    if RuleKind.ATTENDANCE in unmet:
        return words.gettext("Attendance too low")
    if RuleKind.PASS_MARK not in unmet:
        return words.gettext("A category is too low")
    return words.gettext("Below the pass mark")


def category_note(category: Mapping[str, Any], words: Translator) -> str:
    """Say what a category weighs, and how many of its marks are dropped."""
    weight = words.number(Decimal(category["weight"]).normalize())
    if not category["drop"]:
        return words.gettext("weight %(weight)s", weight=weight)
    return words.ngettext(
        "weight %(weight)s, the lowest mark dropped",
        "weight %(weight)s, the lowest %(count)s marks dropped",
        category["drop"],
        weight=weight,
    )


def bins(one: Distribution, words: Translator) -> list[tuple[str, int]]:
    """Give the bars of a distribution: where each begins, and how many learners are in it."""
    counts = one.summary.bins if one.summary is not None else ()
    step = one.out_of / len(counts) if counts else one.out_of
    return [(words.number((step * at).normalize()), count) for at, count in enumerate(counts)]


def appeal_status(value: AppealStatus, words: Translator) -> str:
    """Say how an appeal stands."""
    match value:
        case AppealStatus.OPEN:
            return words.gettext("Open")
        case AppealStatus.APPROVED:
            return words.gettext("Approved")
        case AppealStatus.DENIED:
            return words.gettext("Denied")


def appeal_look(value: AppealStatus) -> str:
    """Choose the look of an appeal's tag."""
    match value:
        case AppealStatus.OPEN:
            return "info"
        case AppealStatus.APPROVED:
            return "ok"
        case AppealStatus.DENIED:
            return ""


def last_day(until: datetime) -> date:
    """Give the last day before a deadline that is the midnight behind it."""
    return clock.local(until - timedelta(seconds=1)).date()


def person_in(latin: str | None, arabic: str | None, locale: str) -> str:
    """Choose the name of a person for a language."""
    first, second = (arabic, latin) if locale == "ar" else (latin, arabic)
    return first or second or "–"


def candidate(one: Candidate, words: Translator) -> str:
    """Name a learner, with the time that they have."""
    name = person_in(one.latin, one.arabic, words.code)
    if one.starts_at is None:
        return name
    when = words.datetime_(one.starts_at)
    return words.gettext("%(name)s, now on %(when)s", name=name, when=when)


def override_choices(
    run: Run, words: Translator, *, grades: bool, concludes: bool
) -> list[tuple[str, str]]:
    """List the marks that somebody may set by hand: code of the category, and its title."""
    found = [(each["code"], pick(each["title"], words.code)) for each in run.version.categories]
    final = [("", words.gettext("Final mark"))] if concludes else []
    return (found if grades else []) + final
