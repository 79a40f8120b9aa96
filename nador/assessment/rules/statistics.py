"""What the grades of an assessment say as a whole; exact until they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt
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
    exact = sorted(Fraction(value) for value in values)
    count = len(exact)
    mean = sum(exact, Fraction(0)) / count
    variance = sum(((value - mean) ** 2 for value in exact), Fraction(0)) / count
    middle = exact[(count - 1) // 2] + exact[count // 2]
    bins = [0] * BINS
    for value in exact:
        bins[min(int(value * BINS / Fraction(out_of)), BINS - 1)] += 1
    return Summary(
        count=count,
        mean=rounded(mean),
        median=rounded(middle / 2),
        deviation=rounded(_root(variance)),
        below=rounded(Fraction(100 * sum(value < pass_mark for value in exact), count)),
        bins=tuple(bins),
    )


def correlation(pairs: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Say how far two marks go together, from -1 to 1 (Pearson).

    None where fewer than three have both, or one of them is the same for all.
    """
    if len(pairs) < FEWEST:
        return None
    xs = [Fraction(x) for x, _ in pairs]
    ys = [Fraction(y) for _, y in pairs]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    together = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    spread = sum((x - x_mean) ** 2 for x in xs) * sum((y - y_mean) ** 2 for y in ys)
    if not spread:
        return None
    return rounded(Fraction(together) / _root(Fraction(spread)))


def _root(value: Fraction) -> Fraction:
    """Take a square root to twelve digits: far finer than what is shown, the same on every machine."""
    scaled = value * _DIGITS**2
    return Fraction(isqrt(scaled.numerator // scaled.denominator), _DIGITS)
