"""A signed credential is believed word for word, and from its issuer only."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from nador.certification.credential import proof
from nador.certification.credential.canonical import Unsignable
from nador.certification.credential.proof import Flaw, NotProven
from nador.certification.keys.signer import Algorithm, FileSigner
from tests.certification.credential.papers import (
    DID,
    NOW,
    changed,
    leaves,
    make_credential,
    published,
)

KEY = FileSigner.generate(Algorithm.EDDSA)
OTHER = FileSigner.generate(Algorithm.EDDSA)
TOKENS = FileSigner.generate(Algorithm.ES256)
SIGNED = proof.sign(make_credential(), signer=KEY, now=NOW)
CONTROLLER = published(KEY, TOKENS)


def flaw_of(document: dict[str, Any], controller: dict[str, Any] = CONTROLLER) -> Flaw:
    with pytest.raises(NotProven) as refusal:
        proof.verify(document, controller=controller)
    return refusal.value.flaw


def with_proof(**said: Any) -> dict[str, Any]:
    return {**SIGNED, "proof": [{**SIGNED["proof"][0], **said}]}


def test_signed_credential_is_proven() -> None:
    proof.verify(SIGNED, controller=CONTROLLER)

    assert SIGNED["proof"][0] | {"proofValue": ""} == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-27T09:30:00Z",
        "verificationMethod": f"{DID}#{KEY.kid}",
        "proofPurpose": "assertionMethod",
        "proofValue": "",
    }


def test_order_of_what_is_said_does_not_matter() -> None:
    proof.verify(dict(reversed(SIGNED.items())), controller=CONTROLLER)


def test_one_proof_without_a_list_is_proven_too() -> None:
    proof.verify({**SIGNED, "proof": SIGNED["proof"][0]}, controller=CONTROLLER)


def test_signing_changes_nothing_of_the_document() -> None:
    document = make_credential()
    before = copy.deepcopy(document)

    proof.sign(document, signer=KEY, now=NOW)

    assert document == before


@pytest.mark.parametrize("path", list(leaves(SIGNED)), ids=lambda path: ".".join(map(str, path)))
def test_no_leaf_can_be_altered(path: tuple[Any, ...]) -> None:
    flaw_of(changed(SIGNED, path))


def test_nothing_can_be_added() -> None:
    assert flaw_of({**SIGNED, "description": "and more"}) is Flaw.ALTERED
    assert flaw_of({**SIGNED, "unheardOf": "and more"}) is Flaw.UNREADABLE


def test_nothing_can_be_taken_away() -> None:
    document = {key: value for key, value in SIGNED.items() if key != "credentialStatus"}

    assert flaw_of(document) is Flaw.ALTERED


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(make_credential(), Flaw.NO_PROOF, id="unsigned"),
        pytest.param({**SIGNED, "proof": []}, Flaw.NO_PROOF, id="empty"),
        pytest.param({**SIGNED, "proof": SIGNED["proof"] * 2}, Flaw.NO_PROOF, id="two proofs"),
        pytest.param({**SIGNED, "proof": "zzz"}, Flaw.NO_PROOF, id="a text"),
        pytest.param(with_proof(proofValue=7), Flaw.NO_PROOF, id="a number"),
        pytest.param(with_proof(created=None), Flaw.NO_PROOF, id="no time"),
        pytest.param(with_proof(cryptosuite="eddsa-jcs-2022"), Flaw.OTHER_SUITE, id="jcs"),
        pytest.param(with_proof(type="Ed25519Signature2020"), Flaw.OTHER_SUITE, id="2020"),
        pytest.param(with_proof(proofPurpose="authentication"), Flaw.OTHER_SUITE, id="purpose"),
        pytest.param(with_proof(domain="a.example"), Flaw.OTHER_SUITE, id="more than we know"),
        pytest.param(with_proof(proofValue="z0OIl"), Flaw.ALTERED, id="not base58"),
        pytest.param(with_proof(proofValue="z"), Flaw.ALTERED, id="no signature"),
        pytest.param(
            with_proof(verificationMethod=f"{DID}#{OTHER.kid}"), Flaw.UNKNOWN_KEY, id="foreign key"
        ),
        pytest.param(
            with_proof(verificationMethod=f"{DID}#{TOKENS.kid}"),
            Flaw.UNKNOWN_KEY,
            id="a key of another kind",
        ),
        pytest.param(
            {**SIGNED, "issuer": "did:web:evil.example"}, Flaw.OTHER_ISSUER, id="foreign issuer"
        ),
        pytest.param({**SIGNED, "issuer": 7}, Flaw.OTHER_ISSUER, id="no issuer"),
        pytest.param({**SIGNED, "@context": None}, Flaw.UNREADABLE, id="no vocabulary"),
    ],
)
def test_reasons_not_to_believe(document: dict[str, Any], expected: Flaw) -> None:
    assert flaw_of(document) is expected


def test_retired_key_goes_on_proving() -> None:
    proof.verify(SIGNED, controller=published(OTHER, KEY))


def test_withdrawn_key_proves_nothing() -> None:
    assert flaw_of(SIGNED, published(OTHER)) is Flaw.UNKNOWN_KEY


def test_key_must_be_there_to_assert() -> None:
    assert flaw_of(SIGNED, {**CONTROLLER, "assertionMethod": []}) is Flaw.UNKNOWN_KEY


def test_key_must_be_the_issuer_s_own() -> None:
    borrowed = copy.deepcopy(CONTROLLER)
    borrowed["verificationMethod"][0]["controller"] = "did:web:evil.example"

    assert flaw_of(SIGNED, borrowed) is Flaw.UNKNOWN_KEY


def test_time_of_signing_is_signed() -> None:
    later = proof.sign(make_credential(), signer=KEY, now=NOW + timedelta(seconds=1))

    assert later["proof"][0]["proofValue"] != SIGNED["proof"][0]["proofValue"]


def test_key_of_another_kind_cannot_sign() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        proof.sign(make_credential(), signer=TOKENS, now=NOW)


def test_what_cannot_be_covered_is_not_signed() -> None:
    with pytest.raises(Unsignable):
        proof.sign({**make_credential(), "unheardOf": "x"}, signer=KEY, now=NOW)
