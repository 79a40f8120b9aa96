"""What the grades of an assessment say as a whole; exact until they are shown."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt, lcm
from operator import mul
from typing import TYPE_CHECKING, Final

from nador.assessment.rules.marks import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

BINS: Final = 10
FEWEST: Final = 3
"""Of fewer pairs a correlation says nothing."""
_DIGITS: Final = 10**12


@dataclass(frozen=True, slots=True)
class Summary:
    """A distribution: how many, where its middle is, how wide it is, who is below the pass mark."""

    count: int
    mean: Decimal
    median: Decimal
    deviation: Decimal
    """Of everybody who was graded, not of a sample."""
    below: Decimal
    """The share below the pass mark, in per cent."""
    bins: tuple[int, ...]
    """How many lie in each tenth of the scale; the last holds the full mark too."""


def summary(values: Sequence[Decimal], *, out_of: Decimal, pass_mark: Fraction) -> Summary | None:
    """Sum marks up; None where there are none. `pass_mark` is on the assessment's own scale."""
    if not values:
        return None
    marks, unit = _whole(values)
    marks.sort()
    count, total = len(marks), sum(marks)
    spread = count * sum(map(mul, marks, marks)) - total * total
    middle = marks[(count - 1) // 2] + marks[count // 2]
    least, full = pass_mark * unit, Fraction(out_of) * unit
    bins = [0] * BINS
    for mark in marks:
        bins[min(mark * BINS * full.denominator // full.numerator, BINS - 1)] += 1
    return Summary(
        count=count,
        mean=rounded(Fraction(total, count * unit)),
        median=rounded(Fraction(middle, 2 * unit)),
        deviation=rounded(_root(Fraction(spread, (count * unit) ** 2))),
        below=rounded(Fraction(100 * bisect_left(marks, least), count)),
        bins=tuple(bins),
    )


def correlation(pairs: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Say how far two marks go together, from -1 to 1 (Pearson).

    None where fewer than three have both, or one of them is the same for all.
    """
    if len(pairs) < FEWEST:
        return None
    count = len(pairs)
    xs, _ = _whole([x for x, _ in pairs])
    ys, _ = _whole([y for _, y in pairs])
    x_sum, y_sum = sum(xs), sum(ys)
    together = count * sum(map(mul, xs, ys)) - x_sum * y_sum
    x_spread = count * sum(map(mul, xs, xs)) - x_sum * x_sum
    y_spread = count * sum(map(mul, ys, ys)) - y_sum * y_sum
    if not x_spread * y_spread:
        return None
    return rounded(together / _root(Fraction(x_spread * y_spread)))


def _whole(values: Sequence[Decimal]) -> tuple[list[int], int]:
    """Write values as whole numbers of one unit, and say how many of it make one: sums are exact so."""
    ratios = [value.as_integer_ratio() for value in values]
    unit = lcm(*(below for _, below in ratios))
    return [above * (unit // below) for above, below in ratios], unit


def _root(value: Fraction) -> Fraction:
    """Take a square root to twelve digits: far finer than what is shown, the same on every machine."""
    scaled = value * _DIGITS**2
    return Fraction(isqrt(scaled.numerator // scaled.denominator), _DIGITS)
