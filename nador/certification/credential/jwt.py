"""The same credential as one signed token: VC-JWT, ES256.

https://www.imsglobal.org/spec/ob/v3p0#jwt-proof
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from nador.certification.credential.proof import Flaw, NotProven, issuer_of
from nador.certification.keys import did
from nador.certification.keys.signer import Algorithm, algorithm_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nador.certification.keys.signer import Signer

_REGISTERED: Final = ("iss", "jti", "sub", "nbf", "exp")


def sign(document: Mapping[str, Any], *, signer: Signer) -> str:
    """Write a credential without proof as a token; raises KeyUnusable."""
    if signer.algorithm is not Algorithm.ES256:
        raise ValueError(f"a token wants a P-256 key, not {signer.algorithm}")
    header = {
        "alg": Algorithm.ES256.value,
        "kid": did.method_id(issuer_of(document), signer.kid),
        "typ": "JWT",
    }
    said = f"{_packed(header)}.{_packed({**document, **_claims(document)})}"
    return f"{said}.{_base64(signer.sign(said.encode()))}"


def verify(token: str, *, controller: Mapping[str, Any]) -> dict[str, Any]:
    """Give the credential of a token once it is proven to be its issuer's; raises NotProven.

    `controller` is the DID document of the issuer whom the reader trusts.
    """
    try:
        unproven = jws.extract_compact(token.encode())
        header, document = unproven.headers(), json.loads(unproven.payload)
    except (JoseError, ValueError) as problem:
        raise NotProven(Flaw.UNREADABLE) from problem
    if not isinstance(document, dict):
        raise NotProven(Flaw.UNREADABLE)
    if header.get("alg") != Algorithm.ES256:
        raise NotProven(Flaw.OTHER_SUITE)
    if issuer_of(document) != controller.get("id"):
        raise NotProven(Flaw.OTHER_ISSUER)
    try:
        key = did.assertion_key(controller, header.get("kid", ""))
    except ValueError as problem:
        raise NotProven(Flaw.UNKNOWN_KEY) from problem
    if algorithm_of(key) is not Algorithm.ES256:
        raise NotProven(Flaw.UNKNOWN_KEY)
    try:
        jws.deserialize_compact(token, ECKey.import_key(key), algorithms=[Algorithm.ES256.value])  # type: ignore[arg-type] # a P-256 key, see above
    except JoseError as problem:
        raise NotProven(Flaw.ALTERED) from problem
    claims = {name: document.pop(name) for name in _REGISTERED if name in document}
    try:
        agreed = claims == _claims(document)
    except (KeyError, TypeError, ValueError) as problem:
        raise NotProven(Flaw.UNREADABLE) from problem
    if not agreed:
        raise NotProven(Flaw.ALTERED)
    return document


def _claims(document: Mapping[str, Any]) -> dict[str, Any]:
    """Say again in the words of tokens who issued what to whom, and for how long."""
    until = document.get("validUntil")
    return {
        "iss": issuer_of(document),
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _seconds(document["validFrom"]),
        **({"exp": _seconds(until)} if until else {}),
    }


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def _packed(said: Mapping[str, Any]) -> str:
    return _base64(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
