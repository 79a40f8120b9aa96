"""Commands about people, their ways in, and their roles."""

from nador.accounts.service.signing_in import (
    Attempt,
    end_sign_in,
    note_seen,
    sign_in,
)

__all__ = ["Attempt", "end_sign_in", "note_seen", "sign_in"]
