"""The centre that the drill is held at: web, worker and database as an operator would run them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
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
    from collections.abc import Iterator

PATIENCE = 300.0


@dataclass(slots=True)
class Centre:
    """Two commands and a database, each started again when it ends, as systemd would."""

    folder: Path
    port: int
    cluster: Cluster | None = None
    """None: SQLite in the folder."""
    names: tuple[str, ...] = ("serve", "worker")
    commands: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    restarts: int = 0

    @property
    def url(self) -> str:
        """Where the web answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of every command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NADOR_")}
        return kept | {
            "NADOR_INSTANCE": str(self.folder),
            "NADOR_DATABASE_URL": self.cluster.url("nador") if self.cluster else "",
            "NADOR_PUBLIC_URL": self.url,
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
        """Send SIGKILL to the database's server, or to one process of the web or the worker."""
        if kind == "database" and self.cluster is not None:
            os.kill(self.cluster.pid(), signal.SIGKILL)
            _restart(self.cluster)
            return True
        parent = psutil.Process(self.commands[{"web": "serve", "worker": "worker"}[kind]].pid)
        children = [one for one in parent.children() if "resource_tracker" not in _words(one)]
        # Now and then the supervisor itself: its children must follow it.
        victim = draw.choice([*children, *children, parent] if children else [parent])
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
            return True
        return False

    def ask(self, method: str, path: str, token: str) -> Any:
        """Ask the web for JSON until it answers."""
        until = time.monotonic() + PATIENCE
        while True:
            asked = urllib.request.Request(  # noqa: S310 - our own address
                self.url + path,
                method=method,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            )
            try:
                with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - as above
                    return json.loads(answer.read())
            except (OSError, urllib.error.HTTPError) as error:
                lasting = isinstance(error, urllib.error.HTTPError) and error.code < 500
                if lasting or time.monotonic() > until:
                    raise
                self.tend()
                time.sleep(0.5)

    def close(self) -> None:
        """Stop the commands gently."""
        for command in self.commands.values():
            command.terminate()
        for command in self.commands.values():
            command.wait(timeout=60)


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
    raise RuntimeError("the database does not come back")


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


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
