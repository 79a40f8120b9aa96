"""Rules of quizzes: when one may begin, what becomes of an answer, which mark counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules.accommodations import Ease, Terms, eased
from nador.assessment.rules.quizzes import (
    MOST_DELAY,
    AttemptStatus,
    AttemptTooSoon,
    Counting,
    Earned,
    FeedbackTime,
    MarkBeyond,
    NoAttemptLeft,
    NoTimeForAnother,
    NumberBeyond,
    Past,
    QuizClosed,
    QuizNotOpen,
    QuizNotReady,
    SaveOutcome,
    Settings,
    WindowBackwards,
    check_settings,
    counted,
    counts_until,
    digest,
    ended_at,
    ends_at,
    feedback_open,
    is_over,
    mark_of,
    marked_as,
    next_from,
    outcome_of,
    require_may_begin,
    share_of,
    shown_status,
    to_cent,
)

if TYPE_CHECKING:
    from nador.kernel.errors import DomainError

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
TERMS = Terms(opens_at=NOON, closes_at=NOON + 2 * HOUR, time_limit=HOUR, attempts=2)
D = Decimal


@pytest.mark.parametrize(
    ("terms", "used", "ready", "now", "refusal"),
    [
        pytest.param(TERMS, 0, True, NOON, None, id="at the opening"),
        pytest.param(Terms(), 99, True, NOON, None, id="no bounds"),
        pytest.param(TERMS, 0, False, NOON, QuizNotReady, id="not shown"),
        pytest.param(TERMS, 0, True, NOON - SECOND, QuizNotOpen, id="too early"),
        pytest.param(TERMS, 0, True, NOON + 2 * HOUR, QuizClosed, id="at the end"),
        pytest.param(TERMS, 2, True, NOON, NoAttemptLeft, id="used up"),
    ],
)
def test_who_may_begin(
    terms: Terms, used: int, ready: bool, now: datetime, refusal: type[Exception] | None
) -> None:
    past = Past(attempts=used)
    if refusal is None:
        require_may_begin(terms, past, delay=0, ready=ready, now=now)
        return
    with pytest.raises(refusal):
        require_may_begin(terms, past, delay=0, ready=ready, now=now)


@pytest.mark.parametrize(
    ("delay", "ended", "now", "refusal", "told"),
    [
        pytest.param(30, NOON, NOON, AttemptTooSoon, {"begins_at": NOON + HOUR / 2}, id="at once"),
        pytest.param(
            30, NOON, NOON + HOUR / 2 - SECOND, AttemptTooSoon, {"begins_at": NOON + HOUR / 2},
            id="a second too soon",
        ),
        pytest.param(30, NOON, NOON + HOUR / 2, None, {}, id="in time"),
        pytest.param(0, NOON, NOON, None, {}, id="nobody waits"),
        pytest.param(30, None, NOON, None, {}, id="the first"),
        pytest.param(
            119, NOON, NOON, AttemptTooSoon, {"begins_at": NOON + 2 * HOUR - 60 * SECOND},
            id="a minute before it closes",
        ),
        pytest.param(
            120, NOON, NOON, NoTimeForAnother, {"closes_at": NOON + 2 * HOUR}, id="as it closes",
        ),
    ],
)  # fmt: skip
def test_learners_wait_between_attempts(
    delay: int,
    ended: datetime | None,
    now: datetime,
    refusal: type[DomainError] | None,
    told: dict[str, datetime],
) -> None:
    past = Past(attempts=1, ended_at=ended)
    if refusal is None:
        require_may_begin(TERMS, past, delay=delay, ready=True, now=now)
        return
    with pytest.raises(refusal) as refused:
        require_may_begin(TERMS, past, delay=delay, ready=True, now=now)

    assert refused.value.params == told


def test_without_a_closing_time_the_wait_only_ends() -> None:
    past = Past(attempts=1, ended_at=NOON)

    with pytest.raises(AttemptTooSoon):
        require_may_begin(Terms(), past, delay=MOST_DELAY, ready=True, now=NOON)


def test_who_has_used_all_attempts_is_not_told_to_wait() -> None:
    past = Past(attempts=2, ended_at=NOON)

    with pytest.raises(NoAttemptLeft):
        require_may_begin(TERMS, past, delay=30, ready=True, now=NOON)


@given(st.integers(0, 400), st.integers(0, 365), st.integers(0, 20), st.integers(1, MOST_DELAY))
def test_accommodations_do_not_change_the_wait(
    time: int, days: int, attempts: int, delay: int
) -> None:
    terms = eased(TERMS, [Ease(extra_time=time, extra_days=days, extra_attempts=attempts)])
    past = Past(attempts=1, ended_at=NOON)
    begins_at = next_from(NOON, delay=delay)
    assert begins_at == NOON + timedelta(minutes=delay)

    with pytest.raises((AttemptTooSoon, NoTimeForAnother)):
        require_may_begin(terms, past, delay=delay, ready=True, now=NOON)
    if terms.closes_at is not None and begins_at < terms.closes_at:
        require_may_begin(terms, past, delay=delay, ready=True, now=begins_at)


@pytest.mark.parametrize(
    ("handed_in", "ends", "expected"),
    [
        pytest.param(NOON, NOON + HOUR, NOON, id="by the learner"),
        pytest.param(NOON + HOUR, NOON, NOON, id="by a clock that looked late"),
        pytest.param(NOON, None, NOON, id="without a limit"),
        pytest.param(None, NOON, None, id="still under way"),
    ],
)
def test_when_an_attempt_ended(
    handed_in: datetime | None, ends: datetime | None, expected: datetime | None
) -> None:
    assert ended_at(handed_in, ends) == expected


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        pytest.param({"minutes": 0}, "minutes", id="no time"),
        pytest.param({"attempts": 51}, "attempts", id="too many attempts"),
        pytest.param({"grace": 3601}, "grace", id="too much grace"),
        pytest.param({"delay": -1}, "delay", id="no wait can be negative"),
        pytest.param({"delay": MOST_DELAY + 1}, "delay", id="too long a wait"),
        pytest.param({"opens_at": NOON, "closes_at": NOON}, "closes_at", id="backwards"),
    ],
)
def test_settings_that_nobody_means(settings: dict[str, Any], field: str) -> None:
    with pytest.raises((NumberBeyond, WindowBackwards)) as refused:
        check_settings(Settings(**settings))

    assert refused.value.field == field


def test_settings_that_are_meant() -> None:
    check_settings(Settings(attempts=None, opens_at=NOON))
    check_settings(Settings(delay=MOST_DELAY))
    check_settings(Settings(minutes=30, opens_at=NOON, closes_at=NOON + HOUR))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        pytest.param(Terms(), None, id="no bound"),
        pytest.param(Terms(time_limit=HOUR), NOON + HOUR, id="own time"),
        pytest.param(Terms(closes_at=NOON + SECOND), NOON + SECOND, id="end of the window"),
        pytest.param(
            Terms(time_limit=HOUR, closes_at=NOON + SECOND), NOON + SECOND, id="window cuts"
        ),
    ],
)
def test_until_when_an_attempt_goes(terms: Terms, expected: datetime | None) -> None:
    assert ends_at(terms, started_at=NOON) == expected


def test_grace_comes_after_the_end() -> None:
    assert counts_until(None, grace=60) is None
    assert counts_until(NOON, grace=60) == NOON + 60 * SECOND


@pytest.mark.parametrize(
    ("status", "ends", "now", "shown"),
    [
        (AttemptStatus.IN_PROGRESS, None, NOON, AttemptStatus.IN_PROGRESS),
        (AttemptStatus.IN_PROGRESS, NOON, NOON - SECOND, AttemptStatus.IN_PROGRESS),
        (AttemptStatus.IN_PROGRESS, NOON, NOON, AttemptStatus.OVERDUE),
        (AttemptStatus.GRADED, NOON, NOON, AttemptStatus.GRADED),
    ],
)
def test_overdue_follows_from_the_time(
    status: AttemptStatus, ends: datetime | None, now: datetime, shown: AttemptStatus
) -> None:
    assert shown_status(status, ends, now=now) is shown


@pytest.mark.parametrize(
    ("status", "until", "over"),
    [
        (AttemptStatus.IN_PROGRESS, None, False),
        (AttemptStatus.IN_PROGRESS, NOON + SECOND, False),
        (AttemptStatus.IN_PROGRESS, NOON, True),
        (AttemptStatus.SUBMITTED, None, True),
    ],
)
def test_when_answers_count_no_more(
    status: AttemptStatus, until: datetime | None, over: bool
) -> None:
    assert is_over(status, until, now=NOON) is over


@pytest.mark.parametrize(
    ("sequence", "kept", "same", "over", "expected"),
    [
        (1, 0, False, False, SaveOutcome.SAVED),
        (7, 6, True, False, SaveOutcome.SAVED),
        (6, 6, True, False, SaveOutcome.SAVED_BEFORE),
        (5, 6, True, True, SaveOutcome.SAVED_BEFORE),
        (6, 6, False, False, SaveOutcome.STALE),
        (5, 6, False, False, SaveOutcome.STALE),
        (7, 6, False, True, SaveOutcome.LATE),
        (5, 6, False, True, SaveOutcome.LATE),
    ],
)
def test_the_newer_sequence_wins(
    sequence: int, kept: int, same: bool, over: bool, expected: SaveOutcome
) -> None:
    assert outcome_of(sequence=sequence, kept=kept, same=same, over=over) is expected


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=40))
def test_whatever_arrives_in_whatever_order_the_highest_sequence_stands(
    arriving: list[tuple[int, int]],
) -> None:
    """The first answer of the highest sequence is the one that stands, and was told so."""
    kept, stands, told = 0, 0, []
    for sequence, answer in arriving:
        found = outcome_of(sequence=sequence, kept=kept, same=answer == stands, over=False)
        if found is SaveOutcome.SAVED:
            kept, stands = sequence, answer
            told.append((sequence, answer))

    highest = max((sequence for sequence, _ in arriving), default=0)
    assert kept == highest
    if highest:
        assert stands == next(a for s, a in arriving if s == highest)
        assert told[-1] == (kept, stands)


def test_a_digest_knows_an_answer_whatever_the_order_of_its_parts() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


@pytest.mark.parametrize(
    ("earned", "expected"),
    [
        pytest.param([(D(1), Fraction(1)), (D(1), Fraction(0))], D("10.00"), id="half"),
        pytest.param([(D(3), Fraction(1, 3))], D("6.67"), id="a third, half up"),
        pytest.param([(D(1), Fraction(1))] * 3 + [(D(1), Fraction(0))], D(15), id="three alike"),
        pytest.param([(D(1), Fraction(2))], D(20), id="never above the whole"),
        pytest.param([(D(1), Fraction(-1)), (D(1), Fraction(1, 2))], D(0), id="never below zero"),
        pytest.param([(D(1), None), (D(1), Fraction(1))], None, id="a person has to mark"),
        pytest.param([], D(0), id="no question"),
    ],
)
def test_what_answers_come_to(
    earned: list[tuple[Decimal, Fraction | None]], expected: Decimal | None
) -> None:
    assert mark_of([Earned(*each) for each in earned], out_of=D(20)) == expected


@given(st.lists(st.tuples(st.integers(1, 900), st.fractions(-1, 1)), min_size=1, max_size=30))
def test_a_mark_is_within_its_scale_and_does_not_depend_on_the_unit_of_points(
    given_: list[tuple[int, Fraction]],
) -> None:
    mark = mark_of([Earned(D(points), share) for points, share in given_], out_of=D(20))

    earned = sum(points * share for points, share in given_)
    exact = 20 * Fraction(max(earned, 0)) / sum(points for points, _ in given_)
    assert mark is not None
    assert 0 <= mark <= 20
    assert abs(mark - D(exact.numerator) / D(exact.denominator)) <= D("0.0050001")
    assert mark == mark_of([Earned(D(2 * points), share) for points, share in given_], out_of=D(20))


@pytest.mark.parametrize(
    ("counting", "expected"),
    [
        (Counting.HIGHEST, D(14)),
        (Counting.FIRST, D(9)),
        (Counting.LAST, D("12.5")),
        (Counting.AVERAGE, D("11.83")),
    ],
)
def test_which_attempt_counts(counting: Counting, expected: Decimal) -> None:
    assert counted([D(9), D(14), D("12.5")], counting) == expected
    assert counted([], counting) is None


def test_points_of_a_person() -> None:
    assert share_of(D("1.5"), of=D(2)) == Fraction(3, 4)
    assert [share_of(D(points), of=D(2)) for points in (0, 2)] == [0, 1]
    for beyond in ("-0.01", "2.01"):
        with pytest.raises(MarkBeyond) as refused:
            share_of(D(beyond), of=D(2))
        assert (refused.value.field, refused.value.params) == ("points", {"points": D(2)})


@pytest.mark.parametrize(
    ("value", "expected"), [(Fraction(1, 200), D("0.01")), (Fraction(1, 201), D("0.00"))]
)
def test_cents_are_rounded_half_up(value: Fraction, expected: Decimal) -> None:
    assert to_cent(value) == expected


@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        (FeedbackTime.NEVER, {"graded": True, "released": True, "last_close": NOON}, False),
        (FeedbackTime.AFTER_HAND_IN, {"graded": True}, True),
        (FeedbackTime.AFTER_HAND_IN, {"released": True}, False),
        (FeedbackTime.AFTER_CLOSE, {"graded": True}, False),
        (FeedbackTime.AFTER_CLOSE, {"last_close": NOON}, True),
        (FeedbackTime.AFTER_CLOSE, {"last_close": NOON + SECOND}, False),
        (FeedbackTime.AFTER_RELEASE, {"graded": True}, False),
        (FeedbackTime.AFTER_RELEASE, {"released": True}, True),
    ],
)
def test_when_learners_see_what_was_right(
    when: FeedbackTime, facts: dict[str, Any], expected: bool
) -> None:
    asked = {"graded": False, "released": False, "last_close": None, **facts}

    assert feedback_open(when, **asked, now=NOON) is expected


@pytest.mark.parametrize(
    ("share", "comment", "same"),
    [
        pytest.param(Fraction(1, 2), "Good.", True, id="the same mark"),
        pytest.param(Fraction(1, 3), "Good.", False, id="other points"),
        pytest.param(Fraction(1, 2), "Good", False, id="other words"),
        pytest.param(None, "Good.", False, id="no points"),
    ],
)
def test_a_page_tells_one_mark_from_another(
    share: Fraction | None, comment: str, same: bool
) -> None:
    assert (marked_as(share, comment) == marked_as(Fraction(2, 4), "Good.")) is same
    assert marked_as(None, "") != marked_as(Fraction(0), "")
