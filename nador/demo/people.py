"""People who were made up, with names in both scripts."""

from __future__ import annotations

import random
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NAMES: Final = Path(__file__).with_name("names.toml")
_SEED: Final = 35  # the dialling code of the Nador of old
_WITHOUT_EMAIL: Final = 7  # one in so many
_WITHOUT_PHONE: Final = 4
_LOCALES: Final = ("ar", "ar", "ar", "fr", "fr", "en")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One person of the demo centre."""

    reference: str
    name_latin: str
    name_arabic: str
    email: str | None
    phone: str | None
    locale: str


def crowd(count: int) -> list[MadeUp]:
    """Make up `count` people, the same ones every time; no two share a name."""
    names = tomllib.loads(_NAMES.read_text(encoding="utf-8"))
    draw = random.Random(_SEED)  # noqa: S311 - nothing secret: the same crowd every time
    families: list[list[str]] = names["families"]
    pairs = [(given, family) for given in names["women"] + names["men"] for family in families]
    chosen = draw.sample(pairs, count)
    return [
        _person(number, given, family, phone=f"06{draw.randrange(10**8):08}")
        for number, (given, family) in enumerate(chosen, start=1)
    ]


def _person(number: int, given: list[str], family: list[str], *, phone: str) -> MadeUp:
    name_latin, name_arabic = (f"{given[script]} {family[script]}" for script in (0, 1))
    return MadeUp(
        reference=f"NDR{number:05}",
        name_latin=name_latin,
        name_arabic=name_arabic,
        email=_address(name_latin) if number % _WITHOUT_EMAIL else None,
        phone=phone if number % _WITHOUT_PHONE else None,
        locale=_LOCALES[number % len(_LOCALES)],
    )


def _address(name_latin: str) -> str:
    letters = unicodedata.normalize("NFKD", name_latin.casefold()).encode("ascii", "ignore")
    return f"{letters.decode().replace(' ', '.')}@nador.example"
