"""Issuing and revoking for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.certification.office import let_pass, work_off
from tests.factories import make_certificate, make_token

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk


@pytest.fixture
def headers(session: Session, certifier: Actor) -> dict[str, str]:
    token = make_token(session, certifier)
    return {"Authorization": f"Bearer {token}"}


def test_an_order_and_how_far_it_came(
    client: FlaskClient, session: Session, run: Run, headers: dict[str, str], desk: Desk
) -> None:
    let_pass(session, run)
    let_pass(session, run, confirmed=False)
    once: dict[str, Any] = {"headers": headers | {"Idempotency-Key": "k1"}}

    ordered = client.post(f"/api/v1/runs/{run.id}/certificates", **once)
    again = client.post(f"/api/v1/runs/{run.id}/certificates", **once)
    work_off(desk, session)
    told = client.get(f"/api/v1/batches/{ordered.get_json()['batch']}?lang=en", headers=headers)

    assert (ordered.status_code, again.get_json()) == (202, ordered.get_json())
    said = told.get_json()
    assert {name: said[name] for name in ("total", "pending", "issued", "failed")} == {
        "total": 2,
        "pending": 0,
        "issued": 1,
        "failed": 1,
    }
    assert said["failures"][0]["code"] == "names_not_confirmed"
    assert said["failures"][0]["reason"].startswith("The names are not confirmed")
    [made] = said["certificates"]
    with client.get(f"/api/v1/certificates/{made['code']}/file", headers=headers) as file:
        assert file.data.startswith(b"%PDF")


def test_a_revocation(
    client: FlaskClient, session: Session, institute: Institute, headers: dict[str, str]
) -> None:
    made = make_certificate(session, institute=institute)
    place = f"/api/v1/certificates/{made.code}/revocation"

    bare = client.post(place, json={"reason": "copied"}, headers=headers)
    revoked = client.post(
        place, json={"reason": "copied", "public_reason": "In error"}, headers=headers
    )
    twice = client.post(place, json={"reason": "a", "public_reason": "b"}, headers=headers)

    assert bare.status_code == 422
    assert revoked.get_json() | {"revoked_on": ""} == {
        "code": made.code,
        "status": "revoked",
        "revoked_on": "",
        "public_reason": "In error",
    }
    assert (twice.status_code, twice.get_json()["code"]) == (409, "certificate_not_in_force")
