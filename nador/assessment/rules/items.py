"""What the answers to one question say about it: how hard it is, whether it tells learners apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from nador.assessment.rules.marks import rounded
from nador.assessment.rules.statistics import correlation

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What one learner earned on the question and, of the whole points, on all others."""

    share: Fraction
    rest: Fraction


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The figures of one question."""

    count: int
    difficulty: Decimal
    """The mean share of its points that was earned, in per cent: low is hard."""
    discrimination: Decimal | None
    """How far it goes together with the rest of the quiz, from -1 to 1; None: of too few to say."""


def figures_of(results: Sequence[ItemResult]) -> ItemFigures | None:
    """Sum the answers to a question up; None where there are none."""
    if not results:
        return None
    mean = sum((each.share for each in results), Fraction(0)) / len(results)
    pairs = [(_decimal(each.share), _decimal(each.rest)) for each in results]
    return ItemFigures(len(results), rounded(mean * 100), correlation(pairs))


def rest_of(total: Fraction, whole: Fraction, *, points: Fraction, share: Fraction) -> Fraction:
    """Say what share of all other points an attempt earned; nothing where there are no others."""
    others = whole - points
    return (total - points * share) / others if others else Fraction(0)


def _decimal(value: Fraction) -> Decimal:
    return rounded(value * 100)
