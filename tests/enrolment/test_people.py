"""An office's file of people: all of them or nobody, and a second time changes nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from nador.accounts.models import Person
from nador.enrolment import queries, service
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel.access import Forbidden
from nador.kernel.mail import Message
from tests.factories import make_person

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.enrolment.conftest import Centre

NAMES = Path(__file__).resolve().parents[1] / "data" / "names_edge_cases.csv"
FILE = """reference,email,name_latin,name_arabic,phone,locale
,amina@example.ma,Amina Haddou,أمينة حدو,0612345678,ar
STU-7,,Yassine Amezian,,,fr
STU-8,,,عبد الرحمان بن يوسف,,
"""


def people(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Person.id))) or 0


def test_a_file_adds_and_enrols_once(session: Session, centre: Centre) -> None:
    run, before = centre.run(capacity=2), people(session)
    with_names = "\n".join(FILE.splitlines()[:3]) + "\n"
    for again in (False, True):
        done = service.import_people(
            session, centre.registrar, content=with_names.encode(), run_id=run.id
        )
        assert done.written
        assert (done.added, done.enrolled) == ((0, 0) if again else (2, 2))

    placed = queries.people_of(session, run.id)
    assert people(session) == before + 2
    assert {each.source for each in placed} == {EnrolmentSource.IMPORT}
    assert session.scalars(select(Message)).all() == []


def test_a_dry_run_writes_nothing_and_tells_all(session: Session, centre: Centre) -> None:
    run, before = centre.run(capacity=2), people(session)

    done = service.import_people(
        session, centre.registrar, content=FILE.encode(), run_id=run.id, dry_run=True
    )

    assert not done.written
    assert [row.status for row in done.rows] == [
        EnrolmentStatus.ACTIVE,
        EnrolmentStatus.ACTIVE,
        EnrolmentStatus.WAITLISTED,
    ]
    assert (people(session), queries.counted(session, run.id)) == (before, (0, 0))


def test_one_wrong_row_stops_the_file(session: Session, centre: Centre) -> None:
    known = make_person(session)
    before = people(session)
    content = (
        f"{FILE},amina@example.ma,Amina Again,,,\n"
        f"STU-7,{known.email},Somebody Else,,,\n"
        ",y@example.ma,,,,fr\n,x@example.ma,Nadia,,12,\n,,Nadia,ناديا,0612345678,fr\n"
    )

    done = service.import_people(session, centre.registrar, content=content.encode())

    assert not done.written
    assert [(row.line, row.error.code if row.error else "") for row in done.failed] == [
        (5, "person_twice"),
        (6, "identities_differ"),
        (7, "name_missing"),
        (8, "phone_unreadable"),
        (9, "identity_missing"),
    ]
    assert people(session) == before


def test_every_odd_name_is_kept_or_refused_clearly(session: Session, centre: Centre) -> None:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["email", "name_latin", "name_arabic"])
    with NAMES.open(encoding="utf-8", newline="") as opened:
        for count, row in enumerate(csv.DictReader(opened)):
            table.writerow([f"n{count}@example.ma", row["name_latin"], row["name_arabic"]])

    done = service.import_people(
        session, centre.registrar, content=out.getvalue().encode(), dry_run=True
    )

    assert len(done.rows) > 50
    assert {row.error.code for row in done.failed if row.error} == {"name_too_long"}
    assert any(row.odd_name for row in done.rows)


def test_only_the_office_imports(session: Session, centre: Centre) -> None:
    learner, _ = centre.learner()
    with pytest.raises(Forbidden):
        service.import_people(session, learner, content=FILE.encode())
