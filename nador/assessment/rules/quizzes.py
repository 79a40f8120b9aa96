"""Quizzes and attempts: when one may begin, until when answers count, which attempt counts."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from nador.assessment.rules.marks import CENT
from nador.catalogue.rules import AssessmentKind
from nador.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from nador.assessment.rules.accommodations import Terms

TAKEN: Final = frozenset({AssessmentKind.QUIZ, AssessmentKind.EXAM})
"""The kinds of assessments that can be taken as a quiz."""
MOST_MINUTES: Final = 24 * 60
MOST_ATTEMPTS: Final = 50
MOST_GRACE: Final = 3600
MOST_DELAY: Final = 30 * 24 * 60
MOST_QUESTIONS: Final = 200
MOST_SEQUENCE: Final = 10**9
MOST_ASIDE: Final = 100
"""Of one answer; learners who hurry leave a handful."""
COMMENT_LIMIT: Final = 4000


class Counting(StrEnum):
    """Which of several attempts counts."""

    HIGHEST = "highest"
    FIRST = "first"
    LAST = "last"
    AVERAGE = "average"


class Ending(StrEnum):
    """What becomes of an attempt whose time is over and that was not handed in."""

    SUBMIT = "submit"
    ABANDON = "abandon"


class FeedbackTime(StrEnum):
    """When learners see their answers, marks and the right answers."""

    AFTER_HAND_IN = "after_hand_in"
    AFTER_CLOSE = "after_close"
    AFTER_RELEASE = "after_release"
    NEVER = "never"


class AttemptStatus(StrEnum):
    """The states of one sitting; `overdue` follows from the time and is never stored."""

    IN_PROGRESS = "in_progress"
    OVERDUE = "overdue"
    SUBMITTED = "submitted"
    GRADED = "graded"
    ABANDONED = "abandoned"
    VOIDED = "voided"


class AsideReason(StrEnum):
    """Why an answer was kept and does not count."""

    LATE = "late"
    STALE = "stale"


class SaveOutcome(StrEnum):
    """What became of an answer that was sent."""

    SAVED = "saved"
    SAVED_BEFORE = "saved_before"
    LATE = "late"
    STALE = "stale"


class QuizNotOpen(Conflict):
    """It opens later: `opens_at`."""

    code = "quiz_not_open"


class QuizClosed(Conflict):
    """It was open until `closes_at`."""

    code = "quiz_closed"


class QuizNotReady(Conflict):
    """Staff has not opened it to learners."""

    code = "quiz_not_ready"


class NoAttemptLeft(Conflict):
    """All `attempts` were used."""

    code = "no_attempt_left"


class AttemptTooSoon(Conflict):
    """Another attempt can begin at `begins_at`."""

    code = "attempt_too_soon"


class NoTimeForAnother(Conflict):
    """Another attempt could begin only after the quiz has closed, at `closes_at`."""

    code = "no_time_for_another"


class QuizInUse(Conflict):
    """Learners have begun: its questions stay as they are."""

    code = "quiz_in_use"


class QuizEmpty(Conflict):
    """There is no question to show."""

    code = "quiz_empty"


class QuestionNotReady(Conflict):
    """A question that was chosen is still a draft, or belongs to another institute."""

    code = "quiz_question_not_ready"


class QuestionTwice(Conflict):
    """The question is in the quiz already."""

    code = "quiz_question_twice"


class TooManyQuestions(Invalid):
    """A quiz has at most `limit` questions."""

    code = "quiz_too_many_questions"


class NumberBeyond(Invalid):
    """A number is not within `least` and `most`."""

    code = "quiz_number_beyond"


class WindowBackwards(Invalid):
    """A quiz closes after it opens."""

    code = "quiz_window_backwards"


class NotAQuiz(Conflict):
    """This kind of assessment is not taken on a page."""

    code = "not_a_quiz"


class TooManyAside(Conflict):
    """At most `limit` answers of a question are kept aside."""

    code = "too_many_aside"


class AttemptRunning(Conflict):
    """The learner is still at work on it."""

    code = "attempt_running"


class VoidReasonNeeded(Invalid):
    """An attempt is voided only with a reason."""

    code = "void_reason_needed"


class MarkBeyond(Invalid):
    """Points for an answer are from 0 to `points`."""

    code = "quiz_mark_beyond"


class AnswersMoved(Conflict):
    """Somebody else marked the answers at `positions` since the page was made."""

    code = "quiz_answers_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a learner has used up."""

    attempts: int
    """All that were begun and not voided."""
    ended_at: datetime | None = None
    """When the last of them ended; None where none has."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a quiz is taken, as staff sets it."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    minutes: int | None = None
    attempts: int | None = 1
    delay: int = 0
    """In minutes: so long learners wait after the end of an attempt before they begin another."""
    counting: Counting = Counting.HIGHEST
    grace: int = 60
    """In seconds: answers that were under way when the time ended still count."""
    ending: Ending = Ending.SUBMIT
    shuffle: bool = False
    feedback: FeedbackTime = FeedbackTime.AFTER_RELEASE
    paged: bool = False


def check_settings(settings: Settings) -> None:
    """Refuse a window that ends before it begins, and numbers that nobody means."""
    for field, value, least, most in (
        ("minutes", settings.minutes, 1, MOST_MINUTES),
        ("attempts", settings.attempts, 1, MOST_ATTEMPTS),
        ("grace", settings.grace, 0, MOST_GRACE),
        ("delay", settings.delay, 0, MOST_DELAY),
    ):
        if value is not None and not least <= value <= most:
            raise NumberBeyond(field=field, least=least, most=most)
    opens, closes = settings.opens_at, settings.closes_at
    if opens is not None and closes is not None and closes <= opens:
        raise WindowBackwards(field="closes_at")


def require_may_begin(terms: Terms, past: Past, *, delay: int, ready: bool, now: datetime) -> None:
    """Refuse to begin an attempt before or after the window, one too many, or one too soon."""
    if not ready:
        raise QuizNotReady
    if terms.opens_at is not None and now < terms.opens_at:
        raise QuizNotOpen(opens_at=terms.opens_at)
    if terms.closes_at is not None and now >= terms.closes_at:
        raise QuizClosed(closes_at=terms.closes_at)
    if terms.attempts is not None and past.attempts >= terms.attempts:
        raise NoAttemptLeft(count=terms.attempts)
    begins_at = next_from(past.ended_at, delay=delay)
    if begins_at is None or now >= begins_at:
        return
    if no_time_for_another(terms, begins_at):
        raise NoTimeForAnother(closes_at=terms.closes_at)
    raise AttemptTooSoon(begins_at=begins_at)


def next_from(ended_at: datetime | None, *, delay: int) -> datetime | None:
    """Say from when another attempt may begin after one that ended; `delay` is in minutes."""
    return ended_at + timedelta(minutes=delay) if ended_at is not None and delay else None


def no_time_for_another(terms: Terms, begins_at: datetime) -> bool:
    """Whether a quiz closes before another attempt may begin."""
    return terms.closes_at is not None and begins_at >= terms.closes_at


def ended_at(handed_in_at: datetime | None, ends_at: datetime | None) -> datetime | None:
    """Say when an attempt ended: when it was handed in, or earlier, when its time ran out."""
    if handed_in_at is None or ends_at is None:
        return handed_in_at
    return min(handed_in_at, ends_at)


def ends_at(terms: Terms, *, started_at: datetime) -> datetime | None:
    """Say until when an attempt may be worked on: its own time, cut by the end of the window."""
    own = None if terms.time_limit is None else started_at + terms.time_limit
    return min([each for each in (own, terms.closes_at) if each is not None], default=None)


def counts_until(ends_at: datetime | None, *, grace: int) -> datetime | None:
    """Say until when answers count that were under way when the time ended."""
    return None if ends_at is None else ends_at + timedelta(seconds=grace)


def shown_status(
    status: AttemptStatus, ends_at: datetime | None, *, now: datetime
) -> AttemptStatus:
    """Say how an attempt stands: one in progress whose time is over is overdue."""
    if status is AttemptStatus.IN_PROGRESS and ends_at is not None and now >= ends_at:
        return AttemptStatus.OVERDUE
    return status


def is_over(status: AttemptStatus, counts_until: datetime | None, *, now: datetime) -> bool:
    """Whether answers that come now no longer count."""
    if status is not AttemptStatus.IN_PROGRESS:
        return True
    return counts_until is not None and now >= counts_until


def digest(answer: Mapping[str, Any]) -> str:
    """Give a short fingerprint of an answer, by which a page tells whether somebody touched it."""
    canonical = json.dumps(answer, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:16]


def marked_as(share: Fraction | None, comment: str) -> str:
    """Give a short fingerprint of a mark, by which a page tells whether somebody changed it."""
    return digest({"share": None if share is None else str(share), "comment": comment})


def outcome_of(*, sequence: int, kept: int, same: bool, over: bool) -> SaveOutcome:
    """Decide what becomes of an answer: the newer sequence wins, and nothing counts after the end.

    `same` says that the answer equals the one that is kept: then there is nothing to lose.
    """
    if same and sequence <= kept:
        return SaveOutcome.SAVED_BEFORE
    if over:
        return SaveOutcome.LATE
    return SaveOutcome.SAVED if sequence > kept else SaveOutcome.STALE


def require_room_aside(kept: int) -> None:
    """Refuse to keep more of one answer aside than any learner would need; raises TooManyAside."""
    if kept >= MOST_ASIDE:
        raise TooManyAside(limit=MOST_ASIDE)


@dataclass(frozen=True, slots=True)
class Earned:
    """What one answer earned of its points; no share: a person still has to mark it."""

    points: Decimal
    share: Fraction | None


def mark_of(earned: Sequence[Earned], *, out_of: Decimal) -> Decimal | None:
    """Scale what all answers earned to the assessment; None while something waits for a person.

    Wrong answers may cost points, but nobody ends below zero.
    """
    # Few shares occur, and decimals add up quicker than fractions.
    points: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for each in earned:
        if each.share is None:
            return None
        points[each.share.as_integer_ratio()] += each.points
    whole = Fraction(sum(points.values()))
    total = sum((Fraction(*share) * Fraction(part) for share, part in points.items()), Fraction(0))
    share = total / whole if whole else Fraction(0)
    return to_cent(min(max(share, Fraction(0)), Fraction(1)) * Fraction(out_of))


def to_cent(value: Fraction) -> Decimal:
    """Round half up to two places, exactly."""
    whole, rest = divmod(value.numerator * 100, value.denominator)
    up = 2 * rest >= value.denominator
    return (Decimal(whole + up) / 100).quantize(CENT)


def counted(marks: Iterable[Decimal], counting: Counting) -> Decimal | None:
    """Say which mark counts of those of all graded attempts, in their order; None where there is none."""
    found = list(marks)
    if not found:
        return None
    whichever: dict[Counting, Callable[[], Decimal]] = {
        Counting.HIGHEST: lambda: max(found),
        Counting.FIRST: lambda: found[0],
        Counting.LAST: lambda: found[-1],
        Counting.AVERAGE: lambda: to_cent(sum(map(Fraction, found), Fraction(0)) / len(found)),
    }
    return whichever[counting]()


def share_of(points: Decimal, *, of: Decimal) -> Fraction:
    """Turn points that a person gave into a share; raises MarkBeyond."""
    if not 0 <= points <= of:
        raise MarkBeyond(field="points", points=of)
    return Fraction(points) / Fraction(of)


def feedback_open(
    when: FeedbackTime,
    *,
    graded: bool,
    released: bool,
    last_close: datetime | None,
    now: datetime,
) -> bool:
    """Whether a learner may see their handed-in attempt with marks and right answers.

    `last_close` is when the quiz closes for the last learner: others must not be told the key.
    """
    return {
        FeedbackTime.NEVER: False,
        FeedbackTime.AFTER_HAND_IN: graded,
        FeedbackTime.AFTER_CLOSE: last_close is not None and now >= last_close,
        FeedbackTime.AFTER_RELEASE: released,
    }[when]
