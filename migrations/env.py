"""Alembic's environment: runs with an engine handed over by the program, or with the settings'."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alembic import context
from sqlalchemy import Engine

from nador.kernel.db import WRITES, make_engine
from nador.registry import metadata
from nador.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

engine = context.config.attributes.get("engine")
if not isinstance(engine, Engine):
    engine = make_engine(Settings.from_environment(os.environ).database_url)


@contextmanager
def rebuilding(connection: Connection) -> Iterator[None]:
    """Let SQLite alter a table by making it anew, while others refer to it; they are checked afterwards."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    yield
    lost = driver.execute("PRAGMA foreign_key_check").fetchall()
    driver.execute("PRAGMA foreign_keys=ON")
    if lost:
        raise ValueError(f"{len(lost)} rows refer to nothing")


with engine.connect().execution_options(**{WRITES: True}) as connection, rebuilding(connection):
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
