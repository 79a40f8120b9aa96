"""Concluding a run from the terminal, in somebody's name."""

from __future__ import annotations

import click

from nador.accounts import queries as accounts
from nador.assessment import service
from nador.assessment.rules import Decision
from nador.catalogue.queries import run_by_code
from nador.kernel.shell import open_instance


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


COMMANDS = (run,)
