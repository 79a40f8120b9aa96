"""`nador import people`, as an office calls it: a real file, its lines, and an exit code."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nador import cli
from nador.accounts.models import Person
from nador.enrolment import queries
from nador.enrolment.models import Enrolment
from nador.kernel.audit import AuditEntry
from nador.kernel.mail import Message

if TYPE_CHECKING:
    from nador.settings import Settings
    from tests.enrolment.conftest import Centre

HEAD = "reference,email,name_latin,name_arabic,phone,locale\n"
GOOD = f"""{HEAD},amina@example.ma,Amina Haddou,أمينة حدو,0612345678,ar
STU-7,,Yassine Amezian,,,fr
"""
WRONG = f"""{GOOD},,Nadia Azzouzi,,,fr
,nonsense,Salma Bouziane,,,
"""


@dataclass
class Office:
    """A folder with a file in it, and a terminal."""

    session: Session
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def run(self, content: str, *options: str) -> tuple[int, str, str]:
        """Import the content; returns the exit code and what was said on both channels."""
        file = self.folder / "people.csv"
        file.write_text(content, encoding="utf-8-sig")
        return self.nador("import", "people", str(file), *options)

    def nador(self, *words: str) -> tuple[int, str, str]:
        self.session.rollback()
        self.monkeypatch.setattr(sys, "argv", ["nador", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self.captured.readouterr()
        return int(ended.value.code or 0), out, err

    def counted(self) -> tuple[int, ...]:
        """How many people, enrolments, entries of the audit trail and mails there are."""
        self.session.rollback()
        tables = (Person, Enrolment, AuditEntry, Message)
        counts = [select(func.count()).select_from(table) for table in tables]
        return tuple(self.session.scalar(count) or 0 for count in counts)


@pytest.fixture
def office(
    session: Session,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Office:
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", settings.database_url)
    return Office(session, tmp_path, monkeypatch, capsys)


def test_people_are_added_and_a_second_time_changes_nothing(office: Office, centre: Centre) -> None:
    people, *_ = office.counted()

    first = office.run(GOOD)
    after = office.counted()
    second = office.run(GOOD)

    assert first == (0, "2 people were added, 0 were known, 0 were enrolled.\n", "")
    assert second == (0, "0 people were added, 2 were known, 0 were enrolled.\n", "")
    assert after[0] == people + 2
    assert office.counted()[:2] == after[:2]
    assert centre.registrar.person_id is not None


def test_people_are_enrolled_once_and_nobody_is_written_to(
    office: Office, centre: Centre, session: Session
) -> None:
    run = centre.run(capacity=1)

    first = office.run(GOOD, "--run", run.code)
    after = office.counted()
    second = office.run(GOOD, "--run", run.code)

    assert first[:2] == (0, "2 people were added, 0 were known, 2 were enrolled.\n")
    assert second[:2] == (0, "0 people were added, 2 were known, 0 were enrolled.\n")
    assert office.counted()[:2] == after[:2]
    assert queries.counted(session, run.id) == (1, 1)
    assert after[3] == 0


def test_a_dry_run_tells_line_by_line_and_writes_nothing(office: Office, centre: Centre) -> None:
    run = centre.run(capacity=1)
    before = office.counted()

    code, out, err = office.run(GOOD, "--run", run.code, "--dry-run")

    assert (code, err) == (0, "")
    assert "people.csv:2: Amina Haddou · أمينة حدو: new, Enrolled" in out
    assert "people.csv:3: Yassine Amezian: new, On the waitlist" in out
    assert "2 people would be added, 0 were known, 2 would be enrolled." in out
    assert office.counted() == before


@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["for real", "dry run"])
def test_wrong_lines_are_named_and_nobody_is_added(
    office: Office, centre: Centre, options: tuple[str, ...]
) -> None:
    centre.run()
    before = office.counted()

    code, _, err = office.run(WRONG, *options)

    assert code == 1
    assert "people.csv:4: Nadia Azzouzi: Give a reference number or an e-mail" in err
    assert "people.csv:5: Salma Bouziane: This is not a valid e-mail address." in err
    assert "2 lines need correcting. Nothing was written." in err
    assert office.counted() == before


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        pytest.param("name,mail\nA,b\n", (), "These columns are missing", id="other columns"),
        pytest.param("", (), "The file is empty.", id="empty"),
        pytest.param(GOOD, ("--run", "NO-SUCH-RUN"), "", id="no such run"),
    ],
)
def test_what_can_not_be_imported_is_refused_in_one_line(
    office: Office, centre: Centre, content: str, options: tuple[str, ...], said: str
) -> None:
    centre.run()

    code, out, err = office.run(content, *options)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert said in err


@pytest.mark.parametrize(
    "words",
    [(), ("nowhere.csv",), ("nowhere.csv", "--sideways")],
    ids=["none", "missing", "option"],
)
def test_wrong_usage_is_another_exit_code(office: Office, words: tuple[str, ...]) -> None:
    code, _, err = office.nador("import", "people", *words)

    assert code == 2
    assert "Usage" in err
