"""A database that has rows keeps them, and what guards them, on its way to the newest version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, Table, create_engine, inspect, select, text, types
from sqlalchemy.exc import DBAPIError

from nador.certification.models import Certificate
from nador.kernel import schema
from nador.kernel.codes import parse
from nador.kernel.db import make_engine, make_sessions
from nador.registry import metadata
from nador.verification import queries as public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from tests.clusters import Cluster

OLD = "20261123_guards"
ROWS = json.loads(
    (Path(__file__).parents[1] / "data" / f"rows_of_{OLD}.json").read_text(encoding="utf-8")
)
"""A part of the demo centre as the program of that version made it, by table."""
GONE = {("batch_failure", "uq_batch_failure_batch_id_enrolment_id")}


@dataclass(frozen=True)
class Grown:
    """A database that was of the old version and is of the newest, and what it held before."""

    engine: Engine
    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]]
    guards: set[tuple[str, str]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def grown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Grown]:
    """Fill a database of the old version, and bring it up to date."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('grown')}/nador.db"
    else:
        server: Cluster = request.getfixturevalue("cluster")
        admin = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE grown"))
        admin.dispose()
        url = server.url("grown")
    engine = make_engine(url)
    command.upgrade(schema.config(engine), OLD)
    _fill(engine)
    with engine.connect() as connection:
        rows, guards = _rows(connection), _guards(connection)
    schema.upgrade(engine)
    yield Grown(engine, rows, guards)
    engine.dispose()


def _fill(engine: Engine) -> None:
    known = MetaData()
    known.reflect(engine)
    with engine.connect().execution_options(nador_writes=True) as connection:
        lite = connection.dialect.name == "sqlite"
        if lite:
            driver = connection.connection.cursor()
            driver.execute("PRAGMA foreign_keys=OFF")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for name, rows in ROWS.items():
            table = known.tables[name]
            connection.execute(table.insert(), [_read(table, row, lite=lite) for row in rows])
        connection.commit()
        if lite:
            assert driver.execute("PRAGMA foreign_key_check").fetchall() == []
            driver.execute("PRAGMA foreign_keys=ON")
        else:
            connection.execute(text("SET session_replication_role = origin"))
            connection.commit()


def _read(table: Table, row: dict[str, Any], *, lite: bool) -> dict[str, Any]:
    """Read a row as SQLite keeps it into what the column takes."""
    return {name: _value(table.c[name].type, value, lite=lite) for name, value in row.items()}


def _value(kind: types.TypeEngine[Any], value: Any, *, lite: bool) -> Any:
    readers: dict[type[types.TypeEngine[Any]], Callable[[Any], Any]] = {
        types.DateTime: lambda said: datetime.fromisoformat(said).replace(
            tzinfo=None if lite else UTC
        ),
        types.JSON: json.loads,
        types.Date: date.fromisoformat,
        types.Boolean: bool,
        types.Numeric: lambda said: Decimal(str(said)),
    }
    read = next((one for known, one in readers.items() if isinstance(kind, known)), None)
    return read(value) if read and value is not None else value


def _rows(connection: Connection) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """Read every row of every table, by its key."""
    known = MetaData()
    known.reflect(connection)
    found = {}
    for name, table in known.tables.items():
        keys = [column.name for column in table.primary_key]
        found[name] = {
            tuple(row[key] for key in keys): dict(row)
            for row in connection.execute(select(table)).mappings()
        }
    return found


def _guards(connection: Connection) -> set[tuple[str, str]]:
    """Name every trigger with its table, and every constraint but those of types."""
    lite = connection.dialect.name == "sqlite"
    triggers = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
        if lite
        else "SELECT event_object_table, trigger_name FROM information_schema.triggers"
    )
    found = {(str(table), str(name)) for table, name in connection.execute(text(triggers))}
    seen = inspect(connection)
    for table in seen.get_table_names():
        for kind in (seen.get_check_constraints, seen.get_unique_constraints):
            found |= {(table, str(one["name"])) for one in kind(table)}
        found |= {(table, str(one["name"])) for one in seen.get_foreign_keys(table)}
        found |= {(table, str(one["name"])) for one in seen.get_indexes(table)}
    return found


def test_rows_and_guards_outlast_every_migration(grown: Grown) -> None:
    command.check(schema.config(grown.engine))
    with grown.engine.connect() as connection:
        after = _rows(connection)
        assert grown.guards - _guards(connection) == GONE
    for name, rows in grown.rows.items():
        if name == "alembic_version":
            continue
        for key, row in rows.items():
            same = {column: after[name][key].get(column, "gone") for column in row}
            assert same == row, name


def test_the_program_reads_what_an_older_one_wrote(grown: Grown) -> None:
    with make_sessions(grown.engine)() as session:
        for table in metadata.sorted_tables:
            found = session.execute(select(table)).all()
            assert len(found) >= len(ROWS.get(table.name, ()))
        codes = session.scalars(select(Certificate.code)).all()

    shown = [public.find(grown.engine, parse(code)) for code in codes]
    assert [one.code for one in shown if one] == codes
    assert len(codes) == len(ROWS["certificate"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificate SET hours = hours + 1",
        "DELETE FROM certificate_event",
        "UPDATE grade_change SET reason = 'x'",
        "UPDATE audit_entry SET action = 'x'",
        "UPDATE certificate SET status = 'issued' WHERE status = 'revoked'",
        "UPDATE log_entry SET leaf = 'x'",
    ],
)
def test_what_an_older_program_decided_is_still_guarded(grown: Grown, statement: str) -> None:
    with (
        grown.engine.connect().execution_options(nador_writes=True) as connection,
        pytest.raises(DBAPIError, match=r"is a snapshot|is append-only|is kept|is decided"),
    ):
        connection.execute(text(statement))
