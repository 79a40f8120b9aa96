"""The vocabularies that our documents are written in: pinned files, never fetched."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

_PINNED: Final = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "ob-v3p0-context-3.0.3.json",
}


class UnknownContext(ValueError):
    """A document is written in a vocabulary that is not pinned here."""


def load(url: str, _options: Any = None) -> dict[str, Any]:
    """Give a pinned context as PyLD wants it; raises UnknownContext for any other."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": _read(url),
    }


@cache
def _read(url: str) -> dict[str, Any]:
    if url not in _PINNED:
        raise UnknownContext(url)
    folder = files("nador.certification.credential") / "contexts"
    context: dict[str, Any] = json.loads((folder / _PINNED[url]).read_bytes())
    return context
