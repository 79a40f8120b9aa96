"""Passwords as Argon2id; slow on purpose, so never called inside a transaction."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

# About 30 ms and 19 MiB a try: OWASP's least memory with one more pass.
_hasher: Final = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """Give what is stored of a password."""
    return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Tell whether the password is the stored one; without one, it takes as long to say no."""
    try:
        return _hasher.verify(stored or _nobodys(), password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Tell whether the stored hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
