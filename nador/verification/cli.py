"""`nador verify`: the register's answer on the terminal, or what a file proves without it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nador.certification.keys.store import KeyRing
from nador.kernel import clock, codes
from nador.kernel.i18n import translator
from nador.kernel.shell import open_instance
from nador.settings import Settings
from nador.verification import files, labels, queries
from nador.verification.export import writing
from nador.verification.export.reading import Copy
from nador.verification.rules import Mark, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker

    from nador.verification.rules import CertificateView, CheckedFile

NOT_VALID: Final = 3
SUFFIXES: Final = {".pdf", ".json", ".jwt"}
_WORDS = translator("en")


@click.command("verify")
@click.argument("code")
@click.option(
    "--root",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="with --offline or --export: the institute's root certificate, as PEM",
)
@click.option("--offline", is_flag=True, help="judge a PDF by its seal alone, without the register")
@click.option(
    "--export",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="ask a copy of the register, which `nador registry export` made",
)
@click.option("--key", "trusted", multiple=True, help="with --export: a key of the register's log")
@click.pass_context
def verify(
    context: click.Context,
    code: str,
    *,
    root: Path | None,
    offline: bool,
    folder: Path | None,
    trusted: tuple[str, ...],
) -> None:
    """Say what the register knows of CODE, or what FILE is; exit code 3 when it is not valid today.

    CODE may be a file: a PDF, or a credential as JSON or JWT.
    """
    if folder is None and (trusted or offline != (root is not None)):
        raise click.UsageError("--offline and --root ROOT.pem belong together, --key to --export.")
    path = Path(code)
    is_file = path.suffix.lower() in SUFFIXES or path.is_file()
    if folder is not None:
        copied = Copy.open(folder, trusted=trusted)
        _tell_copy(copied, believed=bool(trusted))
        valid = _file_in(copied, path.read_bytes(), root) if is_file else _code_in(copied, code)
    elif root is not None:
        valid = _offline(path, root)
    elif is_file:
        valid = _file(path.read_bytes(), context.obj())
    else:
        valid = _code(code, context.obj)
    context.exit(0 if valid else NOT_VALID)


def _code(typed: str, open_sessions: Callable[[], sessionmaker[Session]]) -> bool:
    parsed = codes.parse(typed)
    with open_sessions()() as session:
        view = queries.find(session.get_bind().engine, parsed)
    if view is None:
        click.echo(f"{_WORDS.gettext('No certificate has this code.')} ({parsed})")
        return False
    return _tell_verdict(view)


def _tell_verdict(view: CertificateView) -> bool:
    verdict = view.verdict(clock.today())
    click.echo(_WORDS.gettext(labels.heading(verdict, view.kind, hidden=view.holder_hidden)))
    _tell_facts(view)
    return verdict is Verdict.VALID


def _file(content: bytes, sessions: sessionmaker[Session]) -> bool:
    return _tell_file(files.check(content, sessions, Settings.from_environment(os.environ)))


def _tell_file(checked: CheckedFile) -> bool:
    today = clock.today()
    click.echo(_WORDS.gettext(labels.file_heading(checked, today)))
    click.echo(f"  {_WORDS.gettext(labels.file_meaning(checked))}")
    _tell_reading(checked)
    click.echo(f"  {_WORDS.gettext(labels.register_line(checked)[1])}")
    if checked.view:
        click.echo("The register says:")
        click.echo(f"  status: {checked.view.verdict(today)}")
        _tell_facts(checked.view)
    return checked.valid(today)


def _offline(path: Path, root: Path) -> bool:
    checked = files.check_offline(path.read_bytes(), root.read_text(encoding="ascii"))
    whole = checked.reading.mark is Mark.WHOLE
    click.echo(
        "The seal is whole: nobody changed this file since it was sealed."
        if whole
        else "The seal does not prove this file."
    )
    _tell_reading(checked)
    click.echo("Not checked, for only the register knows:")
    click.echo("  whether it is in force today: not revoked, replaced or expired")
    click.echo("  whether the sealing key was reported stolen")
    for code in checked.reading.codes:
        click.echo(f"  {code}")
    return whole


def _tell_reading(checked: CheckedFile) -> None:
    click.echo(f"  {_WORDS.gettext(labels.seal_line(checked)[1])}")
    if trouble := labels.trouble(checked.reading):
        click.echo(f"  {_WORDS.gettext(trouble)}")
    if checked.reading.mark is Mark.WHOLE:
        for seal in checked.reading.seals:
            time = f"{seal.signed_at:%Y-%m-%d %H:%M %Z}, " if seal.signed_at else ""
            click.echo(f"  sealed by: {seal.signer}")
            click.echo(f"  sealed at: {time}{_WORDS.gettext(labels.vouched(seal.level))}")
    click.echo(f"  SHA-256: {checked.reading.sha256}")


def _tell_facts(view: CertificateView) -> None:
    for name, text in labels.facts(view, _WORDS, now=clock.now()).items():
        click.echo(f"  {name.replace('_', ' ')}: {text}")


# --- a copy of the register ----------------------------------------------------------------


def _tell_copy(copied: Copy, *, believed: bool) -> None:
    made = copied.manifest
    click.echo(
        f"A copy of the register of {made.origin}, made on {made.made_at:%Y-%m-%d %H:%M} UTC."
    )
    click.echo("Not known here: what was decided later, a revocation above all.")
    if not believed:
        click.echo(
            "Its signature was checked with the keys that it shows itself. Compare them, and"
        )
        click.echo("give the one that you know with --key:")
        for key in copied.keys:
            click.echo(f"  {key}")


def _code_in(copied: Copy, typed: str) -> bool:
    parsed = codes.parse(typed)
    found = copied.find(parsed)
    if found is None:
        click.echo(f"{_WORDS.gettext('No certificate has this code.')} ({parsed})")
        click.echo("Unless it was issued after this copy was made.")
        return False
    return _tell_verdict(found.view)


def _file_in(copied: Copy, content: bytes, root: Path | None) -> bool:
    roots = root.read_text(encoding="ascii") if root else copied.roots()
    return _tell_file(copied.check(content, roots))


@click.group()
def registry() -> None:
    """The register as a whole."""


@registry.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write a signed copy of the register into the new folder DIR, for any web server or disk.

    It holds a page that checks codes without this program, and tells a walker nothing of who is in
    the register; besides, all that is public: keys, roots, status lists, the log.
    """
    with open_instance() as instance:
        with click.progressbar(length=0, label="Certificates") as bar:

            def tell(done: int, count: int) -> None:
                bar.length = count
                bar.update(done - bar.pos)

            made = writing.write(
                instance.sessions,
                folder,
                origin=instance.settings.public_url,
                ring=KeyRing.of(instance.settings),
                told=tell,
            )
        click.echo(f"{made.certificates} certificates, {len(made.files)} files: {folder}")


COMMANDS: Final = (verify, registry)
