"""Alembic's environment: runs with an engine handed over by the program, or with the settings'."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Engine

from nador.kernel.db import WRITES, make_engine
from nador.registry import metadata
from nador.settings import Settings

engine = context.config.attributes.get("engine")
if not isinstance(engine, Engine):
    engine = make_engine(Settings.from_environment(os.environ).database_url)

with engine.connect().execution_options(**{WRITES: True}) as connection:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
