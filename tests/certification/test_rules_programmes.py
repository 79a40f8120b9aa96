"""What of a programme a person holds, and what its certificate sums up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.catalogue.rules import CatalogueStatus, DocumentKind
from nador.certification import rules
from nador.certification.rules import CertificateStatus, Part, ProgrammeNotPublished

TODAY = date(2026, 11, 28)
days = st.dates(date(2024, 1, 1), date(2029, 1, 1))


@st.composite
def parts(draw: st.DrawFn) -> Part:
    starts_on = draw(days)
    return Part(
        certificate_id=draw(st.integers(1, 10_000)),
        course_id=draw(st.integers(1, 6)),
        version_id=draw(st.integers(1, 9)),
        kind=draw(st.sampled_from(DocumentKind)),
        hours=draw(st.integers(1, 400)),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=draw(st.integers(0, 90))),
        expires_on=draw(st.none() | days),
        language=draw(st.sampled_from(["ar", "fr"])),
    )


def make_part(course_id: int, **said: object) -> Part:
    plain: dict[str, object] = {
        "certificate_id": course_id,
        "course_id": course_id,
        "version_id": course_id,
        "kind": DocumentKind.CERTIFICATE,
        "hours": 30,
        "starts_on": date(2026, 1, 5),
        "ends_on": date(2026, 2, 5),
        "language": "fr",
    }
    return Part(**{**plain, **said})  # type: ignore[arg-type] # columns by their names


@pytest.mark.parametrize(
    ("status", "expires_on", "stands"),
    [
        pytest.param(CertificateStatus.ISSUED, None, True, id="for ever"),
        pytest.param(CertificateStatus.ISSUED, TODAY, True, id="its last day"),
        pytest.param(CertificateStatus.ISSUED, date(2026, 11, 27), False, id="expired"),
        pytest.param(CertificateStatus.PENDING_ISSUE, None, False, id="not issued yet"),
        pytest.param(CertificateStatus.REVOKED, None, False, id="revoked"),
        pytest.param(CertificateStatus.SUPERSEDED, None, False, id="replaced"),
    ],
)
def test_what_is_in_force(
    status: CertificateStatus, expires_on: date | None, *, stands: bool
) -> None:
    assert rules.in_force(status, expires_on, today=TODAY) is stands


def test_of_two_certificates_of_a_course_the_longer_one_counts() -> None:
    short = make_part(1, certificate_id=9, expires_on=date(2027, 1, 1))
    longer = make_part(1, certificate_id=2, expires_on=date(2028, 1, 1))
    endless = make_part(1, certificate_id=1)

    assert rules.parts_of([1], [longer, short]) == [longer]
    assert rules.parts_of([1], [short, endless, longer]) == [endless]


def test_of_two_that_last_alike_the_newer_one_counts() -> None:
    old, new = make_part(1, certificate_id=3), make_part(1, certificate_id=4)

    assert rules.parts_of([1], [new, old]) == rules.parts_of([1], [old, new]) == [new]


@given(st.lists(parts()))
def test_each_course_has_one_part_in_the_programme_s_order(held: list[Part]) -> None:
    course_ids = [3, 1, 2]

    found = [part.course_id for part in rules.parts_of(course_ids, held)]

    have = {part.course_id for part in held}
    assert found == [course_id for course_id in course_ids if course_id in have]


def test_the_whole_is_the_sum_of_its_parts() -> None:
    first = make_part(1, hours=30, starts_on=date(2025, 9, 1), ends_on=date(2025, 12, 1))
    last = make_part(2, hours=45, starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 5))

    whole = rules.together([last, first])

    assert (whole.hours, whole.starts_on, whole.ends_on) == (
        75,
        date(2025, 9, 1),
        date(2026, 3, 5),
    )
    assert (whole.kind, whole.language, whole.expires_on) == (DocumentKind.CERTIFICATE, "fr", None)


def test_where_a_course_was_only_attended_nobody_was_assessed_in_all() -> None:
    attended = make_part(2, kind=DocumentKind.ATTESTATION)

    assert rules.together([make_part(1), attended]).kind is DocumentKind.ATTESTATION


def test_courses_in_two_languages_have_none_in_common() -> None:
    assert rules.together([make_part(1), make_part(2, language="ar")]).language == ""


@given(st.lists(parts(), min_size=1), st.none() | days)
def test_the_whole_never_outlives_a_part(held: list[Part], limit: date | None) -> None:
    whole = rules.together(held, expires_on=limit)

    ends = [day for day in (limit, *(part.expires_on for part in held)) if day]
    assert whole.expires_on == (min(ends) if ends else None)
    assert whole.hours == sum(part.hours for part in held)
    assert all(whole.starts_on <= part.starts_on for part in held)
    assert all(whole.ends_on >= part.ends_on for part in held)


@pytest.mark.parametrize("status", [CatalogueStatus.DRAFT, CatalogueStatus.RETIRED])
def test_only_a_published_programme_leads_to_certificates(status: CatalogueStatus) -> None:
    rules.require_published(CatalogueStatus.PUBLISHED)
    with pytest.raises(ProgrammeNotPublished):
        rules.require_published(status)


def test_only_what_is_in_doubt_can_be_let_stand() -> None:
    rules.require_doubt([7])
    with pytest.raises(rules.NotInDoubt):
        rules.require_doubt([])
