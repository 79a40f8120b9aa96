"""The public pages about keys, and `nador keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from nador.accounts.models import Person
from nador.certification import cli, service
from nador.certification.keys import did, queries
from nador.certification.keys.chain import read_chain
from nador.certification.keys.store import KeyRing
from nador.certification.models import SigningKey
from nador.certification.rules import KeyPurpose, KeyStatus
from nador.kernel import work
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.errors import NotFound
from tests.factories import make_actor, make_institute

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.settings import Settings


@pytest.fixture
def administrator(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)


@pytest.fixture
def ring(settings: Settings) -> KeyRing:
    return KeyRing.of(settings)


@pytest.fixture(autouse=True)
def _keys(session: Session, administrator: Actor, institute: Institute, ring: KeyRing) -> None:
    service.make_first_keys(session, administrator, institute_id=institute.id, ring=ring)


@pytest.fixture
def _instance(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", settings.database_url)


PAGES = {
    "/trust/root.pem": "application/x-pem-file",
    "/.well-known/did.json": "application/did+json",
    "/.well-known/jwks.json": "application/jwk-set+json",
}


@pytest.mark.parametrize("path", PAGES)
def test_anybody_may_read_and_keep_them(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.status_code == 200
    assert first.content_type.split(";")[0] == PAGES[path]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in first.headers
    assert (again.status_code, again.data) == (304, b"")
    assert b"PRIVATE" not in first.data


def test_the_root_is_the_one_of_the_seal(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    chain = read_chain(queries.key_in_use(session, KeyPurpose.SEAL, institute.id).chain or "")

    assert read_chain(client.get("/trust/root.pem").data).certificates == (chain.root,)


def test_the_first_institute_answers_for_the_address(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    document = client.get("/.well-known/did.json").get_json(force=True)
    keys = {key.purpose: key.kid for key in queries.issuer_keys(session, institute.id)}

    assert document["id"] == "did:web:127.0.0.1%3A8000"
    for kid in keys.values():
        assert did.assertion_key(document, f"{document['id']}#{kid}")
    assert set(keys) == {KeyPurpose.SEAL, KeyPurpose.CREDENTIAL}


def test_another_institute_has_a_path(
    client: FlaskClient, session: Session, institute: Institute, ring: KeyRing
) -> None:
    other = make_institute(session, prefix="AGA")
    actor = make_actor(session, Role.ADMINISTRATOR, institute_id=other.id)
    made = service.make_first_keys(session, actor, institute_id=other.id, ring=ring)

    document = client.get("/institutes/AGA/did.json").get_json(force=True)
    keys = client.get("/institutes/AGA/jwks.json").get_json(force=True)

    # The log has its key already: it is the deployment's.
    assert [key.purpose for key in made] == [
        KeyPurpose.ROOT,
        KeyPurpose.SEAL,
        KeyPurpose.CREDENTIAL,
    ]
    assert document["id"] == "did:web:127.0.0.1%3A8000:institutes:AGA"
    assert len(keys["keys"]) == 2
    first = client.get("/.well-known/did.json").get_json(force=True)
    assert not set(document["assertionMethod"]) & set(first["assertionMethod"])
    assert client.get("/institutes/XXX/did.json").status_code == 404
    assert read_chain(client.get("/trust/root.pem").data).certificates[1:]


def test_a_retired_key_goes_on_asserting(
    client: FlaskClient,
    session: Session,
    administrator: Actor,
    institute: Institute,
    ring: KeyRing,
) -> None:
    before = client.get("/.well-known/did.json")

    service.rotate_key(
        session, administrator, purpose=KeyPurpose.CREDENTIAL, institute_id=institute.id, ring=ring
    )

    after = client.get("/.well-known/did.json")
    old, new = (page.get_json(force=True)["assertionMethod"] for page in (before, after))
    assert set(old) < set(new)
    assert before.headers["ETag"] != after.headers["ETag"]


def test_readiness_hears_from_the_workers(client: FlaskClient, session: Session) -> None:
    work.beat(session, NOBODY, holder="a")
    assert client.get("/readyz").get_json()["checks"]["keys"] is True

    work.beat(session, NOBODY, holder="b", troubles=["the key is lost"])

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["keys"] is False
    assert b"lost" not in answer.data


# --- at the terminal -----------------------------------------------------------------------


@pytest.mark.usefixtures("_instance")
def test_rotating_and_retiring_at_the_terminal(
    session: Session, administrator: Actor, institute: Institute
) -> None:
    email = str(session.get_one(Person, administrator.person_id).email)
    session.rollback()

    rotated = CliRunner().invoke(cli.keys, ["rotate", "credential", "--as", email])
    kid = rotated.output.strip()
    listed = CliRunner().invoke(cli.keys, ["list"])
    retired = CliRunner().invoke(cli.keys, ["retire", kid, "--compromised", "--as", email])

    assert rotated.exit_code == 0, rotated.output
    assert len(listed.output.splitlines()) == 5
    assert any(
        line.split()[:3] == [institute.prefix, "credential", "active"] and line.endswith(kid)
        for line in listed.output.splitlines()
    )
    assert retired.output == f"{kid} is compromised.\n"
    session.rollback()
    key = session.scalars(select(SigningKey).where(SigningKey.kid == kid)).one()
    assert key.status is KeyStatus.COMPROMISED


@pytest.mark.usefixtures("_instance")
def test_a_stranger_rotates_nothing(session: Session, institute: Institute) -> None:
    certifier = make_actor(session, Role.CERTIFIER, institute_id=institute.id)
    email = str(session.get_one(Person, certifier.person_id).email)
    session.rollback()

    for arguments in (
        ["rotate", "seal", "--as", email],
        ["rotate", "log", "--as", email],
        ["rotate", "seal", "--as", email, "--institute", institute.prefix],
    ):
        assert isinstance(CliRunner().invoke(cli.keys, arguments).exception, NotFound)


@pytest.mark.usefixtures("_instance")
def test_a_bought_key_needs_its_chain(administrator: Actor, ring: KeyRing) -> None:
    said = CliRunner().invoke(
        cli.keys, ["rotate", "seal", "--as", "a@b.example", "--key", str(ring.passphrase_file)]
    )

    assert said.exit_code == 2
    assert "go together" in said.output
