"""The web server: several processes, stopped gently."""

from __future__ import annotations

import multiprocessing
import os
import socket
import tempfile

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from nador.settings import WrongSetting

THREADS = 4
"""Requests of one process at once: one that waits for the database must not stop the others."""
GRACE = 20
"""Seconds that a process gets to answer what it has begun."""


def serve(factory: str, *, host: str, port: int, processes: int) -> None:
    """Serve the application that `factory` ("package.module:function") builds, until TERM."""
    require_free_port(host, port)
    with tempfile.TemporaryDirectory(prefix="nador-metrics-") as counters:
        # Every process counts for itself; /metrics adds up what they keep here.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counters
        # Fresh interpreters: counters and connections must not be inherited from this process.
        multiprocessing.set_start_method("spawn", force=True)
        Server(
            factory,
            factory=True,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=processes,
            blocking_threads=THREADS,
            respawn_failed_workers=True,
            workers_kill_timeout=GRACE,
            log_level=LogLevels.warning,
        ).serve()


def require_free_port(host: str, port: int) -> None:
    """Refuse an address on which another program listens: raises WrongSetting."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WrongSetting(
                f"Nothing can listen on {host} port {port} ({error.strerror}): "
                "set PORT to another one."
            ) from None
