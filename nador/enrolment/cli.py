"""The terminal's door: reading a file of people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nador.catalogue import queries as catalogue_queries
from nador.enrolment import labels, service
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.errors import describe
from nador.kernel.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker

    from nador.enrolment.service import Import, Imported


@click.command("people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--run", "run_code", help="code of the run on which to enrol them")
@click.option("--dry-run", is_flag=True, help="say what would happen, and write nothing")
@click.option("--institute", "prefix", help="prefix of the institute; default the first")
@click.pass_obj
def import_file(
    open_sessions: Callable[[], sessionmaker[Session]],
    file: Path,
    run_code: str | None,
    dry_run: bool,
    prefix: str | None,
) -> None:
    """Import people from FILE (CSV or XLSX): all of them, or nobody."""
    with open_sessions()() as session:
        if run_code:
            run = catalogue_queries.run_by_code(session, run_code)
            run_id, institute_id = run.id, run.institute_id
        else:
            institute_id = catalogue_queries.institute_by_prefix(session, prefix).id
            run_id = None
        # Whoever has a shell on this machine may do what a registrar may.
        registrar = Actor(grants=frozenset({Grant(Role.REGISTRAR, institute_id)}))
        done = service.import_people(
            session, registrar, content=file.read_bytes(), run_id=run_id, dry_run=dry_run
        )
    _report(file, done, dry_run=dry_run)


def _report(file: Path, done: Import, *, dry_run: bool) -> None:
    for row in done.rows:
        if row.error or row.odd_name or dry_run:
            click.echo(f"{file}:{row.line}: {row.name}: {_what(row)}", err=bool(row.error))
    if done.failed:
        click.echo(f"{len(done.failed)} lines need correcting. Nothing was written.", err=True)
        raise click.exceptions.Exit(1)
    verb = "would be" if dry_run else "were"
    known = len(done.rows) - done.added
    click.echo(
        f"{done.added} people {verb} added, {known} were known, {done.enrolled} {verb} enrolled."
    )


def _what(row: Imported) -> str:
    words = translator("en")
    if row.error:
        return describe(row.error, words)
    said = ["new" if row.is_new else "known"]
    if row.status:
        said.append(labels.status(words, row.status))
    if row.odd_name:
        said.append("check the name: it mixes scripts or holds signs")
    return ", ".join(said)
