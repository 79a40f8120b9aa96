"""What the rules of a course decide about a learner."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import (
    Decision,
    Outcome,
    PassRules,
    PlanLine,
    Presence,
    RuleKind,
    Standing,
    TraceLine,
    Verdict,
    decide,
    mark,
    mention_for,
    recorded_outcome,
)
from nador.catalogue.rules import DocumentKind

MENTIONS = [
    {"min": "16.00", "fr": "Très bien"},
    {"min": "14.00", "fr": "Bien"},
    {"min": "12.00", "fr": "Assez bien"},
    {"min": "10.00", "fr": "Passable"},
]
ASKED = PassRules(
    document=DocumentKind.CERTIFICATE,
    mark_scale=Decimal(20),
    pass_mark=Decimal(10),
    min_attendance=0,
    mentions=MENTIONS,
)
ATTESTED = replace(ASKED, document=DocumentKind.ATTESTATION, min_attendance=75)
VERDICTS = {
    Decision.PASS: Verdict.MET,
    Decision.FAIL: Verdict.UNMET,
    Decision.INCOMPLETE: Verdict.MISSING,
}
EVERYWHERE = Presence(held=4, attended=4, marked=4)


def line(number: int, *, weight: str = "50", out_of: str = "20", minimum: str = "0") -> PlanLine:
    return PlanLine(number, f"A{number}", Decimal(weight), Decimal(out_of), Decimal(minimum))


def values(*given_values: str | None) -> dict[int, Standing]:
    return {
        number: Standing(excused=True) if value == "excused" else Standing(Decimal(value))
        for number, value in enumerate(given_values, start=1)
        if value is not None
    }


TWO = [line(1, weight="40"), line(2, weight="60", minimum="7")]


@pytest.mark.parametrize(
    ("grades", "decision", "reached"),
    [
        pytest.param(("16", "15"), Decision.PASS, "15.40", id="both good"),
        pytest.param(("10", "10"), Decision.PASS, "10.00", id="exactly the pass mark"),
        pytest.param(("9.99", "10"), Decision.PASS, "10.00", id="9.996 is rounded first"),
        pytest.param(("9.97", "10"), Decision.FAIL, "9.99", id="9.988 is not enough"),
        pytest.param(("20", "6.99"), Decision.FAIL, "12.19", id="below the eliminatory minimum"),
        pytest.param(("20", "7"), Decision.PASS, "12.20", id="exactly the minimum"),
        pytest.param(("8", "8"), Decision.FAIL, "8.00", id="below the pass mark"),
        pytest.param(("excused", "11"), Decision.PASS, "11.00", id="excused drops out"),
        pytest.param((None, "15"), Decision.INCOMPLETE, None, id="ungraded"),
        pytest.param((None, "2"), Decision.INCOMPLETE, None, id="ungraded outweighs a failed one"),
        pytest.param(("excused", "excused"), Decision.INCOMPLETE, None, id="nothing to judge by"),
    ],
)
def test_grades_decide(
    grades: tuple[str | None, ...], decision: Decision, reached: str | None
) -> None:
    outcome = decide(ASKED, TWO, values(*grades), EVERYWHERE)

    assert outcome.decision is decision
    assert outcome.mark == (None if reached is None else Decimal(reached))


def test_the_half_is_rounded_up_before_it_is_compared() -> None:
    plan = [line(1, weight="1"), line(2, weight="1")]

    outcome = decide(ASKED, plan, values("9.99", "10.00"), EVERYWHERE)

    assert (outcome.mark, outcome.decision) == (Decimal("10.00"), Decision.PASS)


@pytest.mark.parametrize(
    ("presence", "verdict", "share"),
    [
        pytest.param(Presence(4, 3, 0, 4), Verdict.MET, "75.00", id="exactly enough"),
        pytest.param(Presence(4, 2, 0, 4), Verdict.UNMET, "50.00", id="too little"),
        pytest.param(Presence(4, 2, 2, 4), Verdict.MET, "100.00", id="excused ones don't count"),
        pytest.param(Presence(4, 3, 0, 3), Verdict.MISSING, "75.00", id="one is unmarked"),
        pytest.param(Presence(4, 0, 4, 4), Verdict.EXCUSED, None, id="excused from all"),
        pytest.param(Presence(), Verdict.EXCUSED, None, id="no meeting was held"),
        pytest.param(Presence(3, 2, 0, 3), Verdict.UNMET, "66.67", id="rounded to hundredths"),
    ],
)
def test_attendance_is_held_against_its_threshold(
    presence: Presence, verdict: Verdict, share: str | None
) -> None:
    outcome = decide(replace(ASKED, min_attendance=75), TWO, values("12", "12"), presence)

    attended = next(each for each in outcome.trace if each.rule is RuleKind.ATTENDANCE)
    assert attended.verdict is verdict
    assert outcome.attendance == attended.value == (None if share is None else Decimal(share))
    assert outcome.decision is {
        Verdict.UNMET: Decision.FAIL,
        Verdict.MISSING: Decision.INCOMPLETE,
    }.get(verdict, Decision.PASS)


def test_a_course_without_threshold_does_not_ask_for_attendance() -> None:
    outcome = decide(ASKED, TWO, values("12", "12"), Presence(held=4, attended=0, marked=1))

    assert outcome.decision is Decision.PASS
    assert RuleKind.ATTENDANCE not in {each.rule for each in outcome.trace}


@pytest.mark.parametrize(
    ("rules", "presence", "decision"),
    [
        pytest.param(ATTESTED, Presence(4, 3, 0, 4), Decision.PASS, id="came often enough"),
        pytest.param(ATTESTED, Presence(4, 2, 0, 4), Decision.FAIL, id="came too rarely"),
        pytest.param(ATTESTED, Presence(4, 0, 4, 4), Decision.INCOMPLETE, id="was never there"),
        pytest.param(
            replace(ATTESTED, min_attendance=0), Presence(), Decision.PASS, id="none is asked for"
        ),
    ],
)
def test_an_attestation_asks_for_attendance_only(
    rules: PassRules, presence: Presence, decision: Decision
) -> None:
    outcome = decide(rules, TWO, {}, presence)

    assert outcome.decision is decision
    assert (outcome.mark, outcome.mention) == (None, None)
    assert [(each.rule, each.verdict) for each in outcome.trace] == [
        (RuleKind.ATTENDANCE, VERDICTS[decision])
    ]


def test_the_trace_names_every_rule_with_value_and_threshold() -> None:
    outcome = decide(replace(ASKED, min_attendance=75), TWO, values("9", "6.5"), EVERYWHERE)

    assert [
        (each["rule"], each["subject"], each["value"], each["threshold"], each["verdict"])
        for each in outcome.rows()
    ] == [
        ("attendance", "", "100.00", "75.00", "met"),
        ("minimum", "A1", "9.00", None, "met"),
        ("minimum", "A2", "6.50", "7.00", "unmet"),
        ("grades", "", "2.00", "2.00", "met"),
        ("pass_mark", "", "7.50", "10.00", "unmet"),
    ]


def test_a_line_of_the_trace_says_weight_and_scale() -> None:
    outcome = decide(ASKED, [line(1, weight="40", out_of="30", minimum="7")], {}, EVERYWHERE)

    assert outcome.rows() == [
        {
            "rule": "minimum",
            "subject": "A1",
            "value": None,
            "threshold": "7.00",
            "verdict": "missing",
            "weight": "40.00",
            "out_of": "30.00",
            "share": "100.00",
        },
        {
            "rule": "grades",
            "subject": "",
            "value": "0.00",
            "threshold": "1.00",
            "verdict": "missing",
            "weight": None,
            "out_of": None,
        },
        {
            "rule": "pass_mark",
            "subject": "",
            "value": None,
            "threshold": "10.00",
            "verdict": "missing",
            "weight": None,
            "out_of": "20.00",
        },
    ]


def test_a_line_stored_before_weights_were_reads_back() -> None:
    row = {
        "rule": "minimum",
        "subject": "A1",
        "value": "9.00",
        "threshold": "7.00",
        "verdict": "met",
    }

    back = recorded_outcome(Decision.PASS, mark=None, attendance=None, mention=None, trace=[row])

    assert back.trace == (
        TraceLine(RuleKind.MINIMUM, "A1", Decimal("9.00"), Decimal("7.00"), Verdict.MET),
    )


def test_a_pass_gives_the_mention_and_the_attendance() -> None:
    outcome = decide(ASKED, TWO, values("14", "14"), Presence(4, 1, 0, 4))

    assert outcome.mention == {"fr": "Bien"}
    assert (outcome.mark, outcome.attendance) == (Decimal("14.00"), Decimal("25.00"))


def test_a_recorded_mark_and_mention_are_kept() -> None:
    back = recorded_outcome(
        Decision.FAIL,
        mark=Decimal(8),
        attendance=Decimal(50),
        mention={"fr": "Bien"},
        trace=[],
    )

    assert back == Outcome(Decision.FAIL, Decimal(8), Decimal(50), {"fr": "Bien"}, ())


def test_a_stored_trace_reads_back_as_it_was() -> None:
    outcome = decide(replace(ASKED, min_attendance=75), TWO, values("excused", None), EVERYWHERE)

    back = recorded_outcome(
        outcome.decision,
        mark=outcome.mark,
        attendance=outcome.attendance,
        mention=outcome.mention,
        trace=outcome.rows(),
    )

    assert back == outcome


def test_a_recorded_decision_keeps_its_own_words() -> None:
    row = {
        "rule": "recorded",
        "subject": "",
        "value": "Distinction",
        "threshold": None,
        "verdict": "met",
    }

    back = recorded_outcome(Decision.PASS, mark=None, attendance=None, mention=None, trace=[row])

    assert back.trace[0].value == "Distinction"
    assert back.trace[0].as_row()["value"] == "Distinction"


@pytest.mark.parametrize(
    ("value", "mention"),
    [
        pytest.param("16", "Très bien", id="exactly"),
        pytest.param("15.99", "Bien", id="a hair below"),
        pytest.param("10", "Passable", id="the lowest"),
        pytest.param("9.99", None, id="none"),
    ],
)
def test_the_highest_mention_reached_is_given(value: str, mention: str | None) -> None:
    expected = None if mention is None else {"fr": mention}

    assert mention_for(Decimal(value), reversed(MENTIONS)) == expected
    assert mention_for(None, MENTIONS) is None


def test_who_fails_gets_no_mention() -> None:
    outcome = decide(ASKED, TWO, values("20", "6"), EVERYWHERE)

    assert (outcome.decision, outcome.mention) == (Decision.FAIL, None)


def test_weights_of_any_sum_and_any_scale() -> None:
    plan = [line(1, weight="200", out_of="100"), line(2, weight="100", out_of="40")]

    assert mark(plan, values("50", "40"), scale=Decimal(20)) == Decimal("13.33")
    assert mark(plan, values("50", "40"), scale=Decimal(100)) == Decimal("66.67")


def test_weights_of_zero_give_no_mark() -> None:
    assert mark([line(1, weight="0")], values("15"), scale=Decimal(20)) is None
    assert mark([], {}, scale=Decimal(20)) is None


MARKS = st.decimals(min_value=0, max_value=20, places=2)
STANDINGS = st.one_of(
    st.just(Standing()), st.just(Standing(excused=True)), st.builds(Standing, MARKS)
)
LINES = st.builds(
    lambda weight, minimum: (weight, minimum),
    st.decimals(min_value=0, max_value=300, places=2),
    st.decimals(min_value=0, max_value=20, places=2),
)
PLANS = st.lists(st.tuples(LINES, STANDINGS), max_size=8)
PRESENCES = st.builds(
    lambda attended, excused, absent, unmarked: Presence(
        attended + excused + absent + unmarked, attended, excused, attended + excused + absent
    ),
    *[st.integers(0, 20)] * 4,
)
Drawn = list[tuple[tuple[Decimal, Decimal], Standing]]


def laid_out(drawn: Drawn) -> tuple[list[PlanLine], dict[int, Standing]]:
    plan = [
        PlanLine(number, f"A{number}", weight, Decimal(20), minimum)
        for number, ((weight, minimum), _) in enumerate(drawn)
    ]
    return plan, {number: standing for number, (_, standing) in enumerate(drawn)}


def judged(drawn: Drawn, presence: Presence) -> Outcome:
    return decide(replace(ASKED, min_attendance=70), *laid_out(drawn), presence)


@given(PLANS, PRESENCES, st.randoms())
def test_the_order_of_the_plan_decides_nothing(
    drawn: Drawn, presence: Presence, random: Any
) -> None:
    plan, standings = laid_out(drawn)
    shuffled = list(plan)
    random.shuffle(shuffled)
    rules = replace(ASKED, min_attendance=70)

    one, other = (decide(rules, each, standings, presence) for each in (plan, shuffled))

    assert (one.decision, one.mark, one.mention) == (other.decision, other.mark, other.mention)
    assert set(one.trace) == set(other.trace)


@given(PLANS, PRESENCES)
def test_computing_again_gives_the_same(drawn: Drawn, presence: Presence) -> None:
    assert judged(drawn, presence) == judged(drawn, presence)


@given(PLANS, PRESENCES, st.integers(0, 7), MARKS)
def test_a_better_value_never_makes_a_result_worse(
    drawn: Drawn, presence: Presence, at: int, better: Decimal
) -> None:
    graded = [number for number, (_, standing) in enumerate(drawn) if standing.value is not None]
    if not graded:
        return
    chosen = graded[at % len(graded)]
    raised = list(drawn)
    old = drawn[chosen][1].value or Decimal(0)
    raised[chosen] = (drawn[chosen][0], Standing(max(old, better)))

    before, after = judged(drawn, presence), judged(raised, presence)

    assert (before.mark is None) == (after.mark is None)
    assert before.mark is None or after.mark is None or after.mark >= before.mark
    assert not (before.decision is Decision.PASS and after.decision is not Decision.PASS)


@given(PLANS, PRESENCES)
def test_excusing_all_leaves_nothing_to_judge(drawn: Drawn, presence: Presence) -> None:
    excused: Drawn = [(each, Standing(excused=True)) for each, _ in drawn]

    outcome = judged(excused, presence)

    assert (outcome.mark, outcome.decision) == (None, Decision.INCOMPLETE)


@given(PLANS, PRESENCES)
def test_the_verdicts_alone_explain_the_decision(drawn: Drawn, presence: Presence) -> None:
    outcome = judged(drawn, presence)

    verdicts = {each.verdict for each in outcome.trace}
    if outcome.decision is Decision.PASS:
        assert verdicts <= {Verdict.MET, Verdict.EXCUSED}
    elif outcome.decision is Decision.FAIL:
        assert Verdict.UNMET in verdicts
        assert Verdict.MISSING not in verdicts
    else:
        assert Verdict.MISSING in verdicts


@given(PLANS)
def test_a_mark_stays_on_its_scale(drawn: Drawn) -> None:
    reached = mark(*laid_out(drawn), scale=Decimal(100))

    assert reached is None or 0 <= reached <= 100
