"""The last seats of a run, wanted by many HTTP clients that enrol, repeat themselves and withdraw.

`run(base_url, database_url, seed)` makes a run in the served database, lets the clients loose on
the loopback address, and reports; `breaches` is empty when every promise held.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import insert, select

from nador.accounts import rules as accounts_rules
from nador.accounts.models import Institute, Person, Token
from nador.catalogue.models import Run
from nador.enrolment import queries
from nador.enrolment.models import Enrolment, Offer
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command, make_engine, make_sessions
from tests.drill.report import Report, broken, database_name
from tests.factories import make_course, make_institute, make_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

CLIENTS = 64
PATIENCE = 120
"""Seconds that one request may take: the machine may be busy with other things."""


@dataclass(frozen=True, slots=True)
class Client:
    """One learner with a key: what they do is drawn before they start."""

    token: str
    holds: int | None
    """The enrolment of somebody who has a seat, and gives it up once others wait for one."""
    repeats: bool
    """Whether the same request is sent twice at once, as by a double click."""
    withdraws: bool
    returns: bool
    """Whether somebody who withdrew wants a place again."""


@dataclass(slots=True)
class Loose:
    """What the clients share: where to, and when to start."""

    host: str
    run_id: int
    start: threading.Barrier
    queue: threading.Event = field(default_factory=threading.Event)
    """Set as soon as somebody was told to wait."""
    differing: list[str] = field(default_factory=list)
    """Answers to the same request under the same key that were not the same."""

    def live(self, client: Client) -> list[int]:
        """Act as one client; returns the statuses of the answers, in turn."""
        self.start.wait(PATIENCE)
        if client.holds is not None:
            self.queue.wait(PATIENCE)
            return [self._withdraw(client, client.holds)]
        with ThreadPoolExecutor(1) as second:
            again = second.submit(self._enrol, client, "first") if client.repeats else None
            status, placed = self._enrol(client, "first")
        statuses = [status]
        if again is not None:
            repeated, same = again.result()
            statuses.append(repeated)
            if (repeated, same) != (status, placed):
                self.differing.append(f"{status} {placed}, then {repeated} {same}")
        if client.withdraws and status == http.client.CREATED:
            statuses.append(self._withdraw(client, placed["id"]))
            if client.returns:
                statuses.append(self._enrol(client, "second")[0])
        return statuses

    def _enrol(self, client: Client, key: str) -> tuple[int, Any]:
        path = f"/api/v1/runs/{self.run_id}/enrolments"
        status, placed = self._call(client, "POST", path, key=key)
        if status == http.client.CREATED and placed["status"] == EnrolmentStatus.WAITLISTED:
            self.queue.set()
        return status, placed

    def _withdraw(self, client: Client, enrolment_id: int) -> int:
        return self._call(client, "DELETE", f"/api/v1/enrolments/{enrolment_id}")[0]

    def _call(self, client: Client, method: str, path: str, key: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {client.token}", "Accept": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()


def run(base_url: str, database_url: str, seed: int, *, clients: int = CLIENTS) -> Report:
    """Drill once; `seed` decides who repeats themselves, who withdraws and who comes back."""
    began = time.monotonic()
    engine = make_engine(database_url)
    try:
        with make_sessions(engine)() as session:
            run_id, learners = _prepare(session, random.Random(seed), clients)
            session.rollback()
            loose = Loose(urlsplit(base_url).netloc, run_id, threading.Barrier(clients))
            with ThreadPoolExecutor(clients) as threads:
                answers = list(threads.map(loose.live, learners))
            session.expire_all()
            counted, checks = _judge(session, loose, learners, answers)
    finally:
        engine.dispose()
    database = database_name(postgresql=engine.dialect.name == "postgresql")
    return Report(
        "seats", database, seed, counted, tuple(checks), broken(checks), time.monotonic() - began
    )


def _prepare(session: Session, dice: random.Random, clients: int) -> tuple[int, list[Client]]:
    """Make a run of which some seats are taken, and everybody who acts."""
    institute_id = session.scalar(select(Institute.id).order_by(Institute.id).limit(1))
    if institute_id is None:
        institute_id = make_institute(session).id
    version = make_course(session, institute_id=institute_id)
    drilled = make_run(session, version, institute_id=institute_id, capacity=clients * 5 // 16)
    tokens = [accounts_rules.new_secret() for _ in range(clients)]
    held = _populate(session, NOBODY, run_id=drilled.id, tokens=tokens, holders=clients // 8)
    learners = [
        Client(token, holds, *(dice.random() < chance for chance in (0.5, 0.3, 0.5)))
        for token, holds in zip(tokens, held, strict=True)
    ]
    dice.shuffle(learners)
    return drilled.id, learners


@command
def _populate(
    session: Session, _actor: Actor, *, run_id: int, tokens: list[str], holders: int
) -> list[int | None]:
    """Make a person for each token; the first so many hold a seat: their enrolments come first."""
    now = clock.now()
    people = session.scalars(
        insert(Person).returning(Person.id),
        [
            {
                "reference": f"S{run_id:03}{number:04}",
                "name_latin": "Salma Bouziane",
                "created_at": now,
            }
            for number in range(len(tokens))
        ],
    ).all()
    session.execute(
        insert(Token),
        [
            {
                "person_id": person_id,
                "name": "drill",
                "secret_hash": accounts_rules.digest(token),
                "scopes": [],
                "created_at": now,
            }
            for person_id, token in zip(people, tokens, strict=True)
        ],
    )
    seated = session.scalars(
        insert(Enrolment).returning(Enrolment.id, sort_by_parameter_order=True),
        [
            {
                "run_id": run_id,
                "person_id": person_id,
                "reference": f"S{person_id:07}",
                "status": EnrolmentStatus.ACTIVE,
                "source": EnrolmentSource.SELF,
                "created_at": now,
            }
            for person_id in people[:holders]
        ],
    ).all()
    session.get_one(Run, run_id).seats_held = holders
    return [*seated, *[None] * (len(tokens) - holders)]


def _judge(
    session: Session, loose: Loose, learners: list[Client], answers: list[list[int]]
) -> tuple[dict[str, Any], dict[str, object]]:
    run_id = loose.run_id
    drilled = session.get_one(Run, run_id)
    held, waiting = queries.counted(session, run_id)
    statuses = Counter(status for each in answers for status in each)
    rows = session.scalars(
        select(Enrolment).where(Enrolment.run_id == run_id).order_by(Enrolment.id)
    ).all()
    states = Counter(row.status.value for row in rows)
    back = sum(
        learner.holds is None and learner.withdraws and learner.returns for learner in learners
    )
    offered = _offered(session, run_id)
    checks: dict[str, object] = {
        "over capacity": max(0, held - drilled.capacity),
        "counter of seats differs from rows": drilled.seats_held - held,
        "counter of the waitlist differs from rows": drilled.waiting - waiting,
        "a seat is free while people wait": held < drilled.capacity and waiting,
        "enrolments are not one for each wish": len(rows) - len(learners) - back,
        "nobody waited, or nobody was offered a seat": not (waiting and offered),
        "server errors": sum(n for status, n in statuses.items() if status >= 500),
        "unexpected answers": sorted(set(statuses) - {200, 201}),
        "repeated requests with another answer": loose.differing,
        "offered out of the queue's order": _out_of_order(rows, offered),
        "newcomers that jumped the queue": _jumped(rows, offered),
    }
    counted = {"clients": len(learners), "capacity": drilled.capacity, "seats": held}
    counted |= {"waiting": waiting, **dict(sorted(states.items()))}
    return counted | {"answers": {str(key): n for key, n in sorted(statuses.items())}}, checks


def _offered(session: Session, run_id: int) -> dict[int, datetime]:
    """Return when each enrolment was offered a seat, in the order of the offers."""
    rows = session.execute(
        select(Offer.enrolment_id, Offer.made_at)
        .join(Enrolment, Enrolment.id == Offer.enrolment_id)
        .where(Enrolment.run_id == run_id)
        .order_by(Offer.id)
    )
    return dict(rows.all())


def _out_of_order(rows: Sequence[Enrolment], offered: dict[int, datetime]) -> list[int]:
    """Find who was offered a seat while somebody who came before them still waited."""
    queue = [row for row in rows if row.queued_at]
    return [
        row.id
        for row in queue
        if row.id in offered
        and any(
            _place(before) < _place(row) and _leaves(before, offered) > offered[row.id]
            for before in queue
        )
    ]


def _jumped(rows: Sequence[Enrolment], offered: dict[int, datetime]) -> list[int]:
    """Find who got a seat at once while somebody waited."""
    queue = [row for row in rows if row.queued_at]
    return [
        row.id
        for row in rows
        if row.queued_at is None
        and any(row.id > waits.id and _leaves(waits, offered) > row.created_at for waits in queue)
    ]


def _place(row: Enrolment) -> tuple[datetime | None, int]:
    return row.queued_at, row.id


def _leaves(row: Enrolment, offered: dict[int, datetime]) -> datetime:
    """Return when somebody left the queue: by an offer, by withdrawing, or not yet."""
    return offered.get(row.id) or row.ended_at or clock.now()
