"""Reading single values out of a TOML table, and noting what is wrong with each."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from nador.catalogue.rules.importing.faults import Fault, FaultKind
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.catalogue.rules.importing.places import Path, Places
    from nador.kernel.db import Words

LANGUAGES: Final = ("ar", "fr", "en")
_CODE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,31}")

Kind = TypeVar("Kind", bound=StrEnum)
Table = dict[str, Any]


class Values:
    """Reads values, and goes on after a fault with a stand-in, so that all faults are found."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.faults: list[Fault] = []

    def tables(self, table: Table, path: Path, key: str) -> list[tuple[Table, Path]]:
        listed = table.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            self.wrong_type((*path, key), key, "array of tables")
            return []
        return [(each, (*path, key, at)) for at, each in enumerate(listed)]

    def code(self, table: Table, path: Path) -> str:
        code = self.text(table, path, "code")
        if code and not _CODE.fullmatch(code):
            self.fault((*path, "code"), FaultKind.BAD_CODE, code=code)
        return code

    def text(self, table: Table, path: Path, key: str) -> str:
        said = self.value(table, path, key, str, "text")
        return clean(said) if said is not None else ""

    def texts(self, table: Table, path: Path, key: str) -> tuple[str, ...]:
        listed = self.value(table, path, key, list, "array of texts")
        if listed is None:
            return ()
        if not all(isinstance(each, str) for each in listed):
            self.wrong_type((*path, key), key, "array of texts")
            return ()
        cleaned = tuple(map(clean, listed))
        for text, times in Counter(cleaned).items():
            if times > 1:
                self.fault((*path, key), FaultKind.TWICE, code=text)
        return cleaned

    def words(self, table: Table, path: Path, key: str) -> Words:
        said = self.value(table, path, key, dict, "table")
        if said is None:
            return dict.fromkeys(LANGUAGES, "")
        self.keys(said, (*path, key), frozenset(LANGUAGES))
        return self.spoken(said, (*path, key))

    def spoken(self, table: Table, path: Path) -> Words:
        """Read a text in every language of the interface from the keys of a table."""
        self.all_languages(table, path)
        return {
            language: self.text(table, path, language)
            for language in LANGUAGES
            if language in table
        }

    def all_languages(self, table: Table, path: Path) -> None:
        for language in LANGUAGES:
            if not table.get(language) or table[language] == " ":
                self.fault(path, FaultKind.NO_WORDS, language=language)

    def whole(self, table: Table, path: Path, key: str, *, low: int, high: int) -> int:
        number: int | None = self.value(table, path, key, int, "whole number")
        if number is None:
            return low
        self.within(number, (*path, key), Decimal(low), Decimal(high))
        return number

    def number(self, table: Table, path: Path, key: str, *, low: Decimal, high: Decimal) -> Decimal:
        found = self.value(table, path, key, (int, Decimal), "number")
        if found is None:
            return low
        number = Decimal(found)
        if number.is_finite() and not low <= number <= high:
            self.within(number, (*path, key), low, high)
            return low
        if not number.is_finite() or number != number.quantize(Decimal("0.01")):
            self.wrong_type((*path, key), key, "number with two decimals at most")
            return low
        return number

    def one_of(self, table: Table, path: Path, key: str, kind: type[Kind]) -> Kind:
        said = self.text(table, path, key)
        try:
            return kind(said)
        except ValueError:
            if isinstance(table.get(key), str):
                self.not_one_of((*path, key), said, [each.value for each in kind])
            return next(iter(kind))

    def value(self, table: Table, path: Path, key: str, kind: Any, called: str) -> Any:
        if key not in table:
            self.fault(path, FaultKind.MISSING, key=key)
            return None
        found = table[key]
        if not isinstance(found, kind) or isinstance(found, bool):
            self.wrong_type((*path, key), key, called)
            return None
        return found

    def fault(self, path: Path, kind: FaultKind, **params: str) -> None:
        self.faults.append(Fault(self.places.line(path), kind, params))

    def wrong_type(self, path: Path, key: str, called: str) -> None:
        self.fault(path, FaultKind.WRONG_TYPE, key=key, wanted=called)

    def not_one_of(self, path: Path, said: str, known: Iterable[str]) -> None:
        self.fault(path, FaultKind.NOT_ONE_OF, value=said, known=", ".join(known))

    def within(self, number: Decimal | int, path: Path, low: Decimal, high: Decimal) -> None:
        if not low <= number <= high:
            self.fault(
                path,
                FaultKind.OUT_OF_RANGE,
                key=str(path[-1]),
                value=str(number),
                low=plain(low),
                high=plain(high),
            )

    def keys(self, table: Table, path: Path, known: frozenset[str]) -> None:
        for key in sorted(table.keys() - known):
            self.fault((*path, key), FaultKind.UNKNOWN_KEY, key=key)

    def single(self, codes: Iterable[tuple[str, Path]]) -> None:
        seen: set[str] = set()
        for code, path in codes:
            if code and code in seen:
                self.fault((*path, "code"), FaultKind.TWICE, code=code)
            seen.add(code)


def plain(number: Decimal) -> str:
    """Write a number as people do."""
    return f"{number.normalize():f}"
