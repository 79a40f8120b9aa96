"""Marks: how they are read and rounded."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Final

from nador.assessment.rules.refusals import MarkOutOfRange, MarkTooFine, MarkUnreadable

CENT: Final = Decimal("0.01")
_MARK: Final = re.compile(r"([-−]?)([0-9]{1,6})(?:[.,٫،]([0-9]{1,9}))?")
_PLACES: Final = 2


def parse_mark(typed: str, *, out_of: Decimal, field: str | None = None) -> Decimal:
    """Read a mark as people here type it: comma or dot, any digits, at most two decimals.

    Raises MarkUnreadable, MarkTooFine or MarkOutOfRange; nothing is rounded or clamped.
    """
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed.strip())
    found = _MARK.fullmatch(plain)
    if found is None:
        raise MarkUnreadable(field=field, typed=typed)
    sign, whole, decimals = found.groups(default="")
    written = f"{'-' if sign else ''}{whole}.{decimals or '0'}"
    return check_mark(Decimal(written), out_of=out_of, field=field)


def read_mark(given: object, *, out_of: Decimal, field: str | None = None) -> Decimal:
    """Read a mark that a program sent: a number, or a text as people type it."""
    if isinstance(given, str):
        return parse_mark(given, out_of=out_of, field=field)
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise MarkUnreadable(field=field, typed=str(given))
    return check_mark(Decimal(str(given)), out_of=out_of, field=field)


def check_mark(value: Decimal, *, out_of: Decimal, field: str | None = None) -> Decimal:
    """Give the mark with two decimals; refuses what is finer, or not within 0 and `out_of`."""
    if not value.is_finite():
        raise MarkUnreadable(field=field, typed=str(value))
    if value < 0 or value > out_of:
        raise MarkOutOfRange(field=field, out_of=out_of, value=value)
    exact = abs(value).quantize(CENT)
    if exact != abs(value):
        raise MarkTooFine(field=field)
    return exact


def rounded(exact: Fraction) -> Decimal:
    """Round half up to hundredths, from the exact value: 9.995 is 10.00."""
    hundredths = (exact * 100 + Fraction(1, 2)).__floor__()
    return Decimal(hundredths).scaleb(-2)
