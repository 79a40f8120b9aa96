"""When a holder is reminded that a certificate ends, and how long one still stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.certification.rules import (
    REMINDED,
    Validity,
    reminder_due,
    reminds,
    validity,
)

END = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("left", "sent", "due"),
    [
        pytest.param(61, (), None, id="too early"),
        pytest.param(60, (), 60, id="the first day"),
        pytest.param(60, (60,), None, id="told already"),
        pytest.param(31, (60,), None, id="between two"),
        pytest.param(30, (60,), 30, id="the second day"),
        pytest.param(8, (), 30, id="only the nearest of two that were missed"),
        pytest.param(7, (60, 30), 7, id="the last"),
        pytest.param(3, (), 7, id="the worker was off for weeks"),
        pytest.param(0, (30,), 7, id="the last day still counts"),
        pytest.param(-1, (), None, id="it has expired"),
        pytest.param(5, (7,), None, id="all is said"),
        pytest.param(20, (7,), None, id="a nearer one was sent: the clock went back"),
    ],
)
def test_which_reminder_is_due(left: int, sent: tuple[int, ...], due: int | None) -> None:
    assert reminder_due(END, END - timedelta(days=left), sent) == due


def test_what_never_ends_is_never_reminded_of() -> None:
    assert reminder_due(None, END, ()) is None


@given(st.lists(st.integers(-5, 200), min_size=1, max_size=60))
def test_on_whatever_days_the_worker_runs_each_goes_out_once_and_nearer_each_time(
    days_left: list[int],
) -> None:
    sent: list[int] = []
    for left in sorted(days_left, reverse=True):
        due = reminder_due(END, END - timedelta(days=left), sent)
        if due is None:
            continue
        assert 0 <= left <= due
        assert all(left > other for other in REMINDED if other < due), "none nearer was missed"
        sent.append(due)

    assert sent == sorted(set(sent), reverse=True)
    assert set(sent) <= set(REMINDED)
    reached = [left for left in days_left if 0 <= left <= max(REMINDED)]
    assert bool(sent) is bool(reached)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_whoever_runs_daily_sends_all_three(end: date) -> None:
    sent: list[int] = []
    for left in range(90, -3, -1):
        due = reminder_due(end, end - timedelta(days=left), sent)
        if due is not None:
            assert left == due
            sent.append(due)

    assert tuple(sent) == REMINDED


@pytest.mark.parametrize(
    ("lasts", "days", "sense"), [(61, 60, True), (60, 60, False), (8, 7, True), (7, 7, False)]
)
def test_a_certificate_younger_than_its_reminder_needs_none(
    lasts: int, days: int, *, sense: bool
) -> None:
    assert reminds(days, issued_on=END - timedelta(days=lasts), expires_on=END) is sense


@pytest.mark.parametrize(
    ("left", "stands"),
    [
        pytest.param(61, Validity.STANDS, id="long enough"),
        pytest.param(60, Validity.ENDS_SOON, id="soon"),
        pytest.param(0, Validity.ENDS_SOON, id="its last day"),
        pytest.param(-1, Validity.EXPIRED, id="over"),
    ],
)
def test_how_long_it_stands(left: int, stands: Validity) -> None:
    assert validity(END, today=END - timedelta(days=left)) is stands
    assert validity(None, today=END) is Validity.ENDLESS
