"""The last seats of a run, under 64 HTTP clients that enrol, repeat themselves and withdraw.

`run(base_url, database_url, seed)` seeds a run in the served database, lets the clients loose on
the loopback address, and reports; `violations` is empty when every invariant held.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import select

from nador.accounts.models import Institute, Person
from nador.catalogue.models import Run
from nador.enrolment import queries
from nador.enrolment.models import Enrolment
from nador.kernel.db import make_engine, make_sessions
from tests.factories import make_course, make_institute, make_person, make_run, make_token

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CLIENTS = 64
SEATS = 20
PATIENCE = 60  # seconds that one request may take


@dataclass(frozen=True)
class Client:
    """One learner with a key: what they do is decided before they start."""

    token: str
    repeats: bool
    withdraws: bool


@dataclass
class Loose:
    """What the clients share: where to, and what came back."""

    host: str
    run_id: int
    start: threading.Barrier

    def call(self, client: Client, method: str, path: str, key: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {client.token}", "Accept": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def live(self, client: Client) -> list[int]:
        """Enrol, perhaps twice, perhaps leave again; returns the statuses of the answers."""
        self.start.wait(PATIENCE)
        path = f"/api/v1/runs/{self.run_id}/enrolments"
        status, placed = self.call(client, "POST", path, key="first")
        statuses = [status]
        if client.repeats:
            statuses.append(self.call(client, "POST", path, key="first")[0])
        if client.withdraws and status == http.client.CREATED:
            gone = f"/api/v1/enrolments/{placed['id']}"
            statuses.append(self.call(client, "DELETE", gone)[0])
        return statuses


def run(base_url: str, database_url: str, seed: int) -> dict[str, Any]:
    """Drill once; `seed` decides who repeats and who withdraws."""
    engine = make_engine(database_url)
    try:
        with make_sessions(engine)() as session:
            run_id, clients = _prepare(session, random.Random(seed))
            session.rollback()
            loose = Loose(urlsplit(base_url).netloc, run_id, threading.Barrier(CLIENTS))
            with ThreadPoolExecutor(CLIENTS) as threads:
                answers = list(threads.map(loose.live, clients))
            return _report(session, run_id, seed, answers)
    finally:
        engine.dispose()


def _prepare(session: Session, dice: random.Random) -> tuple[int, list[Client]]:
    institute_id = session.scalar(select(Institute.id).order_by(Institute.id).limit(1))
    if institute_id is None:
        institute_id = make_institute(session).id
    version = make_course(session, institute_id=institute_id)
    drilled = make_run(session, version, institute_id=institute_id, capacity=SEATS)
    clients = []
    for _ in range(CLIENTS):
        person: Person = make_person(session, email=None)
        token = make_token(session, person)
        clients.append(Client(token, dice.random() < 0.5, dice.random() < 0.3))
    return drilled.id, clients


def _report(session: Session, run_id: int, seed: int, answers: list[list[int]]) -> dict[str, Any]:
    session.expire_all()
    drilled = session.get_one(Run, run_id)
    held, waiting = queries.counted(session, run_id)
    statuses = Counter(status for each in answers for status in each)
    rows = Counter(
        status.value
        for status in session.scalars(select(Enrolment.status).where(Enrolment.run_id == run_id))
    )
    checks = {
        "over capacity": drilled.seats_held > drilled.capacity,
        "counter of seats differs from rows": drilled.seats_held != held,
        "counter of the waitlist differs from rows": drilled.waiting != waiting,
        "a seat is free while people wait": held < drilled.capacity and waiting > 0,
        "not everybody got an answer": len(answers) != CLIENTS or rows.total() != CLIENTS,
        "a server error": any(status >= http.client.INTERNAL_SERVER_ERROR for status in statuses),
        "an unexpected answer": bool(set(statuses) - {200, 201}),
    }
    return {
        "seed": seed,
        "capacity": drilled.capacity,
        "seats_held": drilled.seats_held,
        "waiting": drilled.waiting,
        "enrolments": dict(rows),
        "answers": {str(status): count for status, count in sorted(statuses.items())},
        "violations": [name for name, broken in checks.items() if broken],
    }
