"""Words and formats in three languages: one translator for pages, mail, paper and the terminal.

English sentences are the message ids; Arabic and French stand in `nador/translations/<code>/*.po`,
read once. What is formatted here holds no direction marks: templates isolate with `<bdi>`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, Literal

from babel import Locale, dates, lists, numbers, units
from babel.messages.pofile import read_po

from nador.kernel import clock

Number = int | Decimal
Day = date  # inside Translator, `date` is a method


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface: `own_name` is how its readers call it."""

    code: str
    own_name: str
    direction: Literal["ltr", "rtl"]
    locale: Locale


LANGUAGES: Final[Mapping[str, Language]] = {
    "ar": Language("ar", "العربية", "rtl", Locale("ar", "MA")),
    "fr": Language("fr", "Français", "ltr", Locale("fr", "MA")),
    "en": Language("en", "English", "ltr", Locale("en", "GB")),
}
# When words are missing in the reader's language, most readers here have these, in this order.
_FALLBACK: Final = ("fr", "en", "ar")
_CURRENCY: Final = {"ar": "درهم", "fr": "DH", "en": "DH"}
_DIRECTION_MARKS: Final = str.maketrans("", "", "\u200e\u200f\u061c")

Messages = Mapping[str, tuple[str, ...]]


def msgid(message: str) -> str:
    """Mark a sentence as one to translate where no translator is at hand; gives it back as is."""
    return message


class Translator:
    """The words and formats of one language."""

    def __init__(self, code: str) -> None:
        if code not in LANGUAGES:
            raise ValueError(f"{code!r} is not a language of the interface: {', '.join(LANGUAGES)}")
        self.language = LANGUAGES[code]
        self.code = code
        self.direction = self.language.direction
        self._locale = self.language.locale
        self._messages = messages(code)
        decimal_sign = numbers.get_decimal_symbol(self._locale)
        self._separators = str.maketrans(
            {".": decimal_sign, ",": numbers.get_group_symbol(self._locale)}
        )

    def gettext(self, message: str, /, **params: object) -> str:
        """Say a sentence; with params its %(name)s are filled in."""
        said = self._messages.get(message, (message,))[0]
        return said % params if params else said

    def ngettext(self, singular: str, plural: str, number: int, /, **params: object) -> str:
        """Say the sentence that fits the number, which stands in it as %(num)s or %(count)s.

        Without params other placeholders stay: Jinja and WTForms fill in theirs afterwards.
        """
        forms = self._messages.get(singular, (singular, plural))
        form = forms[min(plural_form(self.code, number), len(forms) - 1)]
        shown = self.number(number)
        if params:
            return form % {"num": shown, "count": shown, **params}
        return form.replace("%(num)s", shown).replace("%(count)s", shown)

    def say(self, value: object, /) -> str:
        """Write any value of a message in this language's format."""
        match value:
            case datetime():
                return self.datetime_(value)
            case date():
                return self.date(value)
            case int() | Decimal() if not isinstance(value, bool):
                return self.number(value)
            case list() | tuple():
                return self.listing([self.say(item) for item in value])
            case _:
                return str(value)

    def date(self, day: Day, /) -> str:
        """Write a day in words: 1er novembre 2026."""
        return self._in_words(day, "long")

    def day_patterns(self) -> dict[str, list[str]]:
        """Give what `date` writes, month by month, with {d} and {y}: of a first day, and of others.

        So a page without us writes a day in the same words.
        """
        year = 2001
        return {
            kind: [
                self.date(Day(year, month, day)).replace(str(year), "{y}").replace(str(day), "{d}")
                for month in range(1, 13)
            ]
            for kind, day in (("first", 1), ("other", 22))
        }

    def full_date(self, day: Day, /) -> str:
        """Write a day in words with its weekday."""
        return self._in_words(day, "full")

    def _in_words(self, day: Day, style: Literal["long", "full"]) -> str:
        return _day_in_words(self.code, _wall_day(day), style)

    def short_date(self, day: Day, /) -> str:
        """Write a day as DD/MM/YYYY, in every language."""
        return f"{_wall_day(day):%d/%m/%Y}"

    def time_(self, instant: datetime, /) -> str:
        """Write the time on the wall in Casablanca as HH:MM."""
        return clock.local(instant).time().isoformat("minutes")

    def datetime_(self, instant: datetime, /) -> str:
        """Write an instant as day in words and time on the wall."""
        pattern = str(self._locale.datetime_formats["long"])
        return pattern.format(self.time_(instant), self.date(instant))

    def number(self, value: Number, /) -> str:
        """Write a number with this language's separators; digits are 0–9 everywhere."""
        return _plain(
            numbers.format_decimal(value, locale=self._locale, decimal_quantization=False)
        )

    def mark(self, value: Decimal, out_of: Decimal | int | None = None, /) -> str:
        """Write a mark with two decimals, and its scale behind a slash: 14,50/20."""
        # A gradebook says thousands of marks: Babel takes forty times as long for the same text.
        written = f"{_rounded(value, '0.01'):,.2f}".translate(self._separators)
        scale = None if out_of is None else Decimal(out_of).normalize()
        return written if scale is None else f"{written}/{self.number(scale)}"

    def percent(self, share: Decimal, /) -> str:
        """Write a share of one as a percentage with at most one decimal: 0.755 is 75,5 %."""
        rounded = _rounded(share, "0.001")
        return _plain(
            numbers.format_percent(rounded, locale=self._locale, decimal_quantization=False)
        )

    def hours(self, value: Number, /) -> str:
        """Write a duration in hours: 36 heures."""
        return _hours(self.code, Decimal(value).normalize())

    def money(self, dirhams: Number, /) -> str:
        """Write an amount in dirhams, with centimes only where there are some."""
        amount = _rounded(Decimal(dirhams), "0.01")
        pattern = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
        written = numbers.format_decimal(amount, pattern, locale=self._locale)
        return _plain(f"{written}\u00a0{_CURRENCY[self.code]}")

    def listing(
        self, items: Iterable[str], /, *, style: Literal["standard", "or"] = "standard"
    ) -> str:
        """Join items as a sentence does: a, b et c."""
        return lists.format_list(list(items), style=style, locale=self._locale)


@cache
def translator(code: str) -> Translator:
    """Give the translator of a language; there is one of each."""
    return Translator(code)


def pick(words: Mapping[str, str], code: str) -> str:
    """Choose the text in that language, else in French, English or Arabic; "" without any."""
    return next((found for each in (code, *_FALLBACK) if (found := words.get(each))), "")


@lru_cache(maxsize=512)
def negotiate(accept_language: str, available: Iterable[str] = tuple(LANGUAGES)) -> str:
    """Choose a language by the browser's Accept-Language header, else the first available one."""
    offered = tuple(available)
    wishes = sorted(_wishes(accept_language), key=lambda wish: -wish[1])
    return next((code for code, weight in wishes if weight > 0 and code in offered), offered[0])


def _wishes(header: str) -> Iterable[tuple[str, float]]:
    for wish in header.split(","):
        tag, _, quality = wish.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        yield tag.strip().lower().split("-")[0], weight


def plural_form(code: str, number: int) -> int:
    """Choose the plural form by the language's rule, in the order of its .po files."""
    match code:
        case "ar":
            return _arabic_form(abs(number))
        case "fr":
            return int(abs(number) > 1)
        case _:
            return int(number != 1)


def _arabic_form(number: int) -> int:
    """Zero, one, two, few (3–10), many (11–99), other (100, 101, 102)."""
    if number <= 2:  # noqa: PLR2004 - the rule's own numbers, explained above
        return number
    rest = number % 100
    if 3 <= rest <= 10:  # noqa: PLR2004 - as above
        return 3
    return 4 if rest >= 11 else 5  # noqa: PLR2004 - as above


@cache
def messages(code: str) -> Messages:
    """Read all translations of a language into one table; English needs none."""
    merged: dict[str, tuple[str, ...]] = {}
    for file in _po_files(code):
        with file.open("rb") as opened:
            for message in read_po(opened, locale=code):
                merged.update(_translation(message.id, message.string, fuzzy=message.fuzzy))
    return merged


def _po_files(code: str) -> list[Traversable]:
    folder = resources.files("nador") / "translations" / code
    if not folder.is_dir():
        return []
    found = (file for file in folder.iterdir() if file.name.endswith(".po"))
    return sorted(found, key=lambda file: file.name)


def _translation(
    message: str | Sequence[str], said: str | Sequence[str] | None, *, fuzzy: bool
) -> Messages:
    """Key a message by its singular; what is untranslated or fuzzy stays out, so English shows."""
    key = message if isinstance(message, str) else message[0]
    forms = (said,) if isinstance(said, str) else tuple(said or ())
    return {key: forms} if key and forms and all(forms) and not fuzzy else {}


# Babel reads its patterns anew each time, and the same few days stand on thousands of pages.
@lru_cache(maxsize=4096)
def _day_in_words(code: str, day: Day, style: Literal["long", "full"]) -> str:
    written = _plain(dates.format_date(day, style, locale=LANGUAGES[code].locale))
    return re.sub(r"\b1 ", "1er ", written) if code == "fr" else written


@lru_cache(maxsize=1024)
def _hours(code: str, exact: Decimal) -> str:
    return _plain(units.format_unit(exact, "duration-hour", locale=LANGUAGES[code].locale))


def _plain(text: str) -> str:
    return text.translate(_DIRECTION_MARKS)


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)


def _wall_day(day: date) -> date:
    return clock.local(day).date() if isinstance(day, datetime) else day
