"""When a grade may change, and what keeps a run from being concluded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nador.assessment.rules import (
    GradesNotReleased,
    GradeState,
    MarkAndExcuse,
    MeetingsUnsettled,
    RunNotConcludable,
    RunNotEnded,
    Standstill,
    change_of,
    obstacles,
    was_seen,
)
from nador.catalogue.rules import RunStatus

S = GradeState


@pytest.mark.parametrize(
    ("value", "excused", "was", "state"),
    [
        pytest.param("12", False, S.UNGRADED, S.PROVISIONAL, id="first value"),
        pytest.param("12", False, S.PROVISIONAL, S.PROVISIONAL, id="changed before release"),
        pytest.param("12", False, S.RELEASED, S.RELEASED, id="changed after release"),
        pytest.param("12", False, S.EXCUSED, S.PROVISIONAL, id="no longer excused"),
        pytest.param(None, True, S.RELEASED, S.EXCUSED, id="excused"),
        pytest.param(None, False, S.RELEASED, S.UNGRADED, id="cleared"),
    ],
)
def test_a_grade_becomes(
    value: str | None, excused: bool, was: GradeState, state: GradeState
) -> None:
    number = None if value is None else Decimal(value)

    change = change_of(number, excused=excused, was=was)

    assert (change.value, change.state) == (number, state)


def test_nobody_is_marked_and_excused() -> None:
    with pytest.raises(MarkAndExcuse) as refusal:
        change_of(Decimal(12), excused=True, was=S.UNGRADED)

    assert refusal.value.field == "excused"


@pytest.mark.parametrize(
    ("state", "released", "seen"),
    [
        pytest.param(S.RELEASED, True, True, id="released"),
        pytest.param(S.EXCUSED, True, True, id="excused in a released assessment"),
        pytest.param(S.EXCUSED, False, False, id="excused before release"),
        pytest.param(S.PROVISIONAL, True, False, id="entered after release"),
        pytest.param(S.UNGRADED, True, False, id="ungraded"),
    ],
)
def test_what_learners_have_seen(state: GradeState, released: bool, seen: bool) -> None:
    assert was_seen(state, released=released) is seen


@pytest.mark.parametrize(
    ("run", "kinds"),
    [
        pytest.param(Standstill(RunStatus.PUBLISHED, True, 3), [], id="ready"),
        pytest.param(Standstill(RunStatus.PUBLISHED, True, 0), [], id="nobody is on it"),
        pytest.param(Standstill(RunStatus.CONCLUDED, True, 1), [], id="one was incomplete"),
        pytest.param(
            Standstill(RunStatus.CONCLUDED, True, 0), [RunNotConcludable], id="all is decided"
        ),
        pytest.param(Standstill(RunStatus.DRAFT, True, 0), [RunNotConcludable], id="draft"),
        pytest.param(Standstill(RunStatus.CANCELLED, True, 2), [RunNotConcludable], id="cancelled"),
        pytest.param(
            Standstill(RunStatus.PUBLISHED, False, 3, 2, 1),
            [RunNotEnded, MeetingsUnsettled, GradesNotReleased],
            id="everything is missing",
        ),
    ],
)
def test_what_keeps_a_run_from_being_concluded(run: Standstill, kinds: list[type]) -> None:
    assert [type(each) for each in obstacles(run)] == kinds


def test_an_obstacle_is_counted() -> None:
    run = Standstill(RunStatus.PUBLISHED, True, 3, meetings_unsettled=2, assessments_unreleased=1)

    assert [each.params for each in obstacles(run)] == [{"count": 2}, {"count": 1}]
