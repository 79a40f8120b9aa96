"""What a command of the terminal works on: the instance that the environment names."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from nador.kernel import schema
from nador.kernel.db import make_engine, make_sessions
from nador.kernel.files import FileStore
from nador.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Instance:
    """An opened instance: its settings, its database, its files."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    files: FileStore


@contextmanager
def open_instance(
    environ: Mapping[str, str] = os.environ, *, checked: bool = True
) -> Iterator[Instance]:
    """Open the instance; raises WrongSetting, and WrongSchema unless `checked` is off."""
    settings = Settings.from_environment(environ)
    engine = make_engine(settings.database_url)
    try:
        if checked:
            schema.check(engine)
        yield Instance(settings, engine, make_sessions(engine), FileStore(settings.files))
    finally:
        engine.dispose()
