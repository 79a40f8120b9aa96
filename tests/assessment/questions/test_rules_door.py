"""Credits, as people and programs write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.door import Door, fresh_id, from_percent, percent, settled
from tests.assessment.questions.samples import SAMPLES

ZERO = Decimal(0)


@pytest.mark.parametrize(
    ("written", "credit"),
    [
        ("100", Fraction(1)),
        ("33.33333", Fraction(1, 3)),
        ("33.3333333", Fraction(1, 3)),
        ("-16.66667", Fraction(-1, 6)),
        ("14,28571", Fraction(1, 7)),
        ("12.5", Fraction(1, 8)),
        (" 5. ", Fraction(1, 20)),
        ("0.00001", Fraction(1, 10_000_000)),
        ("33.33332", Fraction(3_333_332, 10_000_000)),
        ("0.000001", None),
        ("a third", None),
        ("", None),
        ("1e2", None),
    ],
)
def test_per_cent_are_read_as_they_were_meant(written: str, credit: Fraction | None) -> None:
    assert from_percent(written) == credit


@given(st.integers(-20, 20), st.integers(1, 20))
def test_simple_parts_survive_per_cent(above: int, below: int) -> None:
    assert from_percent(percent(Fraction(above, below))) == Fraction(above, below)


@given(st.integers(-10_000_000, 10_000_000))
def test_what_the_door_keeps_survives_per_cent(units: int) -> None:
    kept = settled(Fraction(units, 10_000_000))

    assert kept is not None
    assert from_percent(percent(kept)) == kept


@pytest.mark.parametrize(
    ("credit", "written"),
    [(Fraction(0), "0"), (Fraction(1), "100"), (Fraction(-1, 3), "-33.33333")],
)
def test_per_cent_are_written_short(credit: Fraction, written: str) -> None:
    assert percent(credit) == written


def test_names_are_made_anew_until_one_is_free() -> None:
    taken: set[str] = set()

    made = [fresh_id("same", taken) for _ in range(3)]

    assert len(set(made)) == 3 == len(taken)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"shuffle": "yes"}, "shuffle"),
        ({"prompt": {"text": "a", "language": "Français"}}, "prompt.language"),
        ({"prompt": {"text": 3}}, "prompt"),
    ],
)
def test_parts_of_another_shape_are_refused(parts: dict[str, object], field: str) -> None:
    with pytest.raises(refusals.PartUnreadable) as refused:
        parse(SAMPLES["single"] | parts)

    assert refused.value.field == field


def test_a_credit_may_be_asked_for() -> None:
    with pytest.raises(refusals.PartMissing):
        Door({}).credit()


def test_a_decimal_may_be_asked_for() -> None:
    with pytest.raises(refusals.PartMissing) as refused:
        Door({"tolerance": ""}, at="answers.1").decimal("tolerance", least=ZERO, most=ZERO)

    assert refused.value.field == "answers.1.tolerance"


@pytest.mark.parametrize(
    ("given_", "refusal"),
    [
        (True, refusals.PartUnreadable),
        ("3", refusals.PartUnreadable),
        (11, refusals.NumberOutOfRange),
        (0, refusals.NumberOutOfRange),
    ],
)
def test_whole_numbers_are_whole_and_within_bounds(
    given_: object, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        Door({"lines": given_}).whole("lines", least=1, most=10, default=5)


def test_whole_numbers_have_a_default() -> None:
    assert Door({}).whole("lines", least=1, most=10, default=5) == 5
    assert Door({"lines": 7}).whole("lines", least=1, most=10, default=5) == 7


def test_a_line_is_one_line() -> None:
    door = Door({"unit": " km \n "})

    assert (door.line("unit"), door.line("other")) == ("km", "")
