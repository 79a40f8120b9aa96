"""Work is a state of a row: whatever dies, every item gets exactly one outcome."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from nador.kernel import clock, mail, work
from nador.kernel.access import NOBODY, Actor
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.files import FileStore
from nador.kernel.mail import Message, MessageStatus
from nador.kernel.supervision import Seat, Supervisor
from nador.kernel.work import Desk, Heartbeat, WorkLease
from tests.clusters import free_port
from tests.kernel import paperwork
from tests.kernel.paperwork import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session, sessionmaker

    from nador.settings import Settings

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(
    settings: Settings, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setattr(work, "_declared", {KIND.name: KIND})
    return Desk(settings, sessions, FileStore(settings.files))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """Let a test put the clock forward: what it appends is added to the time."""
    passed: list[timedelta] = []
    really = clock.now
    monkeypatch.setattr(clock, "now", lambda: really() + sum(passed, timedelta()))
    return passed


@command
def order(session: Session, _actor: Actor, *, subjects: list[str]) -> list[int]:
    """Queue one mail a subject and return their ids."""
    rows = [
        mail.queue(session, recipient="a@nador.example", locale="fr", subject=subject, body="…")
        for subject in subjects
    ]
    session.flush()
    return [row.id for row in rows]


def outcomes(session: Session, action: str = "paperwork.done") -> Counter[str]:
    session.rollback()
    return Counter(
        session.scalars(select(AuditEntry.subject).where(AuditEntry.action == action)).all()
    )


def lease(session: Session, item_id: int) -> WorkLease | None:
    session.rollback()
    session.expire_all()
    return session.get(WorkLease, (KIND.name, item_id))


def test_a_round_does_what_is_due_and_leaves_no_lease(desk: Desk, session: Session) -> None:
    ids = order(session, NOBODY, subjects=["one", "two", "three"])

    assert work.run_once(desk, holder="a") == 3
    assert outcomes(session) == {f"message:{item_id}": 1 for item_id in ids}
    assert session.scalar(select(func.count()).select_from(WorkLease)) == 0
    assert work.run_once(desk, holder="a") == 0


def test_one_kind_cannot_starve_the_others(desk: Desk, session: Session) -> None:
    order(session, NOBODY, subjects=["x"] * 5)

    assert work.run_once(desk, holder="a", most=3) == 3


def test_a_stopping_worker_takes_nothing_new(desk: Desk, session: Session) -> None:
    order(session, NOBODY, subjects=["x"])

    assert work.run_once(desk, holder="a", stopping=lambda: True) == 0


def test_what_waits_for_the_same_waits_together_and_counts_no_attempt(
    desk: Desk, session: Session, later: list[timedelta]
) -> None:
    first, *_others, last = order(session, NOBODY, subjects=["waits"] * 20 + ["x"])

    assert work.run_once(desk, holder="a", most=2) == 2
    assert outcomes(session) == {f"message:{last}": 1}
    for _ in range(work.MOST_ATTEMPTS + 1):
        assert work.run_once(desk, holder="a") == 0
        later.append(work.AWAY)
        assert work.run_once(desk, holder="a") == 1
    waiting = lease(session, first)
    assert waiting is not None
    assert (waiting.attempts, waiting.dead, waiting.last_error) == (0, False, "there is no ink")
    assert session.scalar(select(func.count()).select_from(WorkLease)) == 20

    desk.settings.instance.mkdir(exist_ok=True)
    (desk.settings.instance / "ink").touch()
    later.append(work.AWAY)
    work.run_once(desk, holder="a", most=50)

    assert sum(outcomes(session).values()) == 21
    assert session.scalar(select(func.count()).select_from(WorkLease)) == 0


def test_two_workers_claim_different_items(session: Session) -> None:
    first, second = order(session, NOBODY, subjects=["one", "two"])

    assert work.claim(session, NOBODY, kind=KIND, holder="a") == first
    assert work.claim(session, NOBODY, kind=KIND, holder="b") == second
    assert work.claim(session, NOBODY, kind=KIND, holder="c") is None


def test_a_lease_that_ran_out_goes_to_the_next(session: Session, later: list[timedelta]) -> None:
    (item,) = order(session, NOBODY, subjects=["one"])
    work.claim(session, NOBODY, kind=KIND, holder="a")
    assert work.claim(session, NOBODY, kind=KIND, holder="b") is None

    later.append(work.LEASE)

    assert work.claim(session, NOBODY, kind=KIND, holder="b") == item
    held = lease(session, item)
    assert held is not None
    assert (held.holder, held.attempts) == ("b", 2)


def test_who_lost_the_lease_writes_nothing(session: Session, later: list[timedelta]) -> None:
    (item,) = order(session, NOBODY, subjects=["one"])
    work.claim(session, NOBODY, kind=KIND, holder="slow")
    later.append(work.LEASE)
    work.claim(session, NOBODY, kind=KIND, holder="quick")

    def hand_in(holder: str) -> bool:
        return work.finish(session, NOBODY, kind=KIND, item_id=item, holder=holder, outcome="")

    assert hand_in("slow") is False
    assert hand_in("quick") is True
    assert hand_in("slow") is False
    work.give_up(
        session, NOBODY, kind=KIND, item_id=item, holder="slow", error="late", hopeless=True
    )
    assert outcomes(session) == {f"message:{item}": 1}
    assert outcomes(session, "paperwork.dead") == {}


def test_a_beat_keeps_the_lease(session: Session, later: list[timedelta]) -> None:
    order(session, NOBODY, subjects=["long"])
    work.claim(session, NOBODY, kind=KIND, holder="a")
    later.append(work.LEASE - timedelta(seconds=1))
    work.beat(session, NOBODY, holder="a")
    later.append(work.LEASE - timedelta(seconds=1))

    assert work.claim(session, NOBODY, kind=KIND, holder="b") is None


def test_beats_of_long_gone_workers_are_forgotten(session: Session, later: list[timedelta]) -> None:
    work.beat(session, NOBODY, holder="old")
    later.append(work.FORGOTTEN + MINUTE)
    work.beat(session, NOBODY, holder="new")

    assert session.scalars(select(Heartbeat.holder)).all() == ["new"]


def test_what_a_dead_process_held_is_free_at_once(session: Session) -> None:
    (item,) = order(session, NOBODY, subjects=["one"])
    work.claim(session, NOBODY, kind=KIND, holder="a")
    work.beat(session, NOBODY, holder="a")

    work.release_leases(session, NOBODY, holder="a")

    assert work.claim(session, NOBODY, kind=KIND, holder="b") == item
    assert session.scalars(select(Heartbeat.holder)).all() == []


def test_a_failure_is_put_off_longer_each_time_and_then_dead(
    desk: Desk, session: Session, later: list[timedelta]
) -> None:
    (item,) = order(session, NOBODY, subjects=["fails"])
    for attempt in range(1, work.MOST_ATTEMPTS + 1):
        assert work.run_once(desk, holder="a") == 1
        assert work.run_once(desk, holder="a") == 0
        later.append(work.pause_after(attempt))

    held = lease(session, item)
    assert held is not None
    assert (held.dead, held.attempts, held.last_error) == (True, 8, "this paper jams")
    assert outcomes(session, "paperwork.dead") == {f"message:{item}": 1}
    assert [one.item_id for one in work.dead_items(session)] == [item]
    assert work.run_once(desk, holder="a") == 0


def test_the_hopeless_is_dead_at_once(desk: Desk, session: Session) -> None:
    (item,) = order(session, NOBODY, subjects=["hopeless"])

    work.run_once(desk, holder="a")

    assert outcomes(session, "paperwork.dead") == {f"message:{item}": 1}


def test_an_item_that_kills_its_worker_ends_up_dead_alone(desk: Desk, session: Session) -> None:
    poison, healthy = order(session, NOBODY, subjects=["poison", "healthy"])
    for _ in range(work.MOST_ATTEMPTS):
        assert work.claim(session, NOBODY, kind=KIND, holder="a") == poison
        work.release_leases(session, NOBODY, holder="a")

    assert work.claim(session, NOBODY, kind=KIND, holder="a") is None
    assert outcomes(session, "paperwork.dead") == {f"message:{poison}": 1}
    assert work.claim(session, NOBODY, kind=KIND, holder="a") == healthy


def test_a_dead_item_is_retried_by_hand(desk: Desk, session: Session) -> None:
    (item,) = order(session, NOBODY, subjects=["hopeless"])
    work.run_once(desk, holder="a")

    work.retry(session, NOBODY, work_name=KIND.name, item_id=item)

    assert lease(session, item) is None
    assert work.run_once(desk, holder="a") == 1


def test_a_living_item_is_not_retried_by_hand(desk: Desk, session: Session) -> None:
    (item,) = order(session, NOBODY, subjects=["one"])
    work.claim(session, NOBODY, kind=KIND, holder="a")

    work.retry(session, NOBODY, work_name=KIND.name, item_id=item)

    assert lease(session, item) is not None


@pytest.mark.slow
def test_three_workers_under_fire_give_each_item_one_outcome(desk: Desk, session: Session) -> None:
    ids = order(session, NOBODY, subjects=["paper"] * 100)
    moments = random.Random(7)
    supervisor = Supervisor(desk.settings, paperwork.prepare, desk)
    supervisor.seats = [Seat() for _ in range(3)]
    kills = 0
    deadline = time.monotonic() + 120
    while len(outcomes(session)) < len(ids) and time.monotonic() < deadline:
        supervisor.tend()
        time.sleep(moments.uniform(0.02, 0.1))
        if outcomes(session) and kills < 5:
            kills += _kill_one(supervisor, moments)
    supervisor.stop()

    assert kills == 5
    assert outcomes(session) == {f"message:{item_id}": 1 for item_id in ids}
    assert session.scalar(select(func.count()).select_from(WorkLease)) == 0
    assert session.scalar(select(func.count()).select_from(Heartbeat)) == 0


def _kill_one(supervisor: Supervisor, moments: random.Random) -> int:
    seat = moments.choice(supervisor.seats)
    if seat.process is None or seat.process.pid is None or not seat.process.is_alive():
        return 0
    os.kill(seat.process.pid, signal.SIGKILL)
    seat.process.join()
    seat.falls = 0
    return 1


class Postbox:
    """Keeps the Message-ID of every mail that came; says no to the first few after reading them."""

    def __init__(self, *, refuse: int = 0) -> None:
        self.received: list[str] = []
        self.refuse = refuse
        self.url = ""

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
        content = bytes(getattr(envelope, "content", b"")).decode("utf-8", "replace")
        (line,) = [one for one in content.splitlines() if one.startswith("Message-ID:")]
        self.received.append(line.removeprefix("Message-ID: <").split("@", maxsplit=1)[0])
        if self.refuse:
            self.refuse -= 1
            return "451 try again later"
        return "250 kept"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox(refuse=1)
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    box.url = f"smtp://127.0.0.1:{server.port}"
    yield box
    server.stop()


def test_mail_is_sent_at_least_once_under_the_same_name(
    settings: Settings,
    sessions: sessionmaker[Session],
    session: Session,
    postbox: Postbox,
    later: list[timedelta],
) -> None:
    ids = order(session, NOBODY, subjects=["Inscription confirmée", "دورة"])
    desk = Desk(replace(settings, mail_url=postbox.url), sessions, FileStore(settings.files))
    work.run_once(desk, holder="a")
    later.append(work.pause_after(1))
    work.run_once(desk, holder="a")

    session.rollback()
    rows = session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id)).all()
    assert [row.status for row in rows] == [MessageStatus.SENT] * 2
    # The first was refused once: a receiver that had kept it would know the repeat by its name.
    assert Counter(postbox.received) == {rows[0].uuid: 2, rows[1].uuid: 1}


def test_mail_without_a_server_is_kept(
    settings: Settings, sessions: sessionmaker[Session], session: Session
) -> None:
    (item,) = order(session, NOBODY, subjects=["kept"])

    work.run_once(Desk(settings, sessions, FileStore(settings.files)), holder="a")

    session.rollback()
    session.expire_all()
    assert session.get_one(Message, item).status is MessageStatus.SENT


def test_work_that_nobody_declared_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound):
        work.retry(session, NOBODY, work_name="nothing", item_id=1)
