"""What the verifiers of others say of a certificate that was issued here, by what we serve of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from nador.catalogue.rules import DocumentKind
from nador.certification import service
from nador.certification.models import Certificate, StatusList
from nador.certification.template import TemplateOptions
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.settings import Settings
from tests.certification.conftest import certifier, desk, institute, run
from tests.certification.office import issue_one, work_off
from tests.foreign.test_verifiers import HOST, ORIGIN, ask, pytestmark, server, vocabularies

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.catalogue.models import Run
    from nador.kernel.work import Desk
    from tests.conftest import Database
    from tests.foreign.test_verifiers import _Server

__all__ = ["certifier", "desk", "institute", "pytestmark", "run", "server"]

LD_JSON = {"Accept": "application/ld+json, application/json"}


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Settings of an instance that the world knows by a name."""
    made = Settings.from_environment(
        {
            "NADOR_INSTANCE": str(tmp_path / "instance"),
            "NADOR_DATABASE_URL": database.url,
            "NADOR_PUBLIC_URL": ORIGIN,
        }
    )
    made.make_secret_key()
    return made


def asked(
    server: _Server, client: FlaskClient, session: Session, certificate: Certificate
) -> dict[str, Any]:
    """Put on the shelf what our pages answer, and ask all verifiers."""
    lists = session.scalars(select(StatusList.id)).all()
    paths = ["/.well-known/did.json", "/.well-known/jwks.json"]
    paths += [f"/credentials/status/{number}" for number in lists]
    shelf = {f"/{HOST}{path}": client.get(path, headers=LD_JSON).get_json() for path in paths}
    server.shelf.clear()
    server.shelf.update(shelf | vocabularies())
    address = f"/credentials/{certificate.uuid}"
    return ask(
        server,
        client.get(address, headers=LD_JSON).get_json(force=True),
        client.get(f"{address}.jwt").text,
    )


def test_an_issued_certificate_is_accepted_by_all_until_it_is_revoked(
    server: _Server, client: FlaskClient, session: Session, certifier: Actor, run: Run, desk: Desk
) -> None:
    certificate = issue_one(session, certifier, run, desk)

    valid = asked(server, client, session, certificate)
    service.revoke(session, certifier, code=certificate.code, reason="a", public_reason="b")
    work_off(desk, session)
    revoked = asked(server, client, session, certificate)

    assert valid["bazaar"] == {"verified": True, "revoked": False, "errors": []}
    assert valid["dcc"]["errors"] == []
    assert valid["dcc"]["log"]["valid_signature"] is True
    assert valid["dcc"]["log"]["revocation_status"] is True
    assert valid["jose"]["verified"] is True
    assert revoked["bazaar"] == {"verified": True, "revoked": True, "errors": []}
    assert revoked["dcc"]["log"]["revocation_status"] is False


def test_an_expired_certificate_is_refused(
    server: _Server,
    client: FlaskClient,
    session: Session,
    certifier: Actor,
    institute: Institute,
    run: Run,
    desk: Desk,
) -> None:
    @command
    def limit(inner: Session, _actor: Actor) -> None:
        draft = service.begin_template(
            inner, certifier, institute_id=institute.id, kind=DocumentKind.CERTIFICATE
        )
        options = TemplateOptions(valid_months=1)
        service.save_draft(inner, certifier, version_id=draft.id, options=options)
        service.activate_version(inner, certifier, version_id=draft.id)

    limit(session, NOBODY)
    with time_machine.travel(clock.now() - timedelta(days=40)):
        certificate = issue_one(session, certifier, run, desk)
    work_off(desk, session)

    found = asked(server, client, session, certificate)

    assert found["bazaar"]["verified"] is False
    assert 'is after "validUntil"' in found["bazaar"]["errors"][0]
    assert found["dcc"]["log"]["expiration"] is False
    assert found["jose"] == {"verified": False, "errors": ["ERR_JWT_EXPIRED"]}
