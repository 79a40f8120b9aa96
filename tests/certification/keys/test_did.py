"""An institute's keys are found under its name, in both of the forms that the world reads."""

from __future__ import annotations

from typing import Any

import pytest

from nador.certification.keys.did import (
    PublishedKey,
    UnknownKey,
    assertion_key,
    document,
    identifier,
    jwks,
    method_id,
)
from nador.certification.keys.signer import Algorithm, FileSigner

DID = "did:web:certs.example.org"
CREDENTIALS = FileSigner.generate(Algorithm.EDDSA)
TOKENS = FileSigner.generate(Algorithm.ES256)
KEYS = [PublishedKey(signer.kid, signer.public) for signer in (CREDENTIALS, TOKENS)]


@pytest.mark.parametrize(
    ("origin", "path", "expected"),
    [
        ("https://certs.example.org", (), "did:web:certs.example.org"),
        ("https://certs.example.org:8443", (), "did:web:certs.example.org%3A8443"),
        ("http://127.0.0.1:8000", (), "did:web:127.0.0.1%3A8000"),
        ("https://certs.example.org", ("institutes", "ndr"), f"{DID}:institutes:ndr"),
    ],
)
def test_issuer_is_named_by_its_address(origin: str, path: tuple[str, ...], expected: str) -> None:
    assert identifier(origin, *path) == expected


def test_document_names_every_key_once_and_lets_it_assert() -> None:
    said = document(DID, KEYS)

    assert said["id"] == DID
    assert said["assertionMethod"] == [method_id(DID, key.kid) for key in KEYS]
    assert [method["id"] for method in said["verificationMethod"]] == said["assertionMethod"]
    assert [method["type"] for method in said["verificationMethod"]] == ["Multikey", "JsonWebKey"]
    assert {method["controller"] for method in said["verificationMethod"]} == {DID}


@pytest.mark.parametrize("signer", [CREDENTIALS, TOKENS], ids=["Multikey", "JsonWebKey"])
def test_key_comes_back_from_the_document(signer: FileSigner) -> None:
    assert assertion_key(document(DID, KEYS), method_id(DID, signer.kid)) == signer.public


def test_key_set_has_public_halves_only() -> None:
    said = jwks(DID, KEYS)["keys"]

    assert [(key["kty"], key["crv"], key["alg"]) for key in said] == [
        ("OKP", "Ed25519", "EdDSA"),
        ("EC", "P-256", "ES256"),
    ]
    assert [key["kid"] for key in said] == [method_id(DID, key.kid) for key in KEYS]
    assert not any("d" in key for key in said)


@pytest.mark.parametrize(
    "method",
    [
        pytest.param({"type": "Multikey"}, id="no key"),
        pytest.param({"type": "Multikey", "publicKeyMultibase": "z6Mk"}, id="no Multikey"),
        pytest.param({"type": "Other", "publicKeyMultibase": CREDENTIALS.kid}, id="other form"),
        pytest.param({"type": "JsonWebKey", "publicKeyJwk": {"kty": "RSA"}}, id="RSA"),
        pytest.param(
            {"type": "JsonWebKey", "publicKeyJwk": {"kty": "EC", "crv": "P-256", "x": "AA"}},
            id="half a key",
        ),
        pytest.param(
            {
                "type": "JsonWebKey",
                "publicKeyJwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            },
            id="a point off the curve",
        ),
    ],
)
def test_what_is_no_key_of_ours_is_refused(method: dict[str, Any]) -> None:
    name = f"{DID}#key"
    said = {
        "id": DID,
        "assertionMethod": [name],
        "verificationMethod": [{**method, "id": name, "controller": DID}],
    }

    with pytest.raises(ValueError, match=r".+"):
        assertion_key(said, name)


def test_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownKey):
        assertion_key(document(DID, KEYS), f"{DID}#other")


def test_key_that_may_assert_but_is_not_shown_is_refused() -> None:
    said = {**document(DID, KEYS), "verificationMethod": []}

    with pytest.raises(UnknownKey):
        assertion_key(said, method_id(DID, CREDENTIALS.kid))
