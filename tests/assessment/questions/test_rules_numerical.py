"""Numbers as they are typed, targets and units."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.numbers import read_measure
from nador.assessment.questions.numerical import ShownNumerical
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import CALM, SAMPLES

QUESTION = parse(SAMPLES["numerical"])
STRICT = parse(SAMPLES["numerical"] | {"unit_penalty": "1/10"})
BARE = parse(SAMPLES["numerical"] | {"units": []})


@pytest.mark.parametrize(
    ("typed", "value", "unit"),
    [
        ("42", "42", ""),
        ("-3,5", "-7/2", ""),
        ("−3.5", "-7/2", ""),
        ("+0,25 km", "1/4", "km"),
        ("٣٫١٤", "157/50", ""),
        ("۱۲", "12", ""),
        ("1 234,5", "2469/2", ""),
        ("1\u202f234", "1234", ""),
        ("1,234,567", "1234567", ""),
        ("1,234.5", "2469/2", ""),
        ("1.234,5", "2469/2", ""),
        ("1,234", "617/500", ""),
        (".5", "1/2", ""),
        ("1e3", "1000", ""),
        ("1,5×10^3 m", "1500", "m"),
        ("2*10-2", "1/50", ""),
        ("3x", "3", "x"),
        ("12%", "12", "%"),
        ("5 m/s", "5", "m/s"),
    ],
)
def test_numbers_are_read_as_they_are_written_here(typed: str, value: str, unit: str) -> None:
    found = read_measure(typed)

    assert found is not None
    assert (found.value, found.unit) == (Fraction(value), unit)


@pytest.mark.parametrize("typed", ["", "km", "-", "1.2.3,4,5", "3,5,", "1e999", ",", "x3", "--1"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_measure(typed) is None


@CALM
@given(st.text("0123456789.,-+eE xX*^10٠٣٫ km", max_size=12))
def test_anything_typed_is_read_or_not(typed: str) -> None:
    found = read_measure(typed)

    assert found is None or isinstance(found.value, Fraction)


@pytest.mark.parametrize(
    ("typed", "earned", "strict", "bare"),
    [
        pytest.param("42,195 km", 1, 1, 0, id="with its unit"),
        pytest.param("42195 m", 1, 1, 0, id="in another unit"),
        pytest.param("42.2", 1, Fraction(9, 10), 1, id="the bound belongs to it"),
        pytest.param("42.2001", Fraction(1, 2), Fraction(9, 20), Fraction(1, 2), id="beyond"),
        pytest.param("42.195 miles", 0, Fraction(9, 10), 0, id="an unknown unit"),
        pytest.param("7", 0, 0, 0, id="far"),
        pytest.param("long", 0, 0, 0, id="no number"),
    ],
)
def test_the_first_target_that_holds_the_number_decides(
    typed: str, earned: Fraction, strict: Fraction, bare: Fraction
) -> None:
    answer = QUESTION.read({"text": [typed]})

    assert QUESTION.grade(answer) == earned
    assert STRICT.grade(answer) == strict
    assert BARE.grade(answer) == bare


def test_feedback_is_that_of_the_target() -> None:
    assert [t.source for t in QUESTION.remarks({"text": "41"})] == ["Plus précis ?"]
    assert [t.source for t in QUESTION.remarks({"text": "9"})] == ["Loin."]
    assert QUESTION.remarks({"text": "?"}) == QUESTION.remarks({"text": "42.195"}) == ()


def test_a_number_is_an_answer_and_a_word_is_none() -> None:
    assert QUESTION.is_complete({"text": "7"})
    assert not QUESTION.is_complete({"text": "seven"})


def test_the_right_answer_is_said_with_tolerance_and_unit() -> None:
    exact = parse(SAMPLES["numerical"] | {"answers": [{"value": "0"}], "units": []})

    assert [t.source for t in QUESTION.right_answer(translator("en"))] == [
        "42.195, give or take 0.005 km"
    ]
    assert [t.source for t in exact.right_answer(translator("en"))] == ["0"]


def test_units_are_shown() -> None:
    shown = QUESTION.present(1)

    assert isinstance(shown, ShownNumerical)
    assert shown.units == ("km", "m")


def test_a_penalty_makes_no_loss_smaller() -> None:
    question = parse(
        SAMPLES["numerical"]
        | {
            "answers": [{"value": "1"}, {"value": "2", "credit": "-1"}],
            "unit_penalty": "1/2",
        }
    )

    assert question.grade({"text": "2"}) == -1


@pytest.mark.parametrize(
    ("parts", "refusal", "field"),
    [
        ({"answers": [{"value": "*"}]}, refusals.NoRightAnswer, "answers"),
        ({"answers": [{"credit": "1"}]}, refusals.PartMissing, "answers.1.value"),
        ({"answers": [{"value": "1e31"}]}, refusals.NumberOutOfRange, "answers.1.value"),
        (
            {"answers": [{"value": "1", "tolerance": "-1"}]},
            refusals.NumberOutOfRange,
            "answers.1.tolerance",
        ),
        ({"units": [{"name": "m"}, {"name": "m"}]}, refusals.PartTwice, "units.2.name"),
        ({"units": [{"name": ""}]}, refusals.PartMissing, "units.1.name"),
        (
            {"units": [{"name": "m", "per_base": "0"}]},
            refusals.NumberOutOfRange,
            "units.1.per_base",
        ),
        ({"unit_penalty": "-1/2"}, refusals.NumberOutOfRange, "unit_penalty"),
    ],
)
def test_the_door_names_what_is_wrong(
    parts: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        parse(SAMPLES["numerical"] | parts)

    assert getattr(refused.value, "field", None) == field
