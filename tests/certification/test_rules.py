"""Numbers, days of expiry and states of certificates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nador.certification import rules
from nador.certification.rules import BatchStatus, CertificateStatus


@pytest.mark.parametrize(
    ("pending", "failed", "status"),
    [
        pytest.param(0, 0, BatchStatus.DONE, id="all are issued"),
        pytest.param(1, 0, BatchStatus.RUNNING, id="one is to be drawn"),
        pytest.param(1, 1, BatchStatus.RUNNING, id="one is to be drawn, one failed"),
        pytest.param(0, 1, BatchStatus.DONE_WITH_FAILURES, id="one failed"),
    ],
)
def test_an_order_stands(pending: int, failed: int, status: BatchStatus) -> None:
    assert rules.batch_status(pending=pending, failed=failed) is status


@pytest.mark.parametrize(
    ("running", "number"),
    [(1, "NDR-2026-000001"), (123_456, "NDR-2026-123456"), (1_234_567, "NDR-2026-1234567")],
)
def test_the_number_on_the_paper(running: int, number: str) -> None:
    assert rules.certificate_number("NDR", year=2026, running=running) == number


@pytest.mark.parametrize(
    ("issued_on", "months", "last"),
    [
        pytest.param(date(2026, 11, 23), None, None, id="for ever"),
        pytest.param(date(2026, 11, 23), 0, None, id="zero months say nothing"),
        pytest.param(date(2026, 10, 23), 1, date(2026, 11, 23), id="next month"),
        pytest.param(date(2026, 11, 23), 1, date(2026, 12, 23), id="in December"),
        pytest.param(date(2026, 11, 23), 2, date(2027, 1, 23), id="past the end of the year"),
        pytest.param(date(2026, 11, 23), 36, date(2029, 11, 23), id="three years"),
        pytest.param(date(2026, 1, 31), 1, date(2026, 2, 28), id="a shorter month"),
        pytest.param(date(2027, 12, 31), 2, date(2028, 2, 29), id="a leap year"),
        pytest.param(date(2026, 10, 31), 2, date(2026, 12, 31), id="a month as long"),
    ],
)
def test_the_last_day_of_validity(issued_on: date, months: int | None, last: date | None) -> None:
    assert rules.expiry(issued_on, months=months) == last


def test_an_institute_that_is_not_ready_is_told_what_is_missing() -> None:
    rules.require_ready([])
    with pytest.raises(rules.InstituteNotReady) as refused:
        rules.require_ready(("city_fr", "cndp_number"))

    assert refused.value.params == {"missing": ["city_fr", "cndp_number"]}


@pytest.mark.parametrize("status", list(CertificateStatus))
def test_only_what_is_issued_is_revoked_or_replaced(status: CertificateStatus) -> None:
    if status is CertificateStatus.ISSUED:
        rules.require_in_force(status)
    else:
        with pytest.raises(rules.NotInForce):
            rules.require_in_force(status)


@pytest.mark.parametrize(
    ("reason", "public_reason", "field"),
    [
        pytest.param("", "Issued in error.", "reason", id="no reason"),
        pytest.param("Typing error", "", "public_reason", id="none for the public"),
        pytest.param("", "", "reason", id="neither"),
    ],
)
def test_a_revocation_gives_its_reasons(reason: str, public_reason: str, field: str) -> None:
    rules.require_reasons("Typing error", "Issued in error.")
    with pytest.raises(rules.ReasonMissing) as refused:
        rules.require_reasons(reason, public_reason)

    assert refused.value.field == field


def test_a_file_of_all_certificates_is_kept_a_week() -> None:
    ordered = datetime(2026, 11, 28, 12, tzinfo=UTC)

    assert not rules.print_gone(ordered, now=ordered + timedelta(days=7, microseconds=-1))
    assert rules.print_gone(ordered, now=ordered + timedelta(days=7))
