"""The centre is gone: instance, database and all. What it issued, and a copy, still tell the truth.

The commands run as processes of their own, in an empty folder, with nothing to ask.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from nador.certification import published, service
from nador.certification.models import Certificate
from nador.cli import nador
from nador.kernel import clock
from nador.verification.cli import NOT_VALID
from tests.certification.conftest import certifier, desk, institute, run
from tests.certification.office import issue_one, let_pass, order, work_off

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk
    from tests.conftest import Database

__all__ = ["certifier", "desk", "institute", "run"]

# The database is gone before anything is asked: which one it was does not matter.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Left:
    """What outsiders hold: their files, the root, a copy of the register, a key of its log."""

    valid: tuple[str, Path]
    """The code, and the PDF."""
    revoked: tuple[str, Path]
    late: tuple[str, Path]
    """Issued after the copy was made."""
    root: Path
    copy: Path
    key: str
    empty: Path


@pytest.fixture
def left(
    database: Database,
    session: Session,
    certifier: Actor,
    run: Run,
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Left:
    outside = tmp_path / "outside"
    outside.mkdir()

    def hand_over(one: Certificate) -> tuple[str, Path]:
        path = outside / f"{one.code}.pdf"
        _, stored = service.hand_out(session, certifier, code=one.code)
        path.write_bytes(desk.files.get(stored.sha256))
        return one.code, path

    def newest() -> Certificate:
        let_pass(session, run)
        order(session, certifier, run)
        work_off(desk, session)
        found = session.scalars(select(Certificate).order_by(Certificate.id.desc())).first()
        assert found is not None
        return found

    valid = hand_over(issue_one(session, certifier, run, desk))
    second = newest()
    revoked = hand_over(second)
    service.revoke(session, certifier, code=second.code, reason="a", public_reason="In error.")
    work_off(desk, session)
    monkeypatch.setenv("NADOR_INSTANCE", str(desk.settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", database.url)
    said = CliRunner().invoke(nador, ["registry", "export", str(outside / "copy")])
    assert said.exit_code == 0, said.output
    late = hand_over(newest())
    monkeypatch.undo()
    session.rollback()

    root = outside / "root.pem"
    shutil.copy(outside / "copy" / published.ROOTS, root)
    [key] = (outside / "copy" / published.LOG_KEYS).read_text("utf-8").split()
    shutil.rmtree(desk.settings.instance)
    if (file := session.get_bind().engine.url.database) and database.url.startswith("sqlite"):
        session.close()
        session.get_bind().engine.dispose()
        (tmp_path / file).unlink()
    empty = tmp_path / "empty"
    empty.mkdir()
    return Left(valid, revoked, late, root, outside / "copy", key, empty)


def verify(left: Left, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Ask as somebody who has nothing but the program and what is named."""
    return subprocess.run(
        [sys.executable, "-m", "nador", "verify", *map(str, arguments)],
        cwd=left.empty,
        env={"PATH": "/usr/bin:/bin", "NADOR_DATABASE_URL": "sqlite:////nowhere/nador.db"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_each_file_and_the_copy_tell_what_they_can(left: Left) -> None:
    code, pdf = left.valid

    offline = verify(left, pdf, "--root", left.root, "--offline")
    assert offline.returncode == 0, offline.stdout + offline.stderr
    assert "The seal is whole" in offline.stdout
    assert code in offline.stdout
    assert "Not checked, for only the register knows" in offline.stdout
    assert "whether it is in force today" in offline.stdout

    by_code = verify(left, code, "--export", left.copy, "--key", left.key)
    assert by_code.returncode == 0, by_code.stdout + by_code.stderr
    assert "This certificate is valid" in by_code.stdout
    assert f"made on {clock.today():%Y-%m-%d}" in by_code.stdout
    assert "Not known here: what was decided later" in by_code.stdout

    by_file = verify(left, pdf, "--export", left.copy, "--root", left.root)
    assert by_file.returncode == 0, by_file.stdout + by_file.stderr
    assert "The register has exactly this file." in by_file.stdout
    # Nobody said whom to believe: then it says so.
    assert left.key in by_file.stdout
    assert "Compare them" in by_file.stdout

    assert not any(left.empty.iterdir())


def test_a_revocation_outlives_the_register(left: Left) -> None:
    code, pdf = left.revoked

    # The seal alone cannot know, and says so.
    offline = verify(left, pdf, "--root", left.root, "--offline")
    assert offline.returncode == 0
    assert "not revoked" in offline.stdout

    for what in (code, pdf):
        told = verify(left, what, "--export", left.copy, "--key", left.key)
        assert told.returncode == NOT_VALID
        assert "This certificate is revoked" in told.stdout
        assert "public reason: In error." in told.stdout


def test_what_came_later_is_not_called_false(left: Left) -> None:
    code, pdf = left.late

    told = verify(left, code, "--export", left.copy, "--key", left.key)
    assert told.returncode == NOT_VALID
    assert "Unless it was issued after this copy was made." in told.stdout

    by_file = verify(left, pdf, "--export", left.copy, "--key", left.key)
    assert by_file.returncode == NOT_VALID
    assert "The seal is whole, but the register has no such file" in by_file.stdout


def test_forgeries_are_not_helped(left: Left) -> None:
    code, pdf = left.revoked
    altered = left.empty.parent / "altered.pdf"
    altered.write_bytes(left.valid[1].read_bytes() + b"\n%")

    by_file = verify(left, altered, "--export", left.copy, "--key", left.key)
    assert by_file.returncode == NOT_VALID
    assert "changed after it was sealed" in by_file.stdout

    # Somebody takes the revocation out of the copy.
    for shard in (left.copy / "entries").iterdir():
        shard.write_text("nadorEntries({\n\n})\n")
    for what in (code, pdf):
        told = verify(left, what, "--export", left.copy, "--key", left.key)
        assert told.returncode == 1
        assert "this copy proves nothing" in told.stderr


def test_the_log_of_a_copy_can_be_computed_again(left: Left) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "nador", "log", "verify", str(left.copy / "log")],
        cwd=left.empty,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (told.returncode, told.stderr) == (0, "")
    assert "The log is in order." in told.stdout
    summed = subprocess.run(
        ["sha256sum", "--check", "--quiet", "manifest.txt"],
        cwd=left.copy,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert summed.returncode == 0


@pytest.mark.parametrize(
    "arguments", [("x", "--key", "k"), ("x", "--offline"), ("x", "--root", "{root}")]
)
def test_options_that_make_no_sense_alone_are_refused(
    left: Left, arguments: tuple[str, ...]
) -> None:
    given = [one.format(root=left.root) for one in arguments]

    assert verify(left, *given).returncode == 2
