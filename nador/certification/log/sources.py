"""Where a log can be read from by whoever checks it: an address, or a folder with a copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from nador.certification.log.audit import Read

_PATIENCE: Final = 30
"""Seconds that a server may take to answer."""
_LARGEST: Final = 1 << 24
"""Bytes of the largest file that is read: 256 entries of 64 kB each."""


def reader(where: str) -> Read:
    """Return what reads the files of the log at https://…/log, or in a folder."""
    if where.startswith(("http://", "https://")):
        return lambda path: _ask(f"{where.rstrip('/')}/{path}")
    folder = Path(where)
    return lambda path: (folder / path).read_bytes()


def _ask(url: str) -> bytes:
    with urlopen(Request(url), timeout=_PATIENCE) as answer:  # noqa: S310 - `reader` lets only web addresses through
        content: bytes = answer.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise OSError(f"{url} is too large")
    return content
