"""Version 2 of the formula: categories, dropped marks, compensation, overrides and scales."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import (
    Category,
    Decision,
    Outcome,
    Override,
    PassRules,
    PlanLine,
    Presence,
    RuleKind,
    Standing,
    TraceLine,
    Verdict,
    decide,
    dropped,
    trace_line,
)
from nador.catalogue.rules import DocumentKind, Scale

LETTERS = [
    {"min": "16.00", "letter": "A"},
    {"min": "10.00", "letter": "B"},
    {"min": "0.00", "letter": "F"},
]
HOME, EXAM = Category("HOME", Decimal(1)), Category("EXAM", Decimal(3))
ASKED = PassRules(
    document=DocumentKind.CERTIFICATE,
    mark_scale=Decimal(20),
    pass_mark=Decimal(10),
    min_attendance=0,
    mentions=[{"min": "14.00", "fr": "Bien"}],
    categories=(HOME, EXAM),
)
PLAN = [
    PlanLine(1, "H1", Decimal(1), Decimal(20), Decimal(0), "HOME"),
    PlanLine(2, "H2", Decimal(1), Decimal(10), Decimal(0), "HOME"),
    PlanLine(3, "E1", Decimal(1), Decimal(20), Decimal(0), "EXAM"),
]
PRESENT = Presence()


def judged(
    *values: str | None,
    rules: PassRules = ASKED,
    plan: list[PlanLine] | None = None,
    overrides: dict[str, Override] | None = None,
) -> Outcome:
    """Decide about a learner with these marks, in the plan's order; None is ungraded."""
    standings = {
        number: Standing(excused=True) if value == "excused" else Standing(Decimal(value))
        for number, value in enumerate(values, start=1)
        if value is not None
    }
    return decide(rules, PLAN if plan is None else plan, standings, PRESENT, overrides or {})


def line(outcome: Outcome, kind: RuleKind, subject: str = "") -> TraceLine:
    [found] = [each for each in outcome.lines(kind) if each.subject == subject]
    return found


def test_categories_are_weighed_and_their_shares_shown() -> None:
    outcome = judged("12", "8", "10")

    # HOME: (0.6 + 0.8) / 2 = 14/20; the whole: (14 + 3 · 10) / 4
    assert (outcome.mark, outcome.decision) == (Decimal("11.00"), Decision.PASS)
    home, exam = outcome.lines(RuleKind.CATEGORY)
    assert (home.value, home.weight, home.share) == (Decimal(14), Decimal(1), Decimal("25.00"))
    assert (exam.value, exam.share, exam.threshold) == (Decimal(10), Decimal("75.00"), Decimal(10))
    shares = [each.share for each in outcome.lines(RuleKind.MINIMUM)]
    assert shares == [Decimal("12.50"), Decimal("12.50"), Decimal("75.00")]
    assert [each.category for each in outcome.lines(RuleKind.MINIMUM)] == ["HOME", "HOME", "EXAM"]


def test_categories_are_rounded_once_at_the_end() -> None:
    third = [
        replace(each, weight=Decimal(weight)) for each, weight in zip(PLAN, "121", strict=True)
    ]

    outcome = judged("10", "10", "10.01", plan=third)

    # HOME is 16 2/3, not 16.67: (16.666… + 3 · 10.01) / 4 = 11.674166…
    assert outcome.mark == Decimal("11.67")
    assert line(outcome, RuleKind.CATEGORY, "HOME").value == Decimal("16.67")


@pytest.mark.parametrize(
    ("values", "mark", "verdict"),
    [
        pytest.param(("excused", "excused", "13"), "13.00", Verdict.EXCUSED, id="all excused"),
        pytest.param(("excused", "9", "10"), "12.00", Verdict.MET, id="one excused"),
        pytest.param((None, "9", "10"), None, Verdict.MISSING, id="one missing"),
    ],
)
def test_what_is_excused_leaves_the_mean_and_what_is_missing_leaves_it_open(
    values: tuple[str | None, ...], mark: str | None, verdict: Verdict
) -> None:
    outcome = judged(*values)

    assert outcome.mark == (None if mark is None else Decimal(mark))
    assert line(outcome, RuleKind.CATEGORY, "HOME").verdict is verdict
    assert (outcome.decision is Decision.INCOMPLETE) == (verdict is Verdict.MISSING)


def test_a_category_without_weight_decides_nothing_but_its_minimum() -> None:
    extra = replace(HOME, weight=Decimal(0), minimum=Decimal(5))
    rules = replace(ASKED, categories=(extra, EXAM))

    outcome = judged("4", "1", "15", rules=rules)

    assert (outcome.mark, outcome.decision) == (Decimal("15.00"), Decision.FAIL)
    assert line(outcome, RuleKind.CATEGORY, "HOME").share == 0


def test_without_any_weight_there_is_no_mean() -> None:
    outcome = judged("excused", "excused", "excused")

    assert (outcome.mark, outcome.decision) == (None, Decision.INCOMPLETE)
    assert {each.share for each in outcome.lines(RuleKind.CATEGORY)} == {Decimal(0)}
    assert {each.share for each in outcome.lines(RuleKind.MINIMUM)} == {Decimal(0)}


def test_an_assessment_outside_of_every_category_counts_for_its_minimum_alone() -> None:
    stray = PlanLine(4, "S", Decimal(9), Decimal(20), Decimal(5), "GONE")

    outcome = judged("12", "8", "10", "4", plan=[*PLAN, stray])

    assert (outcome.mark, outcome.decision) == (Decimal("11.00"), Decision.FAIL)
    assert line(outcome, RuleKind.MINIMUM, "S").share == 0


# Dropping


def test_the_worst_by_percentage_is_dropped_and_said() -> None:
    rules = replace(ASKED, categories=(replace(HOME, drop=1), EXAM))

    outcome = judged("13", "7", "10", rules=rules)

    # 13/20 is 65 %, 7/10 is 70 %: points would drop the other one.
    assert line(outcome, RuleKind.CATEGORY, "HOME").value == 14
    assert [each.dropped for each in outcome.lines(RuleKind.MINIMUM)] == [True, False, False]
    assert [each.share for each in outcome.lines(RuleKind.MINIMUM)] == [
        Decimal("0.00"),
        Decimal("25.00"),
        Decimal("75.00"),
    ]


def test_an_excused_one_is_never_dropped_and_one_mark_stays() -> None:
    rules = replace(ASKED, categories=(replace(HOME, drop=1), EXAM))

    outcome = judged("excused", "2", "10", rules=rules)

    assert line(outcome, RuleKind.CATEGORY, "HOME").value == 4
    assert not any(each.dropped for each in outcome.trace)


def test_nothing_is_dropped_while_a_mark_is_missing() -> None:
    rules = replace(ASKED, categories=(replace(HOME, drop=1), EXAM))

    outcome = judged("13", None, "10", rules=rules)

    assert outcome.decision is Decision.INCOMPLETE
    assert not any(each.dropped for each in outcome.trace)


def test_the_minimum_of_a_dropped_one_still_counts() -> None:
    rules = replace(ASKED, categories=(replace(HOME, drop=1), EXAM))
    plan = [replace(PLAN[0], minimum=Decimal(7)), *PLAN[1:]]

    outcome = judged("6", "10", "20", rules=rules, plan=plan)

    lowest = line(outcome, RuleKind.MINIMUM, "H1")
    assert (lowest.dropped, lowest.verdict) == (True, Verdict.UNMET)
    assert outcome.decision is Decision.FAIL


def test_a_low_mark_of_little_weight_may_stay() -> None:
    # Without the 40 % the mean is (0.3 + 9 · 0.9) / 10, without the 30 % it is lower.
    scored = [
        (Fraction(1), Fraction(3, 10)),
        (Fraction(9), Fraction(9, 10)),
        (Fraction(8), Fraction(4, 10)),
    ]

    assert dropped(scored, 1) == {2}


def test_among_equals_the_earlier_one_goes_and_weight_stays() -> None:
    half = Fraction(1, 2)

    assert dropped([(Fraction(1), half), (Fraction(1), half)], 1) == {0}
    assert dropped([(Fraction(1), half), (Fraction(0), half)], 1) == {1}
    assert dropped([(Fraction(0), half), (Fraction(0), Fraction(1))], 1) == {0}


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_is_dropped_where_nothing_shall_be(count: int) -> None:
    assert dropped([(Fraction(1), Fraction(1)), (Fraction(1), Fraction(0))], count) == frozenset()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20)), min_size=1, max_size=7),
    st.integers(0, 8),
)
def test_no_other_choice_helps_more(marks: list[tuple[int, int]], count: int) -> None:
    scored = [(Fraction(weight), Fraction(value, 20)) for weight, value in marks]

    def mean(kept: list[tuple[Fraction, Fraction]]) -> Fraction:
        weights = sum((weight for weight, _ in kept), Fraction(0))
        points = sum((weight * value for weight, value in kept), Fraction(0))
        return points / weights if weights else Fraction(0)

    leaving = dropped(scored, count)

    number = max(0, min(count, len(scored) - 1))
    assert len(leaving) == number
    best = max(mean(list(kept)) for kept in itertools.combinations(scored, len(scored) - number))
    assert mean([each for at, each in enumerate(scored) if at not in leaving]) == best


# Minimums and compensation


def test_a_category_below_its_minimum_fails_whatever_the_mean() -> None:
    rules = replace(ASKED, categories=(replace(HOME, minimum=Decimal(9)), EXAM))

    outcome = judged("8", "4", "20", rules=rules)

    least = line(outcome, RuleKind.CATEGORY_MINIMUM, "HOME")
    assert (least.value, least.threshold, least.verdict) == (
        Decimal(8),
        Decimal(9),
        Verdict.UNMET,
    )
    assert line(outcome, RuleKind.CATEGORY, "HOME").verdict is Verdict.UNMET
    assert outcome.decision is Decision.FAIL


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        pytest.param(("9", "4.5", "10"), Verdict.MET, id="reached"),
        pytest.param((None, "4.5", "10"), Verdict.MISSING, id="open"),
        pytest.param(("excused", "excused", "10"), Verdict.EXCUSED, id="excused"),
    ],
)
def test_a_category_is_held_against_its_minimum(
    values: tuple[str | None, ...], verdict: Verdict
) -> None:
    rules = replace(ASKED, categories=(replace(HOME, minimum=Decimal(9)), EXAM))

    assert line(judged(*values, rules=rules), RuleKind.CATEGORY_MINIMUM, "HOME").verdict is verdict


@pytest.mark.parametrize(
    ("values", "allowed", "minimum", "verdict", "decision"),
    [
        pytest.param(("8", "4", "11"), None, "0", Verdict.COMPENSATED, Decision.PASS, id="mean"),
        pytest.param(("8", "4", "11"), 1, "0", Verdict.COMPENSATED, Decision.PASS, id="one of one"),
        pytest.param(("8", "4", "11"), 0, "0", Verdict.UNMET, Decision.FAIL, id="none allowed"),
        pytest.param(("8", "4", "10"), None, "0", Verdict.UNMET, Decision.FAIL, id="mean too low"),
        pytest.param(("8", "4", "20"), None, "9", Verdict.UNMET, Decision.FAIL, id="a minimum missed"),
        pytest.param(("8", None, "20"), None, "0", Verdict.MISSING, Decision.INCOMPLETE, id="open"),
        pytest.param(("10", "5", "10"), 0, "0", Verdict.MET, Decision.PASS, id="exactly reached"),
    ],
)  # fmt: skip
def test_a_category_below_the_pass_mark_may_be_compensated(
    values: tuple[str | None, ...],
    allowed: int | None,
    minimum: str,
    verdict: Verdict,
    decision: Decision,
) -> None:
    plan = [replace(PLAN[0], minimum=Decimal(minimum)), *PLAN[1:]]

    outcome = judged(*values, rules=replace(ASKED, compensated=allowed), plan=plan)

    assert line(outcome, RuleKind.CATEGORY, "HOME").verdict is verdict
    assert outcome.decision is decision


def test_not_more_are_compensated_than_the_course_allows() -> None:
    rules = replace(ASKED, compensated=1, categories=(HOME, EXAM, Category("ORAL", Decimal(4))))
    plan = [*PLAN, PlanLine(4, "O1", Decimal(1), Decimal(20), Decimal(0), "ORAL")]

    both = judged("8", "4", "9", "20", rules=rules, plan=plan)
    one = judged("8", "4", "10", "20", rules=rules, plan=plan)

    assert (both.decision, one.decision) == (Decision.FAIL, Decision.PASS)


# Overrides


def test_a_category_set_by_hand_counts_and_says_what_was_computed() -> None:
    outcome = judged("8", "4", "10", overrides={"HOME": Override(Decimal(12), "Ill that week")})

    home = line(outcome, RuleKind.CATEGORY, "HOME")
    assert (home.value, home.computed, home.reason) == (
        Decimal(12),
        Decimal("8.00"),
        "Ill that week",
    )
    assert outcome.mark == Decimal("10.50")


def test_a_final_mark_set_by_hand_is_held_against_the_pass_mark_and_minimums_still_count() -> None:
    over = {"": Override(Decimal("14.5"), "Jury")}

    outcome = judged("8", "4", "9", overrides=over)
    missed = judged(
        "8", "4", "9", overrides=over, plan=[replace(PLAN[0], minimum=Decimal(9)), *PLAN[1:]]
    )

    final = line(outcome, RuleKind.PASS_MARK)
    assert (final.value, final.computed, final.reason) == (Decimal("14.5"), Decimal("8.75"), "Jury")
    assert (outcome.mark, outcome.decision) == (Decimal("14.5"), Decision.PASS)
    assert outcome.mention == {"fr": "Bien"}
    assert missed.decision is Decision.FAIL


@pytest.mark.parametrize("code", ["", "HOME"])
def test_what_is_set_by_hand_stands_in_for_no_missing_grade(code: str) -> None:
    outcome = judged(None, "4", "9", overrides={code: Override(Decimal(15), "Jury")})

    assert outcome.decision is Decision.INCOMPLETE
    assert not any(each.reason for each in outcome.trace)


def test_a_final_mark_can_be_set_where_there_are_no_categories() -> None:
    rules = replace(ASKED, categories=())

    outcome = judged("8", "4", "8", rules=rules, overrides={"": Override(Decimal(10), "Jury")})

    assert (outcome.mark, outcome.decision) == (Decimal(10), Decision.PASS)


# Scales


@pytest.mark.parametrize(
    ("scale", "mark", "mention", "letter"),
    [
        pytest.param(Scale.POINTS, "16.00", {"fr": "Bien"}, "", id="points"),
        pytest.param(Scale.PERCENT, "16.00", {"fr": "Bien"}, "", id="per cent"),
        pytest.param(Scale.LETTERS, "16.00", {"ar": "A", "fr": "A", "en": "A"}, "A", id="letters"),
        pytest.param(Scale.PASS_FAIL, None, None, "", id="pass or fail"),
    ],
)
def test_a_pass_is_said_on_the_scale(
    scale: Scale, mark: str | None, mention: dict[str, str] | None, letter: str
) -> None:
    outcome = judged("16", "8", "16", rules=replace(ASKED, scale=scale, letters=LETTERS))

    assert outcome.mark == (None if mark is None else Decimal(mark))
    assert (outcome.mention, outcome.decision) == (mention, Decision.PASS)
    final = line(outcome, RuleKind.PASS_MARK)
    assert (final.value, final.letter) == (Decimal(16), letter)


@pytest.mark.parametrize(
    ("value", "letter"),
    [("9.99", "F"), ("10", "B"), ("15.99", "B"), ("16", "A"), ("0", "F")],
)
def test_a_letter_begins_at_its_bound(value: str, letter: str) -> None:
    rules = replace(ASKED, scale=Scale.LETTERS, letters=LETTERS)

    outcome = judged("excused", "excused", value, rules=rules)

    assert line(outcome, RuleKind.PASS_MARK).letter == letter
    assert (outcome.mention is None) == (outcome.decision is Decision.FAIL)


def test_no_letter_without_a_mean() -> None:
    rules = replace(ASKED, scale=Scale.LETTERS, letters=LETTERS)

    assert line(judged(None, "9", "9", rules=rules), RuleKind.PASS_MARK).letter == ""


def test_an_attestation_asks_for_attendance_alone() -> None:
    rules = replace(ASKED, document=DocumentKind.ATTESTATION)

    assert [each.rule for each in judged("1", "1", "1", rules=rules).trace] == [RuleKind.ATTENDANCE]


def test_attendance_is_asked_for_where_the_course_does() -> None:
    rules = replace(ASKED, min_attendance=80)

    assert judged("1", "1", "1", rules=rules).trace[0].rule is RuleKind.ATTENDANCE


def test_a_line_is_stored_and_read_back() -> None:
    rules = replace(
        ASKED, categories=(replace(HOME, drop=1), EXAM), scale=Scale.LETTERS, letters=LETTERS
    )
    outcome = judged("13", "7", "10", rules=rules, overrides={"HOME": Override(Decimal(9), "Why")})

    assert tuple(map(trace_line, outcome.rows())) == tuple(outcome.trace)
    [home] = [
        row for row in outcome.rows() if row["rule"] == "category" and row["subject"] == "HOME"
    ]
    assert home == {
        "rule": "category",
        "subject": "HOME",
        "value": "9.00",
        "threshold": "10.00",
        "verdict": "unmet",
        "weight": "1.00",
        "out_of": "20.00",
        "share": "25.00",
        "category": "HOME",
        "computed": "14.00",
        "reason": "Why",
    }
