"""A register of any size, written in bulk: no two certificates say the same."""

from __future__ import annotations

import uuid
from datetime import timedelta
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


RUN = 25
"""So many certificates of one run follow each other: same course, same days."""


def _copy(certificate: dict[str, Any], number: int) -> dict[str, Any]:
    code, run = codes.make("NDR"), number // RUN
    earlier = timedelta(days=run % 2000)
    return certificate | {
        "title": {
            language: f"{title} {run % 300}" for language, title in certificate["title"].items()
        },
        "hours": 12 + run % 90,
        "starts_on": certificate["starts_on"] - earlier,
        "ends_on": certificate["ends_on"] - earlier,
        "issued_on": certificate["issued_on"] - earlier,
        # Every fourth run's are good for three years: some no longer.
        "expires_on": None
        if run % 4
        else certificate["issued_on"] - earlier + timedelta(days=1096),
        "holder_latin": f"{certificate['holder_latin']} {number}",
        "holder_arabic": f"{certificate['holder_arabic']} {number}",
        "holder_hidden": number % 50 == 0,
        "id": number,
        "uuid": str(uuid.uuid4()),
        "code": code,
        "code_key": str(codes.parse(code)),
        "number": f"NDR-2026-{number:07}",
        "person_id": number,
    }


def _only(session: Session, table: Table) -> dict[str, Any]:
    return dict(session.execute(select(table)).mappings().one())
