"""Concluding from the terminal, and questions from files."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from nador.accounts.models import Person
from nador.assessment.models import Question, QuestionFile, Result
from nador.cli import nador
from nador.kernel.errors import NotFound
from tests.assessment.school import open_school
from tests.factories import make_institute

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nador.settings import Settings


@pytest.fixture
def terminal(settings: Settings, database: object) -> CliRunner:
    return CliRunner(
        env={
            "NADOR_INSTANCE": str(settings.instance),
            "NADOR_DATABASE_URL": settings.database_url,
        }
    )


@pytest.mark.parametrize("by_code", [True, False], ids=["by code", "by number"])
def test_a_run_is_concluded_in_a_persons_name(
    terminal: CliRunner, session: Session, by_code: bool
) -> None:
    school = open_school(session)
    school.grade_all(("16", "15"), ("20", "6"), ("12", None))
    school.release()
    person = session.get_one(Person, school.registrar.person_id)
    name = school.run.code if by_code else str(school.run.id)
    session.rollback()

    said = terminal.invoke(nador, ["run", "conclude", name, "--as", person.email or ""])

    assert said.output == "3 results confirmed: 1 passed, 1 not passed, 1 incomplete.\n"
    session.rollback()
    confirmed = session.scalars(select(Result.confirmed_by_id)).all()
    assert set(confirmed) == {person.id}


def test_an_unknown_run_and_an_unknown_person_are_refused(
    terminal: CliRunner, session: Session
) -> None:
    school = open_school(session)
    person = session.get_one(Person, school.registrar.person_id)
    session.rollback()

    for name, email in (("NOWHERE", person.email or ""), (school.run.code, "x@nador.example")):
        refused = terminal.invoke(nador, ["run", "conclude", name, "--as", email])
        assert isinstance(refused.exception, NotFound)


def test_concluding_asks_in_whose_name(terminal: CliRunner) -> None:
    assert terminal.invoke(nador, ["run", "conclude", "RUN-1"]).exit_code == 2


SOURCE = """::One::Is it? {T}

::Two::Open {=a

$CATEGORY: a/b/c/d/e/f/g

::Deep::Is it? {F}

$CATEGORY: Maths

// [id:7]
::Three::Why? {}
"""
IMAGE = """<quiz><question type="essay"><name><text>I</text></name><questiontext format="markdown">
<text>![](@@PLUGINFILE@@/x.png)</text><file name="x.png" encoding="base64">%s</file></questiontext></question></quiz>"""


def test_questions_come_from_a_file_and_what_cannot_is_named(
    terminal: CliRunner, session: Session, tmp_path: Path
) -> None:
    make_institute(session)
    session.rollback()
    file = tmp_path / "q.gift"
    file.write_text(SOURCE, "utf-8")
    command = ["import", "questions", str(file), "--bank", "Maths"]

    dry = terminal.invoke(nador, [*command, "--dry-run"])
    done = terminal.invoke(nador, command)

    assert (dry.exit_code, done.exit_code) == (1, 1)
    assert "3 questions would come in." in dry.output
    assert "2 questions came in." in done.output
    assert f"{file}:3: Two: This cannot be read: {{ }}" in done.output
    assert f"{file}:7: Deep: Categories go at most 6 levels deep. (parent)" in done.output
    assert f"{file}:12: Three: Left out: id 7" in done.output
    session.rollback()
    assert set(session.scalars(select(Question.name))) == {"One", "Three"}


@pytest.mark.parametrize(
    ("image", "count"), [(b"\x89PNG\r\n\x1a\n", 1), (b"<svg/>", 0)], ids=["png", "svg"]
)
def test_images_come_with_their_questions(
    terminal: CliRunner, session: Session, tmp_path: Path, image: bytes, count: int
) -> None:
    make_institute(session)
    session.rollback()
    file = tmp_path / "q.xml"
    file.write_text(IMAGE % base64.b64encode(image).decode(), "utf-8")

    terminal.invoke(nador, ["import", "questions", str(file), "--bank", "Images"])

    session.rollback()
    assert len(session.scalars(select(QuestionFile)).all()) == count
    assert len(session.scalars(select(Question)).all()) == count
