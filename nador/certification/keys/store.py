"""The key ring of an instance: private keys in its folder or in a device, opened once per process.

Only workers, and commands of the terminal, open it. The files are PKCS#8, locked by a passphrase
that lies in a file of its own; neither is ever in a backup of the database.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import ec

from nador.certification.keys.chain import (
    Chain,
    issue_seal,
    make_root,
    read_chain,
    require_usable,
)
from nador.certification.keys.pkcs11 import Device
from nador.certification.keys.signer import Algorithm, FileSigner, KeyUnusable, PrivateKey, Signer
from nador.certification.rules import KeyPurpose, KeyStorage, KnownKey
from nador.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.x509 import Certificate

    from nador.kernel.db import Words
    from nador.settings import Pkcs11, Settings

WARNED: Final = timedelta(days=60)
YEARLY: Final = timedelta(days=400)
"""A key signs for a year, and a month of grace."""
ALGORITHMS: Final = {
    KeyPurpose.ROOT: Algorithm.ES256,
    KeyPurpose.SEAL: Algorithm.ES256,
    KeyPurpose.CREDENTIAL: Algorithm.EDDSA,
    KeyPurpose.LOG: Algorithm.EDDSA,
}


@dataclass(frozen=True, slots=True)
class Bought:
    """A sealing key and its chain that an authority certified: both PEM."""

    key: bytes
    passphrase: bytes | None
    chain: bytes


@dataclass(slots=True)
class KeyRing:
    """The private keys of an instance."""

    folder: Path
    passphrase_file: Path
    device: Device | None = None
    _opened: dict[str, Signer] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> KeyRing:
        """Return the process's ring for these settings."""
        where = (settings.keys, settings.key_passphrase_file, settings.pkcs11)
        if where not in _rings:
            device = Device(settings.pkcs11) if settings.pkcs11 else None
            _rings[where] = cls(settings.keys, settings.key_passphrase_file, device)
        return _rings[where]

    # --- opening ---------------------------------------------------------------------------

    def open(self, known: KnownKey) -> Signer:
        """Return a key to sign with; raises KeyUnusable for a lost, wrong or expired one."""
        signer = self._opened.get(known.kid)
        if signer is None:
            signer = self._opened[known.kid] = self._load(known)
        if signer.certificate_chain:
            _require_valid(known, Chain(signer.certificate_chain))
        return signer

    def _load(self, known: KnownKey) -> Signer:
        chain = read_chain(known.chain).certificates if known.chain else ()
        if known.storage is KeyStorage.PKCS11:
            if self.device is None:
                raise KeyUnusable(f"{known.kid} is in a device: set NADOR_PKCS11_MODULE")
            return self.device.signer(known.kid, certificate_chain=chain)
        path = self.path(known.purpose, known.kid)
        signer = FileSigner.load(path, passphrase=self.passphrase(), certificate_chain=chain)
        if signer.kid != known.kid:
            raise KeyUnusable(f"{path} holds another key")
        if path.stat().st_mode & 0o077:
            raise KeyUnusable(f"{path} can be read by others: run `chmod 600` on it")
        return signer

    def check(self, known: KnownKey) -> None:
        """Ask whether a key could sign now, and after a new start too; raises KeyUnusable."""
        path = self.path(known.purpose, known.kid)
        if known.storage is KeyStorage.FILE and not path.exists():
            raise KeyUnusable(f"{path} is lost: put it back, or run `nador keys rotate`")
        self.open(known)

    def path(self, purpose: KeyPurpose, kid: str) -> Path:
        """Say in which file a key lies."""
        return self.folder / f"{purpose}-{kid}.pem"

    def passphrase(self) -> bytes:
        """Read what opens the files; raises KeyUnusable."""
        try:
            passphrase = self.passphrase_file.read_bytes().strip()
        except OSError as problem:
            raise KeyUnusable(f"{self.passphrase_file}: {problem.strerror}") from problem
        if not passphrase:
            raise KeyUnusable(f"{self.passphrase_file} is empty")
        return passphrase

    # --- making ----------------------------------------------------------------------------

    def make_passphrase(self) -> None:
        """Write a passphrase, unless there is one."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.passphrase_file.exists():
            _write_once(self.passphrase_file, secrets.token_urlsafe(32).encode() + b"\n")

    def make(self, purpose: KeyPurpose) -> KnownKey:
        """Make a key of a purpose that needs no certificate."""
        if self.device is not None:
            made = self.device.generate(ALGORITHMS[purpose])
            return KnownKey(purpose, made.kid, KeyStorage.PKCS11, None)
        return self._keep(purpose, FileSigner.generate(ALGORITHMS[purpose]))

    def make_root(self, *, institute: Words, city: Words) -> KnownKey:
        """Make an institute's root: always a file, so that it can be taken offline."""
        signer = FileSigner.generate(Algorithm.ES256)
        certificate = make_root(_p256(signer), institute=institute, city=city, now=clock.now())
        return self._keep(KeyPurpose.ROOT, signer, Chain((certificate,)))

    def make_seal(self, root: KnownKey, *, institute: Words, city: Words) -> KnownKey:
        """Make a sealing key, certified by the institute's root."""
        vouching = self.open(root)
        if not isinstance(vouching, FileSigner):
            raise KeyUnusable("the root's key is not in a file")
        signer = (
            FileSigner.generate(Algorithm.ES256)
            if self.device is None
            else self.device.generate(Algorithm.ES256)
        )
        if not isinstance(signer.public, ec.EllipticCurvePublicKey):
            raise KeyUnusable("a seal needs a key on P-256")
        chain = issue_seal(
            signer.public,
            root=vouching.certificate_chain[0],
            root_key=_p256(vouching),
            institute=institute,
            city=city,
            now=clock.now(),
        )
        if isinstance(signer, FileSigner):
            return self._keep(KeyPurpose.SEAL, signer, chain)
        return KnownKey(KeyPurpose.SEAL, signer.kid, KeyStorage.PKCS11, chain.pem)

    def take_bought(self, bought: Bought) -> KnownKey:
        """Keep a bought sealing key under our passphrase; raises KeyUnusable or a refusal of its chain."""
        signer = FileSigner.read(bought.key, passphrase=bought.passphrase)
        chain = read_chain(bought.chain)
        require_usable(chain, public=signer.public, now=clock.now())
        return self._keep(KeyPurpose.SEAL, signer, chain)

    def _keep(
        self, purpose: KeyPurpose, signer: FileSigner, chain: Chain | None = None
    ) -> KnownKey:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.path(purpose, signer.kid)
        if not path.exists():
            signer.save(path, passphrase=self.passphrase())
        return KnownKey(purpose, signer.kid, KeyStorage.FILE, chain.pem if chain else None)


_rings: dict[tuple[Path, Path, Pkcs11 | None], KeyRing] = {}


def ageing(known: KnownKey, created_at: datetime, *, now: datetime) -> Iterator[str]:
    """Say when a key should make room for a new one, before it has to."""
    if known.chain and (ends := read_chain(known.chain).expires_at) - now < WARNED:
        yield (
            f"The certificate of the {known.purpose} key {known.kid} ends on {ends:%Y-%m-%d}: "
            f"run `nador keys rotate {known.purpose}`."
        )
    if known.purpose is not KeyPurpose.ROOT and now - created_at > YEARLY:
        yield (
            f"The {known.purpose} key {known.kid} has signed since {created_at:%Y-%m-%d}: "
            f"run `nador keys rotate {known.purpose}`."
        )


def _p256(signer: FileSigner) -> ec.EllipticCurvePrivateKey:
    key: PrivateKey = signer.private
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyUnusable("a root needs a key on P-256")
    return key


def _require_valid(known: KnownKey, chain: Chain) -> None:
    now = clock.now()
    ends: Certificate = min(chain.certificates, key=lambda one: one.not_valid_after_utc)
    if now >= ends.not_valid_after_utc:
        expired = f"{ends.not_valid_after_utc:%Y-%m-%d}"
        raise KeyUnusable(
            f"the certificate of the key {known.kid} expired on {expired}: run `nador keys rotate`"
        )


def _write_once(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
