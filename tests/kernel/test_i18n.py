import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.kernel import i18n
from nador.kernel.i18n import translator

DAY = date(2026, 11, 1)
EVENING = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)  # 1 September, 00:30 on the wall
NB = "\u00a0"
NNB = "\u202f"


def test_three_languages() -> None:
    assert {code: known.direction for code, known in i18n.LANGUAGES.items()} == {
        "ar": "rtl",
        "fr": "ltr",
        "en": "ltr",
    }


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="ar, fr, en"):
        translator("es")


def test_one_translator_each() -> None:
    assert translator("fr") is translator("fr")


def test_months_are_moroccan() -> None:
    months = [translator("ar").date(date(2026, month, 2)).split()[1] for month in range(1, 13)]

    assert months == "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر".split()  # noqa: SIM905 - readable as it is


@pytest.mark.parametrize(
    ("code", "said"),
    [("ar", "1 نونبر 2026"), ("fr", "1er novembre 2026"), ("en", "1 November 2026")],
)
def test_date(code: str, said: str) -> None:
    assert translator(code).date(DAY) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ar", "الأحد، 1 نونبر 2026"),
        ("fr", "dimanche 1er novembre 2026"),
        ("en", "Sunday, 1 November 2026"),
    ],
)
def test_full_date(code: str, said: str) -> None:
    assert translator(code).full_date(DAY) == said


def test_the_eleventh_is_no_first() -> None:
    assert translator("fr").date(date(2026, 11, 11)) == "11 novembre 2026"
    assert translator("fr").full_date(date(2026, 11, 11)) == "mercredi 11 novembre 2026"


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_short_date_and_time_are_the_same_everywhere(code: str) -> None:
    assert translator(code).short_date(DAY) == "01/11/2026"
    assert translator(code).short_date(EVENING) == "01/09/2026"
    assert translator(code).time_(EVENING) == "00:30"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ar", "1 شتنبر 2026، 00:30"),
        ("fr", "1er septembre 2026, 00:30"),
        ("en", "1 September 2026, 00:30"),
    ],
)
def test_datetime_is_on_the_wall(code: str, said: str) -> None:
    assert translator(code).datetime_(EVENING) == said


@pytest.mark.parametrize(
    ("code", "number", "mark", "percent", "hours", "money"),
    [
        ("ar", "1.234,5", "14,50/20", "75,6%", "36 ساعة", f"1.200{NB}درهم"),
        ("fr", f"1{NNB}234,5", "14,50/20", f"75,6{NB}%", "36 heures", f"1{NNB}200{NB}DH"),
        ("en", "1,234.5", "14.50/20", "75.6%", "36 hours", f"1,200{NB}DH"),
    ],
)
def test_numbers(code: str, number: str, mark: str, percent: str, hours: str, money: str) -> None:
    say = translator(code)

    assert say.number(Decimal("1234.5")) == number
    assert say.mark(Decimal("14.5"), 20) == mark
    assert say.percent(Decimal("0.7555")) == percent
    assert say.hours(36).replace(NB, " ") == hours
    assert say.money(1200) == money


def test_details_of_numbers() -> None:
    french = translator("fr")

    assert french.mark(Decimal("9.995")) == "10,00"
    assert french.mark(Decimal("-1234.5")) == f"-1{NNB}234,50"
    assert french.mark(Decimal(7), Decimal("20.00")) == "7,00/20"
    assert french.percent(Decimal(1)) == f"100{NB}%"
    assert french.money(Decimal("12.5")) == f"12,50{NB}DH"
    assert french.hours(Decimal("1.50")).replace(NB, " ") == "1,5 heure"
    assert translator("ar").hours(20).startswith("20")


@pytest.mark.parametrize(
    ("code", "said"), [("ar", "أ وب وج"), ("fr", "أ, ب et ج"), ("en", "أ, ب and ج")]
)
def test_listing(code: str, said: str) -> None:
    assert translator(code).listing(["أ", "ب", "ج"]) == said


def test_listing_of_few() -> None:
    assert translator("fr").listing(["a", "b"], style="or") == "a ou b"
    assert translator("fr").listing(["a"]) == "a"
    assert translator("fr").listing([]) == ""


@given(
    st.sampled_from(sorted(i18n.LANGUAGES)),
    st.decimals(-(10**9), 10**9, places=2),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
)
def test_formats_hold_no_marks_and_western_digits(
    code: str, value: Decimal, instant: datetime
) -> None:
    say = translator(code)
    said = " ".join(
        [
            say.number(value),
            say.mark(value, 20),
            say.percent(value),
            say.hours(value),
            say.money(value),
            say.datetime_(instant),
            say.short_date(instant),
            say.full_date(instant),
        ]
    )

    assert not re.search("[\u200e\u200f\u061c\u0660-\u0669\u06f0-\u06f9]", said)


def test_sentences() -> None:
    english = translator("en")

    assert english.gettext("100 %") == "100 %"
    assert english.gettext("Hello %(name)s", name="100 % Salma") == "Hello 100 % Salma"
    assert english.ngettext("%(num)s, %(min)d", "", 1) == "1, %(min)d"
    assert english.ngettext("%(num)s seat", "%(num)s seats", 1) == "1 seat"
    assert english.ngettext("%(num)s seat", "%(num)s seats", 1200) == "1,200 seats"
    assert (
        english.ngettext("%(count)s of %(name)s", "%(count)s of %(name)s", 0, name="x") == "0 of x"
    )


@pytest.mark.parametrize("code", ["ar", "fr"])
def test_translations_are_read(code: str) -> None:
    said = translator(code).gettext("This is not possible at the moment.")

    assert said != "This is not possible at the moment."


def test_unknown_sentence_is_said_in_english() -> None:
    assert translator("ar").gettext("Nobody wrote this.") == "Nobody wrote this."
    assert translator("ar").ngettext("%(num)s x", "%(num)s xs", 7) == "7 xs"


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 3),
        (10, 3),
        (11, 4),
        (99, 4),
        (100, 5),
        (102, 5),
        (103, 3),
        (111, 4),
    ],
)
def test_arabic_has_six_forms(number: int, form: int) -> None:
    assert i18n.plural_form("ar", number) == form


def test_french_zero_is_singular() -> None:
    assert [i18n.plural_form("fr", number) for number in (0, 1, 2)] == [0, 0, 1]
    assert [i18n.plural_form("en", number) for number in (0, 1, 2)] == [1, 0, 1]


def test_say_formats_by_kind() -> None:
    french = translator("fr")
    values = [DAY, EVENING, 1200, Decimal("14.5"), "texte", ["a", "b"], True, None]

    assert [french.say(value) for value in values] == [
        "1er novembre 2026",
        "1er septembre 2026, 00:30",
        f"1{NNB}200",
        "14,5",
        "texte",
        "a et b",
        "True",
        "None",
    ]


@pytest.mark.parametrize(
    ("words", "code", "picked"),
    [
        ({"ar": "أ", "fr": "f", "en": "e"}, "ar", "أ"),
        ({"fr": "f", "en": "e"}, "ar", "f"),
        ({"en": "e", "ar": "أ"}, "fr", "e"),
        ({"ar": "أ"}, "en", "أ"),
        ({"fr": "", "ar": "أ"}, "fr", "أ"),
        ({}, "fr", ""),
    ],
)
def test_pick(words: Mapping[str, str], code: str, picked: str) -> None:
    assert i18n.pick(words, code) == picked


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("fr-MA,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.5, ar-MA;q=0.7", "ar"),
        ("es, en-US;q=0.4", "en"),
        ("zgh", "ar"),
        ("", "ar"),
        ("fr;q=0, en;q=0.1", "en"),
        ("fr;q=many;;,en", "en"),
        ("*", "ar"),
        ("AR;q=nan,fr", "fr"),
    ],
)
def test_negotiate(header: str, chosen: str) -> None:
    assert i18n.negotiate(header) == chosen


def test_negotiate_among_what_there_is() -> None:
    assert i18n.negotiate("ar,fr;q=0.5", ("en", "fr")) == "fr"
