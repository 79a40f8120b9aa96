"""Public keys as one word: Multikey, base58 with its multicodec prefix.

https://www.w3.org/TR/cid-1.0/#Multikey
"""

from __future__ import annotations

import base58
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey = ec.EllipticCurvePublicKey | Ed25519PublicKey

_ED25519 = b"\xed\x01"
_P256 = b"\x80\x24"


def encode(key: PublicKey) -> str:
    """Write a public key: z6Mk… is Ed25519, zDn… is P-256."""
    if isinstance(key, Ed25519PublicKey):
        raw = _ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        raw = _P256 + key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return "z" + base58.b58encode(raw).decode()


def decode(text: str) -> PublicKey:
    """Read a public key back; raises ValueError for anything that is none of the two kinds."""
    if not text.startswith("z"):
        raise ValueError("a Multikey begins with z")
    raw = base58.b58decode(text[1:])
    kind, point = raw[:2], raw[2:]
    if kind == _ED25519:
        return Ed25519PublicKey.from_public_bytes(point)
    if kind == _P256:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    raise ValueError("neither an Ed25519 nor a P-256 key")
