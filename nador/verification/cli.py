"""`nador verify`: the register's answer on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from nador.kernel import clock, codes
from nador.kernel.i18n import translator
from nador.verification import labels, queries
from nador.verification.rules import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker

NOT_VALID: Final = 3


@click.command("verify")
@click.argument("code")
@click.pass_context
def verify(context: click.Context, code: str) -> None:
    """Say what the register knows of CODE; exit code 3 when it is not valid today."""
    open_sessions: Callable[[], sessionmaker[Session]] = context.obj
    words, now = translator("en"), clock.now()
    parsed = codes.parse(code)
    with open_sessions()() as session:
        view = queries.find(session.get_bind().engine, parsed)
    if view is None:
        click.echo(f"{words.gettext('No certificate has this code.')} ({parsed})")
        context.exit(NOT_VALID)
    verdict = view.verdict(clock.local(now).date())
    click.echo(words.gettext(labels.heading(verdict, view.kind, hidden=view.holder_hidden)))
    for name, text in labels.facts(view, words, now=now).items():
        click.echo(f"  {name.replace('_', ' ')}: {text}")
    context.exit(0 if verdict is Verdict.VALID else NOT_VALID)
