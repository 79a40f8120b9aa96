"""Learners who take the same quiz at once, on PostgreSQL with two web processes.

Each learner opens their attempt and answers question after question over a connection of their own,
as the page's script does; beside it the same clients post as often to a bare Flask application that
writes one row. In the end every answer that was told to be saved must be what the database holds.

    python -m tests.bench.bench_quiz [--learners 500] [--questions 40]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import create_engine, select, text

from nador.app import create_app
from nador.assessment.models import AttemptAnswer
from nador.kernel import schema
from nador.kernel.db import make_engine, make_sessions
from nador.settings import Settings
from tests.assessment.exam import SINGLE, Exam, open_exam
from tests.clusters import Cluster, free_port
from tests.factories import make_sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

PROCESSES = 2
SERVE = (
    "from nador.web.serving import serve; import sys; "
    "serve(sys.argv[1], host='127.0.0.1', port=int(sys.argv[2]), processes=int(sys.argv[3]))"
)
TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
CHOICES = ("four", "five")


@dataclass
class Told:
    """What came back: how long each answer took, and which statuses there were."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def figures(self, elapsed: float) -> dict[str, Any]:
        """Sum it up."""
        ordered = sorted(self.seconds)
        return {
            "saves": len(ordered),
            "per_second": round(len(ordered) / elapsed, 1),
            "median_ms": round(statistics.median(ordered) * 1000, 1),
            "p99_ms": round(ordered[int(len(ordered) * 0.99) - 1] * 1000, 1),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
        }


@dataclass
class Learner:
    """One client with a connection of its own."""

    port: int
    cookie: str
    path: str
    token: str = ""

    async def open(self) -> None:
        """Connect, and read the page: its token goes with every answer."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        if not self.cookie:
            return
        status, body = await self._ask("GET", self.path, b"")
        found = TOKEN.search(body)
        if status != 200 or found is None:
            raise RuntimeError(f"the attempt's page answers {status}")
        self.token = found[1].decode()

    async def save(self, position: int, told: Told) -> None:
        """Send one answer, and note how long it took."""
        fields = {
            "csrf_token": self.token,
            "sequence": 1,
            f"q{position}-choice": CHOICES[position % 2],
            "body": CHOICES[position % 2],
        }
        begun = time.perf_counter()
        status, _ = await self._ask(
            "POST", f"{self.path}/answers/{position}", urlencode(fields).encode()
        )
        told.seconds.append(time.perf_counter() - begun)
        told.statuses[status] += 1

    async def _ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: {self.cookie}\r\nAccept: application/json\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            self.writer.write(head.encode() + body)
            found = await self.reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            # The server hangs up on idle connections: as browsers do, connect and ask again.
            self.writer.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(head.encode() + body)
            found = await self.reader.readuntil(b"\r\n\r\n")
        lines = found.decode("latin-1").split("\r\n")
        length = next(
            int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-len")
        )
        for line in lines:
            # The token of the page belongs to the cookie that came with it.
            if line.lower().startswith("set-cookie: nador="):
                self.cookie = line.partition(": ")[2].partition(";")[0]
        return int(lines[0].split(" ")[1]), await self.reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


async def take(learners: Sequence[Learner], questions: int) -> dict[str, Any]:
    """Let all answer all questions at once."""
    for each in learners:
        await each.open()
    told = Told()

    async def one(learner: Learner) -> None:
        for position in range(1, questions + 1):
            await learner.save(position, told)

    begun = time.perf_counter()
    await asyncio.gather(*(one(each) for each in learners))
    elapsed = time.perf_counter() - begun
    for each in learners:
        each.close()
    return told.figures(elapsed)


@contextlib.contextmanager
def serving(factory: str, environ: Mapping[str, str], log: Path) -> Iterator[int]:
    """Run an application as `nador serve` does, with two processes."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NADOR_")}
    with log.open("ab") as told:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, factory, str(port), str(PROCESSES)],
            env={**kept, **environ},
            stdout=told,
            stderr=told,
        )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    async def asked() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    until = time.monotonic() + 240
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            asyncio.run(asked())
            time.sleep(3)
            return
        time.sleep(0.3)
    raise RuntimeError("the server does not answer")


def exam_of(session: Session, *, learners: int, questions: int) -> tuple[Exam, list[int]]:
    """Make the quiz and let everybody begin; gives the attempts."""
    contents = [{**SINGLE, "prompt": f"Question {number} ?"} for number in range(questions)]
    exam = open_exam(session, *contents, learners=learners, minutes=120)
    return exam, [exam.begin(learner).id for learner in range(learners)]


def measure(*, learners: int = 500, questions: int = 40) -> dict[str, Any]:
    """Measure saves a second and how long they take, as ratios to a bare POST with one INSERT."""
    cluster = Cluster.create()
    try:
        with tempfile.TemporaryDirectory(prefix="nador-bench-") as folder:
            return _measure(cluster, Path(folder), learners=learners, questions=questions)
    finally:
        cluster.remove()


def _measure(cluster: Cluster, folder: Path, *, learners: int, questions: int) -> dict[str, Any]:
    admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE nador"))
        connection.execute(text("CREATE TABLE bare (id serial PRIMARY KEY, body text)"))
    environ = {
        "NADOR_INSTANCE": str(folder),
        "NADOR_DATABASE_URL": cluster.url("nador"),
        "BARE_DATABASE_URL": cluster.url("postgres"),
    }
    settings = Settings.from_environment(environ)
    settings.make_secret_key()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine)
    app = create_app(settings)
    with make_sessions(engine)() as session:
        exam, attempts = exam_of(session, learners=learners, questions=questions)
        cookies = [_cookie(app, session, each) for each in exam.actors]
        figures = {}
        with serving("tests.bench.bare:posting", environ, folder / "bare.log") as port:
            clients = [Learner(port, "", f"/me/attempts/{each}") for each in attempts]
            figures["bare"] = asyncio.run(take(clients, questions))
        with serving("nador.app:served", environ, folder / "nador.log") as port:
            clients = [
                Learner(port, cookie, f"/me/attempts/{each}")
                for cookie, each in zip(cookies, attempts, strict=True)
            ]
            figures["quiz"] = asyncio.run(take(clients, questions))
        session.rollback()
        lost = _lost(session)
    admin.dispose()
    engine.dispose()
    app.extensions["nador"].engine.dispose()
    return {
        "learners": learners,
        "questions": questions,
        **figures,
        "lost": lost,
        "errors": sum(
            count for status, count in figures["quiz"]["statuses"].items() if int(status) >= 500
        ),
        "saves_to_bare": round(figures["quiz"]["per_second"] / figures["bare"]["per_second"], 3),
        "p99_to_bare": round(figures["quiz"]["p99_ms"] / figures["bare"]["p99_ms"], 2),
    }


def _lost(session: Session) -> int:
    """Count the answers that were told to be saved and are not there."""
    rows = session.execute(select(AttemptAnswer.position, AttemptAnswer.answer))
    return sum(answer != {"choice": CHOICES[position % 2]} for position, answer in rows)


def _cookie(app: Flask, session: Session, actor: Actor) -> str:
    secret = make_sign_in(session, actor.person_id or 0)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": secret, "_fresh": True})
    kept = client.get_cookie("nador")
    return f"nador={kept.value if kept else ''}"


def main() -> None:
    """Measure as the command line says."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--learners", type=int, default=500)
    asked.add_argument("--questions", type=int, default=40)
    given = asked.parse_args()
    print(json.dumps(measure(learners=given.learners, questions=given.questions), indent=2))


if __name__ == "__main__":
    main()
