"""What is logged: hashes that give nothing away to whoever does not hold the document already.

A credential is logged as the SHA-256 of its signed bytes. What is decided about a certificate is
logged as the SHA-256 of a statement in canonical JSON, which names the certificate by a hash of its
code *and* its uuid. The uuid stands in the credential and in no list: who holds the document can find
its revocation in the log, and nobody can try codes one after the other.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from nador.certification.rules import KeyStatus, LogKind


def credential(signed: bytes) -> bytes:
    """Give the entry of a signed credential."""
    return sha256(signed).digest()


def decision(kind: LogKind, *, code: str, uuid: str, at: datetime) -> bytes:
    """Give the entry of a revocation or of a supersession; the code is the one that is looked up."""
    certificate = sha256(f"{uuid}:{code}".encode()).hexdigest()
    return _entry({"at": _second(at), "certificate": certificate, "event": kind.value})


def key_event(*, kid: str, status: KeyStatus, at: datetime) -> bytes:
    """Give the entry of a key that signs from now on, or no more: keys are public by themselves."""
    return _entry({"at": _second(at), "event": "key", "key": kid, "status": status.value})


def _entry(statement: dict[str, str]) -> bytes:
    return sha256(json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()).digest()


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
