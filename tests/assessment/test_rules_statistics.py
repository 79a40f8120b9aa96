"""Distributions and correlations, by hand and against the standard library."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nador.assessment.rules import correlation, summary

TWENTY = Decimal(20)
marks = st.lists(st.decimals(0, 20, places=2), min_size=1, max_size=30)


def decimals(*typed: str) -> list[Decimal]:
    return [Decimal(each) for each in typed]


def test_a_distribution_is_summed_up() -> None:
    found = summary(
        decimals("0", "2", "9.99", "10", "12", "20"), out_of=TWENTY, pass_mark=Fraction(10)
    )

    assert found is not None
    assert (found.count, found.mean, found.median) == (6, Decimal("9.00"), Decimal("10.00"))
    assert found.deviation == Decimal("6.61")
    assert found.below == Decimal("50.00")
    assert found.bins == (1, 1, 0, 0, 1, 1, 1, 0, 0, 1)


def test_of_an_odd_number_the_middle_one_is_the_median() -> None:
    found = summary(decimals("1", "2", "9"), out_of=TWENTY, pass_mark=Fraction(10))

    assert found is not None
    assert found.median == 2


def test_without_marks_there_is_nothing_to_say() -> None:
    assert summary([], out_of=TWENTY, pass_mark=Fraction(10)) is None


@given(marks)
def test_figures_agree_with_the_standard_library(values: list[Decimal]) -> None:
    found = summary(values, out_of=TWENTY, pass_mark=Fraction(10))

    assert found is not None
    numbers = [float(value) for value in values]
    assert float(found.mean) == pytest.approx(statistics.fmean(numbers), abs=0.0051)
    assert float(found.median) == pytest.approx(statistics.median(numbers), abs=0.0051)
    assert float(found.deviation) == pytest.approx(statistics.pstdev(numbers), abs=0.0051)
    assert sum(found.bins) == found.count == len(values)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([("1", "2"), ("2", "4"), ("3", "6")], "1.00", id="together"),
        pytest.param([("1", "6"), ("2", "4"), ("3", "2")], "-1.00", id="against"),
        pytest.param([("1", "1"), ("2", "2")], None, id="too few"),
        pytest.param([("5", "1"), ("5", "2"), ("5", "3")], None, id="the same for all"),
    ],
)
def test_marks_go_together(pairs: list[tuple[str, str]], expected: str | None) -> None:
    found = correlation([(Decimal(x), Decimal(y)) for x, y in pairs])

    assert found == (None if expected is None else Decimal(expected))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=20))
def test_a_correlation_agrees_with_the_standard_library(pairs: list[tuple[int, int]]) -> None:
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    assume(len(set(xs)) > 1 and len(set(ys)) > 1)

    found = correlation([(Decimal(x), Decimal(y)) for x, y in pairs])

    assert found is not None
    assert float(found) == pytest.approx(statistics.correlation(xs, ys), abs=0.0051)
