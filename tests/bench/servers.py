"""Servers to measure: started on a free port, asked one request after another, weighed by CPU time."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from tests.clusters import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 60.0
SERVE = (
    "from nador.web.serving import serve; import sys; "
    "serve(sys.argv[1], host='127.0.0.1', port=int(sys.argv[2]), processes=1)"
)


@dataclass(slots=True)
class Server:
    """One running server with one process behind it."""

    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds of CPU that the server and its children have used."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(sum(one.cpu_times()[:2]) for one in family)

    def ask(self, paths: Sequence[str], headers: Mapping[str, str]) -> list[tuple[int, int]]:
        """Get each path over one connection; give status and length of each answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        answers = []
        for path in paths:
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            answers.append((answer.status, len(answer.read())))
        connection.close()
        return answers

    def cost(self, paths: Sequence[str], headers: Mapping[str, str]) -> float:
        """Microseconds of CPU a request."""
        before = self.cpu()
        answers = self.ask(paths, headers)
        if any(status != 200 for status, _length in answers):
            raise RuntimeError(f"not every answer was 200: {answers[:3]}")
        return (self.cpu() - before) / len(paths) * 1e6


@contextlib.contextmanager
def running(factory: str, *, log: Path, instance: Path | None = None) -> Iterator[Server]:
    """Run the application of `factory` as `nador serve` does, with its log going to a file."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NADOR_")}
    if instance is not None:
        environ["NADOR_INSTANCE"] = str(instance)
    with log.open("ab") as told:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, factory, str(port)], env=environ, stderr=told, stdout=told
        )
    server = Server(port, psutil.Process(process.pid))
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            server.ask(["/healthz"], {})
            return
        time.sleep(0.2)
    raise RuntimeError("the server does not answer")
