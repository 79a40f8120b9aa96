"""A register of any size, written in bulk."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from nador.certification.models import Certificate
from nador.kernel import codes, schema
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import Base, command, make_engine, make_sessions
from nador.settings import Settings
from tests.factories import make_institute
from tests.factories.certification import make_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

AT_ONCE = 5000
TABLES = Base.metadata.tables


def make_register(instance: Path, *, size: int) -> list[str]:
    """Make an instance with so many issued certificates and return their codes."""
    settings = Settings.from_environment({"NADOR_INSTANCE": str(instance)})
    settings.make_secret_key()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine)
    with make_sessions(engine)() as session:
        make_certificate(session, institute=make_institute(session))
        multiply(session, NOBODY, size=size)
        found = list(session.scalars(select(Certificate.code)))
    with engine.connect().execution_options(nador_writes=True) as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    engine.dispose()
    return found


@command
def multiply(session: Session, _actor: Actor, *, size: int) -> None:
    """Copy the one certificate, each for a person of its own, until there are so many."""
    person, certificate = _only(session, TABLES["person"]), _only(session, TABLES["certificate"])
    for first in range(2, size + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, size + 1))
        session.execute(
            insert(TABLES["person"]),
            [
                person
                | {
                    "id": number,
                    "uuid": str(uuid.uuid4()),
                    "reference": f"B{number}",
                    "email": None,
                }
                for number in numbers
            ],
        )
        session.execute(
            insert(TABLES["certificate"]), [_copy(certificate, number) for number in numbers]
        )


def _copy(certificate: dict[str, Any], number: int) -> dict[str, Any]:
    code = codes.make("NDR")
    return certificate | {
        "id": number,
        "uuid": str(uuid.uuid4()),
        "code": code,
        "code_key": str(codes.parse(code)),
        "number": f"NDR-2026-{number:07}",
        "person_id": number,
    }


def _only(session: Session, table: Table) -> dict[str, Any]:
    return dict(session.execute(select(table)).mappings().one())
