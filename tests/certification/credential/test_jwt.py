"""The token says what the credential says, and is believed from its issuer only."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet, OctKey

from nador.certification.credential import jwt
from nador.certification.credential.proof import Flaw, NotProven
from nador.certification.keys.did import PublishedKey, jwks
from nador.certification.keys.signer import Algorithm, FileSigner
from tests.certification.credential.papers import DID, TRAPS, make_credential, published

KEY = FileSigner.generate(Algorithm.ES256)
OTHER = FileSigner.generate(Algorithm.ES256)
CREDENTIALS = FileSigner.generate(Algorithm.EDDSA)
CONTROLLER = published(CREDENTIALS, KEY)
CREDENTIAL = make_credential({"expires_on": date(2028, 11, 27)})
TOKEN = jwt.sign(CREDENTIAL, signer=KEY)


def unpacked(part: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return said


def packed(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def signed(header: dict[str, Any], said: dict[str, Any], signer: FileSigner = KEY) -> str:
    body = f"{packed(header)}.{packed(said)}"
    signature = base64.urlsafe_b64encode(signer.sign(body.encode())).rstrip(b"=").decode()
    return f"{body}.{signature}"


def flaw_of(token: str, controller: dict[str, Any] = CONTROLLER) -> Flaw:
    with pytest.raises(NotProven) as refusal:
        jwt.verify(token, controller=controller)
    return refusal.value.flaw


HEADER = unpacked(TOKEN.split(".")[0])
PAYLOAD = unpacked(TOKEN.split(".")[1])


def test_token_gives_the_credential_back() -> None:
    assert jwt.verify(TOKEN, controller=CONTROLLER) == CREDENTIAL


def test_token_says_what_tokens_say() -> None:
    assert {"alg": "ES256", "kid": f"{DID}#{KEY.kid}", "typ": "JWT"} == HEADER
    assert (
        CREDENTIAL
        | {
            "iss": DID,
            "jti": CREDENTIAL["id"],
            "sub": CREDENTIAL["credentialSubject"]["id"],
            "nbf": 1795771800,
            "exp": 1858982399,
        }
        == PAYLOAD
    )
    assert "exp" not in unpacked(jwt.sign(make_credential(), signer=KEY).split(".")[1])


def test_anybody_with_the_key_set_can_check_it() -> None:
    keys = KeySet.import_key_set(jwks(DID, [PublishedKey(KEY.kid, KEY.public)]))  # type: ignore[arg-type] # a key set

    assert json.loads(jws.deserialize_compact(TOKEN, keys).payload) == PAYLOAD


@pytest.mark.parametrize("name", TRAPS, ids=ascii)
def test_any_name_comes_back(name: str) -> None:
    document = make_credential({"holder_latin": name})

    assert jwt.verify(jwt.sign(document, signer=KEY), controller=CONTROLLER) == document


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        pytest.param("", Flaw.UNREADABLE, id="empty"),
        pytest.param("a.b.c", Flaw.UNREADABLE, id="no token"),
        pytest.param(TOKEN + ".x", Flaw.UNREADABLE, id="more parts"),
        pytest.param("é" + TOKEN, Flaw.UNREADABLE, id="not ASCII"),
        pytest.param(signed(HEADER, []), Flaw.UNREADABLE, id="no document"),  # type: ignore[arg-type] # that is the point
        pytest.param(signed(HEADER, {}), Flaw.OTHER_ISSUER, id="nothing said"),
        pytest.param(
            ".".join([packed(HEADER), packed(PAYLOAD | {"name": "x"}), TOKEN.split(".")[2]]),
            Flaw.ALTERED,
            id="altered",
        ),
        pytest.param(TOKEN.rsplit(".", 1)[0] + ".", Flaw.ALTERED, id="no signature"),
        pytest.param(signed(HEADER | {"alg": "none"}, PAYLOAD), Flaw.OTHER_SUITE, id="none"),
        pytest.param(signed(HEADER | {"alg": "HS256"}, PAYLOAD), Flaw.OTHER_SUITE, id="HS256"),
        pytest.param(signed(HEADER, PAYLOAD, OTHER), Flaw.ALTERED, id="foreign key, our name"),
        pytest.param(jwt.sign(CREDENTIAL, signer=OTHER), Flaw.UNKNOWN_KEY, id="foreign key"),
        pytest.param(
            signed(HEADER | {"kid": f"{DID}#{CREDENTIALS.kid}"}, PAYLOAD),
            Flaw.UNKNOWN_KEY,
            id="a key of another kind",
        ),
        pytest.param(
            signed(HEADER | {"kid": 7}, PAYLOAD), Flaw.UNKNOWN_KEY, id="a key that is none"
        ),
        pytest.param(
            signed(HEADER, PAYLOAD | {"issuer": "did:web:evil.example"}),
            Flaw.OTHER_ISSUER,
            id="foreign issuer",
        ),
        pytest.param(
            signed(HEADER, PAYLOAD | {"exp": PAYLOAD["exp"] + 1}), Flaw.ALTERED, id="two validities"
        ),
        pytest.param(
            signed(HEADER, {"issuer": DID}), Flaw.UNREADABLE, id="a document that says too little"
        ),
    ],
)
def test_reasons_not_to_believe(token: str, expected: Flaw) -> None:
    assert flaw_of(token) is expected


def test_public_key_is_no_secret() -> None:
    """The old trick: the public key taken for the secret of an HMAC."""
    secret = OctKey.import_key(json.dumps(jwks(DID, [PublishedKey(KEY.kid, KEY.public)])))
    forged = jws.serialize_compact(
        {"alg": "HS256", "kid": HEADER["kid"]}, json.dumps(PAYLOAD), secret
    )

    assert flaw_of(forged) is Flaw.OTHER_SUITE


def test_retired_key_goes_on_proving() -> None:
    assert jwt.verify(TOKEN, controller=published(OTHER, KEY)) == CREDENTIAL


def test_key_of_another_kind_cannot_sign() -> None:
    with pytest.raises(ValueError, match="P-256"):
        jwt.sign(CREDENTIAL, signer=CREDENTIALS)
