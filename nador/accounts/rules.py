"""Values and pure decisions about people and sign-in."""

from __future__ import annotations

from enum import StrEnum


class PersonStatus(StrEnum):
    """Whether a person is still known by name."""

    ACTIVE = "active"
    ANONYMISED = "anonymised"


class CodePurpose(StrEnum):
    """What a one-time code is good for."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose, not a password
    SIGN_IN = "sign_in"
