"""Which marks a second person looks at, and by what sign a piece of work goes instead of a name."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

from nador.assessment.rules.marking.agreeing import WHOLE, Plan
from nador.assessment.rules.marking.states import SecondMarking
from nador.kernel.codes import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

_GROUP: Final = 3


def drawn(seed: str, enrolment_ids: Collection[int], *, percent: int) -> frozenset[int]:
    """Draw so many per cent, at least one, by lot; the same seed draws the same again."""
    count = math.ceil(len(enrolment_ids) * percent / WHOLE)
    return frozenset(sorted(enrolment_ids, key=lambda each: _lot(seed, "sample", each))[:count])


def is_borderline(value: Decimal, *, around: Decimal, within: Decimal) -> bool:
    """Whether a mark is so near to the pass mark that a second person looks at it."""
    return abs(value - around) <= within


def pass_value(*, out_of: Decimal, minimum: Decimal, pass_mark: Decimal, scale: Decimal) -> Decimal:
    """Give the mark around which it matters most: the eliminatory minimum, else the course's pass mark."""
    return minimum or pass_mark * out_of / scale


def second_due(
    plan: Plan,
    value: Decimal,
    *,
    enrolment_id: int,
    everybody: Collection[int],
    around: Decimal,
    seed: str,
) -> bool:
    """Decide whether a first mark goes to a second person."""
    if plan.second is not SecondMarking.SAMPLE:
        return plan.second is SecondMarking.ALL
    if plan.borderline is not None and is_borderline(value, around=around, within=plan.borderline):
        return True
    return bool(plan.percent) and enrolment_id in drawn(seed, everybody, percent=plan.percent or 0)


def candidate(seed: str, enrolment_id: int) -> str:
    """Give the sign that stands for a learner in one assessment: nobody finds the name behind it.

    Two symbols of five bits more than a class needs: among 100 people, two share one once in 200,000.
    """
    number = int.from_bytes(_lot(seed, "candidate", enrolment_id)[:8])
    symbols = "".join(ALPHABET[number >> 5 * place & 31] for place in range(2 * _GROUP))
    return f"{symbols[:_GROUP]}-{symbols[_GROUP:]}"


def _lot(seed: str, use: str, enrolment_id: int) -> bytes:
    return hashlib.sha256(f"{seed}:{use}:{enrolment_id}".encode()).digest()
