"""A gradebook that comes back as a file, without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nador.assessment.rules import (
    ColumnOfTwo,
    GradeState,
    NoGradeColumn,
    NoReferenceColumn,
    ReasonNeeded,
    SheetCell,
    SheetColumn,
    SheetLearner,
    SheetNames,
    SheetPlan,
    plan_sheet,
    require_reason,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = SheetNames(
    reference=frozenset({"reference"}),
    versions=frozenset({"versions"}),
    excused=frozenset({"excused", "dispense"}),
)
QUIZ = SheetColumn(1, "QCM", frozenset({"qcm", "questionnaire"}), Decimal(20))
CASE = SheetColumn(2, "CAS", frozenset({"cas", "etudedecas"}), Decimal(100))
GRADED = SheetCell(Decimal(12), GradeState.PROVISIONAL, 3)
LEARNERS = {
    "E1": SheetLearner(11, "Amina", active=True, final=False, cells={1: GRADED}),
    "E2": SheetLearner(12, "Bilal", active=True, final=False, cells={}),
    "E3": SheetLearner(13, "Chaima", active=False, final=True, cells={}),
    "E4": SheetLearner(14, "Driss", active=False, final=False, cells={}),
}


def planned(*rows: Sequence[str]) -> SheetPlan:
    return plan_sheet(
        list(enumerate(rows, start=1)), columns=[QUIZ, CASE], names=NAMES, learners=LEARNERS
    )


def wrong(plan: SheetPlan) -> list[tuple[int, str, int | None, str]]:
    return [(each.line, each.name, each.assessment_id, each.error.code) for each in plan.errors]


def test_cells_become_changes_whatever_the_order_of_columns() -> None:
    plan = planned(
        ["Étude de cas /100", "Name", "reference", "QCM"],
        ["55,5", "Whoever", "e1", "12"],
        ["", "", "E2", "9.25"],
    )

    assert [(c.line, c.name, c.assessment_id, c.value) for c in plan.changes] == [
        (2, "Amina", 2, Decimal("55.50")),
        (3, "Bilal", 1, Decimal("9.25")),
    ]
    assert (plan.errors, plan.ignored, plan.unchanged) == ([], ["Name"], 2)


def test_a_column_called_final_is_ignored_and_said_unless_it_is_an_assessment() -> None:
    rows = (["Reference", "QCM", "Final", "Average", ""], ["E1", "13", "99", "99", "99"])
    final = SheetColumn(3, "EX", frozenset({"ex", "final"}), Decimal(100))

    ignored = planned(*rows)
    read = plan_sheet(
        list(enumerate(rows, start=1)), columns=[QUIZ, final], names=NAMES, learners=LEARNERS
    )

    assert (ignored.ignored, len(ignored.changes)) == (["Final", "Average"], 1)
    assert (read.ignored, [c.value for c in read.changes]) == (
        ["Average"],
        [Decimal(13), Decimal(99)],
    )


@pytest.mark.parametrize(
    ("typed", "value", "excused"),
    [
        pytest.param("-", None, False, id="a dash clears"),
        pytest.param("–", None, False, id="a long dash too"),
        pytest.param("Dispense", None, True, id="excused"),
        pytest.param("٩٫٥", Decimal("9.5"), False, id="Arabic digits"),
    ],
)
def test_a_cell_says_more_than_marks(typed: str, value: Decimal | None, excused: bool) -> None:
    [change] = planned(["Reference", "QCM"], ["E1", typed]).changes

    assert (change.value, change.excused, change.was) == (value, excused, GRADED)


def test_what_stands_already_is_no_change() -> None:
    plan = planned(["Reference", "QCM", "CAS"], ["E1", "12,00", "-"])

    assert (plan.changes, plan.unchanged) == ([], 2)


def test_each_error_stands_at_its_line_and_cell() -> None:
    plan = planned(
        ["Reference", "QCM", "CAS", "Versions"],
        ["E1", "21", "=1+1", ""],
        ["E9", "12", "", ""],
        ["E2", "12.345", "", ""],
        ["E2", "12", "", ""],
        ["E3", "12", "", ""],
        ["E4", "12", "", ""],
        ["", "12", "", ""],
    )

    assert wrong(plan) == [
        (2, "Amina", 1, "mark_out_of_range"),
        (2, "Amina", 2, "mark_unreadable"),
        (3, "E9", None, "learner_unknown"),
        (4, "Bilal", 1, "mark_too_fine"),
        (5, "Bilal", None, "learner_twice"),
        (6, "Chaima", 1, "result_confirmed"),
        (7, "Driss", 1, "learner_not_active"),
        (8, "", None, "learner_unknown"),
    ]
    assert plan.errors[4].error.params == {"line": 4}


@pytest.mark.parametrize(
    ("versions", "stale"),
    [
        pytest.param("QCM=3", False, id="as it stands"),
        pytest.param("QCM=2 CAS=1", True, id="older"),
        pytest.param("CAS=7", False, id="of another"),
        pytest.param("nonsense", False, id="unreadable"),
    ],
)
def test_a_stale_grade_is_told_with_both_values(versions: str, stale: bool) -> None:
    plan = planned(["Reference", "QCM", "Versions"], ["E1", "14", versions])

    assert [code for *_, code in wrong(plan)] == (["stale"] if stale else [])
    if stale:
        assert plan.errors[0].error.params == {
            "yours": Decimal(14),
            "theirs": Decimal(12),
            "version": 3,
        }


def test_a_grade_that_was_never_given_has_no_version() -> None:
    assert wrong(planned(["Reference", "CAS", "Versions"], ["E1", "14", "CAS=1"])) == [
        (2, "Amina", 2, "stale")
    ]


@pytest.mark.parametrize(
    ("header", "refusal"),
    [
        pytest.param([], NoReferenceColumn, id="nothing"),
        pytest.param(["QCM"], NoReferenceColumn, id="no reference"),
        pytest.param(["Reference", "Name"], NoGradeColumn, id="no assessment"),
        pytest.param(["Reference", "QCM", "Questionnaire /20"], ColumnOfTwo, id="twice"),
    ],
)
def test_a_header_that_leaves_something_open_is_refused(
    header: list[str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        planned(header)


def test_of_two_columns_of_one_name_the_first_counts_and_the_second_is_ignored() -> None:
    plan = planned(
        ["Reference", "Versions", "Reference", "Versions", "QCM"],
        ["E1", "QCM=3", "E2", "QCM=2", "13"],
    )

    assert plan.ignored == ["Reference", "Versions"]
    assert [(each.name, each.value) for each in plan.changes] == [("Amina", Decimal(13))]


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(NoReferenceColumn):
        planned()


def test_the_columns_of_two_are_named() -> None:
    with pytest.raises(ColumnOfTwo) as refused:
        planned(["Reference", "QCM", "Questionnaire"])

    assert refused.value.params == {"columns": ["QCM", "Questionnaire"]}


def test_another_version_makes_another_fingerprint() -> None:
    rows = (["Reference", "QCM"], ["E1", "13"])
    plan = planned(*rows)
    moved = plan_sheet(
        list(enumerate(rows, start=1)),
        columns=[QUIZ],
        names=NAMES,
        learners={
            "E1": SheetLearner(
                11,
                "Amina",
                active=True,
                final=False,
                cells={1: SheetCell(Decimal(12), GradeState.PROVISIONAL, 4)},
            )
        },
    )

    assert plan.fingerprint() == planned(*rows).fingerprint()
    assert plan.fingerprint() != moved.fingerprint()
    assert plan.fingerprint() != planned(rows[0], ["E1", "14"]).fingerprint()


def test_a_grade_that_was_seen_asks_why() -> None:
    seen = SheetLearner(
        11,
        "Amina",
        active=True,
        final=False,
        cells={1: SheetCell(Decimal(12), GradeState.RELEASED, 2, seen=True)},
    )
    plan = plan_sheet(
        [(1, ["Reference", "QCM"]), (2, ["E1", "13"])],
        columns=[QUIZ],
        names=NAMES,
        learners={"E1": seen},
    )

    require_reason(plan, "Read again")
    require_reason(planned(["Reference", "QCM"], ["E1", "13"]), "")
    with pytest.raises(ReasonNeeded):
        require_reason(plan, "")
