"""An examination hall: a server of its own that can be stopped in the middle, with a quiz in it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nador.app import create_app
from nador.assessment.models import AttemptAnswer
from nador.kernel import schema
from nador.kernel.db import make_engine, make_sessions
from nador.settings import Settings
from tests.assessment.exam import Exam, open_exam
from tests.bench.servers import SERVE
from tests.clusters import free_port
from tests.factories import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

PATIENCE = 60.0


@dataclass
class Hall:
    """A centre with one exam; `start` and `stop` its server as often as you like."""

    folder: Path
    exam: Exam
    cookies: list[Any]
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

    def answers(self) -> list[dict[str, Any]]:
        """What the database holds, question by question."""
        session = self.exam.session
        session.rollback()
        session.expire_all()
        rows = session.scalars(select(AttemptAnswer).order_by(AttemptAnswer.id))
        return [each.answer for each in rows]


@contextlib.contextmanager
def hall(folder: Path, *contents: dict[str, Any], **settings: Any) -> Iterator[Hall]:
    """Open a hall with a quiz of these questions."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Settings.from_environment({"NADOR_INSTANCE": str(folder)})
    made.make_secret_key()
    engine = make_engine(made.database_url)
    schema.upgrade(engine)
    app = create_app(made)
    with make_sessions(engine)() as session:
        exam = open_exam(session, *contents, **settings)
        found = Hall(folder, exam, [])
        found.cookies = [_cookie(app, session, exam, each, found.url) for each in range(2)]
        try:
            found.start()
            yield found
        finally:
            found.stop()
    app.extensions["nador"].engine.dispose()
    engine.dispose()


def _cookie(app: Any, session: Session, exam: Exam, learner: int, url: str) -> dict[str, Any]:
    client = app.test_client()
    sign_in(client, session, exam.actors[learner])
    return {"name": "nador", "value": client.get_cookie("nador").value, "url": url}
