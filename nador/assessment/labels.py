"""Words for grades, rules, decisions and refusals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment.rules import Decision, GradeState, RowFilter, RuleKind, Verdict
from nador.kernel.errors import counted
from nador.kernel.i18n import msgid, pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nador.assessment.queries import Column, Gradebook, Row
    from nador.assessment.rules import Outcome, TraceLine
    from nador.kernel.db import Words
    from nador.kernel.i18n import Translator

ERRORS = {
    "not_a_flag": msgid("Write true or false."),
    "not_ids": msgid("Write a list of numbers."),
    "mark_unreadable": msgid("Write a number, for example 14.5 or 14,5."),
    "mark_too_fine": msgid("Write at most two decimals."),
    "mark_out_of_range": msgid("Write a number from 0 to %(out_of)s."),
    "mark_and_excuse": msgid("Write a mark, or excuse the learner, not both."),
    "reason_needed": msgid(
        "The learner has seen this grade: write why it changes. The reason stays in the history."
    ),
    "stale": msgid(
        "Somebody else changed this grade meanwhile. Theirs: %(theirs)s. Yours: %(yours)s."
    ),
    "grades_refused": counted(
        "One grade was refused; nothing was saved.",
        "%(count)s grades were refused; nothing was saved.",
    ),
    "learner_not_active": msgid("This learner has no place on the run: no grade can be given."),
    "result_confirmed": msgid(
        "This learner's result is confirmed. Reopen the run to change its grades."
    ),
    "run_not_ended": msgid("The run has not ended yet."),
    "run_not_concludable": msgid("There is nothing to conclude on this run."),
    "meetings_unsettled": counted(
        "One past meeting is neither held nor cancelled.",
        "%(count)s past meetings are neither held nor cancelled.",
    ),
    "grades_not_released": counted(
        "The grades of one assessment are not released.",
        "The grades of %(count)s assessments are not released.",
    ),
    "question_kind_unknown": msgid("There is no type of question called “%(kind)s”."),
    "question_part_missing": msgid("This part of the question is missing."),
    "question_part_unreadable": msgid("This part of the question cannot be read."),
    "question_part_unknown": msgid("This type of question has no such part."),
    "question_part_too_long": msgid("Write at most %(limit)s characters."),
    "question_too_few_parts": counted(
        "Give at least %(count)s entry.", "Give at least %(count)s entries."
    ),
    "question_too_many_parts": msgid("Give at most %(limit)s entries."),
    "question_part_twice": msgid(
        "This stands here twice: no answer could tell which one is meant."
    ),
    "question_number_out_of_range": msgid("Write a number from %(least)s to %(most)s."),
    "question_credit_too_fine": msgid("Write a percentage with at most five decimals."),
    "question_no_right_answer": msgid("One answer at least must earn the whole credit."),
    "question_credits_uneven": msgid("The credits of the right answers must add up to the whole."),
    "question_image_missing": msgid("The image “%(name)s” is not among the files of the question."),
    "question_gap_unplaced": msgid(
        "%(place)s must stand in the text exactly once: it is the place of a gap."
    ),
    "answer_too_many_files": msgid("Hand in at most %(limit)s files."),
    "answer_file_of_another_kind": msgid("Only files of these kinds are taken: %(kinds)s."),
    "answer_file_too_large": msgid("A file may have at most %(limit)s kB."),
    "question_name_missing": msgid("Write a name."),
    "question_name_taken": msgid("“%(name)s” is there already."),
    "question_tree_too_deep": msgid("Categories go at most %(limit)s levels deep."),
    "question_in_use": msgid("Learners have seen this question. Retire it instead."),
    "question_tags_too_many": msgid("Give at most %(limit)s tags."),
    "question_pool_too_small": msgid(
        "%(asked)s questions are to be drawn, but only %(count)s are ready."
    ),
    "question_image_unknown": msgid("The image “%(name)s” is not among the files of this bank."),
    "question_image_unreadable": msgid("Only PNG, JPEG, GIF and WebP images are taken."),
    "answer_unreadable": msgid("This answer cannot be read. Reload the page and answer again."),
    "answer_too_long": msgid("The answer may have at most %(limit)s characters."),
}


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


def verdict_look(value: Verdict) -> str:
    """Choose the look of a verdict's tag."""
    match value:
        case Verdict.MET:
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
        case RuleKind.ATTENDANCE:
            return words.gettext("Attendance")
        case RuleKind.GRADES:
            return words.gettext("Grades given")
        case RuleKind.PASS_MARK:
            return words.gettext("Average")
        case RuleKind.RECORDED:
            return words.gettext("Decision recorded elsewhere")


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
    if RuleKind.MINIMUM in unmet:
        return words.gettext("Below the minimum")
    if RuleKind.ATTENDANCE in unmet:
        return words.gettext("Attendance too low")
    return words.gettext("Below the pass mark")


def share(percent: Decimal | int, words: Translator) -> str:
    """Write a number of per cent."""
    return words.percent(Decimal(percent) / 100)


def line_name(line: TraceLine, titles: Mapping[str, Words], words: Translator) -> str:
    """Name a line of a trace: the assessment with its weight, or the rule."""
    if line.rule is not RuleKind.MINIMUM:
        return rule(line.rule, words)
    title = pick(titles[line.subject], words.code) if line.subject in titles else line.subject
    if line.weight is None:
        return title
    weight = words.number(line.weight)
    return words.gettext("%(title)s, weight %(weight)s", title=title, weight=weight)


def line_value(line: TraceLine, words: Translator) -> str:
    """Write what the learner has."""
    if line.value is None:
        return "–"
    if not isinstance(line.value, Decimal):
        return line.value
    return _figure(line.rule, line.value, words)


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
        case RuleKind.MINIMUM | RuleKind.PASS_MARK:
            return words.mark(value)


def gradebook_columns(book: Gradebook, words: Translator) -> list[str]:
    """Head the columns of the gradebook's file."""
    return [
        words.gettext("Reference"),
        words.gettext("Name in Latin letters"),
        words.gettext("Name in Arabic letters"),
        words.gettext("Attendance in per cent"),
        *(
            f"{pick(column.assessment.title, words.code)} /{words.number(column.assessment.out_of)}"
            for column in book.columns
        ),
        words.gettext("Average"),
        words.gettext("Result"),
    ]


def gradebook_lines(book: Gradebook, words: Translator) -> Iterator[list[str | Decimal | None]]:
    """Give the rows of the gradebook's file."""
    for row in book.rows:
        yield [
            row.reference,
            row.name_latin,
            row.name_arabic,
            row.outcome.attendance,
            *(_cell(row, column, words) for column in book.columns),
            row.outcome.mark,
            row_state(row, words)[0],
        ]


def _cell(row: Row, column: Column, words: Translator) -> str | Decimal | None:
    kept = row.cells.get(column.assessment.id)
    if kept is not None and kept.state is GradeState.EXCUSED:
        return grade_state(kept.state, words)
    return kept.value if kept is not None else None
