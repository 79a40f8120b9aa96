"""The centre that the drill is held at: web, worker and database as an operator would run them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import create_engine, text

from nador.kernel import schema
from nador.kernel.db import make_engine
from nador.settings import Settings
from tests.clusters import Cluster, free_port

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

PATIENCE = 300.0
"""Seconds that anything may take to come back: other programs may want the machine too."""
SUPERVISORS = {"web": "serve", "worker": "worker"}


@dataclass(slots=True)
class Centre:
    """Two commands and a database, each started again when it ends, as systemd would."""

    folder: Path
    port: int
    cluster: Cluster | None = None
    """None: SQLite in the folder."""
    names: tuple[str, ...] = ("serve", "worker")
    commands: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    typed: subprocess.Popen[str] | None = None
    """The last command that somebody gave at the terminal."""
    restarts: int = 0
    outages: list[tuple[float, float]] = field(default_factory=list)
    """From when to when, by the monotonic clock, the database was away."""

    @property
    def host(self) -> str:
        """Where the web listens."""
        return f"127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of every command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NADOR_")}
        return kept | {
            "NADOR_INSTANCE": str(self.folder),
            "NADOR_DATABASE_URL": self.cluster.url("nador") if self.cluster else "",
            "NADOR_PUBLIC_URL": f"http://{self.host}",
            "PORT": str(self.port),
        }

    def tend(self) -> None:
        """Start what is not running."""
        for name in self.names:
            running = self.commands.get(name)
            if running is not None and running.poll() is None:
                continue
            self.restarts += running is not None
            with (self.folder / f"{name}.log").open("ab") as log:
                self.commands[name] = subprocess.Popen(
                    [sys.executable, "-m", "nador", name], env=self.environ, stdout=log, stderr=log
                )

    def kill(self, kind: str, draw: random.Random) -> bool:
        """Send SIGKILL to the database's server, to the terminal, or to a process of web or worker."""
        if kind == "database":
            return self._kill_database()
        if kind == "terminal":
            return self._kill_terminal()
        try:
            parent = psutil.Process(self.commands[SUPERVISORS[kind]].pid)
            children = [one for one in parent.children() if _serves(one)]
            # Now and then the supervisor itself: its children must follow it.
            draw.choice([*children, *children, parent]).kill()
        except psutil.NoSuchProcess:
            return False
        return True

    def _kill_terminal(self) -> bool:
        if self.typed is None or self.typed.poll() is not None:
            return False
        self.typed.kill()
        return True

    def _kill_database(self) -> bool:
        if self.cluster is None:
            raise ValueError("SQLite has no server that could be killed")
        began = time.monotonic()
        os.kill(self.cluster.pid(), signal.SIGKILL)
        _restart(self.cluster)
        self.outages.append((began, time.monotonic()))
        return True

    def call(
        self,
        method: str,
        path: str,
        token: str = "",
        *,
        key: str = "",
        body: Mapping[str, Any] | None = None,
        patience: float = 30.0,
    ) -> tuple[int, Any]:
        """Ask the web once, and return the status and what was said: JSON is read, text is not."""
        connection = http.client.HTTPConnection(self.host, timeout=patience)
        headers = {"Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, body=sent, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
            is_text = answer.getheader("Content-Type", "").startswith("text/plain")
            return answer.status, said.decode() if is_text else json.loads(said or b"null")
        finally:
            connection.close()

    def terminal(self, *arguments: str) -> str | None:
        """Run a command of `nador` as somebody at the terminal; None when it failed or was killed."""
        self.typed = subprocess.Popen(
            [sys.executable, "-m", "nador", *arguments],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        said, _ = self.typed.communicate()
        return None if self.typed.returncode else said

    def ask(self, method: str, path: str, token: str = "", *, key: str = "") -> Any:
        """Ask the web until it answers; raises AssertionError when it refuses, or never answers."""
        until, status, said = time.monotonic() + PATIENCE, 0, None
        while time.monotonic() < until:
            self.tend()
            with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
                status, said = self.call(method, path, token, key=key)
                if status < http.client.BAD_REQUEST:
                    return said
                assert status >= http.client.INTERNAL_SERVER_ERROR, f"{method} {path}: {said}"
            time.sleep(0.5)
        raise AssertionError(f"{method} {path} is not answered: {status} {said}")

    def close(self) -> None:
        """Stop the commands gently."""
        for command in self.commands.values():
            command.terminate()
        for command in self.commands.values():
            try:
                command.wait(timeout=60)
            except subprocess.TimeoutExpired:
                command.kill()
                command.wait()


def _restart(cluster: Cluster) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            cluster.start()
        except subprocess.CalledProcessError:
            # Processes of the killed server still hold its memory for a moment.
            time.sleep(0.5)
        else:
            return
    raise AssertionError("the database does not come back")


def _serves(process: psutil.Process) -> bool:
    """Whether the process does something for the centre: Python's own tracker does not."""
    return "resource_tracker" not in " ".join(process.cmdline())


@contextlib.contextmanager
def opened(folder: Path, *, postgresql: bool, names: tuple[str, ...]) -> Iterator[Centre]:
    """Make a centre with an empty database, durable and its own; the commands start when tended."""
    cluster = Cluster.create(durable=True) if postgresql else None
    centre = Centre(folder, free_port(), cluster, names)
    try:
        if cluster is not None:
            admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text("CREATE DATABASE nador"))
            admin.dispose()
        settings = Settings.from_environment(centre.environ)
        settings.make_secret_key()
        engine = make_engine(settings.database_url)
        schema.upgrade(engine)
        engine.dispose()
        yield centre
    finally:
        centre.close()
        if cluster is not None:
            cluster.remove()
