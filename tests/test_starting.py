"""A start that can't work ends at once, with one line that says what to do."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest

from nador import cli
from nador.accounts.models import Institute
from nador.app import require_startable
from nador.kernel import clock, schema
from nador.kernel.access import NOBODY
from nador.kernel.db import command
from nador.settings import Settings, WrongSetting
from nador.web import serving
from tests.factories import make_institute

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for the command, and no other setting."""
    for name in ("NADOR_DATABASE_URL", "NADOR_WORKERS", "NADOR_PUBLIC_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NADOR_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


def nador(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command as a terminal would and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["nador", *words])
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_a_start_without_an_instance_says_what_to_run(
    instance: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    word: str,
) -> None:
    assert nador(monkeypatch, word) == 1

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "nador init" in said


def test_a_start_on_an_empty_database_says_what_to_run(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Settings.from_environment({"NADOR_INSTANCE": str(instance)}).make_secret_key()

    assert nador(monkeypatch, "serve") == 1
    assert "The database is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("NADOR_DATABASE_URL", "mysql://here", id="unknown database"),
        pytest.param("NADOR_PUBLIC_URL", "certs.example.org", id="no origin"),
        pytest.param("NADOR_WORKERS", "many", id="no number"),
        pytest.param("PORT", "http", id="no port"),
        pytest.param("PORT", "70000", id="no port has this number"),
        pytest.param("NADOR_WORKERS", "²", id="no usual digit"),
        pytest.param("NADOR_MAIL_URL", "mail.example.org", id="no mail server"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    instance: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)

    assert nador(monkeypatch, "serve") == 1

    said = capsys.readouterr().err
    assert said.startswith(f"{name}: write ")
    assert said.count("\n") == 1


def test_a_broker_is_refused_and_not_ignored(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NADOR_BROKER_URL", "redis://127.0.0.1")

    assert nador(monkeypatch, "serve") == 1
    assert capsys.readouterr().err.startswith("NADOR_BROKER_URL: leave it empty")


def test_the_doctor_prints_no_password(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NADOR_MAIL_URL", "smtp://nador:p@ss@mail.example.org:25")

    nador(monkeypatch, "doctor")

    said = capsys.readouterr().out
    assert "smtp://nador:***@mail.example.org:25" in said
    assert "p@ss" not in said


def test_a_database_that_is_away_is_said_in_one_line(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Settings.from_environment({"NADOR_INSTANCE": str(instance)}).make_secret_key()
    monkeypatch.setenv("NADOR_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")

    assert nador(monkeypatch, "serve") == 1
    assert capsys.readouterr().err.startswith("The database can't be used: ")


def test_a_stale_time_zone_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale() -> None:
        raise clock.StaleTimeZone("install tzdata")

    monkeypatch.setattr(clock, "check", stale)

    with pytest.raises(clock.StaleTimeZone):
        require_startable(settings)


def test_a_newer_database_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "current", lambda _engine: "20991231_later")

    with pytest.raises(schema.WrongSchema, match="newer than this program"):
        require_startable(settings)


@command
def _make_demo(session: Session, _actor: Actor, *, institute_id: int) -> None:
    session.get_one(Institute, institute_id).is_demo = True


def test_a_production_start_refuses_the_demo_centre(settings: Settings, session: Session) -> None:
    institute = make_institute(session)
    _make_demo(session, NOBODY, institute_id=institute.id)

    with pytest.raises(WrongSetting, match="nador demo"):
        require_startable(settings)
    require_startable(settings, demo=True)


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])

        with pytest.raises(WrongSetting, match="set PORT to another one"):
            serving.require_free_port("127.0.0.1", port)


def test_a_backup_and_a_restore_from_the_terminal(
    instance: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert nador(monkeypatch, "migrate") == 0
    assert nador(monkeypatch, "backup", str(tmp_path / "nowhere" / "all.tar")) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert nador(monkeypatch, "backup", str(tmp_path / "all.tar")) == 0
    assert "The keys are not" in capsys.readouterr().out
    assert (tmp_path / "all.tar").stat().st_mode & 0o777 == 0o600
    assert nador(monkeypatch, "backup", str(tmp_path / "all.tar")) == 1
    assert "is there already" in capsys.readouterr().err
    monkeypatch.setenv("NADOR_INSTANCE", str(tmp_path / "other"))

    assert nador(monkeypatch, "restore", str(tmp_path / "all.tar")) == 0
    assert "are back" in capsys.readouterr().out
    assert nador(monkeypatch, "doctor") == 1
    assert "Start" not in capsys.readouterr().err
