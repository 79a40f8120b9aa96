"""Worker processes: started, watched, replaced when they die, and stopped gently."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess

import structlog

from nador.kernel import work
from nador.kernel.access import NOBODY
from nador.kernel.db import make_engine, make_sessions
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from nador.settings import Settings

EVERY_SECOND = 1.0
BEAT = 10.0
LONGEST_PAUSE = 30.0
GRACE = 25.0
"""Seconds that a worker gets to finish the item in its hands."""
SETTLED = 10.0
"""Seconds after which a worker counts as well started."""
_PR_SET_PDEATHSIG = 1
log = structlog.get_logger(__name__)


def open_desk(settings: Settings) -> Desk:
    """Put in one place what a worker needs."""
    return Desk(
        settings=settings,
        sessions=make_sessions(make_engine(settings.database_url)),
        files=FileStore(settings.files),
    )


def die_with_parent() -> None:
    """Ask Linux for a TERM when the parent dies, so that no process outlives a killed supervisor."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():
        # It died before it was asked about: a web process would keep the port for ever.
        raise SystemExit(1)


def stop_on_term() -> threading.Event:
    """Return an event that TERM (or Ctrl-C) sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@dataclass(slots=True)
class Seat:
    """The place of one worker process, taken by one process after another."""

    process: SpawnProcess | None = None
    holder: str = ""
    started: float = 0.0
    falls: int = 0
    start_after: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps as many worker processes alive as the settings say."""

    settings: Settings
    prepare: Callable[[], None]
    desk: Desk
    seats: list[Seat] = field(default_factory=list)
    orphaned: set[str] = field(default_factory=set)
    """Holders known to be dead whose leases could not be freed yet."""

    def tend(self) -> None:
        """Notice the dead, free what they held, fill empty seats."""
        for seat in self.seats:
            if seat.process is not None and not seat.process.is_alive():
                self._bury(seat)
            if seat.process is None and time.monotonic() >= seat.start_after:
                self._fill(seat)
        self._release()

    def stop(self) -> None:
        """Let every worker finish its item, then end it."""
        living = [seat.process for seat in self.seats if seat.process is not None]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in living:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
        self.orphaned.update(seat.holder for seat in self.seats if seat.process is not None)
        self._release()

    def _fill(self, seat: Seat) -> None:
        seat.holder = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        seat.started = time.monotonic()
        # A fresh interpreter: threads and database connections must not be inherited half-way.
        seat.process = multiprocessing.get_context("spawn").Process(
            target=run_worker, args=(self.settings, seat.holder, self.prepare), name="nador-worker"
        )
        seat.process.start()
        log.info("worker started", holder=seat.holder, pid=seat.process.pid)

    def _bury(self, seat: Seat) -> None:
        log.warning(
            "worker died", holder=seat.holder, exit_code=seat.process and seat.process.exitcode
        )
        now = time.monotonic()
        seat.falls = 0 if now - seat.started > SETTLED else seat.falls + 1
        seat.start_after = now + min(LONGEST_PAUSE, 2.0**seat.falls - 1)
        seat.process = None
        self.orphaned.add(seat.holder)

    def _release(self) -> None:
        for holder in sorted(self.orphaned):
            try:
                with self.desk.sessions() as session:
                    work.release_leases(session, NOBODY, holder=holder)
            except Exception as error:  # noqa: BLE001 - the database may be away; it is asked again
                log.warning("leases not freed yet", holder=holder, error=str(error))
                return
            self.orphaned.discard(holder)


def supervise(settings: Settings, *, prepare: Callable[[], None]) -> None:
    """Run the settings' number of worker processes until TERM.

    `prepare` is a module-level function that each process calls first: it wires the features.
    """
    stop = stop_on_term()
    supervisor = Supervisor(settings, prepare, open_desk(settings))
    supervisor.seats = [Seat() for _ in range(settings.workers)]
    while not stop.is_set():
        supervisor.tend()
        stop.wait(EVERY_SECOND / 2)
    supervisor.stop()
    supervisor.desk.sessions.kw["bind"].dispose()


def run_worker(settings: Settings, holder: str, prepare: Callable[[], None]) -> None:
    """Do due work every second until TERM; the life of one worker process."""
    die_with_parent()
    stop = stop_on_term()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the supervisor, which says when
    prepare()
    desk = open_desk(settings)
    threading.Thread(target=_beat, args=(desk, holder, stop), daemon=True).start()
    failures = 0
    while not stop.is_set():
        try:
            if failures:
                # What was in hand when the database went away is due again at once.
                with desk.sessions() as session:
                    work.release_leases(session, NOBODY, holder=holder)
            tried = work.run_once(desk, holder=holder, stopping=stop.is_set)
            failures = 0
        except Exception as error:  # noqa: BLE001 - a worker outlives the database's restarts
            failures += 1
            log.warning("worker waits", holder=holder, error=str(error), failures=failures)
            stop.wait(min(LONGEST_PAUSE, 2.0 ** min(failures, 6) / 2))
            continue
        if not tried:
            stop.wait(EVERY_SECOND)


def _beat(desk: Desk, holder: str, stop: threading.Event) -> None:
    """Show life and keep the leases in hand, beside the work itself: a long item must not lose its lease."""
    pause = 0.0
    while not stop.wait(pause):
        pause = BEAT
        try:
            troubles = work.troubles_of(desk)
            with desk.sessions() as session:
                work.beat(session, NOBODY, holder=holder, troubles=troubles)
        except Exception as error:  # noqa: BLE001 - the next beat may get through
            log.warning("no heartbeat", holder=holder, error=str(error))
