"""The register for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.certification.rules import CertificateStatus
from nador.web.security import limiter
from tests.factories import make_certificate, make_institute
from tests.verification.test_pages import MISTYPED, UNKNOWN, statements

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.certification.models import Certificate

SHAPE = {
    "code",
    "status",
    "kind",
    "holder",
    "title",
    "hours",
    "issued_on",
    "expires_on",
    "issuer",
    "revoked_on",
    "public_reason",
    "superseded_by",
}


@pytest.fixture
def certificate(app: Flask, session: Session) -> Certificate:
    limiter.reset()
    return make_certificate(session, institute=make_institute(session))


def test_one_code_is_answered_alike_at_both_addresses(
    client: FlaskClient, certificate: Certificate
) -> None:
    by_api = client.get(f"/api/v1/certificates/{certificate.code}")
    by_page = client.get(f"/v/{certificate.code}", headers={"Accept": "application/json"})

    assert by_api.get_json() == by_page.get_json()
    assert by_api.get_json().keys() == SHAPE
    assert by_api.get_json()["status"] == "valid"
    assert by_api.get_json()["holder"] == {"latin": "Salma Bouziane", "arabic": "سلمى بوزيان"}


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param("application/json", id="a program"),
        pytest.param("application/json, text/plain, */*", id="a library"),
        pytest.param("application/problem+json, application/json;q=0.9", id="a careful program"),
    ],
)
def test_programs_are_told_apart_from_people(
    client: FlaskClient, certificate: Certificate, accept: str
) -> None:
    answer = client.get(f"/v/{certificate.code}", headers={"Accept": accept})

    assert answer.content_type == "application/json"
    assert answer.headers["Vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param("", id="nothing"),
        pytest.param("*/*", id="anything"),
        pytest.param("text/html,application/xhtml+xml,*/*;q=0.8", id="a browser"),
        pytest.param("text/html, application/json;q=0.5", id="rather a page"),
    ],
)
def test_people_get_a_page(client: FlaskClient, certificate: Certificate, accept: str) -> None:
    answer = client.get(f"/v/{certificate.code}", headers={"Accept": accept})

    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("address", ["/v/{}", "/api/v1/certificates/{}"])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param(UNKNOWN, "no_such_certificate", id="unknown"),
        pytest.param(MISTYPED, "code_wrong_check", id="mistyped"),
        pytest.param("hello", "code_not_a_code", id="not a code"),
    ],
)
def test_no_certificate_is_a_problem_document(
    client: FlaskClient, certificate: Certificate, address: str, code: str, reason: str
) -> None:
    answer = client.get(address.format(code), headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["code"] == reason


def test_misses_of_programs_are_limited_too(client: FlaskClient, certificate: Certificate) -> None:
    statuses = [client.get(f"/api/v1/certificates/{UNKNOWN}").status_code for _ in range(31)]
    refused = client.get(f"/api/v1/certificates/{UNKNOWN}")

    assert statuses == [404] * 30 + [429]
    assert refused.get_json()["code"] == "too_many_requests"
    assert int(refused.headers["Retry-After"]) > 0
    assert client.get(f"/api/v1/certificates/{certificate.code}").status_code == 200


def test_a_list_is_answered_line_by_line_in_one_statement(
    client: FlaskClient, app: Flask, session: Session, certificate: Certificate
) -> None:
    hidden = make_certificate(
        session, institute=make_institute(session, prefix="FES"), holder_hidden=True
    )
    revoked = make_certificate(
        session,
        institute=make_institute(session, prefix="RBA"),
        status=CertificateStatus.REVOKED,
    )
    items: list[dict[str, str | None]] = [
        {"code": certificate.code.lower(), "name": "Bouziane Salma"},
        {"code": certificate.code, "name": "Karim Alami", "department": "HR"},
        {"code": hidden.code, "name": "Salma Bouzian"},
        {"code": revoked.code, "name": None},
        {"code": UNKNOWN},
        {"code": MISTYPED, "name": "Salma"},
    ]

    with statements(app) as sent:
        answer = client.post("/api/v1/verifications", json={"items": items})

    outcomes = answer.get_json()["items"]
    assert [(one["status"], one["name"]) for one in outcomes] == [
        ("valid", "yes"),
        ("valid", "no"),
        ("valid", "close"),
        ("revoked", None),
        ("unknown", None),
        ("mistyped", None),
    ]
    assert [one["code"] for one in outcomes] == [item["code"] for item in items]
    assert outcomes[0]["certificate"].keys() == SHAPE
    assert outcomes[2]["certificate"]["holder"] is None
    assert outcomes[4]["certificate"] is None
    assert len(sent) == 1


def test_a_thousand_codes_are_one_list_and_more_are_refused(
    client: FlaskClient, certificate: Certificate
) -> None:
    items = [{"code": certificate.code, "name": "x" * 200}] * 1000

    assert client.post("/api/v1/verifications", json={"items": items}).status_code == 200
    refused = client.post("/api/v1/verifications", json={"items": [*items, items[0]]})
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no items"),
        pytest.param({"items": []}, id="none"),
        pytest.param({"items": ["NDR"]}, id="texts"),
        pytest.param({"items": [{"name": "Salma"}]}, id="no code"),
        pytest.param({"items": [{"code": "9" * 201}]}, id="too long"),
    ],
)
def test_what_is_no_list_is_refused(
    client: FlaskClient, certificate: Certificate, body: object
) -> None:
    answer = client.post("/api/v1/verifications", json=body)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_lists_are_limited(client: FlaskClient, certificate: Certificate) -> None:
    body = {"items": [{"code": certificate.code}]}

    statuses = [client.post("/api/v1/verifications", json=body).status_code for _ in range(31)]

    assert statuses == [200] * 30 + [429]
