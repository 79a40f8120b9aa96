"""Which credentials are revoked: one bit each, in a signed list that tells nobody's name.

https://www.w3.org/TR/vc-bitstring-status-list/
"""

from __future__ import annotations

import gzip
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from nador.certification.credential import contexts, proof
from nador.certification.credential.proof import Flaw, NotProven
from nador.certification.credential.shape import status_list_url
from nador.certification.rules import SMALLEST_LIST
from nador.kernel.clock import instant

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nador.certification.keys.signer import Signer

SMALLEST: Final = SMALLEST_LIST
VALIDITY: Final = timedelta(days=7)
_ONE: Final = ord("1")
_LARGEST_BYTES: Final = 2**24


class NotCurrent(Exception):
    """The list is not valid now: a newer one has to be fetched."""


def encode(revoked: Collection[int], *, size: int = SMALLEST) -> str:
    """Pack the list: index 0 is the most significant bit of the first byte."""
    if revoked and not 0 <= min(revoked) <= max(revoked) < size:
        raise ValueError(f"a list of {size} has no place {min(revoked)}, or {max(revoked)}")
    if size % 8:
        raise ValueError("a list is made of whole bytes")
    # A digit for each place, read as one number: four times faster than bit by bit.
    digits = bytearray(b"0" * size)
    for index in revoked:
        digits[index] = _ONE
    bits = int(digits, 2).to_bytes(size // 8)
    # Without a time stamp, and at one level, equal lists are equal bytes.
    packed = gzip.compress(bits, compresslevel=6, mtime=0)
    return "u" + urlsafe_b64encode(packed).rstrip(b"=").decode()


def is_set(encoded: str, index: int) -> bool:
    """Whether a place of a packed list is marked; raises ValueError where there is no such place."""
    bits = bits_of(encoded)
    if not 0 <= index < len(bits) * 8:
        raise ValueError(f"the list has no place {index}")
    return bool(bits[index >> 3] & (0x80 >> (index & 7)))


def sign(
    revoked: Collection[int],
    *,
    origin: str,
    issuer: str,
    number: int,
    size: int = SMALLEST,
    signer: Signer,
    now: datetime,
) -> dict[str, Any]:
    """Write and sign a status list, good for a week; raises KeyUnusable."""
    where = status_list_url(origin, number)
    document = {
        "@context": [contexts.CREDENTIALS],
        "id": where,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": instant(now),
        "validUntil": instant(now + VALIDITY),
        "credentialSubject": {
            "id": f"{where}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode(revoked, size=size),
        },
    }
    return proof.sign(document, signer=signer, now=now)


def is_revoked(
    credential: Mapping[str, Any],
    status_list: Mapping[str, Any],
    *,
    controller: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Look a credential up in its issuer's list; raises NotProven, NotCurrent."""
    proof.verify(status_list, controller=controller)
    match credential.get("credentialStatus"), status_list:
        case (
            {
                "statusPurpose": str(purpose),
                "statusListIndex": str(place),
                "statusListCredential": where,
            },
            {
                "id": named,
                "validFrom": str(start),
                "validUntil": str(end),
                "credentialSubject": {"statusPurpose": served, "encodedList": str(encoded)},
            },
        ) if where == named and purpose == served:
            pass
        case _:
            raise NotProven(Flaw.UNREADABLE)
    try:
        if not datetime.fromisoformat(start) <= now <= datetime.fromisoformat(end):
            raise NotCurrent
        return is_set(encoded, int(place))
    except (ValueError, TypeError) as problem:
        raise NotProven(Flaw.UNREADABLE) from problem


def places_of(encoded: str) -> set[int]:
    """List the places of a packed list that are marked; raises ValueError for what is none."""
    return {
        at * 8 + bit
        for at, byte in enumerate(bits_of(encoded))
        if byte
        for bit in range(8)
        if byte & (0x80 >> bit)
    }


def bits_of(encoded: str) -> bytes:
    """Unpack a list; raises ValueError for what is none."""
    if not encoded.startswith("u"):
        raise ValueError("a packed list begins with u")
    packed = urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
    unpacker = zlib.decompressobj(wbits=31)
    try:
        bits = unpacker.decompress(packed, _LARGEST_BYTES)
    except zlib.error as problem:
        raise ValueError("not a packed list") from problem
    if not unpacker.eof:
        raise ValueError("a list too large, or cut off")
    return bits
