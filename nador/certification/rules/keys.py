"""Keys: what they sign, and that they only lose trust."""

from __future__ import annotations

from dataclasses import dataclass

from nador.certification.rules.states import KeyPurpose, KeyStatus, KeyStorage
from nador.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What the registry knows of a key, as far as opening it needs."""

    purpose: KeyPurpose
    kid: str
    storage: KeyStorage
    chain: str | None


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """A key signs from now on."""

    key_id: int


@dataclass(frozen=True, slots=True)
class KeyRetired:
    """A key signs no more; whether it was retired or compromised, its row says."""

    key_id: int


class KeyMissing(Conflict):
    """An institute has no key for this: `purpose`."""

    code = "key_missing"


class KeyNotChanged(Conflict):
    """The key has this status already, or one that is never left."""

    code = "key_not_changed"


def require_key_step(old: KeyStatus, new: KeyStatus) -> None:
    """Let a key only lose trust: nothing makes it sign or be believed again."""
    trusted = (KeyStatus.ACTIVE, KeyStatus.RETIRED, KeyStatus.COMPROMISED)
    if trusted.index(new) <= trusted.index(old):
        raise KeyNotChanged
