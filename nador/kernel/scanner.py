"""A virus scanner: clamd, or whatever speaks its protocol, asked over a socket."""

from __future__ import annotations

import re
import socket
import struct
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from typing import BinaryIO

_PIECE: Final = 64 * 1024
_PATIENCE: Final = 30
"""Seconds for each answer."""
_LONGEST_ANSWER: Final = 4096
_DEFAULT_PORT: Final = 3310
_FOUND: Final = re.compile(r"stream: (.+) FOUND")


class ScannerAway(Exception):
    """The scanner does not answer, or says that it could not look."""


def scan(url: str, content: BinaryIO) -> str | None:
    """Have an open file looked at; returns what was found in it, None where it is clean.

    `url` is unix:/path or tcp://host:port. Raises ScannerAway.
    """
    content.seek(0)
    try:
        with _connected(url) as line:
            line.sendall(b"zINSTREAM\0")
            while piece := content.read(_PIECE):
                line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            said = _answer(line)
    except OSError as error:
        raise ScannerAway(f"The virus scanner at {url} does not answer: {error}.") from error
    if said == "stream: OK":
        return None
    found = _FOUND.fullmatch(said)
    if found is None:
        raise ScannerAway(f"The virus scanner at {url} could not look: {said[:200]}")
    return found[1]


def ping(url: str) -> None:
    """Ask whether the scanner is there; raises ScannerAway."""
    try:
        with _connected(url) as line:
            line.sendall(b"zPING\0")
            said = _answer(line)
    except OSError as error:
        raise ScannerAway(f"The virus scanner at {url} does not answer: {error}.") from error
    if said != "PONG":
        raise ScannerAway(f"What answers at {url} is no virus scanner.")


def _connected(url: str) -> socket.socket:
    if url.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(_PATIENCE)
        try:
            line.connect(url.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    parts = urlsplit(url)
    return socket.create_connection(
        (parts.hostname or "", parts.port or _DEFAULT_PORT), timeout=_PATIENCE
    )


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
        piece = line.recv(_LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
