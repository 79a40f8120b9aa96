"""A house of one's own: a database, and a server over it that can be stopped in the middle."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.orm import Session

from nador.app import create_app
from nador.kernel import schema
from nador.kernel.db import make_engine, make_sessions
from nador.settings import Settings
from tests.bench.servers import SERVE
from tests.clusters import free_port
from tests.factories import sign_in
from tests.journeys.visitors import DESKTOP, PHONE, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

    from nador.accounts.models import Person
    from nador.kernel.access import Actor

PATIENCE = 60.0
SCRIPTS = Reader("en", javascript=True)


@dataclass
class House:
    """A centre whose database the test holds in its hand; `start` and `stop` its server at will."""

    folder: Path
    app: Flask
    session: Session
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it can be reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Let the server come up, and wait until it answers."""
        environ = {name: each for name, each in os.environ.items() if not name.startswith("NADOR_")}
        environ["NADOR_INSTANCE"] = str(self.folder)
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, "nador.app:served", str(self.port)],
                env=environ,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5),  # noqa: S310 - our own
            ):
                return
            time.sleep(0.2)
        raise AssertionError((self.folder / "server.log").read_text(encoding="utf-8")[-4000:])

    def stop(self) -> None:
        """Take the server away."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process = None

    def refresh(self) -> None:
        """Look at the database anew."""
        self.session.rollback()
        self.session.expire_all()

    def enter(
        self, browser: Browser, who: Actor | Person, reader: Reader = SCRIPTS
    ) -> BrowserContext:
        """Open a browser for somebody who is signed in; Arabic readers hold a phone."""
        client = self.app.test_client()
        sign_in(client, self.session, who)
        kept = client.get_cookie("nador")
        assert kept is not None
        context = browser.new_context(
            base_url=self.url,
            locale=reader.lang,
            viewport=PHONE if reader.lang == "ar" else DESKTOP,
            java_script_enabled=reader.javascript,
        )
        context.add_cookies(
            [
                {"name": "nador", "value": kept.value, "url": self.url},
                {"name": "nador_lang", "value": reader.lang, "url": self.url},
            ]
        )
        context.set_default_timeout(30_000)
        return context


@contextlib.contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Build an empty house; whoever has furnished it starts it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Settings.from_environment({"NADOR_INSTANCE": str(folder)})
    made.make_secret_key()
    engine = make_engine(made.database_url)
    schema.upgrade(engine)
    app = create_app(made)
    with make_sessions(engine)() as session:
        house = House(folder, app, session)
        try:
            yield house
        finally:
            house.stop()
    app.extensions["nador"].engine.dispose()
    engine.dispose()
