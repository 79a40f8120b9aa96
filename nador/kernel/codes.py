"""Codes that people read aloud, type and scan: certificate codes and short references.

Crockford's base 32 without I, L, O and U; one check symbol over GF(32) as in the contract.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from nador.kernel.errors import Invalid

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH: Final = 12
_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_LOOKALIKES: Final = str.maketrans("OIL", "011")
_POLYNOMIAL: Final = 0b100101  # x⁵ + x² + 1, primitive: α = x runs through all 31 non-zero values
_TOP_BIT: Final = 0b100000


class Mistyped(Invalid):
    """What was typed cannot be a code that we issued."""

    code = "code_mistyped"


class NotACode(Mistyped):
    """What was typed has not the shape of a code."""

    code = "code_not_a_code"


class WrongCheck(Mistyped):
    """It has the shape of a code, but at least one symbol of it is wrong."""

    code = "code_wrong_check"


@dataclass(frozen=True, slots=True)
class Code:
    """A well-formed certificate code, folded: `prefix` is comparable, not for display."""

    prefix: str
    body: str
    check: str

    def __str__(self) -> str:
        """Write the code in its groups; this text is also the key to look it up by."""
        return _grouped(self.prefix, self.body, self.check)


def _times_alpha(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled & _TOP_BIT else doubled


def check_symbol(body: str) -> str:
    """Compute Σ αⁱ·cᵢ over GF(32), i from 1: any one substitution or swap changes it."""
    total = 0
    # Horner's rule from the last symbol: the first is multiplied by α once, the twelfth 12 times.
    for symbol in reversed(body):
        total = _times_alpha(total ^ _VALUES[symbol])
    return ALPHABET[total]


def make(prefix: str) -> str:
    """Make a new certificate code `NDR-XXXX-XXXX-XXXX-X` with 60 random bits."""
    body = symbols(BODY_LENGTH)
    return _grouped(prefix.upper(), body, check_symbol(body))


def parse(typed: str) -> Code:
    """Read a code as people type it, or the address in its QR; raises NotACode or WrongCheck."""
    bare = fold_symbols(re.split(r"[?#]", typed.rpartition("/v/")[2])[0])
    prefix, body, check = bare[: -BODY_LENGTH - 1], bare[-BODY_LENGTH - 1 : -1], bare[-1:]
    if not (_PREFIX.fullmatch(prefix) and _VALUES.keys() >= set(body + check)):
        raise NotACode
    if check_symbol(body) != check:
        raise WrongCheck
    return Code(prefix, body, check)


_PREFIX: Final = re.compile("[A-Z01]{2,5}")


def fold_prefix(prefix: str) -> str:
    """Give the form in which prefixes must be unique: OIL and 011 would be read as one."""
    return fold_symbols(prefix)


def fold_symbols(typed: str) -> str:
    """Give the bare symbols of typed text: capitals, no blanks or dashes, lookalikes as digits."""
    if typed.isascii():  # What a QR code holds: the same by one table, at a tenth of the cost.
        return typed.upper().translate(_IN_ASCII)
    return "".join(map(_symbol, unicodedata.normalize("NFKC", typed))).translate(_LOOKALIKES)


_IN_ASCII: Final = {
    **dict.fromkeys((*range(32), *map(ord, " -_."), 127), None),
    **_LOOKALIKES,
}


def _symbol(typed: str) -> str:
    if typed.isdecimal():
        return str(unicodedata.decimal(typed))
    if unicodedata.category(typed) in {"Pd", "Zs", "Cc", "Cf"} or typed in "_.\u2212":
        return ""
    return typed.upper()


def symbols(count: int) -> str:
    """Draw that many symbols, five random bits each."""
    bits = secrets.randbits(5 * count)
    return "".join(ALPHABET[bits >> 5 * place & 0b11111] for place in range(count))


def reference(kind: str) -> str:
    """Make a short reference such as `P-XXXX-XXXX` (40 bits): the column's constraint is unique."""
    return "-".join((kind, symbols(4), symbols(4)))


def _grouped(prefix: str, body: str, check: str) -> str:
    cuts = pairwise(range(0, BODY_LENGTH + 1, 4))
    return "-".join((prefix, *(body[start:end] for start, end in cuts), check))
