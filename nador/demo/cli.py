"""Imports of foreign data sets from the terminal."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nador.catalogue import queries as catalogue
from nador.demo import oulad
from nador.kernel.access import Actor, Grant, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker


@click.command("oulad")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--institute", "prefix", help="prefix of the institute; default the first")
@click.pass_obj
def import_oulad(
    open_sessions: Callable[[], sessionmaker[Session]], folder: Path, prefix: str | None
) -> None:
    """Import the Open University Learning Analytics Dataset from FOLDER; again adds what is missing."""
    presentations = oulad.read(folder)
    shown = sys.stdout.isatty()
    with (
        open_sessions()() as session,
        click.progressbar(presentations, label="Presentations")
        if shown
        else nullcontext(presentations) as waiting,
    ):
        institute_id = catalogue.institute_by_prefix(session, prefix).id
        # Whoever has a shell on this machine may do what a registrar may.
        registrar = Actor(grants=frozenset({Grant(Role.REGISTRAR, institute_id)}))
        for presentation in waiting:
            done = oulad.import_presentation(
                session, registrar, institute_id=institute_id, presentation=presentation
            )
            if not shown:
                click.echo(
                    f"{done.code}: {done.enrolments} enrolments, {done.grades} grades, "
                    f"{done.new_people} new people."
                )
    click.echo(f"{len(presentations)} presentations are here.")
