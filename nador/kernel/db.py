"""The database: engine, session, column types, and the one way to write.

A transaction is read-only unless a command opened it, and the database itself enforces that:
an ORM hook would miss Core, bulk and text statements.
"""

from __future__ import annotations

import select
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

    from nador.kernel.access import Actor

WRITES = "nador_writes"
IN_COMMAND = "nador_command"
BEFORE_COMMIT = "nador_before_commit"

Words = dict[str, str]
"""The same text in several languages, by language code."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Hundredths(TypeDecorator[Decimal]):
    """A decimal with two places, stored as a whole number of hundredths: exact on both databases."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        hundredths = Decimal(value) * 100
        if hundredths != hundredths.to_integral_value():
            raise ValueError(f"{value} has more than two decimal places")
        return int(hundredths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


BigId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def states(kind: type[StrEnum], name: str | None = None) -> Enum:
    """Build the column type of a state: text with a CHECK, named after the enum or as told."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """All tables. Constraints are named by one convention, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this attribute from the class
        int: BigId,
        str: String,
        date: Date,
        datetime: UtcDateTime,
        Decimal: Hundredths,
        dict[str, str]: Json,
        dict[str, Any]: Json,
        list[str]: Json,
        list[dict[str, Any]]: Json,
        StrEnum: states(StrEnum),
    }


def primary_key() -> Any:
    """Build the identity column of a table."""
    return mapped_column(BigId, primary_key=True)


def make_engine(url: str) -> Engine:
    """Open the database at `url` (SQLite or PostgreSQL), read-only outside commands."""
    # Errors reach the log: they must not carry people's names along.
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "checkout", _notice_hanging_up)
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Make the factory of sessions; objects stay readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=True)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins too late: it sold 30 of 20 seats in a trial.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "synchronous=NORMAL",
        f"mmap_size={1 << 28}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = bool(connection.get_execution_options().get(WRITES))
    cursor = connection.connection.cursor()
    # What the pragma was last set to is remembered with the driver's connection, whoever has it.
    if connection.info.get(WRITES) is not writes:
        cursor.execute(f"PRAGMA query_only={0 if writes else 1}")
        connection.info[WRITES] = writes
    if writes:
        # Waiting for the lock may end in vain: by this way that is SQLAlchemy's error, not the driver's.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        cursor.execute("BEGIN")
    cursor.close()


def _notice_hanging_up(
    connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    # A server that ended an idle connection has said so on its socket, where else nothing waits.
    # Asking it instead would cost each request a third of what it costs to save an answer.
    told = select.poll()
    told.register(connection.fileno(), select.POLLIN)
    if told.poll(0):
        raise InvalidatePoolError


def _begin_postgresql(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.read_only = not connection.get_execution_options().get(WRITES)


_OUT_OF_REACH = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
}


def is_away(error: DBAPIError) -> bool:
    """Whether the database could not be asked (down, restarting, locked too long): later it may be."""
    if isinstance(error.orig, sqlite3.Error):
        # SQLite calls wrong SQL "operational" too; the low byte is the kind of error.
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _OUT_OF_REACH
    return isinstance(error, OperationalError) or error.connection_invalidated


P = ParamSpec("P")
R = TypeVar("R")


def command(
    function: Callable[Concatenate[Session, Actor, P], R],
) -> Callable[Concatenate[Session, Actor, P], R]:
    """Make a function the unit of work: it alone may write, and commits when it is the outermost."""

    @wraps(function)
    def run(session: Session, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if session.info.get(IN_COMMAND):
            return function(session, actor, *args, **kwargs)
        if session.new or session.dirty or session.deleted:
            raise RuntimeError(
                f"objects were changed outside a command, before {function.__qualname__}"
            )
        # What was read before is stale by the time that the write lock is held.
        session.rollback()
        session.expire_all()
        session.connection(execution_options={WRITES: True})
        session.info[IN_COMMAND] = function.__qualname__
        try:
            result = function(session, actor, *args, **kwargs)
            for hook in session.info.get(BEFORE_COMMIT, ()):
                hook(session, result)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            del session.info[IN_COMMAND]
            session.info.pop(BEFORE_COMMIT, None)
        return result

    run.__dict__["is_command"] = True
    return run


def before_commit(session: Session, hook: Callable[[Session, Any], None]) -> None:
    """Let `hook(session, result)` write in the transaction of the next outermost command."""
    session.info.setdefault(BEFORE_COMMIT, []).append(hook)
