"""Categories, scales and letters in a catalogue file: what they say, and every line that is wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nador.catalogue.rules import (
    PLAIN,
    AttendancePoints,
    CatalogueRefused,
    CourseEntry,
    FaultKind,
    Scale,
    read_catalogue,
    shares,
)
from tests.catalogue.texts import GOOD

CATEGORIES = """
[[courses.categories]]
code = "TD"
weight = 1
drop = 1
title = { fr = "Travaux dirigés", en = "Exercises", ar = "أشغال" }
[[courses.categories]]
code = "FINAL"
weight = 2.5
min_mark = 7
title = { fr = "Examens", en = "Examinations", ar = "امتحانات" }
"""
SECOND = """
[[courses.assessments]]
code = "TD2"
kind = "assignment"
weight = 3
min_mark = 0
category = "TD"
title = { fr = "Deux", en = "Two", ar = "اثنان" }
"""
WEIGHED = (
    GOOD.replace("weight = 40", 'weight = 40\ncategory = "TD"').replace(
        "weight = 60", 'weight = 7\ncategory = "FINAL"'
    )
    + SECOND
    + CATEGORIES
)
LETTERS = """
[[courses.letters]]
min = 15.5
letter = "A"
[[courses.letters]]
min = 0
letter = "F"
"""


def with_scale(scale: str, more: str = "") -> str:
    return GOOD.replace("pass_mark = 10.0", f'pass_mark = 10.0\nscale = "{scale}"') + more


def told(text: str) -> list[tuple[str, FaultKind, dict[str, str]]]:
    """List the faults as the text of their line, their kind, and what they say."""
    with pytest.raises(CatalogueRefused) as refused:
        read_catalogue(text)
    lines = text.splitlines()
    return [(lines[each.line - 1].strip(), each.kind, each.params) for each in refused.value.faults]


def test_categories_are_read_exactly() -> None:
    [course] = read_catalogue(WEIGHED).courses

    assert [(each.code, each.weight, each.minimum, each.drop) for each in course.categories] == [
        ("TD", Decimal(1), Decimal(0), 1),
        ("FINAL", Decimal("2.5"), Decimal(7), 0),
    ]
    assert course.categories[1].as_stored() == {
        "code": "FINAL",
        "title": {"fr": "Examens", "en": "Examinations", "ar": "امتحانات"},
        "weight": "2.50",
        "minimum": "7.00",
        "drop": 0,
    }
    assert [item.category for item in course.plan] == ["TD", "FINAL", "TD"]
    assert course.compensated is None


def test_weights_add_up_to_anything_within_categories() -> None:
    [course] = read_catalogue(WEIGHED).courses

    assert [item.weight for item in course.plan] == [40, 7, 3]


def test_what_is_said_of_categories_makes_another_version() -> None:
    hashes = {
        read_catalogue(text).courses[0].content_hash()
        for text in (
            GOOD,
            WEIGHED,
            WEIGHED.replace("drop = 1", "drop = 0"),
            WEIGHED.replace("weight = 2.5", "weight = 2.50"),
            WEIGHED.replace("pass_mark = 10.0", "pass_mark = 10.0\ncompensated = 1"),
            with_scale("letters", LETTERS),
            with_scale("pass_fail"),
        )
    }

    assert len(hashes) == 6


def test_saying_the_usual_scale_changes_nothing() -> None:
    [plain], [said] = read_catalogue(GOOD).courses, read_catalogue(with_scale("points")).courses

    assert plain.content_hash() == said.content_hash()


def test_per_cent_is_a_scale_of_its_own() -> None:
    text = with_scale("percent").replace("pass_mark = 10.0", "pass_mark = 55")

    [course] = read_catalogue(text).courses

    assert (course.scale, course.mark_scale, course.pass_mark) == (
        Scale.PERCENT,
        Decimal(100),
        Decimal(55),
    )
    assert {item.out_of for item in course.plan} == {100}
    assert course.mentions == ()


def test_letters_are_read_with_their_bounds() -> None:
    [course] = read_catalogue(with_scale("letters", LETTERS)).courses

    assert course.scale is Scale.LETTERS
    assert course.letters == ({"min": "15.50", "letter": "A"}, {"min": "0.00", "letter": "F"})
    assert course.mentions == ()


def with_points(said: str) -> str:
    return GOOD.replace("fee = 0", f"fee = 0\nattendance_points = {said}")


def test_points_for_attendance_are_read() -> None:
    [course] = read_catalogue(
        with_points("{ present = 2, late = 1.5, excused = 1, absent = 0 }")
    ).courses
    [left_out] = read_catalogue(with_points("{ present = 2, late = 2, absent = 0.5 }")).courses
    [unsaid] = read_catalogue(GOOD).courses

    assert course.attendance_points == AttendancePoints(
        present=Decimal(2), late=Decimal("1.5"), excused=Decimal(1), absent=Decimal(0)
    )
    assert left_out.attendance_points == AttendancePoints(
        present=Decimal(2), late=Decimal(2), absent=Decimal("0.5")
    )
    assert unsaid.attendance_points == PLAIN
    assert len({each.content_hash() for each in (course, left_out, unsaid)}) == 3


def test_points_that_say_the_usual_change_nothing() -> None:
    [said] = read_catalogue(with_points("{ present = 1, late = 1.0, absent = 0 }")).courses

    assert said.content_hash() == read_catalogue(GOOD).courses[0].content_hash()


POINTED = "attendance_points"


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        pytest.param(
            "{ present = 2, late = 2.01, excused = 3, absent = -1 }",
            [
                (FaultKind.OUT_OF_RANGE, {"key": key, "value": value, "low": "0", "high": "2"})
                for key, value in (("late", "2.01"), ("excused", "3"), ("absent", "-1"))
            ],
            id="more than presence, or less than nothing",
        ),
        pytest.param(
            "{ present = 0, late = 1, absent = 0 }",
            [
                (
                    FaultKind.OUT_OF_RANGE,
                    {"key": "present", "value": "0", "low": "0.01", "high": "100"},
                )
            ],
            id="nothing for presence",
        ),
        pytest.param(
            "{ late = 100.01, excused = 1 }",
            [
                (FaultKind.MISSING, {"key": "present"}),
                (FaultKind.MISSING, {"key": "absent"}),
                (
                    FaultKind.OUT_OF_RANGE,
                    {"key": "late", "value": "100.01", "low": "0", "high": "100"},
                ),
            ],
            id="not all that is needed",
        ),
        pytest.param(
            "{ present = 2, late = 1, absent = 0, sick = 1 }",
            [(FaultKind.UNKNOWN_KEY, {"key": "sick"})],
            id="another status",
        ),
        pytest.param(
            "2", [(FaultKind.WRONG_TYPE, {"key": POINTED, "wanted": "table"})], id="no table"
        ),
    ],
)
def test_points_that_make_no_sense_are_refused(
    said: str, faults: list[tuple[FaultKind, dict[str, str]]]
) -> None:
    found = told(with_points(said))

    assert [(kind, params) for _line, kind, params in found] == faults
    assert {line for line, _kind, _params in found} == {f"{POINTED} = {said}"}


@pytest.mark.parametrize(
    ("text", "line", "kind", "params"),
    [
        pytest.param(
            WEIGHED.replace('category = "FINAL"', 'category = "FIN"'),
            'code = "FINAL"', FaultKind.NOT_WEIGHED, {"code": "FINAL"}, id="nothing in it",
        ),
        pytest.param(
            WEIGHED.replace("drop = 1", "drop = 2"),
            "drop = 2", FaultKind.DROPS_ALL, {"code": "TD"}, id="drops all",
        ),
        pytest.param(
            WEIGHED.replace("drop = 1", "drop = -1"),
            "drop = -1", FaultKind.OUT_OF_RANGE,
            {"key": "drop", "value": "-1", "low": "0", "high": "100"}, id="drops fewer than none",
        ),
        pytest.param(
            WEIGHED.replace("weight = 1\n", "weight = 0\n").replace("weight = 2.5", "weight = 0"),
            "weight = 0", FaultKind.NOT_WEIGHED, {"code": "TD"}, id="no weight at all",
        ),
        pytest.param(
            WEIGHED.replace("weight = 7\n", "weight = 0\n"),
            'code = "FINAL"', FaultKind.NOT_WEIGHED, {"code": "FINAL"}, id="no weight inside",
        ),
        pytest.param(
            WEIGHED.replace("min_mark = 7\n", "min_mark = 21\n"),
            "min_mark = 21", FaultKind.OUT_OF_RANGE,
            {"key": "min_mark", "value": "21", "low": "0", "high": "20"}, id="minimum",
        ),
        pytest.param(
            WEIGHED.replace("drop = 1", "drop = 1\nkeep = 2"),
            "keep = 2", FaultKind.UNKNOWN_KEY, {"key": "keep"}, id="unknown key",
        ),
        pytest.param(
            WEIGHED.replace('code = "FINAL"', 'code = "TD"').replace('"FINAL"', '"TD"'),
            'code = "TD"', FaultKind.TWICE, {"code": "TD"}, id="twice",
        ),
        pytest.param(
            GOOD.replace("fee = 0", "fee = 0\ncompensated = 1"),
            "compensated = 1", FaultKind.NO_CATEGORY, {"code": "compensated"}, id="nothing to compensate",
        ),
        pytest.param(
            GOOD.replace("weight = 40", 'weight = 40\ncategory = "TD"'),
            'category = "TD"', FaultKind.UNKNOWN_CATEGORY, {"code": "TD"}, id="unknown category",
        ),
        pytest.param(
            with_scale("letters"),
            'scale = "letters"', FaultKind.LETTERS_WITHOUT_SCALE, {}, id="no letters",
        ),
        pytest.param(
            with_scale("percent", LETTERS),
            'scale = "percent"', FaultKind.LETTERS_WITHOUT_SCALE, {}, id="letters and per cent",
        ),
        pytest.param(
            with_scale("letters", LETTERS.replace("min = 0", "min = 0.01")),
            "min = 0.01", FaultKind.LETTERS_NOT_TO_ZERO, {}, id="not down to zero",
        ),
        pytest.param(
            with_scale("letters", LETTERS.replace("min = 15.5", "min = 0")),
            "min = 0", FaultKind.MENTION_ORDER, {}, id="letters out of order",
        ),
        pytest.param(
            with_scale("letters", LETTERS.replace('letter = "F"', 'letter = "F"\nfr = "F"')),
            'fr = "F"', FaultKind.UNKNOWN_KEY, {"key": "fr"}, id="unknown key of a letter",
        ),
        pytest.param(
            with_scale("stars"),
            'scale = "stars"', FaultKind.NOT_ONE_OF,
            {"value": "stars", "known": "points, percent, letters, pass_fail"}, id="unknown scale",
        ),
    ],
)  # fmt: skip
def test_a_fault_says_what_it_found(
    text: str, line: str, kind: FaultKind, params: dict[str, str]
) -> None:
    assert (line, kind, params) in told(text)


def test_an_assessment_without_category_among_others_is_told() -> None:
    faults = told(WEIGHED.replace('category = "FINAL"\n', ""))

    assert ("[[courses.assessments]]", FaultKind.NO_CATEGORY, {"code": "CAS"}) in faults


def test_shares_are_what_weights_come_to() -> None:
    [plain], [weighed] = read_catalogue(GOOD).courses, read_catalogue(WEIGHED).courses

    def found(course: CourseEntry) -> dict[str, Decimal]:
        return shares(
            [(item.code, item.category, item.weight) for item in course.plan],
            [each.as_stored() for each in course.categories],
        )

    assert found(plain) == {"QCM": Decimal(40), "CAS": Decimal(60)}
    # TD weighs 1 of 3.5, and 40 to 3 in it.
    assert found(weighed) == {
        "QCM": Decimal("26.58"),
        "TD2": Decimal("1.99"),
        "CAS": Decimal("71.43"),
    }
