"""Numbers, days of expiry and states of certificates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nador.accounts.rules import Names
from nador.certification import rules
from nador.certification.rules import (
    ActKind,
    BatchStatus,
    CertificateStatus,
    KeyNotChanged,
    KeyStatus,
    ProposalStatus,
    RequestStatus,
)


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


TODAY = date(2026, 11, 28)
REVOKE, REPLACE, RENEW = ActKind.REVOKE, ActKind.REPLACE, ActKind.RENEW


@pytest.mark.parametrize(
    ("expires_on", "can"),
    [
        pytest.param(None, {REVOKE, REPLACE}, id="for ever"),
        pytest.param(TODAY + timedelta(days=1), {REVOKE, REPLACE, RENEW}, id="tomorrow"),
        pytest.param(TODAY, {REVOKE, REPLACE, RENEW}, id="its last day"),
        pytest.param(TODAY - timedelta(days=1), {REVOKE, RENEW}, id="expired"),
    ],
)
def test_what_can_be_done_with_an_issued_certificate(
    expires_on: date | None, can: set[ActKind]
) -> None:
    issued = CertificateStatus.ISSUED

    assert rules.possible(issued, expires_on=expires_on, today=TODAY) == can
    for act in can:
        rules.require_possible(act, issued, expires_on=expires_on, today=TODAY)


@pytest.mark.parametrize(
    "status", [one for one in CertificateStatus if one is not CertificateStatus.ISSUED]
)
@pytest.mark.parametrize("act", [REVOKE, REPLACE, RENEW])
@pytest.mark.parametrize("expires_on", [None, TODAY, date(2020, 1, 1)])
def test_nothing_is_done_with_what_is_not_issued_or_no_longer_stands(
    status: CertificateStatus, act: ActKind, expires_on: date | None
) -> None:
    assert rules.possible(status, expires_on=expires_on, today=TODAY) == set()
    with pytest.raises(rules.NotInForce):
        rules.require_possible(act, status, expires_on=expires_on, today=TODAY)


@pytest.mark.parametrize(
    ("act", "expires_on", "refusal"),
    [
        pytest.param(RENEW, None, rules.NeverExpires, id="nothing to renew"),
        pytest.param(REPLACE, date(2026, 11, 27), rules.AlreadyExpired, id="void from the start"),
    ],
)
def test_why_an_issued_certificate_is_not_renewed_or_corrected(
    act: ActKind, expires_on: date | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rules.require_possible(act, CertificateStatus.ISSUED, expires_on=expires_on, today=TODAY)


@pytest.mark.parametrize("decided_by", [7, None], ids=["who proposed", "nobody"])
def test_who_proposed_does_not_confirm(decided_by: int | None) -> None:
    rules.require_another(7, 8)
    with pytest.raises(rules.SamePerson):
        rules.require_another(7, decided_by)


@pytest.mark.parametrize("status", list(ProposalStatus))
def test_a_proposal_is_settled_once(status: ProposalStatus) -> None:
    if status is ProposalStatus.OPEN:
        rules.require_proposed(status)
    else:
        with pytest.raises(rules.ProposalSettled):
            rules.require_proposed(status)


@pytest.mark.parametrize("status", list(RequestStatus))
def test_a_request_is_answered_once(status: RequestStatus) -> None:
    if status is RequestStatus.OPEN:
        rules.require_asked(status)
    else:
        with pytest.raises(rules.RequestSettled):
            rules.require_asked(status)


def test_where_two_decide_nobody_does_alone() -> None:
    rules.require_alone(second_person=False)
    with pytest.raises(rules.SecondPersonNeeded):
        rules.require_alone(second_person=True)


def test_a_correction_corrects_something() -> None:
    rules.require_new_names(Names("Salma", None), Names("Selma", None))
    rules.require_new_names(Names("Salma", None), Names("Salma", "سلمى"))
    with pytest.raises(rules.NamesUnchanged) as refused:
        rules.require_new_names(Names("Salma", "سلمى"), Names("Salma", "سلمى"))

    assert refused.value.field == "name_latin"


def test_a_refusal_gives_its_reason() -> None:
    rules.require_why("Not on the card.")
    with pytest.raises(rules.WhyMissing) as refused:
        rules.require_why("")

    assert refused.value.field == "reason"


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


@pytest.mark.parametrize("old", KeyStatus)
@pytest.mark.parametrize("new", KeyStatus)
def test_a_key_only_loses_trust(old: KeyStatus, new: KeyStatus) -> None:
    loses = {
        (KeyStatus.ACTIVE, KeyStatus.RETIRED),
        (KeyStatus.ACTIVE, KeyStatus.COMPROMISED),
        (KeyStatus.RETIRED, KeyStatus.COMPROMISED),
    }

    if (old, new) in loses:
        rules.require_key_step(old, new)
    else:
        with pytest.raises(KeyNotChanged):
            rules.require_key_step(old, new)
