"""One certificate in a copy of the register: who has its code can find and read it, nobody else.

A code holds 60 random bits. A plain hash would let a graphics card find one of 100,000 codes within
the hour, so name and key of an entry are drawn from the code slowly (PBKDF2). What an entry says is
encrypted (AES-256-GCM) and padded: a walker through the folder learns how many certificates there
are, and of no one anything. The nonce follows from the content, so the same register gives the same
bytes, and an entry that changes is encrypted under another one.

The page that reads it does the same in the browser: `static/copy/verify.js`.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from hashlib import pbkdf2_hmac, sha256
from typing import TYPE_CHECKING, Any, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import CertificateStatus
from nador.kernel.i18n import LANGUAGES, translator
from nador.verification.rules import CertificateView

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nador.kernel.codes import Code

ITERATIONS: Final = 10_000
"""Of PBKDF2: some milliseconds for whoever has a code, half a year of a card for whoever has none."""
MOST_ITERATIONS: Final = 1_000_000
_NAME: Final = 32
"""Hexadecimal digits of an entry's name."""
_NONCE: Final = 12
_PADDED: Final = 256
"""Plain texts are filled up to a multiple of so many bytes: a long name does not show."""
_IN_SHARD: Final = 32
"""Entries of a shard, on an average at most: who asks for one says hardly which."""
_HEAD, _FOOT = "nadorEntries({\n", "\n})\n"


class NotAnEntry(ValueError):
    """What stands in the copy is not what was written there."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What a code becomes: the entry's name, and the key that opens it."""

    name: str
    key: bytes
    nonces: bytes

    @classmethod
    def of(cls, code: Code, *, salt: str, iterations: int) -> Self:
        """Draw both from a code; `salt` keeps the copies of two registers apart."""
        drawn = pbkdf2_hmac("sha256", str(code).encode(), salt.encode(), iterations)
        name, key, nonces = (
            hmac.digest(drawn, use, "sha256") for use in (b"name", b"key", b"nonce")
        )
        return cls(name.hex()[:_NAME], key, nonces)

    def close(self, text: str) -> str:
        """Encrypt a text, as base64."""
        plain = text.encode()
        plain += b" " * (-len(plain) % _PADDED)
        nonce = hmac.digest(self.nonces, plain, "sha256")[:_NONCE]
        return b64encode(nonce + AESGCM(self.key).encrypt(nonce, plain, None)).decode()

    def open(self, closed: str) -> str:
        """Decrypt a text; raises NotAnEntry."""
        try:
            raw = b64decode(closed, validate=True)
            return AESGCM(self.key).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (ValueError, InvalidTag) as problem:
            raise NotAnEntry("an entry does not open") from problem


@dataclass(frozen=True, slots=True)
class Entry:
    """What a copy says of one certificate: what its public page says, and the hashes of its files."""

    view: CertificateView
    files: tuple[str, ...]

    def to_json(self) -> str:
        """Write the entry; the names of a holder who is hidden stay behind."""
        view = self.view
        if view.holder_hidden:
            view = replace(view, holder_latin=None, holder_arabic=None)
        said = asdict(view) | {
            "files": self.files,
            # What follows, so that the page needs neither a time zone nor a grammar.
            "nameless": not self.view.names,
            "revoked_on": view.revoked_on,
            "superseded_on": view.superseded_on,
            "hours_in_words": {code: translator(code).hours(view.hours) for code in LANGUAGES},
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=_plain)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read an entry; raises NotAnEntry."""
        try:
            said = json.loads(text)
            known = {one.name: _value(one.name, said[one.name]) for one in fields(CertificateView)}
            return cls(CertificateView(**known), tuple(map(str, said["files"])))
        except (ValueError, KeyError, TypeError) as problem:
            raise NotAnEntry("an entry has another shape") from problem


def _plain(value: date) -> str:
    return value.isoformat()


def _value(name: str, said: Any) -> Any:
    match name:
        case "status":
            return CertificateStatus(said)
        case "kind":
            return DocumentKind(said)
        case _ if said is not None and name.endswith("_on"):
            return date.fromisoformat(said)
        case _ if said is not None and name.endswith("_at"):
            return datetime.fromisoformat(said)
        case _:
            return said


# --- shards --------------------------------------------------------------------------------


def digits_for(count: int) -> int:
    """Say how many digits of an entry's name choose its shard in a register of this size."""
    digits = 1
    while 16**digits * _IN_SHARD < count:
        digits += 1
    return digits


def shards(digits: int) -> Iterable[str]:
    """Name all shards: none is left out, so that a missing one is never taken for an empty one."""
    return (f"{number:0{digits}x}" for number in range(16**digits))


def path_of(shard: str) -> str:
    """Name the file of a shard."""
    return f"entries/{shard}.js"


def write_shard(entries: Mapping[str, str]) -> bytes:
    """Write a shard as a script that hands over its entries: so a page reads it from a disk too."""
    lines = ",\n".join(f'"{name}":"{entries[name]}"' for name in sorted(entries))
    return f"{_HEAD}{lines}{_FOOT}".encode("ascii")


def read_shard(content: bytes) -> dict[str, str]:
    """Read a shard; raises NotAnEntry."""
    try:
        text = content.decode("ascii")
        if not (text.startswith(_HEAD) and text.endswith(_FOOT)):
            raise NotAnEntry("not a shard")
        found = json.loads("{" + text[len(_HEAD) : -len(_FOOT)] + "}")
    except ValueError as problem:
        raise NotAnEntry("not a shard") from problem
    return {str(name): str(closed) for name, closed in found.items()}


def digest(content: bytes) -> str:
    """Give the SHA-256 by which a manifest knows a file."""
    return sha256(content).hexdigest()
