"""Concluding from the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from nador.accounts.models import Person
from nador.assessment.models import Result
from nador.cli import nador
from nador.kernel.errors import NotFound
from tests.assessment.school import open_school

if TYPE_CHECKING:
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
