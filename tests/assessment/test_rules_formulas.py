"""Each version of the formula gives for ever what it gave."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import (
    CURRENT,
    Category,
    Decision,
    Given,
    Override,
    PassRules,
    PlanLine,
    Presence,
    Standing,
    decide,
    decide_given,
    recomputed,
    trace_line,
)
from nador.catalogue.rules import PLAIN, AttendancePoints, DocumentKind, Scale

marks = st.decimals(0, 20, places=2)
codes = st.sampled_from(["A", "B"])
POINTS = (
    PLAIN,
    AttendancePoints(present=Decimal(2), late=Decimal("1.5"), absent=Decimal(1)),
    AttendancePoints(present=Decimal(2), excused=Decimal(1)),
)


@st.composite
def learners(draw: st.DrawFn) -> Given:
    """Everything that a formula can be given."""
    categories = draw(
        st.sampled_from(
            [
                (),
                (Category("A", Decimal(1)), Category("B", Decimal("2.5"), Decimal(7), 1)),
                (Category("A", Decimal(0), drop=2), Category("B", Decimal(3))),
            ]
        )
    )
    plan = [
        PlanLine(
            number,
            f"N{number}",
            draw(st.decimals(0, 100, places=2)),
            draw(st.sampled_from([Decimal(20), Decimal(100)])),
            draw(st.sampled_from([Decimal(0), Decimal(7)])),
            draw(codes) if categories else "",
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    standing = st.one_of(
        st.builds(Standing, marks), st.just(Standing(excused=True)), st.just(Standing())
    )
    held = draw(st.integers(0, 5))
    attended = draw(st.integers(0, held))
    return Given(
        rules=PassRules(
            document=draw(st.sampled_from(DocumentKind)),
            mark_scale=Decimal(20),
            pass_mark=Decimal(10),
            min_attendance=draw(st.sampled_from([0, 80])),
            mentions=[{"min": "12.00", "fr": "Bien"}],
            scale=draw(st.sampled_from(Scale)),
            letters=[{"min": "10.00", "letter": "P"}, {"min": "0.00", "letter": "F"}],
            categories=categories,
            compensated=draw(st.sampled_from([None, 0, 1])),
        ),
        plan=plan,
        standings={each.assessment_id: draw(standing) for each in plan if draw(st.booleans())},
        presence=Presence(
            held, attended, 0, held, draw(st.integers(0, attended)), draw(st.sampled_from(POINTS))
        ),
        overrides=draw(
            st.dictionaries(
                st.sampled_from(["", "A", "B"]), st.builds(Override, marks, st.just("Jury"))
            )
        ),
    )


@given(learners(), st.sampled_from([1, 2, 3]))
def test_an_old_result_computed_again_from_what_is_stored_is_the_same(
    known: Given, version: int
) -> None:
    then = decide_given(known, version=version)

    stored = json.loads(json.dumps(known.as_stored()))

    assert recomputed(version, stored).rows() == then.rows()
    assert recomputed(version, stored) == then


@given(learners())
def test_a_course_without_anything_new_is_decided_as_ever(known: Given) -> None:
    rules = PassRules(
        document=known.rules.document,
        mark_scale=known.rules.mark_scale,
        pass_mark=known.rules.pass_mark,
        min_attendance=known.rules.min_attendance,
        mentions=known.rules.mentions,
    )

    first, second = (
        decide(rules, known.plan, known.standings, known.presence, version=version)
        for version in (1, 2)
    )

    assert (second.decision, second.mark, second.mention, second.attendance) == (
        first.decision,
        first.mark,
        first.mention,
        first.attendance,
    )
    # What is new in the trace is the share that a weight comes to.
    plain = [{name: row[name] for name in row if name != "share"} for row in second.rows()]
    unsorted = [{name: row[name] for name in row if name != "category"} for row in plain]
    assert unsorted == first.rows()


@given(learners())
def test_a_course_without_points_for_attendance_is_decided_as_by_version_2(known: Given) -> None:
    plain = replace(known, presence=replace(known.presence, points=PLAIN))

    second, third = (decide_given(plain, version=version) for version in (2, 3))

    assert third == second
    assert json.dumps(third.rows()) == json.dumps(second.rows())
    assert len(plain.as_stored()["presence"]) == 4


STORED: dict[str, Any] = {
    "rules": {
        "document": "certificat",
        "mark_scale": "20.00",
        "pass_mark": "10.00",
        "min_attendance": 0,
        "mentions": [{"min": "12.00", "fr": "Assez bien"}],
        "scale": "points",
        "letters": [],
        "categories": [["HOME", "1.00", "0.00", 1], ["EXAM", "3.00", "7.00", 0]],
        "compensated": 1,
    },
    "plan": [
        [1, "H1", "1.00", "20.00", "0.00", "HOME"],
        [2, "H2", "2.00", "20.00", "0.00", "HOME"],
        [3, "E1", "1.00", "40.00", "0.00", "EXAM"],
    ],
    "standings": {"1": "8.00", "2": "9.50", "3": "27.00"},
    "presence": [0, 0, 0, 0],
    "overrides": {"EXAM": ["13.75", "Second reading"]},
}
"""A result as the database keeps it: what is written here is never edited, only added to."""
POINTED: dict[str, Any] = {
    **STORED,
    "rules": {**STORED["rules"], "min_attendance": 70},
    "presence": [
        5,
        4,
        1,
        5,
        3,
        {"present": "2.00", "late": "1.00", "excused": None, "absent": "0.00"},
    ],
}
"""As above, by version 3: with points for attendance."""


@pytest.mark.parametrize(
    ("version", "mark", "trace"),
    [
        pytest.param(1, "10.13", ["minimum"] * 3 + ["grades", "pass_mark"], id="version 1"),
        pytest.param(
            2,
            "12.69",
            ["minimum"] * 3 + ["category"] * 2 + ["category_minimum", "grades", "pass_mark"],
            id="version 2",
        ),
    ],
)
def test_what_was_stored_once_is_decided_the_same_for_ever(
    version: int, mark: str, trace: list[str]
) -> None:
    outcome = recomputed(version, STORED)

    assert (outcome.mark, outcome.decision) == (Decimal(mark), Decision.PASS)
    assert [row["rule"] for row in outcome.rows()] == trace


@pytest.mark.parametrize(
    ("version", "share", "decision"),
    [
        pytest.param(1, "100.00", Decision.PASS, id="version 1"),
        pytest.param(2, "100.00", Decision.PASS, id="version 2"),
        pytest.param(3, "62.50", Decision.FAIL, id="version 3"),
    ],
)
def test_points_that_were_stored_are_read_by_the_version_that_knows_them(
    version: int, share: str, decision: Decision
) -> None:
    outcome = recomputed(version, POINTED)

    assert (outcome.attendance, outcome.decision) == (Decimal(share), decision)
    assert Given.read(POINTED).as_stored() == POINTED
    assert trace_line(outcome.rows()[0]) == outcome.trace[0]


def test_the_newest_formula_is_the_usual_one() -> None:
    known = Given.read(STORED)

    assert CURRENT == 3
    assert decide_given(known) == recomputed(CURRENT, STORED)
    assert known.as_stored() == STORED
