"""The catalogue's commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nador.catalogue import labels, queries, service
from nador.catalogue.rules import CatalogueRefused, read_catalogue
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker


@click.command("catalogue")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--institute", "prefix", help="prefix of the institute; default the first")
@click.pass_obj
def import_file(
    open_sessions: Callable[[], sessionmaker[Session]], file: Path, prefix: str | None
) -> None:
    """Import courses, skills and programmes from FILE.toml, or say every line that is wrong."""
    with open_sessions()() as session:
        institute_id = queries.institute_by_prefix(session, prefix).id
        try:
            catalogue = read_catalogue(
                file.read_text(encoding="utf-8-sig"), known_courses=queries.course_codes(session)
            )
        except CatalogueRefused as refusal:
            for fault in refusal.faults:
                click.echo(
                    f"{file}:{fault.line}: {labels.fault(fault, translator('en'))}", err=True
                )
            raise
        # Whoever has a shell on this machine may do what a registrar may.
        registrar = Actor(grants=frozenset({Grant(Role.REGISTRAR, institute_id)}))
        done = service.import_catalogue(
            session, registrar, institute_id=institute_id, catalogue=catalogue
        )
    click.echo(
        f"Courses: {len(done.new)} new, {len(done.changed)} changed, "
        f"{len(done.unchanged)} unchanged. Skills written: {done.skills}. "
        f"Programmes written: {done.programmes}."
    )
