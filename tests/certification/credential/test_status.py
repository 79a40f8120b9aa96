"""One bit tells whether a credential is revoked, and the list is its issuer's."""

from __future__ import annotations

import base64
import gzip
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.certification.credential import proof, status
from nador.certification.credential.proof import Flaw, NotProven
from nador.certification.credential.status import SMALLEST, NotCurrent, encode, is_set, places_of
from nador.certification.keys.signer import Algorithm, FileSigner
from tests.certification.credential.papers import (
    DID,
    NOW,
    ORIGIN,
    make_credential,
    published,
)

KEY = FileSigner.generate(Algorithm.EDDSA)
CONTROLLER = published(KEY)
PLACE = 94567


def make_list(*revoked: int, **said: Any) -> dict[str, Any]:
    plausible = {"origin": ORIGIN, "issuer": DID, "number": 1, "signer": KEY, "now": NOW}
    return status.sign(revoked, **{**plausible, **said})


def is_revoked(status_list: dict[str, Any], **said: Any) -> bool:
    plausible = {"controller": CONTROLLER, "now": NOW}
    return status.is_revoked(make_credential(), status_list, **{**plausible, **said})


@given(st.sets(st.integers(0, 1023)))
def test_list_tells_exactly_what_was_marked(revoked: set[int]) -> None:
    encoded = encode(revoked, size=1024)

    assert {index for index in range(1024) if is_set(encoded, index)} == revoked
    assert places_of(encoded) == revoked


def test_first_place_is_the_most_significant_bit() -> None:
    encoded = encode([0, 9])
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=="))

    assert encoded.startswith("uH4sI")
    assert len(bits) * 8 == SMALLEST
    assert bits[:3] == bytes([0b1000_0000, 0b0100_0000, 0])


def test_equal_lists_are_equal_bytes() -> None:
    assert encode([1, 2]) == encode([2, 1])


@pytest.mark.parametrize("index", [-1, SMALLEST])
def test_there_is_no_place_outside(index: int) -> None:
    with pytest.raises(ValueError, match="no place"):
        encode([index])
    with pytest.raises(ValueError, match="no place"):
        is_set(encode([]), index)


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param("", id="empty"),
        pytest.param("H4sIAAAA", id="no multibase"),
        pytest.param("uAAAA", id="not packed"),
        pytest.param(encode([])[:-6], id="cut off"),
        pytest.param(
            "u" + base64.urlsafe_b64encode(gzip.compress(bytes(2**25))).decode().rstrip("="),
            id="a bomb",
        ),
    ],
)
def test_what_is_no_list_is_refused(encoded: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        is_set(encoded, 0)


def test_credential_is_revoked_when_its_place_is_marked() -> None:
    assert not is_revoked(make_list(PLACE - 1, PLACE + 1))
    assert is_revoked(make_list(PLACE))


def test_list_is_good_for_a_week() -> None:
    signed = make_list()

    assert signed["validUntil"] == "2026-12-04T09:30:00Z"
    assert not is_revoked(signed, now=NOW + timedelta(days=7))
    with pytest.raises(NotCurrent):
        is_revoked(signed, now=NOW + timedelta(days=7, seconds=1))
    with pytest.raises(NotCurrent):
        is_revoked(signed, now=NOW - timedelta(seconds=1))


def test_altered_list_is_not_believed() -> None:
    signed = make_list(PLACE)
    signed["credentialSubject"]["encodedList"] = encode([])

    with pytest.raises(NotProven) as refusal:
        is_revoked(signed)
    assert refusal.value.flaw is Flaw.ALTERED


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"number": 2}, id="another list"),
        pytest.param({"size": 1024}, id="a list too small to have the place"),
    ],
)
def test_list_of_others_tells_nothing(said: dict[str, Any]) -> None:
    with pytest.raises(NotProven) as refusal:
        is_revoked(make_list(**said))
    assert refusal.value.flaw is Flaw.UNREADABLE


def test_list_for_another_purpose_tells_nothing() -> None:
    unsigned = {key: value for key, value in make_list(PLACE).items() if key != "proof"}
    unsigned["credentialSubject"] = {
        **unsigned["credentialSubject"],
        "statusPurpose": "suspension",
    }

    with pytest.raises(NotProven):
        is_revoked(proof.sign(unsigned, signer=KEY, now=NOW))
