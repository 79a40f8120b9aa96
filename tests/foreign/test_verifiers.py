"""What the verifiers of others say of our credentials: Digital Bazaar's, DCC's and jose.

They run unchanged in Node. Their questions to the world are answered by a server on this
machine, and by nothing else.
"""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from nador.certification.credential import contexts, jwt, proof, status
from nador.certification.credential.shape import Issue, credential
from nador.certification.keys.did import PublishedKey, document, identifier, jwks
from nador.certification.keys.signer import Algorithm, FileSigner
from nador.kernel import clock
from tests.certification.credential.papers import (
    TRAPS,
    make_full_facts,
    make_issue,
    make_programme_facts,
)
from tests.conftest import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nador.certification.facts import CertificateFacts

HERE = Path(__file__).parent
HOST = "certs.example.org"
ORIGIN = f"https://{HOST}"
ISSUER = identifier(ORIGIN)
PLACE = 94567
SCHEMA = "purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (HERE / "node_modules").is_dir(), reason="`make test` installs the verifiers"
    ),
]


class _Shelf(BaseHTTPRequestHandler):
    """Hands out what lies on the server's shelf, by host and path."""

    def do_GET(self) -> None:
        found = self.server.shelf.get(self.path)  # type: ignore[attr-defined] # our server has one
        body = json.dumps(found).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None: ...


class _Server(ThreadingHTTPServer):
    shelf: ClassVar[dict[str, Any]] = {}


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    serving = _Server(("127.0.0.1", 0), _Shelf)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    serving.server_close()
    thread.join()


def vocabularies() -> dict[str, Any]:
    """Give what lies on every shelf: the contexts, and the schema where it is here."""
    shelf = {
        f"/{url.removeprefix('https://')}": contexts.load(url)["document"]
        for url in (contexts.CREDENTIALS, contexts.OPEN_BADGES)
    }
    schema = SHARED / "contexts" / "ob_v3p0_achievementcredential_schema.json"
    if schema.exists():
        shelf[f"/{SCHEMA}"] = json.loads(schema.read_bytes())
    return shelf


def ask(server: _Server, signed: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Ask all verifiers about one certificate, by what lies on the shelf."""
    question = {
        "served": f"http://127.0.0.1:{server.server_address[1]}",
        "credential": signed,
        "token": token,
        "issuer": ISSUER,
    }
    answer = subprocess.run(
        ["node", "verify.mjs"],
        cwd=HERE,
        input=json.dumps(question),
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    verdicts: dict[str, Any] = json.loads(answer.stdout)
    return verdicts


@dataclass
class Institute:
    """An issuer with its keys, its status list, and everything that it shows the world."""

    server: _Server
    credentials: FileSigner = field(default_factory=lambda: FileSigner.generate(Algorithm.EDDSA))
    tokens: FileSigner = field(default_factory=lambda: FileSigner.generate(Algorithm.ES256))
    retired: tuple[FileSigner, ...] = ()
    revoked: tuple[int, ...] = ()

    def publish(self) -> None:
        """Put everything where verifiers look for it."""
        signers = [self.credentials, self.tokens, *self.retired]
        keys = [PublishedKey(signer.kid, signer.public) for signer in signers]
        listed = status.sign(
            self.revoked,
            origin=ORIGIN,
            issuer=ISSUER,
            number=1,
            signer=self.credentials,
            now=clock.now() - timedelta(minutes=10),
        )
        shelf = {
            f"/{HOST}/.well-known/did.json": document(ISSUER, keys),
            f"/{HOST}/.well-known/jwks.json": jwks(ISSUER, keys),
            f"/{HOST}/credentials/status/1": listed,
        }
        self.server.shelf.clear()
        self.server.shelf.update(shelf | vocabularies())

    def issue(self, facts: CertificateFacts | None = None) -> tuple[dict[str, Any], str]:
        """Sign a certificate in both forms."""
        written = credential(facts or make_full_facts(), _issue())
        now = clock.now() - timedelta(minutes=5)
        return (
            proof.sign(written, signer=self.credentials, now=now),
            jwt.sign(written, signer=self.tokens),
        )

    def asked(self, signed: Mapping[str, Any], token: str) -> dict[str, Any]:
        """Ask all verifiers about one certificate."""
        self.publish()
        return ask(self.server, signed, token)


def _issue() -> Issue:
    issued_at = clock.now() - timedelta(hours=1)
    return make_issue(origin=ORIGIN, issuer=ISSUER, issued_at=issued_at, status_index=PLACE)


@pytest.fixture
def institute(server: _Server) -> Institute:
    return Institute(server)


def test_valid_credential_is_accepted_by_all(institute: Institute) -> None:
    found = institute.asked(*institute.issue())

    assert found["bazaar"] == {"verified": True, "revoked": False, "errors": []}
    assert found["dcc"]["errors"] == []
    assert found["dcc"]["log"] == {
        "valid_signature": True,
        "expiration": True,
        "revocation_status": True,
        "registered_issuer": False,
    }
    assert found["jose"]["verified"] is True
    assert found["jose"]["name"] == make_full_facts().title.fr


def test_dcc_finds_it_to_be_an_open_badge(institute: Institute) -> None:
    if not SHARED.is_dir():
        pytest.skip("the schema of Open Badges is not here")

    assert institute.asked(*institute.issue())["dcc"]["schema"] == [True]


def test_programme_is_accepted_by_all(institute: Institute) -> None:
    found = institute.asked(*institute.issue(make_programme_facts()))

    assert found["bazaar"] == {"verified": True, "revoked": False, "errors": []}
    assert found["dcc"]["errors"] == []
    assert found["dcc"]["log"]["valid_signature"] is True
    assert found["jose"]["verified"] is True


def test_names_that_look_like_labels_are_accepted_by_all(institute: Institute) -> None:
    name = "".join(TRAPS)

    found = institute.asked(*institute.issue(make_full_facts(holder_latin=name)))

    assert found["bazaar"]["errors"] == []
    assert found["bazaar"]["verified"] is True
    assert found["dcc"]["log"]["valid_signature"] is True
    assert found["jose"]["verified"] is True


def test_tampered_credential_is_refused_by_all(institute: Institute) -> None:
    signed, token = institute.issue()
    signed["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    header, _, signature = token.split(".")
    _, other, _ = institute.issue(make_full_facts(holder_latin="Somebody Else"))[1].split(".")

    found = institute.asked(signed, f"{header}.{other}.{signature}")

    assert found["bazaar"]["verified"] is False
    assert found["dcc"]["errors"] == ["invalid_signature"]
    assert found["jose"] == {"verified": False, "errors": ["ERR_JWS_SIGNATURE_VERIFICATION_FAILED"]}


def test_revoked_credential_is_refused(institute: Institute) -> None:
    institute.revoked = (PLACE,)

    found = institute.asked(*institute.issue())

    assert found["bazaar"] == {"verified": True, "revoked": True, "errors": []}
    assert found["dcc"]["log"]["revocation_status"] is False
    assert found["dcc"]["log"]["valid_signature"] is True
    # A token alone tells nothing of revocation: jose reads no status lists.
    assert found["jose"]["verified"] is True


def test_revoked_neighbour_harms_nobody(institute: Institute) -> None:
    institute.revoked = (PLACE - 1, PLACE + 1, 0, status.SMALLEST - 1)

    found = institute.asked(*institute.issue())

    assert found["bazaar"]["revoked"] is False
    assert found["dcc"]["log"]["revocation_status"] is True


def test_expired_credential_is_refused(institute: Institute) -> None:
    # It ended at midnight: to those who allow for clocks, yesterday's has some minutes left.
    before_yesterday = clock.today() - timedelta(days=2)
    written = credential(
        make_full_facts(expires_on=before_yesterday),
        make_issue(
            origin=ORIGIN,
            issuer=ISSUER,
            issued_at=clock.now() - timedelta(days=30),
            status_index=PLACE,
        ),
    )
    signed = proof.sign(written, signer=institute.credentials, now=clock.now() - timedelta(days=30))

    found = institute.asked(signed, jwt.sign(written, signer=institute.tokens))

    assert found["bazaar"]["verified"] is False
    assert 'is after "validUntil"' in found["bazaar"]["errors"][0]
    assert found["dcc"]["log"]["expiration"] is False
    assert found["jose"] == {"verified": False, "errors": ["ERR_JWT_EXPIRED"]}


def test_retired_key_goes_on_being_accepted(institute: Institute) -> None:
    paper = institute.issue()
    institute.retired = (institute.credentials, institute.tokens)
    institute.credentials = FileSigner.generate(Algorithm.EDDSA)
    institute.tokens = FileSigner.generate(Algorithm.ES256)

    found = institute.asked(*paper)

    assert found["bazaar"] == {"verified": True, "revoked": False, "errors": []}
    assert found["dcc"]["log"]["valid_signature"] is True
    assert found["jose"]["verified"] is True


def test_withdrawn_key_is_refused_by_all(institute: Institute) -> None:
    paper = institute.issue()
    institute.credentials = FileSigner.generate(Algorithm.EDDSA)
    institute.tokens = FileSigner.generate(Algorithm.ES256)

    found = institute.asked(*paper)

    assert found["bazaar"]["verified"] is False
    assert found["dcc"]["errors"] != []
    assert found["jose"] == {"verified": False, "errors": ["ERR_JWKS_NO_MATCHING_KEY"]}
