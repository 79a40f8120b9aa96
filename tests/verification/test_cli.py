"""`nador verify CODE`, as a script would call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from nador.certification.rules import CertificateStatus
from nador.kernel.codes import WrongCheck
from nador.verification import cli
from tests.factories import make_certificate, make_institute
from tests.verification.test_pages import MISTYPED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker


@pytest.fixture
def verify(sessions: sessionmaker[Session]) -> Callable[[str], Result]:
    return lambda code: CliRunner().invoke(cli.verify, [code], obj=lambda: sessions)


def test_a_valid_one_ends_with_0(verify: Callable[[str], Result], session: Session) -> None:
    made = make_certificate(session, institute=make_institute(session))

    said = verify(made.code.lower())

    assert said.exit_code == 0, said.output
    assert "This certificate is valid" in said.output
    assert "holder latin: Salma Bouziane" in said.output


def test_a_revoked_one_ends_with_3(verify: Callable[[str], Result], session: Session) -> None:
    made = make_certificate(
        session, institute=make_institute(session), status=CertificateStatus.REVOKED
    )

    said = verify(made.code)

    assert said.exit_code == 3
    assert "This certificate is revoked" in said.output


def test_an_unknown_one_ends_with_3(verify: Callable[[str], Result]) -> None:
    said = verify(UNKNOWN)

    assert said.exit_code == 3
    assert "No certificate has this code." in said.output


def test_a_mistyped_one_is_refused(verify: Callable[[str], Result]) -> None:
    assert isinstance(verify(MISTYPED).exception, WrongCheck)
