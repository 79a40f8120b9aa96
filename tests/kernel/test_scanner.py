"""The virus scanner is asked by clamd's own protocol; here a small server speaks it."""

from __future__ import annotations

import io
import socketserver
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from nador.kernel import scanner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The text that every scanner takes for a virus, so that one can be tried."""


class Clamd(socketserver.StreamRequestHandler):
    """Speaks as much of the protocol as clamd's manual names: zPING and zINSTREAM."""

    def handle(self) -> None:
        asked = b""
        while not asked.endswith(b"\0"):
            asked += self.rfile.read(1)
        if asked == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert asked == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.wfile.write(self._verdict(content) + b"\0")

    def _verdict(self, content: bytes) -> bytes:
        if content.startswith(b"slow"):
            return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Signature FOUND" if EICAR in content else b"stream: OK"


class Mute(socketserver.StreamRequestHandler):
    """Something else that listens."""

    def handle(self) -> None:
        self.rfile.read(len(b"zPING\0"))
        self.wfile.write(b"220 mail\r\n")


def serve(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clamd() -> Iterator[str]:
    """The address of a scanner on the loopback."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
    port = server.server_address[1]
    for _ in serve(server):
        yield f"tcp://127.0.0.1:{port}"


def test_what_is_found_has_a_name(clamd: str) -> None:
    scanner.ping(clamd)

    assert scanner.scan(clamd, io.BytesIO(b"a letter")) is None
    assert scanner.scan(clamd, io.BytesIO(b"x" * 200_000 + EICAR)) == "Eicar-Signature"


def test_a_scanner_that_could_not_look_is_away(clamd: str) -> None:
    with pytest.raises(scanner.ScannerAway, match="size limit"):
        scanner.scan(clamd, io.BytesIO(b"slow"))


def test_it_answers_on_a_socket_of_the_machine_too(tmp_path: Path) -> None:
    path = tmp_path / "clamd.ctl"
    for _ in serve(socketserver.ThreadingUnixStreamServer(str(path), Clamd)):
        scanner.ping(f"unix:{path}")
        assert scanner.scan(f"unix:{path}", io.BytesIO(EICAR)) == "Eicar-Signature"


def test_nobody_and_somebody_else_are_told_apart(tmp_path: Path) -> None:
    nobody = f"unix:{tmp_path / 'none'}"
    with pytest.raises(scanner.ScannerAway, match="does not answer"):
        scanner.ping(nobody)
    with pytest.raises(scanner.ScannerAway, match="does not answer"):
        scanner.scan(nobody, io.BytesIO(b"x"))
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mute)
    port = server.server_address[1]
    for _ in serve(server):
        with pytest.raises(scanner.ScannerAway, match="no virus scanner"):
            scanner.ping(f"tcp://127.0.0.1:{port}")
