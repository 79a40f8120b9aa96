"""What a stranger hands over."""

from __future__ import annotations

from contextlib import closing
from typing import Final

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from nador.verification.kinds import LARGEST_FILE, FileTooLarge

FILES: Final = "20/minute"
"""How many files an address may have read."""


def uploaded() -> bytes:
    """Return the content of the field `file`, one byte more than is allowed at most."""
    try:
        given = request.files.get("file")
    except RequestEntityTooLarge:
        raise FileTooLarge(field="file", limit=LARGEST_FILE // 1_000_000) from None
    if given is None:
        return b""
    with closing(given):
        content: bytes = given.read(LARGEST_FILE + 1)
    return content
