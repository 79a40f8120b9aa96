"""How often the doors may be tried: ten times a minute per account and per address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from nador.kernel import codes, text
from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

TRIES: Final = "10 per minute"
_WENT_ON: Final = 303


def account_tried(field: str) -> Callable[[], str]:
    """Name the account whose door is tried, whether there is one or not, however it is spelt."""

    def named() -> str:
        typed = text.clean(request.form.get(field, ""))
        if "@" not in typed:
            return f"account:{codes.fold_symbols(typed)}"
        try:
            return f"account:{text.email(typed)}"
        except Invalid:
            return f"account:{text.fold(typed)}"

    return named


def failed(response: Response) -> bool:
    """Count failures only: a school shares one address, and those who get in harm nobody."""
    return response.status_code != _WENT_ON
