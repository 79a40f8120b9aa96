"""What a certificate is worth on a day, and whose name it bears."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import CertificateStatus
from nador.verification.rules import (
    CertificateView,
    NameMatch,
    Verdict,
    compare_name,
    is_late,
    published,
    within,
)

DAY = date(2026, 11, 23)
PLAIN = CertificateView(
    code="NDR-7K3Q-9XW2-M4HB-G",
    status=CertificateStatus.ISSUED,
    kind=DocumentKind.CERTIFICATE,
    holder_latin="Salma Boutaher",
    holder_arabic="سلمى بوطاهر",
    holder_hidden=False,
    title={"fr": "Données et tableur pour décider"},
    issuer={"fr": "Institut"},
    hours=30,
    number="NDR-2026-000123",
    starts_on=date(2026, 10, 5),
    ends_on=date(2026, 11, 11),
    issued_on=date(2026, 11, 16),
    expires_on=None,
    revoked_at=None,
    public_reason=None,
    superseded_at=None,
    superseded_by=None,
)
LATE = datetime(2026, 9, 1, 23, 30, tzinfo=UTC)  # Morocco is still one hour ahead: 2 September

REVOKED = replace(
    PLAIN, status=CertificateStatus.REVOKED, revoked_at=LATE, public_reason="In error."
)
SUPERSEDED = replace(
    PLAIN, status=CertificateStatus.SUPERSEDED, superseded_at=LATE, superseded_by="NDR-1"
)
NAMES = list(
    csv.DictReader(
        (Path(__file__).parents[1] / "data" / "names_edge_cases.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        pytest.param(PLAIN, Verdict.VALID, id="no end"),
        pytest.param(replace(PLAIN, expires_on=DAY), Verdict.VALID, id="its last day counts"),
        pytest.param(
            replace(PLAIN, expires_on=DAY - timedelta(days=1)), Verdict.EXPIRED, id="the day after"
        ),
        pytest.param(replace(REVOKED, expires_on=date(2020, 1, 1)), Verdict.REVOKED, id="revoked"),
        pytest.param(
            replace(SUPERSEDED, expires_on=date(2020, 1, 1)), Verdict.SUPERSEDED, id="replaced"
        ),
    ],
)
def test_the_first_verdict_that_fits_holds(view: CertificateView, expected: Verdict) -> None:
    assert view.verdict(DAY) is expected


def test_days_are_those_of_the_wall_in_nador() -> None:
    assert REVOKED.revoked_on == date(2026, 9, 2)
    assert SUPERSEDED.superseded_on == date(2026, 9, 2)
    assert PLAIN.revoked_on is PLAIN.superseded_on is None


def test_programs_read_the_shape_of_the_contract() -> None:
    assert published(replace(REVOKED, expires_on=DAY), today=DAY) == {
        "code": "NDR-7K3Q-9XW2-M4HB-G",
        "status": "revoked",
        "kind": "certificat",
        "holder": {"latin": "Salma Boutaher", "arabic": "سلمى بوطاهر"},
        "title": {"fr": "Données et tableur pour décider"},
        "hours": 30,
        "issued_on": "2026-11-16",
        "expires_on": "2026-11-23",
        "issuer": {"fr": "Institut"},
        "revoked_on": "2026-09-02",
        "public_reason": "In error.",
        "superseded_by": None,
    }


def test_programs_read_what_it_is_worth_today() -> None:
    last = replace(PLAIN, expires_on=DAY)

    assert published(last, today=DAY)["status"] == "valid"
    assert published(last, today=DAY + timedelta(days=1))["status"] == "expired"


def test_a_hidden_holder_is_not_published() -> None:
    said = published(replace(PLAIN, holder_hidden=True), today=DAY)

    assert said["holder"] is None
    assert said["status"] == "valid"
    assert said["expires_on"] is said["revoked_on"] is None


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        pytest.param("Salma Boutaher", "Salma Boutaher", NameMatch.YES, id="the same"),
        pytest.param("BOUTAHER salma", "Salma Boutaher", NameMatch.YES, id="family name first"),
        pytest.param("M’hamed Nait Ouaaziz", "M'hamed N'Aït Ouaâziz", NameMatch.YES, id="accents"),
        pytest.param("سلمي بوطاهر", "سلمى بوطاهر", NameMatch.YES, id="alif maqsura"),
        pytest.param("Fatima Zahra Akhiat", "Fatima-Zahra Akhiat", NameMatch.YES, id="hyphen"),
        pytest.param("Salma Boutahr", "Salma Boutaher", NameMatch.CLOSE, id="a letter left out"),
        pytest.param("Boutahir Selma", "Salma Boutaher", NameMatch.CLOSE, id="two, other order"),
        pytest.param("Mohamed Ouriaghli", "Mohamed Ben Ali Ouriaghli", NameMatch.CLOSE, id="short"),
        pytest.param("Salma", "Salma Boutaher", NameMatch.NO, id="one word is nobody's name"),
        pytest.param("Karim Alami", "Salma Boutaher", NameMatch.NO, id="somebody else"),
        pytest.param("Aly", "Ali", NameMatch.CLOSE, id="one slip in a short name"),
        pytest.param("Omar", "Ali", NameMatch.NO, id="short names"),
        pytest.param("...", "Ali", NameMatch.NO, id="dots are not a name"),
        pytest.param("", "Ali", NameMatch.NO, id="nothing"),
        pytest.param("Ali", "", NameMatch.NO, id="no name"),
    ],
)
def test_names_compare(typed: str, name: str, expected: NameMatch) -> None:
    assert compare_name(typed, (name,)) is expected


@pytest.mark.parametrize("case", NAMES, ids=lambda case: case["id"])
def test_every_name_is_its_own_and_nobody_elses(case: dict[str, str]) -> None:
    names = tuple(name for name in (case["name_latin"], case["name_arabic"]) if name.strip())
    for name in names:
        assert compare_name(name, names) is NameMatch.YES
        assert compare_name(name.upper(), names) is NameMatch.YES
    assert compare_name("Zinedine Quelqu'un d'Autre", names) is NameMatch.NO


def test_whoever_has_no_name_left_is_compared_with_nobody() -> None:
    assert compare_name("Salma Boutaher", ()) is NameMatch.NO


words = st.text(alphabet="abc", max_size=9)


@given(words, words, st.integers(1, 2))
def test_the_band_counts_as_the_whole_table_would(one: str, other: str, slips: int) -> None:
    assert within(one, other, slips) is (_distance(one, other) <= slips)


def _distance(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    return (
        min(
            _distance(one[1:], other) + 1,
            _distance(one, other[1:]) + 1,
            _distance(one[1:], other[1:]) + (one[0] != other[0]),
        )
        if one[0] != other[0]
        else _distance(one[1:], other[1:])
    )


DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(DAYS, st.none() | DAYS, st.sampled_from([PLAIN, REVOKED, SUPERSEDED]))
def test_expiry_follows_from_dates_alone_and_is_never_taken_back(
    today: date, last: date | None, kind: CertificateView
) -> None:
    certificate = replace(kind, expires_on=last)
    verdict = certificate.verdict(today)

    expired = last is not None and today > last
    assert (verdict is Verdict.EXPIRED) == (expired and kind is PLAIN)
    assert kind is PLAIN or verdict.value == kind.status.value
    if verdict is Verdict.EXPIRED:
        assert certificate.verdict(today + timedelta(days=1)) is Verdict.EXPIRED


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (60, False), (61, True)])
def test_a_receipt_is_late_after_a_minute(seconds: int, *, late: bool) -> None:
    assert is_late(LATE, now=LATE + timedelta(seconds=seconds)) is late
