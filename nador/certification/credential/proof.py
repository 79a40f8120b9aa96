"""The credential's own signature: Data Integrity, eddsa-rdfc-2022.

The only suite that the verifiers of others all accept.
https://www.w3.org/TR/vc-di-eddsa/
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import base58

from nador.certification.credential import canonical
from nador.certification.keys import did
from nador.certification.keys.signer import Algorithm, algorithm_of, is_signed
from nador.kernel.clock import instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nador.certification.keys.signer import Signer

CRYPTOSUITE: Final = "eddsa-rdfc-2022"


class Flaw(StrEnum):
    """Why a signature proves nothing."""

    NO_PROOF = "no_proof"
    OTHER_SUITE = "other_suite"
    OTHER_ISSUER = "other_issuer"
    UNKNOWN_KEY = "unknown_key"
    UNREADABLE = "unreadable"
    ALTERED = "altered"


class NotProven(Exception):
    """The document is not proven to be its issuer's; `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


def sign(document: Mapping[str, Any], *, signer: Signer, now: datetime) -> dict[str, Any]:
    """Add the issuer's proof to a document that has none; raises Unsignable, KeyUnusable."""
    if signer.algorithm is not Algorithm.EDDSA:
        raise ValueError(f"{CRYPTOSUITE} wants an Ed25519 key, not {signer.algorithm}")
    method = did.method_id(issuer_of(document), signer.kid)
    options = _options(created=instant(now), method=method)
    signed = signer.sign(_hash_data(document, options))
    # `proof` is a list: the schema of Open Badges wants one.
    return {
        **document,
        "proof": [{**options, "proofValue": "z" + base58.b58encode(signed).decode()}],
    }


def verify(document: Mapping[str, Any], *, controller: Mapping[str, Any]) -> None:
    """Make sure that a document is its issuer's, word for word; raises NotProven.

    `controller` is the DID document of the issuer whom the reader trusts.
    """
    said = dict(document)
    options, signature = _taken_off(said)
    if issuer_of(document) != controller.get("id"):
        raise NotProven(Flaw.OTHER_ISSUER)
    try:
        key = did.assertion_key(controller, options["verificationMethod"])
    except ValueError as problem:
        raise NotProven(Flaw.UNKNOWN_KEY) from problem
    if algorithm_of(key) is not Algorithm.EDDSA:
        raise NotProven(Flaw.UNKNOWN_KEY)
    try:
        signed = _hash_data(said, options)
    except canonical.Unsignable as problem:
        raise NotProven(Flaw.UNREADABLE) from problem
    if not is_signed(key, signature, signed):
        raise NotProven(Flaw.ALTERED)


def issuer_of(document: Mapping[str, Any]) -> str:
    """Tell who says that they issued a document; empty when it does not say."""
    issuer = document.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    return named if isinstance(named, str) else ""


def _options(*, created: str, method: str) -> dict[str, str]:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def _taken_off(said: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Take the one proof off a document: its options, and the signature."""
    match said.pop("proof", None):
        case [dict(proof)] | dict(proof):
            options = dict(proof)
        case _:
            raise NotProven(Flaw.NO_PROOF)
    value = options.pop("proofValue", None)
    created, method = options.get("created"), options.get("verificationMethod")
    # Nothing else may stand in a proof: what we do not understand, we do not vouch for.
    if options != _options(created=created, method=method):  # type: ignore[arg-type] # compared only
        raise NotProven(Flaw.OTHER_SUITE)
    if not (isinstance(value, str) and isinstance(created, str) and isinstance(method, str)):
        raise NotProven(Flaw.NO_PROOF)
    try:
        return options, base58.b58decode(value.removeprefix("z"))
    except ValueError as problem:
        raise NotProven(Flaw.ALTERED) from problem


def _hash_data(document: Mapping[str, Any], options: Mapping[str, str]) -> bytes:
    context = document.get("@context")
    if not isinstance(context, list) or not all(isinstance(url, str) for url in context):
        raise canonical.Unsignable("the vocabulary must be a list of addresses")
    return _options_hash(
        tuple(context), options["created"], options["verificationMethod"]
    ) + canonical.digest(document)


@lru_cache(maxsize=64)
def _options_hash(context: tuple[str, ...], created: str, method: str) -> bytes:
    """Hash a proof's options: the same for all that one key signs in one second."""
    return canonical.digest({"@context": list(context), **_options(created=created, method=method)})
