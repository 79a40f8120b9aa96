"""Issuing and revoking from the terminal, in somebody's name; institutes and their keys."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click
from sqlalchemy import select

from nador.accounts import queries as accounts
from nador.accounts import service as founding
from nador.accounts.models import Institute
from nador.accounts.service.institutes import prefix_of
from nador.catalogue.queries import run_by_code
from nador.certification import labels, queries, service
from nador.certification.changes.models import Proposal
from nador.certification.keys import queries as registered
from nador.certification.keys.store import Bought, KeyRing
from nador.certification.log import audit, examination
from nador.certification.log import queries as logged
from nador.certification.log.note import NoteKey, log_name, open_checkpoint
from nador.certification.log.sources import reader
from nador.certification.rules import BatchStatus, KeyPurpose
from nador.kernel import clock, schema, work
from nador.kernel.access import NOBODY, Action
from nador.kernel.i18n import translator
from nador.kernel.shell import Instance, open_instance
from nador.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from nador.certification.log.audit import Read
    from nador.certification.queries import Progress
    from nador.kernel.access import Actor

Done = TypeVar("Done")
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
NOT_IN_ORDER: Final = 3
WAITS: Final = 4
"""The exit code of what waits for a second person."""
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at what the workers have done."""


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option("--as", "email", required=True, help="E-mail of the certifier who issues.")
@click.pass_context
def issue(context: click.Context, run_name: str, email: str) -> None:
    """Issue to everybody who passed RUN (its code or number) and has no certificate.

    Workers draw them; where no worker is alive, this command draws them itself. Exit code 1 when
    somebody could not be served, 4 when a second certifier has to confirm first.
    """
    with open_instance() as instance:
        with instance.sessions() as session:
            done = service.submit(
                session,
                accounts.actor_by_email(session, email),
                act=service.Issuing(run_id=run_by_code(session, run_name).id),
                origin=instance.settings.public_url,
            )
            batch = _now_or_exit(context, session, instance, done)
        progress = _wait(instance, batch.id)
        click.echo(f"{progress.issued} of {progress.total} certificates are issued.")
        for line in _not_served(instance, progress):
            click.echo(line, err=True)
    context.exit(0 if progress.issued == progress.total else 1)


def _now_or_exit(
    context: click.Context, session: Session, instance: Instance, done: Done | Proposal
) -> Done:
    """Return what was done; end with 4 where it waits, saying who can confirm it and where."""
    if not isinstance(done, Proposal):
        return done
    click.echo("Proposed. It is done once another certifier confirms:")
    for person in accounts.certifiers(session, done.institute_id):
        if person.id != done.proposed_by_id:
            named = person.name_latin or person.name_arabic
            click.echo(f"  {named} <{person.email}>" if person.email else f"  {named}")
    click.echo(f"{instance.settings.public_url}/manage/proposals/{done.id}")
    return context.exit(WAITS)


def _wait(instance: Instance, batch_id: int) -> Progress:
    """Show how the order comes on until it is done, or until nothing more can be done now."""
    desk = work.Desk(instance.settings, instance.sessions, instance.files)
    progress = _look(instance, batch_id)
    with click.progressbar(length=progress.total, label="Certificates") as bar:
        while progress.status is BatchStatus.RUNNING and not _all_held_up(instance, progress):
            if _a_worker_lives(instance):
                time.sleep(LOOK_EVERY)
            elif not work.run_once(desk, holder=f"terminal-{os.getpid()}"):
                break
            progress = _look(instance, batch_id)
            bar.update(progress.issued + progress.failed - bar.pos)
    return progress


def _all_held_up(instance: Instance, progress: Progress) -> bool:
    with instance.sessions() as session:
        return sum(queries.held_up(session, progress.batch.id).values()) >= progress.pending


def _look(instance: Instance, batch_id: int) -> Progress:
    with instance.sessions() as session:
        return queries.progress(session, batch_id)


def _a_worker_lives(instance: Instance) -> bool:
    with instance.sessions() as session:
        return work.worker_lives(session)


def _not_served(instance: Instance, progress: Progress) -> list[str]:
    words = translator("en")
    with instance.sessions() as session:
        people = queries.names_of(session, [one.person_id for one in progress.failures])
        said = [
            f"{count} wait: {reason}"
            for reason, count in queries.held_up(session, progress.batch.id).items()
        ]
    said += [
        f"{people[one.person_id].reference}: {labels.failure(words, one.code, one.reason)}"
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
@click.pass_context
def revoke(context: click.Context, code: str, reason: str, public_reason: str, email: str) -> None:
    """Declare that the certificate CODE no longer proves anything; its page will say so.

    Exit code 4 when a second certifier has to confirm first.
    """
    with open_instance() as instance, instance.sessions() as session:
        actor = accounts.actor_by_email(session, email)
        act = service.Revoking(code=code, reason=reason, public_reason=public_reason)
        done = service.submit(session, actor, act=act, origin=instance.settings.public_url)
        certificate = _now_or_exit(context, session, instance, done)
    click.echo(f"{certificate.code} is revoked.")


# --- institutes and their keys ------------------------------------------------------------


@click.command()
@click.option("--institute", "name", required=True, help="Name of the institute.")
@click.option("--prefix", required=True, help="Two to five letters that its codes begin with.")
@click.option("--admin", "email", required=True, help="E-mail address of its first administrator.")
def init(name: str, prefix: str, email: str) -> None:
    """Make the instance, an institute, its keys and its administrator; again: what is missing.

    Prints a link to sign in, which works once.
    """
    settings = Settings.from_environment(os.environ)
    settings.instance.mkdir(parents=True, exist_ok=True)
    settings.make_secret_key()
    with open_instance(checked=False) as instance:
        if schema.current(instance.engine) != schema.head():
            schema.upgrade(instance.engine)
        with instance.sessions() as session:
            secret = founding.found_institute(
                session, NOBODY, name=name, prefix=prefix, email=email
            )
            service.make_first_keys(
                session,
                accounts.operator(session),
                institute_id=registered.institute_by_prefix(session, prefix_of(prefix)).id,
                ring=KeyRing.of(settings),
            )
    click.echo(f"{settings.public_url}/sign-in/link/{secret}")


@click.group()
def keys() -> None:
    """Keys that sign certificates."""


@keys.command("list")
def list_keys() -> None:
    """Show every key: what it signs, for whom, whether it still does, and since when."""
    with open_instance() as instance, instance.sessions() as session:
        prefixes = {one.id: one.prefix for one in session.scalars(select(Institute))}
        for key in registered.keys(session):
            whose = prefixes[key.institute_id] if key.institute_id else "(all)"
            click.echo(
                f"{whose:6} {key.purpose:10} {key.status:11} {key.created_at:%Y-%m-%d}  "
                f"{key.storage:6} {key.kid}"
            )


@keys.command("rotate")
@click.argument("purpose", type=click.Choice([one.value for one in KeyPurpose]))
@click.option("--as", "email", required=True, help="E-mail of the administrator who decides.")
@click.option("--institute", "prefix", help="Prefix of the institute, where there are several.")
@click.option("--key", type=_FILE, help="A bought sealing key, as PEM.")
@click.option("--chain", type=_FILE, help="Its certificates as PEM: its own first, the root last.")
@click.option("--passphrase", type=_FILE, help="A file with the passphrase of the bought key.")
def rotate(
    purpose: str,
    email: str,
    prefix: str | None,
    key: Path | None,
    chain: Path | None,
    passphrase: Path | None,
) -> None:
    """Make a new key for PURPOSE; the old one signs no more, and what it signed stays valid."""
    if (key is None) is not (chain is None) or (key and purpose != KeyPurpose.SEAL):
        raise click.UsageError("--key and --chain go together, and with `seal` only")
    bought = None
    if key and chain:
        opens = passphrase.read_bytes().strip() if passphrase else None
        bought = Bought(key=key.read_bytes(), passphrase=opens, chain=chain.read_bytes())
    with open_instance() as instance, instance.sessions() as session:
        actor = accounts.actor_by_email(session, email)
        made = service.rotate_key(
            session,
            actor,
            purpose=KeyPurpose(purpose),
            institute_id=_whose(session, actor, KeyPurpose(purpose), prefix),
            ring=KeyRing.of(instance.settings),
            bought=bought,
        )
    click.echo(made.kid)


def _whose(session: Session, actor: Actor, purpose: KeyPurpose, prefix: str | None) -> int | None:
    if purpose is KeyPurpose.LOG:
        return None
    if prefix is not None:
        return registered.institute_by_prefix(session, prefix.upper()).id
    ids = actor.institutes(Action.ADMINISTER)
    if len(ids) > 1:
        raise click.UsageError("say for which institute: --institute PREFIX")
    return next(iter(ids), 0)


@keys.command("retire")
@click.argument("kid")
@click.option("--as", "email", required=True, help="E-mail of the administrator who decides.")
@click.option("--compromised", is_flag=True, help="Somebody else may have it: believe it no more.")
def retire(kid: str, email: str, *, compromised: bool) -> None:
    """Let the key KID sign no more; without a new one, nothing more is signed."""
    with open_instance() as instance, instance.sessions() as session:
        actor = accounts.actor_by_email(session, email)
        key = service.retire_key(session, actor, kid=kid, compromised=compromised)
    click.echo(f"{key.kid} is {key.status}.")


# --- the public log ------------------------------------------------------------------------


@click.group()
def log() -> None:
    """The public log of what was signed and decided."""


@log.command("verify")
@click.argument("where", required=False)
@click.option("--since", "kept", type=_FILE, help="A checkpoint kept from earlier.")
@click.option("--key", "trusted", multiple=True, help="A key of the log; default: those it shows.")
@click.pass_context
def verify_log(
    context: click.Context, where: str | None, kept: Path | None, trusted: tuple[str, ...]
) -> None:
    """Compute the log again, and compare it with what it says of itself; exit code 3 when they differ.

    WHERE is the address of a log (https://…/log) or a folder with a copy of it; without it, the log
    of this instance is examined together with its registry. With --since: prove that the log has
    only grown from the checkpoint that was kept.
    """
    with _opened_log(where) as (read, session):
        wrong = list(_wrong_with_log(read, session, kept=kept, trusted=trusted))
    for one in wrong:
        click.echo(one, err=True)
    click.echo("The log is not in order." if wrong else "The log is in order.")
    context.exit(NOT_IN_ORDER if wrong else 0)


@contextmanager
def _opened_log(where: str | None) -> Iterator[tuple[Read, Session | None]]:
    if where is not None:
        yield reader(where), None
        return
    with open_instance() as instance, instance.sessions() as session:
        name = log_name(instance.settings.public_url)
        yield (lambda path: logged.published(session, path, name=name)), session


def _wrong_with_log(
    read: Read, session: Session | None, *, kept: Path | None, trusted: tuple[str, ...]
) -> Iterator[str]:
    try:
        shown = trusted or read("keys").decode().splitlines()
        believed = [NoteKey.parse(one) for one in shown]
        checkpoint = open_checkpoint(read("checkpoint").decode(), believed)
        click.echo(f"{checkpoint.origin}: {checkpoint.size} entries, root {checkpoint.root.hex()}")
        if kept is not None:
            old = open_checkpoint(kept.read_text(encoding="utf-8"), believed)
            yield from audit.since(read, checkpoint, old)
        elif session is not None:
            yield from examination.troubles(session, now=clock.now())
        else:
            yield from audit.whole(read, checkpoint)
    except (ValueError, OSError) as problem:
        yield f"{problem}"


COMMANDS: Final = (init, issue, revoke, keys, log)
