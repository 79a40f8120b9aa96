"""Figures of a question: how hard, and whether it tells learners apart."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from nador.assessment.rules.items import ItemResult, figures_of, rest_of


def results(*pairs: tuple[str, str]) -> list[ItemResult]:
    return [ItemResult(Fraction(share), Fraction(rest)) for share, rest in pairs]


def test_a_question_that_tells_learners_apart() -> None:
    found = figures_of(results(("1", "9/10"), ("1", "8/10"), ("0", "2/10"), ("0", "1/10")))

    assert found is not None
    assert (found.count, found.difficulty) == (4, Decimal("50.00"))
    assert found.discrimination is not None
    assert found.discrimination > Decimal("0.9")


def test_a_wrong_key_shows_below_zero() -> None:
    found = figures_of(results(("0", "9/10"), ("0", "8/10"), ("1", "1/10")))

    assert found is not None
    assert found.discrimination is not None
    assert found.discrimination < 0


def test_too_few_say_nothing() -> None:
    assert figures_of([]) is None
    found = figures_of(results(("1/3", "1")))
    assert found is not None
    assert (found.difficulty, found.discrimination) == (Decimal("33.33"), None)


def test_the_rest_is_without_the_question() -> None:
    share = rest_of(Fraction(3), Fraction(5), points=Fraction(2), share=Fraction(1, 2))
    alone = rest_of(Fraction(1), Fraction(2), points=Fraction(2), share=Fraction(1, 2))

    assert (share, alone) == (Fraction(2, 3), Fraction(0))
