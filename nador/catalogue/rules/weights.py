"""What the weights of a plan come to."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CENT = Decimal("0.01")


def shares(
    weights: Sequence[tuple[str, str, Decimal]], categories: Sequence[Mapping[str, Any]]
) -> dict[str, Decimal]:
    """Say, in per cent of the whole, what each item (code, category, weight) decides before any is dropped.

    Without categories that is its weight: those of a plan add up to 100.
    """
    if not categories:
        return {code: weight for code, _, weight in weights}
    whole = sum((Fraction(each["weight"]) for each in categories), Fraction(0))
    found = {}
    for each in categories:
        inside = [(code, weight) for code, category, weight in weights if category == each["code"]]
        total = sum((Fraction(weight) for _, weight in inside), Fraction(0))
        for code, weight in inside:
            share = 100 * Fraction(weight) / total * Fraction(each["weight"]) / whole
            exact = Decimal(share.numerator) / Decimal(share.denominator)
            found[code] = exact.quantize(_CENT, rounding=ROUND_HALF_UP)
    return found
