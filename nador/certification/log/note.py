"""Signed notes, and the checkpoints that a log signs: how large its tree is, and its root.

https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nador.certification.log.tree import HASH_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nador.certification.keys.multikey import PublicKey

_ED25519: Final = b"\x01"
_ID_SIZE: Final = 4
_MOST_SIGNATURES: Final = 64
_KEY: Final = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)")
_SIGNATURE: Final = re.compile(r"— ([^\s+]+) (\S+)")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class NotANote(ValueError):
    """A text has not the shape of a note, a checkpoint or a key."""


class NotSigned(ValueError):
    """A note is not signed by a key that is believed, or a signature in such a name is wrong."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that notes are believed for, by the name of whoever signs."""

    name: str
    public: Ed25519PublicKey

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """Read a key as it is published; raises NotANote."""
        found = _KEY.fullmatch(text)
        raw = strict_base64(found[3]) if found else b""
        if found is None or raw[:1] != _ED25519 or len(raw) != 1 + HASH_SIZE:
            raise NotANote("not the key of a log")
        key = cls(found[1], Ed25519PublicKey.from_public_bytes(raw[1:]))
        if key.id.hex() != found[2]:
            raise NotANote("the key has another id")
        return key

    @classmethod
    def of(cls, origin: str, public: PublicKey) -> NoteKey:
        """Name a key of the log of a deployment: its host is the log's name."""
        if not isinstance(public, Ed25519PublicKey):
            raise NotANote("a log signs with Ed25519")
        return cls(log_name(origin), public)

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self._raw).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        """Write the key as verifiers take it: name, id, and the key itself."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self._raw).decode()}"

    @property
    def _raw(self) -> bytes:
        return self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def log_name(origin: str) -> str:
    """Name the log of a deployment: https://certs.example.org has certs.example.org."""
    return urlsplit(origin).netloc


def sign(text: str, key: NoteKey, by: Callable[[bytes], bytes]) -> str:
    """Write a note: the text, which ends with a newline, and its signature."""
    signature = base64.b64encode(key.id + by(text.encode())).decode()
    return f"{text}\n— {key.name} {signature}\n"


def open_note(note: str, keys: Iterable[NoteKey]) -> str:
    """Return the text of a note that a known key signed; raises NotANote or NotSigned."""
    text, signatures = _split(note)
    known = {(key.name, key.id): key for key in keys}
    believed = False
    for name, raw in signatures:
        key = known.get((name, raw[:_ID_SIZE]))
        if key is not None:
            try:
                key.public.verify(raw[_ID_SIZE:], text.encode())
            except InvalidSignature as problem:
                raise NotSigned(f"the signature of {name} is wrong") from problem
            believed = True
    if not believed:
        raise NotSigned("no known key signed this")
    return text


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, between, below = note.rpartition("\n\n")
    lines = below.split("\n")
    found = [_SIGNATURE.fullmatch(line) for line in lines[:-1]]
    if not between or lines[-1] or not found or _CONTROL.search(note):
        raise NotANote("not a signed note")
    if len(found) > _MOST_SIGNATURES:
        raise NotANote("too many signatures")
    signatures = []
    for one in found:
        if one is None:
            raise NotANote("not a signature")
        signatures.append((one[1], strict_base64(one[2])))
    return text + "\n", signatures


# --- checkpoints ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it has, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read what was signed; raises NotANote. More lines than ours are left alone."""
        origin, size, root, *_ = [*text.split("\n"), "", "", ""]
        raw = strict_base64(root)
        if not origin or not NUMBER.fullmatch(size) or len(raw) != HASH_SIZE:
            raise NotANote("not a checkpoint")
        return cls(origin, int(size), raw)


def open_checkpoint(note: str, keys: Iterable[NoteKey]) -> Checkpoint:
    """Read a checkpoint that the log it names signed itself; raises NotANote or NotSigned."""
    origin = note.partition("\n")[0]
    return Checkpoint.parse(open_note(note, [key for key in keys if key.name == origin]))


def strict_base64(text: str) -> bytes:
    """Read base64 in the one spelling that we write; raises NotANote."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise NotANote("not base64") from problem
    if base64.b64encode(raw).decode() != text:
        raise NotANote("not the base64 that is written here")
    return raw
