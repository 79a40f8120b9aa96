"""Words for quizzes and attempts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from nador.assessment.rules.quizzes import (
    AsideReason,
    AttemptStatus,
    Counting,
    Ending,
    FeedbackTime,
    no_time_for_another,
    to_cent,
)

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from nador.assessment.queries.attempts import OpenQuiz
    from nador.assessment.rules.quizzes import Earned
    from nador.kernel.i18n import Translator


def attempt_status(value: AttemptStatus, words: Translator) -> str:
    """Say how an attempt stands."""
    match value:
        case AttemptStatus.IN_PROGRESS:
            return words.gettext("In progress")
        case AttemptStatus.OVERDUE:
            return words.gettext("Time is over")
        case AttemptStatus.SUBMITTED:
            return words.gettext("Handed in")
        case AttemptStatus.GRADED:
            return words.gettext("Graded")
        case AttemptStatus.ABANDONED:
            return words.gettext("Abandoned")
        case AttemptStatus.VOIDED:
            return words.gettext("Void")


def attempt_look(value: AttemptStatus) -> str:
    """Choose the look of an attempt's tag."""
    match value:
        case AttemptStatus.IN_PROGRESS:
            return "info"
        case AttemptStatus.OVERDUE | AttemptStatus.SUBMITTED:
            return "warn"
        case AttemptStatus.GRADED:
            return "ok"
        case AttemptStatus.ABANDONED | AttemptStatus.VOIDED:
            return ""


def counting(value: Counting, words: Translator) -> str:
    """Say which attempt counts."""
    match value:
        case Counting.HIGHEST:
            return words.gettext("the best attempt")
        case Counting.FIRST:
            return words.gettext("the first attempt")
        case Counting.LAST:
            return words.gettext("the last attempt")
        case Counting.AVERAGE:
            return words.gettext("the mean of all attempts")


def ending(value: Ending, words: Translator) -> str:
    """Say what becomes of an attempt that was not handed in."""
    match value:
        case Ending.SUBMIT:
            return words.gettext("It is handed in as it stands.")
        case Ending.ABANDON:
            return words.gettext("It counts for nothing.")


def feedback_time(value: FeedbackTime, words: Translator) -> str:
    """Say when learners see what was right."""
    match value:
        case FeedbackTime.AFTER_HAND_IN:
            return words.gettext("as soon as it is graded")
        case FeedbackTime.AFTER_CLOSE:
            return words.gettext("when the quiz has closed for everybody")
        case FeedbackTime.AFTER_RELEASE:
            return words.gettext("when the grade is released")
        case FeedbackTime.NEVER:
            return words.gettext("never")


def aside_reason(value: AsideReason, words: Translator) -> str:
    """Say why an answer was kept and does not count."""
    match value:
        case AsideReason.LATE:
            return words.gettext("came after the time")
        case AsideReason.STALE:
            return words.gettext("came from another window that was behind")


def minutes(value: timedelta, words: Translator) -> str:
    """Write a time limit, rounded up to whole minutes."""
    whole = -(-int(value.total_seconds()) // 60)
    return words.ngettext("%(count)s minute", "%(count)s minutes", whole)


def delay(minutes: int, words: Translator) -> str:
    """Write the time between two attempts, in the largest unit that it fills."""
    days, hours = minutes // (24 * 60), minutes // 60
    if days * 24 * 60 == minutes:
        return words.ngettext("%(count)s day", "%(count)s days", days)
    if hours * 60 == minutes:
        return words.ngettext("%(count)s hour", "%(count)s hours", hours)
    return words.ngettext("%(count)s minute", "%(count)s minutes", minutes)


def points(earned: Earned, words: Translator) -> str:
    """Write what an answer earned of its points."""
    if earned.share is None:
        return words.gettext("waits for a mark")
    got = to_cent(Fraction(earned.points) * earned.share)
    return words.gettext(
        "%(got)s of %(points)s",
        got=words.number(got.normalize()),
        points=words.number(earned.points.normalize()),
    )


def change_reason(reason: str, words: Translator) -> str:
    """Say why a grade changed: in somebody's words, or because of an attempt."""
    return words.gettext("From an attempt at the quiz") if reason == "quiz" else reason


def points_in_field(earned: Earned, words: Translator) -> str:
    """Write what a person gave as one types it; nothing where a mark is still to come."""
    if earned.share is None:
        return ""
    got = to_cent(Fraction(earned.points) * earned.share)
    return words.number(got.normalize()).replace("\u202f", "").replace("\u00a0", "")


def quiz_state(quiz: OpenQuiz, now: datetime, words: Translator) -> tuple[str, str]:
    """Say in a few words what a learner can do with a quiz now: text and look of its tag."""
    terms = quiz.terms
    if quiz.running:
        return words.gettext("In progress"), "warn"
    if terms.opens_at is not None and now < terms.opens_at:
        return words.gettext("Opens %(when)s", when=words.datetime_(terms.opens_at)), ""
    if terms.closes_at is not None and now >= terms.closes_at:
        return words.gettext("Closed"), ""
    if terms.attempts is not None and quiz.used >= terms.attempts:
        return words.gettext("Done"), "ok"
    if quiz.next_from is not None and now < quiz.next_from:
        if no_time_for_another(terms, quiz.next_from):
            return words.gettext("Done"), "ok"
        return words.gettext("Again from %(when)s", when=words.datetime_(quiz.next_from)), ""
    if terms.closes_at is not None:
        return words.gettext("Open until %(when)s", when=words.datetime_(terms.closes_at)), "info"
    return words.gettext("Open"), "info"
