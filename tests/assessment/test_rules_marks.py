"""Marks as people and programs write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import (
    MarkOutOfRange,
    MarkTooFine,
    MarkUnreadable,
    check_mark,
    parse_mark,
    read_mark,
    rounded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.kernel.errors import DomainError, Invalid

TWENTY = Decimal(20)
NO_FORM = [
    "",
    " ",
    "abc",
    "1e3",
    "NaN",
    "inf",
    "1,2,3",
    "14,",
    ",5",
    "+5",
    "1 4",
    "0x10",
    "14/20",
    "½",
]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("14.5", "14.50", id="dot"),
        pytest.param("14,5", "14.50", id="comma"),
        pytest.param(" 14 ", "14.00", id="blanks around"),
        pytest.param("07,25", "7.25", id="leading zero"),
        pytest.param("١٤٫٥", "14.50", id="Arabic-Indic digits and decimal sign"),
        pytest.param("١٤,٢٥", "14.25", id="Arabic-Indic digits and comma"),
        pytest.param("۱۲،۵", "12.50", id="Persian digits and Arabic comma"),
        pytest.param("20", "20.00", id="all of it"),
        pytest.param("0", "0.00", id="nothing of it"),
        pytest.param("14,500", "14.50", id="zeros that say nothing"),
        pytest.param("-0", "0.00", id="minus zero"),
    ],
)
def test_a_mark_is_read(typed: str, expected: str) -> None:
    assert str(parse_mark(typed, out_of=TWENTY)) == expected


@pytest.mark.parametrize("typed", NO_FORM)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(MarkUnreadable) as refusal:
        parse_mark(typed, out_of=TWENTY, field="qcm")

    assert refusal.value.field == "qcm"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        pytest.param("20,01", MarkOutOfRange, id="a hair above"),
        pytest.param("-1", MarkOutOfRange, id="below zero"),
        pytest.param("−0,5", MarkOutOfRange, id="below zero, typographic minus"),
        pytest.param("145", MarkOutOfRange, id="forgotten comma"),
        pytest.param("14,505", MarkTooFine, id="three decimals"),
    ],
)
def test_a_mark_is_refused_never_clamped_or_rounded(typed: str, kind: type[DomainError]) -> None:
    with pytest.raises(kind):
        parse_mark(typed, out_of=TWENTY)


@pytest.mark.parametrize("read", [parse_mark, read_mark], ids=["people", "programs"])
@pytest.mark.parametrize(
    ("typed", "kind", "params"),
    [
        pytest.param("x", MarkUnreadable, {"typed": "x"}, id="unreadable"),
        pytest.param(
            "31", MarkOutOfRange, {"out_of": Decimal(30), "value": Decimal(31)}, id="out of range"
        ),
        pytest.param("1,005", MarkTooFine, {}, id="too fine"),
    ],
)
def test_the_refusal_says_what_was_typed_and_where(
    read: Callable[..., Decimal], typed: str, kind: type[Invalid], params: dict[str, object]
) -> None:
    with pytest.raises(kind) as refusal:
        read(typed, out_of=Decimal(30), field="qcm")

    assert (refusal.value.field, refusal.value.params) == ("qcm", params)


@pytest.mark.parametrize(
    ("sent", "kind", "params"),
    [
        pytest.param(True, MarkUnreadable, {"typed": "True"}, id="a truth"),
        pytest.param(float("inf"), MarkUnreadable, {"typed": "Infinity"}, id="infinity"),
        pytest.param(
            31.5,
            MarkOutOfRange,
            {"out_of": Decimal(30), "value": Decimal("31.5")},
            id="out of range",
        ),
        pytest.param(1.005, MarkTooFine, {}, id="too fine"),
    ],
)
def test_a_program_is_told_what_it_sent_and_where(
    sent: object, kind: type[Invalid], params: dict[str, object]
) -> None:
    with pytest.raises(kind) as refusal:
        read_mark(sent, out_of=Decimal(30), field="qcm")

    assert (refusal.value.field, refusal.value.params) == ("qcm", params)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        pytest.param(14, "14.00", id="whole number"),
        pytest.param(14.1, "14.10", id="binary fraction"),
        pytest.param(Decimal("14.25"), "14.25", id="decimal"),
        pytest.param("14,5", "14.50", id="text"),
    ],
)
def test_a_program_sends_a_number_or_text(given_value: object, expected: str) -> None:
    assert str(read_mark(given_value, out_of=TWENTY)) == expected


@pytest.mark.parametrize(
    "given_value",
    [
        pytest.param(True, id="true"),
        pytest.param([14], id="list"),
        pytest.param(float("nan"), id="not a number"),
        pytest.param(float("inf"), id="infinity"),
    ],
)
def test_a_program_sends_nonsense(given_value: object) -> None:
    with pytest.raises(MarkUnreadable):
        read_mark(given_value, out_of=TWENTY)


@pytest.mark.parametrize("fine", [Decimal("0.001"), Decimal("1E-5000"), Decimal(f"1.{'1' * 40}")])
def test_a_mark_finer_than_hundredths_is_refused(fine: Decimal) -> None:
    with pytest.raises(MarkTooFine):
        check_mark(fine, out_of=TWENTY)


@given(st.decimals(min_value=0, max_value=20, places=2), st.sampled_from(".,٫"))
def test_every_mark_in_range_comes_back(value: Decimal, point: str) -> None:
    assert parse_mark(f"{value:.2f}".replace(".", point), out_of=TWENTY) == value


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        read = parse_mark(typed, out_of=TWENTY)
    except (MarkUnreadable, MarkOutOfRange, MarkTooFine):
        return
    assert 0 <= read <= TWENTY


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        pytest.param(Fraction(9995, 1000), "10.00", id="the half goes up"),
        pytest.param(Fraction(99949, 10000), "9.99", id="below the half"),
        pytest.param(Fraction(0), "0.00", id="zero"),
        pytest.param(Fraction(2, 3), "0.67", id="repeating"),
    ],
)
def test_marks_are_rounded_half_up(exact: Fraction, expected: str) -> None:
    assert str(rounded(exact)) == expected
