"""An institute's public keys, as the world looks them up: did:web and JWKS.

https://w3c-ccg.github.io/did-method-web/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from nador.certification.keys import multikey
from nador.certification.keys.multikey import PublicKey
from nador.certification.keys.signer import Algorithm, algorithm_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_CONTEXT = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]


class UnknownKey(ValueError):
    """The issuer has no such key to assert with."""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key that certificates were signed with, still in use or retired.

    A compromised one is not published: nothing that it signed is believed any more.
    """

    kid: str
    public: PublicKey


def identifier(origin: str, *path: str) -> str:
    """Name whoever answers for an address: https://a.example:8443 is did:web:a.example%3A8443."""
    host = urlsplit(origin).netloc.replace(":", "%3A")
    return ":".join(["did:web", host, *path])


def method_id(did: str, kid: str) -> str:
    """Name one key of an issuer."""
    return f"{did}#{kid}"


def document(did: str, keys: Iterable[PublishedKey]) -> dict[str, Any]:
    """Write the document that a did:web resolves to: Ed25519 as Multikey, P-256 as JsonWebKey.

    Retired keys stay, and go on asserting: certificates outlive the keys that signed them.
    """
    methods = [_method(did, key) for key in keys]
    return {
        "@context": _CONTEXT,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def jwks(did: str, keys: Iterable[PublishedKey]) -> dict[str, Any]:
    """Write the same keys as a JSON Web Key Set."""
    return {"keys": [_jwk(did, key) for key in keys]}


def assertion_key(document: Mapping[str, Any], method: str) -> PublicKey:
    """Find the key that a document's owner asserts with under this name; raises UnknownKey."""
    if method not in document.get("assertionMethod", ()):
        raise UnknownKey(method)
    for one in document.get("verificationMethod", ()):
        if one.get("id") == method and one.get("controller") == document.get("id"):
            return _public(one)
    raise UnknownKey(method)


def _method(did: str, key: PublishedKey) -> dict[str, Any]:
    name = {"id": method_id(did, key.kid), "controller": did}
    if algorithm_of(key.public) is Algorithm.EDDSA:
        return {**name, "type": "Multikey", "publicKeyMultibase": multikey.encode(key.public)}
    return {**name, "type": "JsonWebKey", "publicKeyJwk": _jwk(did, key)}


def _jwk(did: str, key: PublishedKey) -> dict[str, Any]:
    algorithm = algorithm_of(key.public)
    kind = OKPKey if algorithm is Algorithm.EDDSA else ECKey
    said = kind.import_key(key.public).as_dict(private=False)  # type: ignore[arg-type] # each takes its own kind
    return {**said, "kid": method_id(did, key.kid), "alg": algorithm.value, "use": "sig"}


def _public(method: Mapping[str, Any]) -> PublicKey:
    match method:
        case {"type": "Multikey", "publicKeyMultibase": str(text)}:
            return multikey.decode(text)
        case {"type": "JsonWebKey", "publicKeyJwk": {"kty": "EC", "crv": "P-256"} as jwk}:
            return _point(jwk)
        case _:
            raise UnknownKey(method.get("id"))


def _point(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        public: PublicKey = ECKey.import_key(dict(jwk)).public_key
    except (JoseError, KeyError, TypeError) as problem:
        raise UnknownKey("half a key") from problem
    return public
