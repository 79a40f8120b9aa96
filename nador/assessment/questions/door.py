"""The door of the questions: content from anywhere is read part by part, or refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final, TypeVar

from nador.assessment.questions import refusals
from nador.assessment.questions.texts import LANGUAGE, Text
from nador.kernel import text as kernel_text

T = TypeVar("T")

PROMPT_LIMIT: Final = 20_000
TEXT_LIMIT: Final = 5_000
LINE_LIMIT: Final = 500
LIST_LIMIT: Final = 60
_ID: Final = re.compile(r"[a-z0-9]{1,16}")
_CREDIT: Final = re.compile(r"-?[0-9]{1,9}(/[1-9][0-9]{0,8}|\.[0-9]{1,12})?")
_SMALL_PARTS: Final = 20
_FINEST: Final = 10_000_000
"""A credit is whole in units of a hundred-thousandth of a per cent."""


class Door:
    """One mapping at the door: every part is asked for by name, `close` refuses what nobody asked for."""

    def __init__(self, content: object, *, at: str = "", language: str = "") -> None:
        if not isinstance(content, Mapping):
            raise refusals.PartUnreadable(field=at or None)
        self._left: dict[str, Any] = dict(content)
        self._at = at
        self.language = language

    def named(self, name: str) -> str:
        """Give the whole name of a part, as refusals name it."""
        return f"{self._at}.{name}" if self._at else name

    def take(self, name: str) -> Any:
        """Take a part out, None where there is none."""
        return self._left.pop(name, None)

    def peek(self, name: str) -> Any:
        """Look at a part without taking it."""
        return self._left.get(name)

    def close(self) -> None:
        """Refuse parts that the type of question does not have."""
        for name in self._left:
            raise refusals.PartUnknown(field=self.named(str(name)[:LINE_LIMIT]))

    def code(self, name: str, *, default: str = "") -> str:
        """Take the language of a text."""
        given = self.take(name)
        if given is None and default:
            return default
        if not isinstance(given, str) or not LANGUAGE.fullmatch(given):
            raise refusals.PartUnreadable(field=self.named(name))
        return given

    def maybe_text(self, name: str, *, limit: int = TEXT_LIMIT) -> Text | None:
        """Take a text in Markdown, None where it is empty: a string, or one with a language of its own."""
        given, language = self.take(name), self.language
        if isinstance(given, Mapping):
            inner = Door(given, at=self.named(name))
            language, given = inner.code("language", default=self.language), inner.take("text")
            inner.close()
        if given is None:
            return None
        kept = self._cleaned(given, name, limit=limit, clean=_block)
        return Text(kept, language) if kept else None

    def text(self, name: str, *, limit: int = TEXT_LIMIT) -> Text:
        """Take a text in Markdown that must not be empty."""
        found = self.maybe_text(name, limit=limit)
        if found is None:
            raise refusals.PartMissing(field=self.named(name))
        return found

    def line(self, name: str, *, limit: int = LINE_LIMIT) -> str:
        """Take one plain line, empty where there is none."""
        given = self.take(name)
        if given is None:
            return ""
        return self._cleaned(given, name, limit=limit, clean=kernel_text.clean)

    def _cleaned(self, given: object, name: str, *, limit: int, clean: Callable[[str], str]) -> str:
        if not isinstance(given, str):
            raise refusals.PartUnreadable(field=self.named(name))
        # Measured before it is cleaned: what is endless costs nothing.
        if len(given) > 2 * limit or len(kept := clean(given)) > limit:
            raise refusals.PartTooLong(field=self.named(name), limit=limit)
        return kept

    def flag(self, name: str, *, default: bool) -> bool:
        """Take a yes or no."""
        given = self.take(name)
        if given is None:
            return default
        if not isinstance(given, bool):
            raise refusals.PartUnreadable(field=self.named(name))
        return given

    def one_of(self, name: str, known: Sequence[str], *, default: str) -> str:
        """Take a word out of a few."""
        given = self.take(name)
        if given is None:
            return default
        if given not in known:
            raise refusals.PartUnreadable(field=self.named(name))
        return str(given)

    def whole(self, name: str, *, least: int, most: int, default: int) -> int:
        """Take a whole number within bounds."""
        given = self.take(name)
        if given is None:
            return default
        if isinstance(given, bool) or not isinstance(given, int):
            raise refusals.PartUnreadable(field=self.named(name))
        if not least <= given <= most:
            raise refusals.NumberOutOfRange(field=self.named(name), least=least, most=most)
        return given

    def decimal(
        self, name: str, *, least: Decimal, most: Decimal, default: Decimal | None = None
    ) -> Decimal:
        """Take a decimal number, written as a string so that none of its digits is lost."""
        given = self.take(name)
        if given is None or given == "":
            if default is None:
                raise refusals.PartMissing(field=self.named(name))
            return default
        try:
            value = Decimal(given) if isinstance(given, str) and len(given) < LINE_LIMIT else None
        except InvalidOperation:
            value = None
        if value is None or not value.is_finite():
            raise refusals.PartUnreadable(field=self.named(name))
        if not least <= value <= most:
            raise refusals.NumberOutOfRange(field=self.named(name), least=least, most=most)
        return value

    def credit(self, name: str = "credit", *, default: Fraction | None = None) -> Fraction:
        """Take a share of the points, from -1 to 1, written as 1, -1/4 or 0.35."""
        given = self.take(name)
        if given is None or given == "":
            if default is None:
                raise refusals.PartMissing(field=self.named(name))
            return default
        if not isinstance(given, str) or not _CREDIT.fullmatch(given):
            raise refusals.PartUnreadable(field=self.named(name))
        value = settled(Fraction(given))
        if value is None:
            raise refusals.CreditTooFine(field=self.named(name))
        if abs(value) > 1:
            raise refusals.NumberOutOfRange(field=self.named(name), least=-1, most=1)
        return value

    def doors(self, name: str, *, least: int = 0, limit: int = LIST_LIMIT) -> list[Door]:
        """Take a list of mappings, each as a door of its own."""
        given = self.take(name)
        given = [] if given is None else given
        if not isinstance(given, list | tuple):
            raise refusals.PartUnreadable(field=self.named(name))
        if len(given) < least:
            raise refusals.TooFewParts(field=self.named(name), count=least)
        if len(given) > limit:
            raise refusals.TooManyParts(field=self.named(name), limit=limit)
        return [
            Door(each, at=f"{self.named(name)}.{number}", language=self.language)
            for number, each in enumerate(given, start=1)
        ]

    def identity(self, seed: str, taken: set[str]) -> str:
        """Take the name by which answers refer to an entry, or make one that tells nothing."""
        given = self.take("id")
        if given is None:
            return fresh_id(seed, taken)
        if not isinstance(given, str) or not _ID.fullmatch(given):
            raise refusals.PartUnreadable(field=self.named("id"))
        if given in taken:
            raise refusals.PartTwice(field=self.named("id"))
        taken.add(given)
        return given


def _block(given: str) -> str:
    """Clean a text of several lines; what is blank around it means nothing in any format."""
    return kernel_text.clean_block(given).strip()


def fresh_id(seed: str, taken: set[str]) -> str:
    """Name an entry by a hash of what it says: a number would tell its place, and so the key."""
    number = 0
    while (made := sha256(f"{number}\n{seed}".encode()).hexdigest()[:8]) in taken:
        number += 1
    taken.add(made)
    return made


def settled(credit: Fraction) -> Fraction | None:
    """Give the credit that was meant: 33.33333 % is a third. None for what is finer than that.

    Programs write credits in per cent with five decimals; parts up to twentieths are known again.
    """
    near = credit.limit_denominator(_SMALL_PARTS)
    if round(near * _FINEST) == round(credit * _FINEST) and bool(near) == bool(credit):
        return near
    exact = credit * _FINEST
    return credit if exact.denominator == 1 else None


def percent(credit: Fraction) -> str:
    """Write a credit in per cent, with at most five decimals: 33.33333."""
    value = Decimal(round(credit * _FINEST)).scaleb(-5)
    return f"{value:f}".rstrip("0").rstrip(".") if value else "0"


def from_percent(written: str) -> Fraction | None:
    """Read a credit in per cent; None for what is no number, or finer than five decimals."""
    plain = written.strip().replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]{1,6}(\.[0-9]{0,9})?", plain):
        return None
    return settled(Fraction(plain) / 100)


def dumped(text: Text, language: str) -> str | dict[str, str]:
    """Write a text as `Door.text` reads it."""
    if text.language == language:
        return text.source
    return {"text": text.source, "language": text.language}
