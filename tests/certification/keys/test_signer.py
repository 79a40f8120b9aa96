"""Keys in files: they sign, they open with their passphrase only, and they are named by themselves."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from nador.certification.keys import multikey
from nador.certification.keys.signer import (
    Algorithm,
    FileSigner,
    KeyUnusable,
    from_der,
    is_signed,
    to_der,
)

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = b"a long walk on the corniche"
both = pytest.mark.parametrize("algorithm", list(Algorithm))


@both
def test_key_signs_and_only_its_owner_could_have(algorithm: Algorithm) -> None:
    signer, other = FileSigner.generate(algorithm), FileSigner.generate(algorithm)

    signature = signer.sign(b"said")

    assert len(signature) == 64
    assert is_signed(signer.public, signature, b"said")
    assert not is_signed(signer.public, signature, b"sad")
    assert not is_signed(signer.public, signature[:-1], b"said")
    assert not is_signed(other.public, signature, b"said")


@both
def test_key_comes_back_from_its_file(tmp_path: Path, algorithm: Algorithm) -> None:
    signer = FileSigner.generate(algorithm)
    path = tmp_path / "key.pem"

    signer.save(path, passphrase=PASSPHRASE)
    again = FileSigner.load(path, passphrase=PASSPHRASE)

    assert (again.kid, again.algorithm) == (signer.kid, algorithm)
    assert is_signed(signer.public, again.sign(b"said"), b"said")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in path.read_bytes()


def test_key_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    FileSigner.generate(Algorithm.EDDSA).save(path, passphrase=PASSPHRASE)
    before = path.read_bytes()

    with pytest.raises(FileExistsError):
        FileSigner.generate(Algorithm.EDDSA).save(path, passphrase=PASSPHRASE)

    assert path.read_bytes() == before


def test_wrong_passphrase_says_which_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    FileSigner.generate(Algorithm.EDDSA).save(path, passphrase=PASSPHRASE)

    with pytest.raises(KeyUnusable, match=r"key\.pem does not open"):
        FileSigner.load(path, passphrase=b"a short walk")


def test_lost_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match=r"key\.pem cannot be read"):
        FileSigner.load(tmp_path / "key.pem", passphrase=PASSPHRASE)


def test_damaged_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA")

    with pytest.raises(KeyUnusable, match=r"key\.pem does not open"):
        FileSigner.load(path, passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(x25519.X25519PrivateKey.generate(), id="x25519"),
        pytest.param(rsa.generate_private_key(65537, 2048), id="rsa"),
        pytest.param(ec.generate_private_key(ec.SECP384R1()), id="p-384"),
    ],
)
def test_foreign_kind_of_key_is_refused(
    tmp_path: Path,
    foreign: x25519.X25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(
        foreign.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE)
        )
    )

    with pytest.raises(KeyUnusable, match=r"key\.pem"):
        FileSigner.load(path, passphrase=PASSPHRASE)


@both
def test_public_key_comes_back_from_its_name(algorithm: Algorithm) -> None:
    signer = FileSigner.generate(algorithm)

    assert multikey.decode(signer.kid) == signer.public


def test_names_tell_the_kind() -> None:
    assert FileSigner.generate(Algorithm.EDDSA).kid.startswith("z6Mk")
    assert FileSigner.generate(Algorithm.ES256).kid.startswith("zDn")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("m6Mk", id="another base"),
        pytest.param("z0OIl", id="not base58"),
        pytest.param("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc", id="x25519"),
        pytest.param("z6Mk", id="too short"),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        multikey.decode(text)


def test_raw_and_der_signatures_are_one_thing() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    der = private.sign(b"said", ec.ECDSA(SHA256()))

    assert to_der(from_der(der)) == der
    assert is_signed(private.public_key(), from_der(der), b"said")
