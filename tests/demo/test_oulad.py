"""The OULAD import, on a set of a few rows with every quirk, and on the real one where it is."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from nador.accounts.models import Person
from nador.assessment import queries, service
from nador.assessment.models import Assessment, Grade, GradeChange, Result
from nador.assessment.rules import Decision, GradeState
from nador.catalogue.models import Run
from nador.catalogue.queries import run_by_code
from nador.cli import nador
from nador.demo import oulad
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import SEATED, EnrolmentStatus
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.errors import NotFound
from nador.kernel.mail import Message
from tests.conftest import SHARED
from tests.factories import make_actor, make_institute

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nador.settings import Settings

SET = {
    "courses": """code_module,code_presentation,module_presentation_length
AAA,2013B,240
AAA,2013J,268
""",
    "assessments": """code_module,code_presentation,id_assessment,assessment_type,date,weight
AAA,2013B,10,TMA,19,12.5
AAA,2013B,11,CMA,54,87.5
AAA,2013B,12,Exam,,100
AAA,2013J,20,TMA,19,0
""",
    "studentInfo": """code_module,code_presentation,id_student,final_result
AAA,2013B,1,Pass
AAA,2013B,2,Distinction
AAA,2013B,3,Fail
AAA,2013B,4,Withdrawn
AAA,2013J,4,Pass
""",
    "studentRegistration": """code_module,code_presentation,id_student,date_registration,date_unregistration
AAA,2013B,1,-30,
AAA,2013B,2,,
AAA,2013B,3,2,
AAA,2013B,4,-10,12
AAA,2013J,4,-1,
""",
    "studentAssessment": """id_assessment,id_student,date_submitted,is_banked,score
10,1,-2,0,0
10,2,18,0,
11,2,-11,1,72
10,4,20,0,55
20,4,18,0,100
""",
}


def write(folder: Path, **changed: str) -> Path:
    for name, content in (SET | changed).items():
        with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8") as opened:
            opened.write(content)
    return folder


def registrar(session: Session) -> tuple[Actor, int]:
    institute_id = make_institute(session).id
    return Actor(grants=frozenset({Grant(Role.REGISTRAR, institute_id)})), institute_id


def bring_in(session: Session, folder: Path) -> tuple[list[oulad.Imported], int]:
    actor, institute_id = registrar(session)
    done = [
        oulad.import_presentation(
            session, actor, institute_id=institute_id, presentation=presentation
        )
        for presentation in oulad.read(folder)
    ]
    return done, institute_id


def counts(session: Session) -> list[int]:
    kinds = (Run, Assessment, Enrolment, Grade, GradeChange, Result, Person)
    return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def test_presentations_become_runs_with_everything_in_them(
    session: Session, tmp_path: Path
) -> None:
    done, _ = bring_in(session, write(tmp_path))

    assert done == [
        oulad.Imported("OULAD-AAA-2013B", enrolments=4, grades=4, new_people=4),
        oulad.Imported("OULAD-AAA-2013J", enrolments=1, grades=1, new_people=0),
    ]
    first = session.scalars(select(Run).order_by(Run.id)).first()
    assert first is not None
    assert (first.starts_on, first.ends_on) == (date(2013, 2, 1), date(2013, 9, 29))
    assert (first.capacity, first.seats_held, first.imported) == (4, 3, True)
    seated = select(func.count()).where(Enrolment.run_id == first.id, Enrolment.status.in_(SEATED))
    assert session.scalar(seated) == first.seats_held
    person = session.scalars(select(Person).where(Person.reference == "4")).one()
    assert (person.name_latin, person.name_arabic) == ("Student 4", None)
    assert session.scalars(select(Message)).all() == []


def test_a_missing_score_is_not_zero_and_a_banked_one_says_so(
    session: Session, tmp_path: Path
) -> None:
    bring_in(session, write(tmp_path))

    grades = session.scalars(select(Grade).order_by(Grade.id)).all()
    assert [(each.value, each.state, each.handed_in_on) for each in grades[:3]] == [
        (Decimal(0), GradeState.RELEASED, date(2013, 1, 30)),
        (None, GradeState.UNGRADED, date(2013, 2, 19)),
        (Decimal(72), GradeState.RELEASED, date(2013, 1, 21)),
    ]
    reasons = session.scalars(select(GradeChange.reason).order_by(GradeChange.id)).all()
    assert reasons[:3] == [oulad.IMPORTED, oulad.IMPORTED, oulad.BANKED]


def test_weights_and_days_stay_as_they_are(session: Session, tmp_path: Path) -> None:
    bring_in(session, write(tmp_path))

    found = session.scalars(select(Assessment).order_by(Assessment.id)).all()
    assert [(each.code, each.title["en"], each.weight, each.due_on) for each in found] == [
        ("10", "TMA 1", Decimal("12.5"), date(2013, 2, 20)),
        ("11", "CMA 1", Decimal("87.5"), date(2013, 3, 27)),
        ("12", "Exam 1", Decimal(100), None),
        ("20", "TMA 1", Decimal(0), date(2013, 10, 20)),
    ]


def test_importing_again_changes_nothing(session: Session, tmp_path: Path) -> None:
    _, institute_id = bring_in(session, write(tmp_path))
    before = counts(session)

    again = [
        oulad.import_presentation(
            session,
            Actor(grants=frozenset({Grant(Role.REGISTRAR, institute_id)})),
            institute_id=institute_id,
            presentation=presentation,
        )
        for presentation in oulad.read(tmp_path)
    ]

    assert [each.enrolments for each in again] == [0, 0]
    assert counts(session) == before


def test_a_presentation_comes_whole_or_not_at_all(session: Session, tmp_path: Path) -> None:
    scores = SET["studentAssessment"] + "10,1,3,0,55\n"

    with pytest.raises(Exception, match=r"(?i)unique"):
        bring_in(session, write(tmp_path, studentAssessment=scores))

    session.rollback()
    assert counts(session) == [0] * 7


def test_only_who_manages_the_centre_imports(session: Session, tmp_path: Path) -> None:
    _, institute_id = registrar(session)
    (presentation, _) = oulad.read(write(tmp_path))

    with pytest.raises(NotFound):
        oulad.import_presentation(
            session, make_actor(session), institute_id=institute_id, presentation=presentation
        )


def test_concluding_an_imported_run_confirms_what_was_recorded(
    session: Session, tmp_path: Path
) -> None:
    _, institute_id = bring_in(session, write(tmp_path))
    person = make_actor(session, Role.REGISTRAR, institute_id=institute_id)
    run_id = run_by_code(session, "OULAD-AAA-2013B").id

    results = service.conclude(session, person, run_id=run_id)

    assert [(each.decision, each.mark, each.trace[0]["value"]) for each in results] == [
        (Decision.PASS, None, "Pass"),
        (Decision.PASS, None, "Distinction"),
        (Decision.FAIL, None, "Fail"),
    ]
    assert [each.mention for each in queries.passes(session, run_id)] == [None, oulad.DISTINCTION]
    assert {each.confirmed_by_id for each in results} == {person.person_id}
    statuses = session.scalars(
        select(Enrolment.status).where(Enrolment.run_id == run_id).order_by(Enrolment.id)
    )
    assert list(statuses) == [
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.FAILED,
        EnrolmentStatus.WITHDRAWN,
    ]


def test_the_terminal_tells_how_far_it_is(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    make_institute(session)
    terminal = CliRunner(
        env={
            "NADOR_INSTANCE": str(settings.instance),
            "NADOR_DATABASE_URL": settings.database_url,
        }
    )

    said = terminal.invoke(nador, ["import", "oulad", str(write(tmp_path))]).output

    assert said.splitlines() == [
        "OULAD-AAA-2013B: 4 enrolments, 4 grades, 4 new people.",
        "OULAD-AAA-2013J: 1 enrolments, 1 grades, 0 new people.",
        "2 presentations are here.",
    ]


@pytest.mark.parametrize(
    ("name", "line", "number"),
    [
        pytest.param("courses", "AAA,2014X,240\n", 4, id="unknown month"),
        pytest.param("courses", "AAA,2014J,long\n", 4, id="length in words"),
        pytest.param("assessments", "AAA,2013B,13,Essay,19,10\n", 6, id="unknown kind"),
        pytest.param("studentInfo", "AAA,2013B,5,Maybe\n", 7, id="unknown result"),
        pytest.param("studentAssessment", "10,3,soon,0,5\n", 7, id="day in words"),
        pytest.param("studentAssessment", "10\n", 7, id="half a row"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, line: str, number: int
) -> None:
    with pytest.raises(oulad.OuladLineUnreadable) as refusal:
        oulad.read(write(tmp_path, **{name: SET[name] + line}))

    assert refusal.value.params == {"file": f"{name}.csv.gz", "line": number}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "studentInfo.csv.gz").unlink()

    with pytest.raises(oulad.OuladFileMissing) as refusal:
        oulad.read(tmp_path)

    assert refusal.value.params == {"file": "studentInfo.csv.gz"}


@pytest.mark.skipif(
    not (SHARED / "oulad").is_dir(),
    reason="the real OULAD is not beside this checkout (../shared/data/oulad)",
)
def test_the_smallest_real_presentation_comes_as_it_is(session: Session) -> None:
    actor, institute_id = registrar(session)
    smallest = min(oulad.read(SHARED / "oulad"), key=lambda each: len(each.students))

    done = oulad.import_presentation(
        session, actor, institute_id=institute_id, presentation=smallest
    )

    assert done == oulad.Imported("OULAD-AAA-2014J", enrolments=365, grades=1516, new_people=365)
    with gzip.open(SHARED / "oulad" / "studentInfo.csv.gz", "rt") as opened:
        withdrew = sum(
            (row["code_module"], row["code_presentation"], row["final_result"])
            == ("AAA", "2014J", "Withdrawn")
            for row in csv.DictReader(opened)
        )
    assert (
        session.scalar(select(func.count()).where(Enrolment.status == EnrolmentStatus.WITHDRAWN))
        == withdrew
    )
