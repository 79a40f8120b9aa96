"""The `nador` command; collects each feature's commands."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import OperationalError

from nador.accounts import cli as accounts
from nador.app import prepare_demo_worker, prepare_worker, require_startable, wire
from nador.assessment import cli as assessment
from nador.catalogue import cli as catalogue
from nador.certification import cli as certification
from nador.certification.keys.signer import KeyUnusable
from nador.demo import cli as data_sets
from nador.demo import opening
from nador.enrolment import cli as enrolment
from nador.kernel import backup as backups
from nador.kernel import checkup, clock, errors, schema
from nador.kernel.access import NOBODY
from nador.kernel.db import make_engine, make_sessions
from nador.kernel.files import FileStore
from nador.kernel.i18n import translator
from nador.kernel.supervision import open_desk, supervise
from nador.settings import DECLARED, Settings, WrongSetting
from nador.verification import cli as verification
from nador.web import security, serving

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker


@click.group()
@click.version_option(package_name="nador")
@click.pass_context
def nador(context: click.Context) -> None:
    """Courses and certificates that are believed."""
    context.obj = open_sessions


@nador.command()
def migrate() -> None:
    """Bring the database to the version of this program."""
    settings = Settings.from_environment(os.environ)
    settings.instance.mkdir(parents=True, exist_ok=True)
    schema.upgrade(make_engine(settings.database_url))
    click.echo("The database is up to date.")


@nador.command()
@click.option("--host", default="127.0.0.1", help="address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), help="port to listen on; default PORT, 8000")
@click.option("--processes", type=click.IntRange(1), default=2, help="web processes")
def serve(host: str, port: int | None, processes: int) -> None:
    """Answer requests until TERM; the work in the background is `nador worker`'s."""
    settings = _startable()
    serving.serve("nador.app:served", host=host, port=port or settings.port, processes=processes)


@nador.command()
def worker() -> None:
    """Do the slow work (documents, mails) until TERM."""
    settings = _startable()
    security.set_up_logging()
    supervise(settings, prepare=prepare_worker)


@nador.command()
def demo() -> None:
    """Open a demo centre with accounts that everybody knows; keeps its data until next time."""
    settings = Settings.from_environment(os.environ)
    opening.open_centre(settings, factory="nador.app:served_demo", prepare=prepare_demo_worker)


_PASSWORD = re.compile(r"(://[^:/@]*:)[^/]*@")
"""In an address of a server; what the doctor prints is pasted into letters."""


@nador.command()
@click.option("--deep", is_flag=True, help="also compare every counter, row and file")
def doctor(*, deep: bool) -> None:
    """Print every setting with its source, ask every check, and exit with 1 when one is in trouble."""
    settings = Settings.from_environment(os.environ)
    for one in DECLARED:
        given = os.environ.get(one.name, "").strip()
        source = "environment" if given else "default"
        shown = _PASSWORD.sub(r"\1***@", given) or one.default or "(none)"
        click.echo(f"{one.name:24} {source:12} {shown}")
        click.echo(f"{'':24} {one.meaning}")
    ill = False
    for finding in checkup.examine(open_desk(settings), deep=deep):
        ill = ill or bool(finding.troubles)
        click.echo(f"{'WRONG' if finding.troubles else 'well':6} {finding.title}")
        for trouble in finding.troubles:
            click.echo(f"       - {trouble}")
    sys.exit(1 if ill else 0)


@nador.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write database and files, as they are at one moment, to FILE, and read it back."""
    sessions = open_sessions()
    settings = Settings.from_environment(os.environ)
    summary = backups.write(sessions, FileStore(settings.files), file)
    click.echo(f"{sum(summary.rows.values())} rows and {summary.files} files are in {file}.")
    click.echo(f"The keys are not: keep a copy of {settings.secret_key_file.parent} elsewhere.")


@nador.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database and its files from FILE."""
    wire()
    settings = Settings.from_environment(os.environ)
    settings.instance.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database_url)
    summary = backups.restore(
        engine, make_sessions(engine), FileStore(settings.files), file, actor=NOBODY
    )
    click.echo(f"{sum(summary.rows.values())} rows and {summary.files} files are back.")
    if not settings.secret_key_file.exists():
        settings.make_secret_key()
        click.echo(
            f"A new key was made: put the old ones back into {settings.secret_key_file.parent}."
        )


def _startable() -> Settings:
    settings = Settings.from_environment(os.environ)
    require_startable(settings)
    return settings


def open_sessions() -> sessionmaker[Session]:
    """Open the database for a command; a feature's command gets this function as its object."""
    wire()
    engine = make_engine(Settings.from_environment(os.environ).database_url)
    click.get_current_context().call_on_close(engine.dispose)
    schema.check(engine)
    return make_sessions(engine)


@nador.group(name="import")
@click.pass_context
def imports(context: click.Context) -> None:
    """Bring in what exists elsewhere."""
    context.obj = open_sessions


imports.add_command(catalogue.import_file)
imports.add_command(enrolment.import_file)
imports.add_command(assessment.import_file)
imports.add_command(data_sets.import_oulad)


for _command in (
    *accounts.COMMANDS,
    *assessment.COMMANDS,
    *certification.COMMANDS,
    *verification.COMMANDS,
):
    nador.add_command(_command)


def main() -> None:
    """Run the command; a refusal is one line on standard error, and exit code 1."""
    try:
        wire()
        # Not standing alone, click returns the exit code that a command asked for.
        sys.exit(nador(standalone_mode=False))
    except click.UsageError as wrong:
        wrong.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except errors.DomainError as refusal:
        click.echo(errors.describe(refusal, translator("en")), err=True)
        sys.exit(1)
    except (
        WrongSetting,
        schema.WrongSchema,
        clock.StaleTimeZone,
        KeyUnusable,
        OSError,
        UnicodeError,
    ) as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(1)
    except OperationalError as away:
        click.echo(f"The database can't be used: {str(away.orig).splitlines()[0]}", err=True)
        sys.exit(1)


__all__ = ["DECLARED", "main", "nador"]
