"""Who signs: one private key, wherever it is kept."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from nador.certification.keys import multikey

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.x509 import Certificate

    from nador.certification.keys.multikey import PublicKey

PrivateKey = ec.EllipticCurvePrivateKey | Ed25519PrivateKey

_HALF = 32
"""Bytes of r, and of s, of a P-256 signature."""


class Algorithm(StrEnum):
    """The two ways to sign, by their JOSE names."""

    ES256 = "ES256"
    """ECDSA on P-256 with SHA-256: seals and tokens."""
    EDDSA = "EdDSA"
    """Ed25519: credentials, status lists and the log."""


class KeyUnusable(Exception):
    """A key is lost, wrong, or does not open: nothing can be signed until somebody sees to it."""


class AuthorityAway(OSError):
    """Whoever is to vouch for the time of a signature does not answer."""


class Signer(Protocol):
    """A private key that signs, and what the world knows of it."""

    @property
    def kid(self) -> str:
        """The key's name: its public half as a Multikey, so that no two are named alike."""

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def public(self) -> PublicKey: ...

    @property
    def certificate_chain(self) -> tuple[Certificate, ...]:
        """The key's own certificate first, the root last; empty where nothing needs one."""

    def sign(self, data: bytes) -> bytes:
        """Sign the data itself, not its hash: 64 bytes, for ES256 r and s side by side.

        `to_der` turns the latter into what X.509 and CMS want. Raises KeyUnusable.
        """


class FileSigner:
    """A key held in memory, from a PKCS#8 file that a passphrase locks."""

    def __init__(
        self, private: PrivateKey, *, certificate_chain: tuple[Certificate, ...] = ()
    ) -> None:
        self._private = private
        self.public: PublicKey = private.public_key()
        self.algorithm = algorithm_of(self.public)
        self.kid = multikey.encode(self.public)
        self.certificate_chain = certificate_chain

    @classmethod
    def generate(cls, algorithm: Algorithm) -> FileSigner:
        """Make a new key."""
        if algorithm is Algorithm.EDDSA:
            return cls(Ed25519PrivateKey.generate())
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(
        cls, path: Path, *, passphrase: bytes, certificate_chain: tuple[Certificate, ...] = ()
    ) -> FileSigner:
        """Open a key's file; raises KeyUnusable when it is lost, foreign or does not open."""
        try:
            content = path.read_bytes()
        except OSError as problem:
            raise KeyUnusable(f"{path} cannot be read: {problem.strerror}") from problem
        return cls.read(
            content, passphrase=passphrase, certificate_chain=certificate_chain, name=str(path)
        )

    @classmethod
    def read(
        cls,
        pem: bytes,
        *,
        passphrase: bytes | None,
        certificate_chain: tuple[Certificate, ...] = (),
        name: str = "the key's file",
    ) -> FileSigner:
        """Open a key in PEM; raises KeyUnusable when it is foreign or does not open."""
        try:
            private = load_pem_private_key(pem, passphrase)
        except (ValueError, TypeError) as problem:
            raise KeyUnusable(f"{name} does not open with the passphrase") from problem
        if not isinstance(private, PrivateKey):
            raise KeyUnusable(f"{name} is neither an Ed25519 nor a P-256 key")
        try:
            return cls(private, certificate_chain=certificate_chain)
        except ValueError as problem:
            raise KeyUnusable(f"{name}: {problem}") from problem

    def save(self, path: Path, *, passphrase: bytes) -> None:
        """Write the key where only the owner of the process reads it; never over another."""
        pem = self._private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())

    @property
    def private(self) -> PrivateKey:
        """The key itself: a root certifies with it."""
        return self._private

    def sign(self, data: bytes) -> bytes:
        """Sign the data itself; see `Signer.sign`."""
        if isinstance(self._private, Ed25519PrivateKey):
            return self._private.sign(data)
        return from_der(self._private.sign(data, ec.ECDSA(SHA256())))


def algorithm_of(key: PublicKey) -> Algorithm:
    """Tell how a key signs; raises ValueError for a curve other than P-256."""
    if isinstance(key, Ed25519PublicKey):
        return Algorithm.EDDSA
    if key.curve.name != ec.SECP256R1.name:
        raise ValueError(f"a key on {key.curve.name} signs nothing here")
    return Algorithm.ES256


def is_signed(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether the key's owner signed exactly this."""
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, data)
        else:
            key.verify(to_der(signature), data, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def to_der(signature: bytes) -> bytes:
    """Turn r and s side by side into the DER that X.509 and CMS want."""
    if len(signature) != 2 * _HALF:
        raise ValueError("a P-256 signature has 64 bytes")
    return encode_dss_signature(
        int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    )


def from_der(signature: bytes) -> bytes:
    """Turn a DER signature into r and s side by side, as JOSE wants them."""
    r, s = decode_dss_signature(signature)
    return r.to_bytes(_HALF) + s.to_bytes(_HALF)
