"""Issuing and revoking from the terminal, in somebody's name."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

import click

from nador.accounts import queries as accounts
from nador.catalogue.queries import run_by_code
from nador.certification import labels, queries, service
from nador.certification.rules import BatchStatus
from nador.kernel import work
from nador.kernel.i18n import translator
from nador.kernel.shell import Instance, open_instance

if TYPE_CHECKING:
    from nador.certification.queries import Progress

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at what the workers have done."""


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option("--as", "email", required=True, help="E-mail of the certifier who issues.")
@click.pass_context
def issue(context: click.Context, run_name: str, email: str) -> None:
    """Issue to everybody who passed RUN (its code or number) and has no certificate.

    Workers draw them; where no worker is alive, this command draws them itself. Exit code 1 when
    somebody could not be served.
    """
    with open_instance() as instance:
        with instance.sessions() as session:
            batch = service.order_batch(
                session,
                accounts.actor_by_email(session, email),
                run_id=run_by_code(session, run_name).id,
                origin=instance.settings.public_url,
            )
        progress = _wait(instance, batch.id)
        click.echo(f"{progress.issued} of {progress.total} certificates are issued.")
        for line in _not_served(instance, progress):
            click.echo(line, err=True)
    context.exit(0 if progress.issued == progress.total else 1)


def _wait(instance: Instance, batch_id: int) -> Progress:
    """Show how the order comes on until it is done, or until nothing more can be done now."""
    desk = work.Desk(instance.settings, instance.sessions, instance.files)
    progress = _look(instance, batch_id)
    with click.progressbar(length=progress.total, label="Certificates") as bar:
        while progress.status is BatchStatus.RUNNING:
            if _a_worker_lives(instance):
                time.sleep(LOOK_EVERY)
            elif not work.run_once(desk, holder=f"terminal-{os.getpid()}"):
                break
            progress = _look(instance, batch_id)
            bar.update(progress.issued + progress.failed - bar.pos)
    return progress


def _look(instance: Instance, batch_id: int) -> Progress:
    with instance.sessions() as session:
        return queries.progress(session, batch_id)


def _a_worker_lives(instance: Instance) -> bool:
    with instance.sessions() as session:
        return work.worker_lives(session)


def _not_served(instance: Instance, progress: Progress) -> list[str]:
    words = translator("en")
    with instance.sessions() as session:
        people = queries.names_of(session, [one.enrolment_id for one in progress.failures])
    said = [
        f"{people[one.enrolment_id].reference}: {labels.failure(words, one.code, one.reason)}"
        for one in progress.failures
    ]
    if progress.pending:
        said.append(f"{progress.pending} could not be drawn yet: `nador worker` tries them again.")
    return said


@click.command()
@click.argument("code")
@click.option("--reason", required=True, help="Why, for the file.")
@click.option("--public-reason", required=True, help="Why, for everybody who checks the code.")
@click.option("--as", "email", required=True, help="E-mail of the certifier who revokes.")
def revoke(code: str, reason: str, public_reason: str, email: str) -> None:
    """Declare that the certificate CODE no longer proves anything; its page will say so."""
    with open_instance() as instance, instance.sessions() as session:
        actor = accounts.actor_by_email(session, email)
        certificate = service.revoke(
            session, actor, code=code, reason=reason, public_reason=public_reason
        )
    click.echo(f"{certificate.code} is revoked.")


COMMANDS: Final = (issue, revoke)
