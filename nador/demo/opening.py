"""Opening the demo centre: everything in one go, in the foreground, until TERM."""

from __future__ import annotations

import multiprocessing
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

import click

from nador.accounts import queries as accounts_queries
from nador.certification import service as certification
from nador.certification.keys.store import KeyRing
from nador.demo import centre, papers
from nador.kernel import schema
from nador.kernel.db import make_engine, make_sessions
from nador.kernel.files import FileStore
from nador.kernel.supervision import die_with_parent, supervise
from nador.kernel.work import Desk
from nador.web import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker

    from nador.settings import Settings

PROCESSES: Final = 2
PATIENCE: Final = 300.0
"""Seconds that the announcement waits for the first page, and then for the first certificate."""


def open_centre(settings: Settings, *, factory: str, prepare: Callable[[], None]) -> None:
    """Make what is missing, then serve and work until TERM; what is there is kept."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    settings.make_secret_key()
    engine = make_engine(settings.database_url)
    if schema.current(engine) is None:
        schema.upgrade(engine)
    schema.check(engine)
    sessions = make_sessions(engine)
    # What the commands tell each other has to reach the features, as in every other process.
    prepare()
    with sessions() as session:
        if not accounts_queries.is_demo(session):
            click.echo("Making the demo centre (once).")
            centre.load(session, origin=settings.public_url)
    with sessions() as session:
        make_keys(session, settings)
    papers.settle(Desk(settings=settings, sessions=sessions, files=FileStore(settings.files)))
    serving.require_free_port("127.0.0.1", settings.port)
    worker = multiprocessing.get_context("spawn").Process(target=_work, args=(settings, prepare))
    worker.start()
    threading.Thread(target=_announce, args=(settings, sessions), daemon=True).start()
    try:
        serving.serve(factory, host="127.0.0.1", port=settings.port, processes=PROCESSES)
    finally:
        worker.terminate()
        worker.join()


def make_keys(session: Session, settings: Settings) -> None:
    """Make the keys that the centre lacks."""
    institute = accounts_queries.first_institute(session)
    if institute is not None:
        certification.make_first_keys(
            session,
            accounts_queries.operator(session),
            institute_id=institute.id,
            ring=KeyRing.of(settings),
        )


def _work(settings: Settings, prepare: Callable[[], None]) -> None:
    die_with_parent()
    prepare()
    supervise(settings, prepare=prepare)


def _announce(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Say where the centre is as soon as it answers, then show one certificate's page."""
    address = f"http://127.0.0.1:{settings.port}"
    if not _happens(lambda: _answers(address)):
        return
    click.echo(f"\nThe demo centre is open: {address}\n")
    for one in centre.ACCOUNTS:
        click.echo(f"  {one.email:28} {centre.PASSWORD}  {one.title}")
    found: list[str] = []
    if _happens(lambda: _finds_code(sessions, found)):
        click.echo(f"\nA certificate to verify: {settings.public_url}/v/{found[0]}")
    click.echo("\nStop with Ctrl-C; what you did is kept.")


def _happens(event: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if event():
            return True
        time.sleep(0.3)
    return False


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - our own address
            return True
    except (urllib.error.URLError, OSError):
        return False


def _finds_code(sessions: sessionmaker[Session], found: list[str]) -> bool:
    with sessions() as session:
        code = papers.example_code(session)
    found.extend([code] if code else [])
    return bool(code)
