"""A demo centre of one's own: web and worker on a free port, with an instance of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-c", "from nador.cli import main; main()")
PATIENCE: Final = 240  # seconds for a first start on a busy machine


@contextlib.contextmanager
def demo_centre(folder: Path) -> Iterator[str]:
    """Start `nador demo` in the folder, give its address, and end it afterwards."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    said = folder / "demo.log"
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith("NADOR_")
    } | {"PORT": str(port), "NADOR_INSTANCE": str(folder / "instance"), "NADOR_WORKERS": "1"}
    with said.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*COMMAND, "demo"],
            cwd=ROOT,
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(f"{url}/healthz", process, said)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own http address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(f"the demo did not start:\n{said.read_text(encoding='utf-8')[-4000:]}")
