"""Numbers as people type them here: comma or dot, digits of any script, blanks between thousands."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

_NUMBER: Final = re.compile(
    r"([+-]?)((?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,30}|[0-9]{1,3}(?:[.,][0-9]{3})+|)(?:[.,][0-9]{1,30})?)"
    r"(?:\s*(?:[eE]|[x*]\s*10\s*\^?)\s*([+-]?[0-9]{1,3}))?(?![0-9.,])"
)
_SIGNS: Final = str.maketrans(
    {
        "٫": ".",
        "٬": " ",
        "،": ",",
        "−": "-",
        "–": "-",
        "×": "x",
        "·": "*",
        "'": " ",
        "’": " ",
    }
)
_LARGEST_EXPONENT: Final = 300
_ONE_GROUP: Final = 2


@dataclass(frozen=True, slots=True)
class Measure:
    """A number and what was written behind it."""

    value: Fraction
    unit: str


def read_measure(typed: str) -> Measure | None:
    """Read a number with an optional unit; None where no number stands first.

    One comma or one dot is a decimal sign, as it is written here; several are between thousands.
    """
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed.strip())
    plain = " ".join(plain.translate(_SIGNS).split())
    found = _NUMBER.match(plain)
    if found is None or not any(sign.isdigit() for sign in found[2]):
        return None
    sign, written, exponent = found.groups(default="0")
    power = int(exponent)
    if abs(power) > _LARGEST_EXPONENT:
        return None
    value = Fraction(_decimal(written.replace(" ", ""))) * Fraction(10) ** power
    return Measure(-value if sign == "-" else value, plain[found.end() :].strip())


def _decimal(written: str) -> str:
    """Give the number with a dot before its decimals and nothing between thousands."""
    marks = [sign for sign in written if sign in ".,"]
    if len(marks) < _ONE_GROUP:
        return written.replace(",", ".")
    if len(set(marks)) == 1:
        return written.replace(marks[0], "")
    whole, decimals = written.rsplit(marks[-1], 1)
    return f"{whole.replace(marks[0], '')}.{decimals}"
