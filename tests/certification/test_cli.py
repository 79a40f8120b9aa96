"""`nador issue` and `nador revoke`, as a script would call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from nador.accounts.models import Person
from nador.certification import cli
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.kernel.errors import NotFound
from nador.kernel.mail import Message
from tests.certification.office import give_keys, let_pass

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk
    from nador.settings import Settings


@pytest.fixture(autouse=True)
def _instance(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", settings.database_url)


def test_without_a_worker_and_without_keys_the_command_says_what_is_missing(
    session: Session, run: Run, certifier: Actor
) -> None:
    let_pass(session, run)
    email = session.get_one(Person, certifier.person_id).email
    session.rollback()

    said = CliRunner().invoke(cli.issue, [run.code, "--as", str(email)])

    assert said.exit_code == 1, said.output
    assert "0 of 1 certificates are issued." in said.output
    assert "1 wait: There is no key for this yet (credential)" in said.output


def test_without_a_worker_the_command_draws(
    session: Session, run: Run, certifier: Actor, desk: Desk
) -> None:
    give_keys(session, desk)
    let_pass(session, run)
    unconfirmed = let_pass(session, run, confirmed=False)
    email = session.get_one(Person, certifier.person_id).email
    session.rollback()

    said = CliRunner().invoke(cli.issue, [run.code, "--as", str(email)])
    session.rollback()

    assert said.exit_code == 1, said.output
    assert "1 of 2 certificates are issued." in said.output
    assert f"{unconfirmed.reference}: The names are not confirmed" in said.output
    made = session.scalars(select(Certificate)).one()
    assert made.status is CertificateStatus.ISSUED
    mail = session.scalars(select(Message)).one()
    assert f"/v/{made.code}" in mail.body
    session.rollback()

    revoked = CliRunner().invoke(
        cli.revoke,
        [made.code, "--reason", "copied", "--public-reason", "In error", "--as", str(email)],
    )

    session.rollback()
    assert revoked.output == f"{made.code} is revoked.\n"
    told = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert told is not None
    assert "In error" in told.body


def test_a_stranger_cannot_issue(run: Run) -> None:
    said = CliRunner().invoke(cli.issue, [run.code, "--as", "nobody@nador.example"])

    assert isinstance(said.exception, NotFound)
