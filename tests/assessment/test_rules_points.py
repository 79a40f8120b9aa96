"""What attendance earns where a course gives points for each status."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import (
    Decision,
    PassRules,
    Presence,
    RuleKind,
    Verdict,
    decide,
    earned,
    possible,
)
from nador.catalogue.rules import PLAIN, AttendancePoints, DocumentKind

POINTS = AttendancePoints(
    present=Decimal(2), late=Decimal(1), excused=Decimal(1), absent=Decimal(0)
)
LEFT_OUT = replace(POINTS, excused=None)
ASKED = PassRules(
    document=DocumentKind.ATTESTATION,
    mark_scale=Decimal(20),
    pass_mark=Decimal(10),
    min_attendance=75,
)


@pytest.mark.parametrize(
    ("presence", "points", "share", "decision"),
    [
        pytest.param(
            Presence(4, 4, 0, 4, late=2), POINTS, "75.00", Decision.PASS, id="late twice, exactly enough"
        ),
        pytest.param(Presence(4, 4, 0, 4, late=3), POINTS, "62.50", Decision.FAIL, id="late too often"),
        pytest.param(Presence(4, 3, 1, 4), POINTS, "87.50", Decision.PASS, id="excused gives one"),
        pytest.param(Presence(4, 3, 1, 4), LEFT_OUT, "100.00", Decision.PASS, id="excused is left out"),
        pytest.param(Presence(3, 0, 3, 3), POINTS, "50.00", Decision.FAIL, id="excused from all"),
        pytest.param(
            Presence(3, 0, 3, 3), LEFT_OUT, None, Decision.INCOMPLETE, id="nothing that counts"
        ),
        pytest.param(Presence(4, 3, 0, 4), POINTS, "75.00", Decision.PASS, id="absent once"),
        pytest.param(
            Presence(4, 3, 0, 4), replace(POINTS, absent=Decimal("0.5")), "81.25", Decision.PASS,
            id="absence gives something",
        ),
        pytest.param(
            Presence(4, 4, 0, 4, late=1), replace(POINTS, late=Decimal("0.33")), "79.13", Decision.PASS,
            id="rounded half up",
        ),
        pytest.param(Presence(4, 3, 0, 3), POINTS, "75.00", Decision.INCOMPLETE, id="one is unmarked"),
        pytest.param(Presence(4, 4, 0, 4, late=4), PLAIN, "100.00", Decision.PASS, id="plain presence"),
    ],
)  # fmt: skip
def test_points_decide(
    presence: Presence, points: AttendancePoints, share: str | None, decision: Decision
) -> None:
    outcome = decide(ASKED, [], {}, replace(presence, points=points))

    assert outcome.attendance == (None if share is None else Decimal(share))
    assert outcome.decision is decision


def test_the_trace_says_what_earned_the_points() -> None:
    presence = Presence(held=7, attended=4, excused=1, marked=6, late=1, points=POINTS)

    [line] = decide(ASKED, [], {}, presence).lines(RuleKind.ATTENDANCE)

    assert (line.value, line.verdict) == (Decimal("57.14"), Verdict.MISSING)
    assert (earned(line.tally), possible(line.tally)) == (Decimal(8), Decimal(14))
    assert line.as_row()["tally"] == [
        ["present", 3, "2.00"],
        ["late", 1, "1.00"],
        ["excused", 1, "1.00"],
        ["absent", 1, "0.00"],
        ["unmarked", 1, "0.00"],
    ]


def test_a_course_without_points_says_nothing_of_them() -> None:
    certificate = replace(ASKED, document=DocumentKind.CERTIFICATE)

    for rules in (ASKED, certificate):
        outcome = decide(rules, [], {}, Presence(2, 2, 0, 2, late=1))
        [line] = outcome.lines(RuleKind.ATTENDANCE)
        assert line.tally == ()
        assert "tally" not in line.as_row()
    with_points = decide(certificate, [], {}, Presence(2, 2, 0, 2, late=1, points=POINTS))
    assert [bool(line.tally) for line in with_points.trace] == [True, False, False]


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_formula_knows_no_points(version: int) -> None:
    presence = Presence(4, 4, 0, 4, late=4, points=POINTS)

    old = decide(ASKED, [], {}, presence, version=version)

    assert old == decide(ASKED, [], {}, replace(presence, points=PLAIN), version=version)
    assert old.attendance == 100


@st.composite
def any_points(draw: st.DrawFn) -> AttendancePoints:
    present = draw(st.decimals("0.01", 100, places=2))
    upto = st.decimals(0, present, places=2)
    return AttendancePoints(
        present=present,
        late=draw(upto),
        excused=draw(st.none() | upto),
        absent=draw(upto),
    )


@st.composite
def any_presence(draw: st.DrawFn) -> Presence:
    present, late, excused, absent, unmarked = (draw(st.integers(0, 9)) for _ in range(5))
    marked = present + late + excused + absent
    return Presence(
        marked + unmarked, present + late, excused, marked, late=late, points=draw(any_points())
    )


@given(any_presence())
def test_attendance_is_a_share_of_what_could_be_earned(presence: Presence) -> None:
    share = presence.percent

    assert share is None or 0 <= share <= 100
    assert (share is None) == (possible(presence.tally) == 0)
    assert sum(one.meetings for one in presence.tally) == presence.held


@given(any_presence())
def test_who_came_in_time_instead_never_has_less(presence: Presence) -> None:
    if presence.late:
        punctual = replace(presence, late=presence.late - 1)
        assert (punctual.percent or 0) >= (presence.percent or 0)


@given(any_presence())
def test_plain_points_are_plain_presence(presence: Presence) -> None:
    plain = replace(presence, points=PLAIN)
    counted = presence.held - presence.excused

    assert (plain.percent is None) == (not counted)
    if counted:
        assert plain.percent is not None
        assert abs(plain.percent - Decimal(100 * presence.attended) / counted) <= Decimal("0.005")
    assert plain.percent == replace(plain, late=0).percent
