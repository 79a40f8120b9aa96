"""Slow or outside work: found in the database, claimed by a lease, recorded by a command.

Work is a state of a row (a certificate `pending_issue`, a message `due`), so nothing is lost when a
process or a machine dies. A lease only keeps two workers from doing the same thing at once.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from sqlalchemy import Index, Select, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import Base, command, is_away
from nador.kernel.errors import NotFound
from nador.kernel.files import FileStore
from nador.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
SILENT_AFTER = timedelta(seconds=60)
AWAY = timedelta(seconds=20)
"""How long work waits before it looks again whether what it needs is back."""
FORGOTTEN = timedelta(hours=1)
DIED = "The worker died each time while it did this."
log = structlog.get_logger(__name__)


class WorkLease(Base):
    """Who is at work on an item, until when, and how often it was tried.

    After a failure nobody holds it (`holder` is empty), and `until` is when it is due again.
    """

    __tablename__ = "work_lease"

    work: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str]
    until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=1)
    dead: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str | None]

    __table_args__ = (Index(None, "holder"),)


class Heartbeat(Base):
    """The last sign of life of a worker process."""

    __tablename__ = "worker_heartbeat"

    holder: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    troubles: Mapped[list[str]] = mapped_column(default=list)
    """What keeps this worker from doing its work, as sentences."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker has at hand while it does an item."""

    settings: Settings
    sessions: sessionmaker[Session]
    files: FileStore

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only session; leave it before the slow part begins."""
        with self.sessions() as session:
            yield session


class Record(Protocol):
    """The command that writes an outcome down."""

    def __call__(self, session: Session, actor: Actor, /, *, item_id: int, outcome: Any) -> object:
        """Write the outcome of the item."""


class Refuse(Protocol):
    """The command that writes down why an item can never be done."""

    def __call__(self, session: Session, actor: Actor, /, *, item_id: int, error: str) -> object:
        """Write the refusal of the item."""


class Revive(Protocol):
    """The command that makes a dead item due again."""

    def __call__(self, session: Session, actor: Actor, /, *, item_id: int) -> object:
        """Write that the item is due."""


class Hopeless(Exception):
    """Trying again can't help: the item is dead at once, with this message."""


class NotNow(Exception):
    """Nothing is wrong with the item, but something that it needs is away: no attempt is counted.

    `alike` selects the items of the same work that need the same: they wait together, so that
    those that need something else get their turn.
    """

    def __init__(self, reason: str, *, alike: Select[int] | None = None) -> None:
        super().__init__(reason)
        self.alike = alike


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: which items are due, how one is done, and how its outcome is recorded."""

    name: str
    due: Callable[[datetime], Select[int]]
    do: Callable[[Desk, int], Any]
    record: Record
    dead: Refuse | None = None
    again: Revive | None = None


_declared: dict[str, Work] = {}


def work(
    name: str,
    *,
    due: Callable[[datetime], Select[int]],
    record: Record,
    dead: Refuse | None = None,
    again: Revive | None = None,
) -> Callable[[Callable[[Desk, int], Any]], Callable[[Desk, int], Any]]:
    """Declare the decorated function as the slow part of the work `name`.

    `due(now)` selects ids, most urgent first. `record`, `dead` and `again` are commands: the
    outcome, the last failure, and the order of a person to try a dead item again.
    """

    def declare(do: Callable[[Desk, int], Any]) -> Callable[[Desk, int], Any]:
        _declared[name] = Work(name=name, due=due, do=do, record=record, dead=dead, again=again)
        return do

    return declare


def declared() -> tuple[Work, ...]:
    """Every kind of work, in the order of declaration."""
    return tuple(_declared.values())


def _unleased(kind: Work, now: datetime, due: Select[int] | None = None) -> Select[int]:
    due = kind.due(now) if due is None else due
    item_id = due.selected_columns[0]
    held = exists().where(
        WorkLease.work == kind.name,
        WorkLease.item_id == item_id,
        or_(WorkLease.until > now, WorkLease.dead),
    )
    return due.where(~held)


@command
def claim(session: Session, actor: Actor, *, kind: Work, holder: str) -> int | None:
    """Take the lease on the most urgent due item that nobody holds, and return its id.

    One at a time: an item that kills its worker must not drag others down with it.
    """
    now = clock.now()
    due = _unleased(kind, now).limit(1).with_for_update(skip_locked=True)
    item_id = session.scalar(due)
    if item_id is None:
        return None
    lease = _insert(session).values(
        work=kind.name, item_id=item_id, holder=holder, until=now + LEASE, attempts=1, dead=False
    )
    # The item may have been claimed between the look and the lock: then nothing is taken.
    attempts = session.scalar(
        lease.on_conflict_do_update(
            index_elements=[WorkLease.work, WorkLease.item_id],
            set_={"holder": holder, "until": now + LEASE, "attempts": WorkLease.attempts + 1},
            where=and_(WorkLease.until <= now, ~WorkLease.dead),
        ).returning(WorkLease.attempts)
    )
    if attempts is not None and attempts > MOST_ATTEMPTS:
        _bury(session, actor, kind=kind, item_id=item_id, error=DIED)
        return None
    return None if attempts is None else item_id


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(WorkLease) if is_postgresql else sqlite.insert(WorkLease)


@command
def finish(
    session: Session, actor: Actor, *, kind: Work, item_id: int, holder: str, outcome: Any
) -> bool:
    """Record an outcome, unless the lease is gone: then somebody else does the item."""
    mine = session.execute(
        delete(WorkLease).where(
            WorkLease.work == kind.name, WorkLease.item_id == item_id, WorkLease.holder == holder
        )
    )
    if not mine.rowcount:  # type: ignore[attr-defined] # a DELETE returns a cursor result
        return False
    kind.record(session, actor, item_id=item_id, outcome=outcome)
    return True


@command
def give_up(
    session: Session,
    actor: Actor,
    *,
    kind: Work,
    item_id: int,
    holder: str,
    error: str,
    hopeless: bool,
) -> None:
    """Put a failed item off, longer each time; after the last attempt it is dead until retried by hand."""
    lease = session.get(WorkLease, (kind.name, item_id), with_for_update=True)
    if lease is None or lease.holder != holder:
        return
    lease.last_error = error[:2000]
    lease.until = clock.now() + pause_after(lease.attempts)
    lease.holder = ""
    if hopeless or lease.attempts >= MOST_ATTEMPTS:
        _bury(session, actor, kind=kind, item_id=item_id, error=error)


@command
def put_off(
    session: Session, _actor: Actor, *, kind: Work, item_id: int, holder: str, obstacle: NotNow
) -> None:
    """Let an item, and all that need the same, wait without counting an attempt."""
    now = clock.now()
    lease = session.get(WorkLease, (kind.name, item_id), with_for_update=True)
    if lease is None or lease.holder != holder:
        return
    lease.holder, lease.attempts = "", lease.attempts - 1
    lease.until, lease.last_error = now + AWAY, str(obstacle)[:2000]
    if obstacle.alike is None:
        return
    session.flush()
    others = _unleased(kind, now, obstacle.alike)
    told = {"until": lease.until, "last_error": lease.last_error}
    leases = _insert(session).from_select(
        ["work", "item_id", "holder", "attempts", "dead", *told],
        others.with_only_columns(
            literal(kind.name),
            others.selected_columns[0],
            literal(""),
            literal(0),
            literal(value=False),
            *(literal(value, WorkLease.__table__.c[name].type) for name, value in told.items()),
        ),
    )
    session.execute(
        leases.on_conflict_do_update(
            index_elements=[WorkLease.work, WorkLease.item_id],
            set_=told,
            where=and_(WorkLease.until <= now, ~WorkLease.dead),
        )
    )


def pause_after(attempts: int) -> timedelta:
    """Say how long a failed item rests: ten seconds, then four times longer each time.

    All eight attempts together span fifteen hours: a mail server may be away for a night.
    """
    return timedelta(seconds=10 * 4 ** (attempts - 1))


def _bury(session: Session, actor: Actor, *, kind: Work, item_id: int, error: str) -> None:
    session.execute(
        update(WorkLease)
        .where(WorkLease.work == kind.name, WorkLease.item_id == item_id)
        .values(dead=True, holder="", last_error=error[:2000])
    )
    if kind.dead is not None:
        kind.dead(session, actor, item_id=item_id, error=error)


@command
def retry(session: Session, actor: Actor, *, work_name: str, item_id: int) -> None:
    """Let a dead item be claimed again, with all its attempts; anything else is left alone.

    Raises NotFound for work that nobody declared.
    """
    if work_name not in _declared:
        raise NotFound
    freed = session.execute(
        delete(WorkLease).where(
            WorkLease.work == work_name, WorkLease.item_id == item_id, WorkLease.dead
        )
    )
    again = _declared[work_name].again
    if freed.rowcount and again is not None:  # type: ignore[attr-defined] # as in finish
        again(session, actor, item_id=item_id)


def forget(session: Session, *, work_name: str, item_ids: Sequence[int]) -> None:
    """Delete what is known of work on items that are no more, as part of a command.

    Whoever is at work on one records nothing: the lease is gone.
    """
    session.execute(
        delete(WorkLease).where(WorkLease.work == work_name, WorkLease.item_id.in_(item_ids))
    )


@command
def release_leases(session: Session, _actor: Actor, *, holder: str) -> None:
    """Free what a process that is known to be dead had claimed."""
    session.execute(
        update(WorkLease).where(WorkLease.holder == holder).values(until=clock.now(), holder="")
    )
    session.execute(delete(Heartbeat).where(Heartbeat.holder == holder))


Vital = Callable[[Desk], Iterable[str]]
_vitals: dict[str, Vital] = {}


def vital(name: str) -> Callable[[Vital], Vital]:
    """Declare what a worker asks itself at every beat: one sentence for each thing that it lacks."""

    def declare(ask: Vital) -> Vital:
        _vitals[name] = ask
        return ask

    return declare


def troubles_of(desk: Desk) -> list[str]:
    """Ask everything that a worker needs."""
    return [trouble for ask in _vitals.values() for trouble in ask(desk)]


def told_troubles(session: Session) -> list[str]:
    """Return what workers that live lacked at their last beat."""
    alive = Heartbeat.at >= clock.now() - SILENT_AFTER
    told = session.scalars(select(Heartbeat.troubles).where(alive))
    return sorted({trouble for troubles in told for trouble in troubles})


@command
def beat(session: Session, _actor: Actor, *, holder: str, troubles: Sequence[str] = ()) -> None:
    """Show that the worker lives, and what it lacks; keep what it has in hand."""
    now = clock.now()
    session.merge(Heartbeat(holder=holder, at=now, troubles=list(troubles)))
    session.execute(update(WorkLease).where(WorkLease.holder == holder).values(until=now + LEASE))
    session.execute(delete(Heartbeat).where(Heartbeat.at < now - FORGOTTEN))


def worker_lives(session: Session) -> bool:
    """Whether any worker has shown life within the last minute."""
    last = session.scalar(select(func.max(Heartbeat.at)))
    return last is not None and clock.now() - last <= SILENT_AFTER


def dead_items(session: Session) -> list[WorkLease]:
    """Items that need a person."""
    return list(session.scalars(select(WorkLease).where(WorkLease.dead).order_by(WorkLease.work)))


def left_lying(session: Session, *, now: datetime) -> list[WorkLease]:
    """Leases that ran out, and that no worker took again: alive, they do within seconds."""
    ran_out = select(WorkLease).where(WorkLease.until < now - LEASE, ~WorkLease.dead)
    return list(session.scalars(ran_out.order_by(WorkLease.until)))


def run_once(
    desk: Desk, *, holder: str, most: int = 8, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Claim and do what is due now, up to `most` items of each kind; returns how many were tried.

    Raises what the database raises when it is away: leases then stay, and are freed or run out.
    """
    tried = 0
    for kind in declared():
        for _ in range(most):
            if stopping():
                return tried
            item_id = _next(desk, kind, holder=holder)
            if item_id is None:
                break
            _do_one(desk, kind, item_id, holder=holder)
            tried += 1
    return tried


def _next(desk: Desk, kind: Work, *, holder: str) -> int | None:
    with desk.sessions() as session:
        # Looking needs no write lock: an idle worker leaves the writers alone.
        if session.scalar(_unleased(kind, clock.now()).limit(1)) is None:
            return None
        return claim(session, NOBODY, kind=kind, holder=holder)


def _do_one(desk: Desk, kind: Work, item_id: int, *, holder: str) -> None:
    try:
        outcome = kind.do(desk, item_id)
        with desk.sessions() as session:
            finish(session, NOBODY, kind=kind, item_id=item_id, holder=holder, outcome=outcome)
    except NotNow as obstacle:
        log.warning("work waits", work=kind.name, item=item_id, reason=str(obstacle))
        with desk.sessions() as session:
            put_off(session, NOBODY, kind=kind, item_id=item_id, holder=holder, obstacle=obstacle)
    except Exception as error:
        # The database's trouble is no fault of the item's; whatever else went wrong, it is put off.
        if isinstance(error, DBAPIError) and is_away(error):
            raise
        hopeless = isinstance(error, Hopeless)
        log.warning(
            "work failed",
            work=kind.name,
            item=item_id,
            # A message may name a person; where it happened never does.
            error=type(error).__name__,
            where="".join(traceback.format_tb(error.__traceback__)[-3:]),
        )
        with desk.sessions() as session:
            give_up(
                session,
                NOBODY,
                kind=kind,
                item_id=item_id,
                holder=holder,
                error=str(error) or type(error).__name__,
                hopeless=hopeless,
            )
