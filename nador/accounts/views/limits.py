"""How often the doors may be tried: ten times a minute per account and per address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from nador.kernel import text

if TYPE_CHECKING:
    from flask import Response

TRIES: Final = "10 per minute"
_WENT_ON: Final = 303


def account_tried() -> str:
    """Name the account whose door is tried, whether there is one or not."""
    typed = request.form.get("email") or request.form.get("reference") or ""
    return f"account:{text.fold(typed)}"


def failed(response: Response) -> bool:
    """Count failures only: a school shares one address, and those who get in harm nobody."""
    return response.status_code != _WENT_ON
