"""The database's version: brought up to date by a command, checked at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from nador.kernel.resources import folder

if TYPE_CHECKING:
    from sqlalchemy import Engine


class WrongSchema(Exception):
    """The database does not fit this program; the message says which command to run."""


def config(engine: Engine | None = None) -> Config:
    """Build Alembic's configuration for this installation."""
    built = Config()
    built.set_main_option("script_location", str(folder("migrations")))
    if engine is not None:
        built.attributes["engine"] = engine
    return built


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest version."""
    command.upgrade(config(engine), "head")


def head() -> str:
    """Return the version that this program expects."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def current(engine: Engine) -> str | None:
    """Return the version of the database, None where it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Refuse a database that is empty, behind or ahead of this program."""
    found = current(engine)
    if found == head():
        return
    if found is None:
        raise WrongSchema(
            "The database is empty: run `nador init` (or `make demo` for a demo centre)."
        )
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if found in known:
        raise WrongSchema(
            "The database is older than this program: run `nador backup`, then `nador migrate`."
        )
    raise WrongSchema(
        "The database is newer than this program: install the newer program, "
        "or `nador restore` a backup made with this one."
    )
