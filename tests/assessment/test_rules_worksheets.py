"""Marks that come back as a file, and packages of feedback files: without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nador.assessment.rules import ColumnOfTwo, LearnerTwice, MarkOutOfRange, MarkUnreadable
from nador.assessment.rules.marking import (
    Addressee,
    Criterion,
    Level,
    MarkReleased,
    MarkStale,
    NoMarkColumn,
    NoPaperColumn,
    NoPointsLikeThat,
    Packed,
    Paper,
    PaperUnknown,
    ParcelFileTooLarge,
    ParcelFileTwice,
    WorksheetColumn,
    WorksheetNames,
    WorksheetPlan,
    plan_parcel,
    plan_worksheet,
)
from nador.assessment.rules.marking.parcels import is_litter, whose
from nador.kernel.text import fold

CASE = Criterion(
    "a", "Case", "", Decimal(5), (Level(Decimal(1), "poor"), Level(Decimal(5), "good"))
)
ADVICE = Criterion("b", "Advice", "", Decimal(10))
NAMES = WorksheetNames(
    paper=frozenset({"paper", "reference"}),
    comment=frozenset({"comment"}),
    versions=frozenset({fold("Versions")}),
)
BY_RUBRIC = [
    WorksheetColumn("a", frozenset({fold("1. Case"), "case"}), CASE),
    WorksheetColumn("b", frozenset({fold("2. Advice"), "advice"}), ADVICE),
]
BY_MARK = [WorksheetColumn("value", frozenset({"mark", "note"}))]


def paper(sign: str = "K7P-2QD", **more: Any) -> Paper:
    known: dict[str, Any] = {
        "label": sign,
        "points": {},
        "value": None,
        "comment": "",
        "version": 0,
    }
    return Paper(sign=sign, **known | more)


def planned(*rows: list[str], columns: Any = BY_MARK, **papers: Paper) -> WorksheetPlan:
    given = papers or {"one": paper()}
    return plan_worksheet(
        enumerate(rows, start=1),
        columns=columns,
        names=NAMES,
        papers={each.sign: each for each in given.values()},
        out_of=Decimal(20),
    )


def test_a_row_is_read_wherever_its_columns_stand() -> None:
    plan = planned(
        ["Final", "Comment", "", "Mark /20", "Paper"], ["18", "Bien.", "", "14,5", "k7p-2qd"]
    )

    (change,) = plan.changes
    assert (change.value, change.comment, change.line) == (Decimal("14.5"), "Bien.", 2)
    assert [each[0] for each in change.cells] == ["value", "comment"]
    assert (plan.ignored, plan.errors) == (["Final"], [])


def test_points_by_criterion() -> None:
    kept = paper(points={"a": Decimal(1)}, version=3)

    plan = planned(
        ["Paper", "2. Advice /10", "Case", "Versions"],
        ["K7P-2QD", "7.25", "5", "3"],
        columns=BY_RUBRIC,
        one=kept,
    )

    (change,) = plan.changes
    assert change.points == {"a": Decimal(5), "b": Decimal("7.25")}
    assert sorted(change.cells) == [
        ("a", Decimal(1), Decimal(5)),
        ("b", None, Decimal("7.25")),
    ]


@pytest.mark.parametrize(
    ("typed", "columns", "refusal"),
    [
        ("21", BY_MARK, MarkOutOfRange),
        ("=1+1", BY_MARK, MarkUnreadable),
        ("3", BY_RUBRIC[:1], NoPointsLikeThat),
    ],
)
def test_a_wrong_cell_is_named(typed: str, columns: Any, refusal: type[Exception]) -> None:
    head = "Mark" if columns is BY_MARK else "Case"
    plan = planned(["Paper", head], ["K7P-2QD", typed], columns=columns)

    (error,) = plan.errors
    assert isinstance(error.error, refusal)
    assert (error.column, plan.changes) == (columns[0].key, [])


def test_what_stands_there_already_is_no_change() -> None:
    kept = paper(value=Decimal(14), comment="Two\n\nlines.", version=2)

    plan = planned(["Paper", "Mark", "Comment"], ["K7P-2QD", "14.00", "Two lines."], one=kept)
    empty = planned(["Paper", "Mark", "Comment"], ["K7P-2QD"], one=kept)

    assert (plan.changes, plan.unchanged) == ([], 1)
    assert (empty.changes, empty.unchanged) == ([], 1)


@pytest.mark.parametrize(
    ("rows", "kept", "refusal"),
    [
        pytest.param([["XXX-XXX", "12"]], {}, PaperUnknown, id="unknown"),
        pytest.param([["K7P-2QD", "12"], ["K7P-2QD", "13"]], {}, LearnerTwice, id="twice"),
        pytest.param([["K7P-2QD", "12", "1"]], {"version": 2}, MarkStale, id="changed since"),
        pytest.param([["K7P-2QD", "12"]], {"refusal": MarkReleased()}, MarkReleased, id="released"),
    ],
)
def test_a_row_that_cannot_be_kept(
    rows: list[list[str]], kept: dict[str, Any], refusal: type[Exception]
) -> None:
    plan = planned(["Paper", "Mark", "Versions"], *rows, one=paper(**kept))

    (error,) = plan.errors
    assert isinstance(error.error, refusal)


@pytest.mark.parametrize(
    ("head", "refusal"),
    [
        (["Mark"], NoPaperColumn),
        (["Paper", "Final"], NoMarkColumn),
        (["Paper", "Mark", "Note"], ColumnOfTwo),
        ([], NoPaperColumn),
    ],
)
def test_a_file_without_what_is_needed(head: list[str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        planned(head)


def test_another_plan_has_another_print() -> None:
    def told(value: str, version: int = 0) -> str:
        return planned(
            ["Paper", "Mark"], ["K7P-2QD", value], one=paper(version=version)
        ).fingerprint()

    assert told("12") == told("12.0")
    assert len({told("12"), told("13"), told("12", 1)}) == 3


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("K7P-2QD.pdf", "K7P-2QD"),
        ("k7p-2qd remarks.pdf", "K7P-2QD"),
        ("feedback/K7P-2QD_2.pdf", "K7P-2QD"),
        ("K7P-2QD/remarks.pdf", "K7P-2QD"),
        ("K7P-2QD9.pdf", None),
        ("remarks.pdf", None),
    ],
)
def test_a_file_tells_whose_it_is(path: str, expected: str | None) -> None:
    assert whose(path, ["K7P-2QD", "ABC-123"]) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("folder/", True),
        ("__MACOSX/K7P-2QD.pdf", True),
        ("a/.DS_Store", True),
        ("a/._K7P-2QD.pdf", True),
        ("K7P-2QD.pdf", False),
    ],
)
def test_what_systems_leave_behind_is_no_file(path: str, *, expected: bool) -> None:
    assert is_litter(path) is expected


def packed(path: str, sha256: str = "1", **more: Any) -> Packed:
    return Packed(path, path.rpartition("/")[2], 9, sha256, "application/pdf", **more)


def test_a_package_is_compared_with_what_was_given() -> None:
    to = Addressee("K7P-2QD", "Salma", {"K7P-2QD-old.pdf": "1", "K7P-2QD-new.pdf": "1"})

    plan = plan_parcel(
        [
            packed("K7P-2QD-old.pdf"),
            packed("K7P-2QD-new.pdf", "2"),
            packed("K7P-2QD.pdf", "3"),
        ],
        {"K7P-2QD": to},
    )

    assert [(each.file.path, each.replaces) for each in plan.deliveries] == [
        ("K7P-2QD-new.pdf", True),
        ("K7P-2QD.pdf", False),
    ]
    assert (plan.unchanged, plan.errors) == (1, [])
    assert plan.fingerprint() != plan_parcel([], {}).fingerprint()


@pytest.mark.parametrize(
    ("files", "refused", "refusal"),
    [
        pytest.param([packed("x.pdf")], None, PaperUnknown, id="nobody's"),
        pytest.param(
            [packed("K7P-2QD.pdf", refusal=ParcelFileTooLarge(limit=20))],
            None,
            ParcelFileTooLarge,
            id="too large",
        ),
        pytest.param([packed("K7P-2QD.pdf")], MarkReleased(), MarkReleased, id="released"),
        pytest.param(
            [packed("K7P-2QD/a.pdf"), packed("x/K7P-2QD/a.pdf")], None, ParcelFileTwice, id="twice"
        ),
    ],
)
def test_a_file_that_cannot_be_given(
    files: list[Packed], refused: Any, refusal: type[Exception]
) -> None:
    plan = plan_parcel(files, {"K7P-2QD": Addressee("K7P-2QD", "", {}, refused)})

    ((_, error),) = plan.errors
    assert isinstance(error, refusal)
