"""Both databases, migrated once and copied fresh for every test that writes."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as examples
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, event, text
from xdist.scheduler import LoadScopeScheduling

from nador.app import assemble, create_app, furnish, parts_of, wire
from nador.kernel import schema
from nador.kernel.db import make_engine, make_sessions
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from nador.registry import metadata
from nador.settings import Settings
from nador.web.security import limiter
from tests.chromium import ARGS, CHROMIUM
from tests.clusters import Cluster, binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker
    from xdist.remote import Producer

SHARED = (
    Path(os.environ.get("NADOR_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
)

JOURNEYS = "tests/journeys/"

# No test fails because a machine is slow.
examples.register_profile("patient", parent=examples.default, deadline=None)
examples.register_profile(
    "mutants", max_examples=25, derandomize=True, database=None, deadline=None
)
examples.load_profile("patient")


@event.listens_for(Engine, "connect")
def _owe_no_order(connection: object, _entry: object) -> None:
    """Let SQLite turn round what nobody put in order: PostgreSQL does so now and then."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


class JourneysTogether(LoadScopeScheduling):
    """Gives all journeys to one process, for they share one demo; every other test to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> JourneysTogether:
    """Name the scheduler of tests that run side by side."""
    return JourneysTogether(config, log)


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated, empty database."""

    kind: str
    url: str
    engine: Engine


@pytest.fixture(scope="session", autouse=True)
def _wired() -> None:
    wire()


@pytest.fixture(autouse=True)
def _no_loop_of_a_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let tests without a browser run loops of their own, as pyHanko does.

    Playwright's loop counts as running for as long as its process has a browser.
    """
    running = asyncio._get_running_loop()  # asyncio's door for whoever keeps a loop
    if running is None or "browser" in request.keywords:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """What every test with a browser starts: one Chromium a process, by pytest-playwright."""
    if not CHROMIUM.exists():
        pytest.skip(
            "Chromium is not installed: `make test` installs what tests/apt-packages.txt lists"
        )
    return {"executable_path": str(CHROMIUM), "args": ARGS}


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "nador.db"
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for this test process."""
    if binaries() is None:
        pytest.skip(
            "PostgreSQL is not installed: `make test` installs what tests/apt-packages.txt lists"
        )
    server = Cluster.create()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _postgresql(cluster: Cluster) -> Iterator[Engine]:
    admin = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE nador"))
    admin.dispose()
    engine = make_engine(cluster.url("nador"))
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _sqlite(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return make_engine(f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/nador.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of each kind.

    All tests of a process share its engine, for an engine keeps the statements that it has compiled.
    """
    if request.param == "sqlite":
        engine = request.getfixturevalue("_sqlite")
        path = Path(engine.url.database)
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), path)
        yield Database("sqlite", f"sqlite:///{path}", engine)
        engine.dispose()
    else:
        engine = request.getfixturevalue("_postgresql")
        yield Database("postgresql", engine.url.render_as_string(hide_password=False), engine)
        empty(engine)


_EMPTY = """
DO $$
DECLARE
  name text;
  filled boolean;
BEGIN
  FOREACH name IN ARRAY string_to_array('{tables}', ' ') LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
    IF filled THEN
      EXECUTE format('DELETE FROM %I', name);
    END IF;
  END LOOP;
  FOR name IN
    SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences WHERE last_value IS NOT NULL
  LOOP
    PERFORM setval(name, 1, false);
  END LOOP;
END $$
"""


def empty(engine: Engine) -> None:
    """Take all rows out of a PostgreSQL database, triggers or not, and let ids begin anew.

    TRUNCATE would write every table and index anew, rows or not: ten times the work.
    """
    tables = " ".join(table.name for table in metadata.sorted_tables)
    with engine.connect().execution_options(nador_writes=True) as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(_EMPTY.format(tables=tables)))
        connection.execute(text("SET session_replication_role = origin"))
        connection.commit()


@pytest.fixture
def sessions(database: Database) -> sessionmaker[Session]:
    """The factory of sessions on the test's database."""
    return make_sessions(database.engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session on the test's database; commands commit for real."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Settings of an instance of its own."""
    made = Settings.from_environment(
        {"NADOR_INSTANCE": str(tmp_path / "instance"), "NADOR_DATABASE_URL": database.url}
    )
    made.make_secret_key()
    return made


@pytest.fixture(scope="module")
def shared_desk(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk on a SQLite database that the tests of a module share, for what most of them only read."""
    folder = tmp_path_factory.mktemp("shared")
    url = f"sqlite:///{shutil.copyfile(_sqlite_template, folder / 'nador.db')}"
    made = Settings.from_environment(
        {"NADOR_INSTANCE": str(folder / "instance"), "NADOR_DATABASE_URL": url}
    )
    made.make_secret_key()
    engine = make_engine(url)
    yield Desk(made, make_sessions(engine), FileStore(made.files))
    engine.dispose()


class Compiled(BytecodeCache):
    """Templates that this process has compiled, for all its applications."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Look a template up."""
        if code := self.codes.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self.codes[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


COMPILED = Compiled()


@pytest.fixture(scope="session")
def _assembled(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    settings = Settings.from_environment({"NADOR_INSTANCE": str(tmp_path_factory.mktemp("any"))})
    settings.make_secret_key()
    made = assemble(settings)
    made.jinja_env.bytecode_cache = COMPILED
    made.testing = True
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture(scope="session")
def _engines() -> dict[str, Engine]:
    return {}


@pytest.fixture
def app(_assembled: Flask, settings: Settings, _engines: dict[str, Engine]) -> Iterator[Flask]:
    """The application on the test's database, as if nobody had asked for anything yet.

    It is put together once a process: only what it works with is each test's own, and of that the
    engine is kept too.
    """
    url = settings.database_url
    engine = _engines[url] = _engines.get(url) or make_engine(url)
    furnish(_assembled, parts_of(settings, engine))
    limiter.reset()
    yield _assembled
    engine.dispose()


@pytest.fixture
def own_app(settings: Settings) -> Iterator[Flask]:
    """An application that a test may add pages to."""
    made = create_app(settings)
    made.jinja_env.bytecode_cache = COMPILED
    made.testing = True
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["nador"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script on the application."""
    return app.test_client()
