"""The `nador` command; collects each feature's commands."""

from __future__ import annotations

import os
import sys

import click

from nador.kernel import errors, schema
from nador.kernel.db import make_engine
from nador.kernel.i18n import translator
from nador.settings import DECLARED, Settings, WrongSetting


@click.group()
@click.version_option(package_name="nador")
def nador() -> None:
    """Courses and certificates that are believed."""


@nador.command()
def migrate() -> None:
    """Bring the database to the version of this program."""
    settings = Settings.from_environment(os.environ)
    settings.instance.mkdir(parents=True, exist_ok=True)
    schema.upgrade(make_engine(settings.database_url))
    click.echo("The database is up to date.")


def main() -> None:
    """Run the command; a refusal is one line on standard error, and exit code 1."""
    try:
        nador(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.UsageError as wrong:
        wrong.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except errors.DomainError as refusal:
        click.echo(errors.describe(refusal, translator("en")), err=True)
        sys.exit(1)
    except (WrongSetting, schema.WrongSchema) as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(1)


__all__ = ["DECLARED", "main", "nador"]
