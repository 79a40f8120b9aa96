"""Concluding a run from the terminal, in somebody's name; questions from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nador.accounts import queries as accounts
from nador.assessment import service
from nador.assessment.queries import banks as bank_queries
from nador.assessment.questions.formats.reading import read
from nador.assessment.rules import Decision
from nador.assessment.service import banks, exchange
from nador.catalogue.queries import institute_by_prefix, run_by_code
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.errors import describe
from nador.kernel.i18n import translator
from nador.kernel.shell import open_instance

if TYPE_CHECKING:
    from nador.assessment.questions.formats.report import Item, Refused


@click.group()
def run() -> None:
    """Runs of courses."""


@run.command("conclude")
@click.argument("run_name", metavar="RUN")
@click.option("--as", "email", required=True, help="E-mail of the person who confirms.")
def conclude(run_name: str, email: str) -> None:
    """Confirm the results of RUN (its code or number) in a person's name."""
    with open_instance() as instance, instance.sessions() as session:
        actor = accounts.actor_by_email(session, email)
        run_id = run_by_code(session, run_name).id
        results = service.conclude(session, actor, run_id=run_id)
    counted = {
        decision: sum(each.decision is decision for each in results)
        for decision in (Decision.PASS, Decision.FAIL, Decision.INCOMPLETE)
    }
    click.echo(
        f"{len(results)} results confirmed: {counted[Decision.PASS]} passed, "
        f"{counted[Decision.FAIL]} not passed, {counted[Decision.INCOMPLETE]} incomplete."
    )


@click.command("questions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--bank", "bank_name", required=True, help="The bank; it is made where there is none."
)
@click.option("--institute", "prefix", help="Prefix of the institute; default: the first one.")
@click.option("--language", default="fr", show_default=True, help="Of texts that name none.")
@click.option("--dry-run", is_flag=True, help="Only say what would come in.")
def import_file(
    file: Path, bank_name: str, prefix: str | None, language: str, *, dry_run: bool
) -> None:
    """Import questions from FILE (GIFT, Moodle XML, QTI, CSV, XLSX): what is sound comes in, the rest is named."""
    reading = read(file.read_bytes(), language=language)
    added, refused = reading.items, reading.refused
    if not dry_run:
        with open_instance() as instance, instance.sessions() as session:
            institute = institute_by_prefix(session, prefix)
            # Whoever has a shell on this machine may do what an administrator may.
            operator = Actor(grants=frozenset({Grant(Role.ADMINISTRATOR, institute.id)}))
            bank = bank_queries.bank_by_name(session, institute.id, bank_name) or banks.create_bank(
                session, operator, institute_id=institute.id, name=bank_name, language=language
            )
            for content in reading.images.values():
                instance.files.put(content)
            done = exchange.import_questions(session, operator, bank_id=bank.id, reading=reading)
            added, refused = done.added, done.refused
    _tell(file, added, refused)
    click.echo(f"{len(added)} questions {'would come' if dry_run else 'came'} in.")
    if refused:
        click.echo(f"{len(refused)} did not: they are named above.", err=True)
        raise click.exceptions.Exit(1)


def _tell(file: Path, added: list[Item], refused: list[Refused]) -> None:
    words = translator("en")
    for item in added:
        for remark in item.remarks:
            place = f"{file}:{item.file and item.file + ':'}{item.line}"
            click.echo(f"{place}: {item.name}: {describe(remark, words)}")
    for each in refused:
        field = getattr(each.reason, "field", None)
        place = f"{file}:{each.file and each.file + ':'}{each.line}"
        part = f" ({field})" if field else ""
        click.echo(f"{place}: {each.name}: {describe(each.reason, words)}{part}", err=True)


COMMANDS = (run,)
