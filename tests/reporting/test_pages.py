"""The centre's board, my learning, the pages of a run: who sees what, in how many statements."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Update, event, update

from nador.accounts.models import Institute, Person
from nador.assessment import service as assessment
from nador.catalogue.models import Course, Meeting, Prerequisite, RunStaff
from nador.catalogue.rules import MeetingStatus
from nador.certification.models import Batch, BatchFailure
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.work import WorkLease
from nador.reporting import queries
from nador.reporting.queries import ToDo
from nador.reporting.rules import Task
from tests.assessment.school import School, open_school
from tests.factories import (
    PASSWORD,
    make_account,
    make_actor,
    make_certificate,
    make_course,
    make_enrolment,
    make_institute,
    make_meeting,
    make_person,
    make_run,
    sign_in,
    store,
)
from tests.factories.assessment import make_pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from tests.conftest import Database


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect what is read meanwhile; what opens a transaction does not count."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        said = str(arguments[2])
        if said.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append(said)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def school(session: Session) -> School:
    """A run that ended yesterday, its instructor named on it."""
    made = open_school(session, learners=2)
    staff = RunStaff(
        run_id=made.run.id, person_id=made.instructor.person_id, granted_at=clock.now()
    )
    store(session, staff)
    return made


@command
def _write(session: Session, _actor: Actor, *, statement: Update) -> None:
    session.execute(statement)


def tasks(session: Session, actor: Actor) -> list[tuple[Task, int]]:
    session.rollback()
    session.expire_all()
    return [(row.task, row.count) for row in queries.board(session, actor)]


def test_a_run_asks_for_one_thing_after_the_other(session: Session, school: School) -> None:
    registrar = school.registrar
    make_meeting(session, school.run, in_days=-3)
    assert tasks(session, registrar) == [(Task.ATTENDANCE, 1)]

    _write(session, NOBODY, statement=update(Meeting).values(status=MeetingStatus.HELD))
    assert tasks(session, registrar) == [(Task.GRADE, 4)]

    school.grade_all(("12", "14"), ("9", "8"))
    assert tasks(session, registrar) == [(Task.RELEASE, 4)]

    school.release()
    assert tasks(session, registrar) == [(Task.CONCLUDE, 2)]
    assert tasks(session, school.instructor) == []


def test_a_confirmed_run_waits_for_its_certificates(session: Session, school: School) -> None:
    certifier = make_actor(session, Role.CERTIFIER, institute_id=school.institute.id)
    school.grade_all(("12", "14"), ("9", "8"))
    school.release()
    assessment.conclude(session, school.registrar, run_id=school.run.id)

    assert tasks(session, certifier) == [(Task.CERTIFY, 1)]
    [row] = queries.board(session, certifier)
    assert row.where == {"run_id": school.run.id}

    make_certificate(session, institute=school.institute, run=school.run, person=school.people[0])
    assert tasks(session, certifier) == []


def test_failures_waitlists_and_dead_work_are_listed(session: Session, school: School) -> None:
    institute_id = school.institute.id
    admin = make_actor(
        session, Role.ADMINISTRATOR, Role.CERTIFIER, Role.REGISTRAR, institute_id=institute_id
    )
    batch = store(
        session,
        Batch(
            institute_id=institute_id,
            run_id=school.run.id,
            ordered_by_id=admin.person_id or 0,
            ordered_at=clock.now(),
        ),
    )
    failure = {"batch_id": batch.id, "person_id": school.people[0].id}
    store(session, BatchFailure(**failure, code="unprintable", reason="李"))
    coming = make_run(
        session, make_course(session, institute_id=institute_id), institute_id=institute_id
    )
    waiting = EnrolmentStatus.WAITLISTED
    make_enrolment(session, run_id=coming.id, person_id=school.people[1].id, status=waiting)
    lease = {"work": "mail", "item_id": 1, "holder": "w", "until": clock.now(), "attempts": 8}
    store(session, WorkLease(**lease, dead=True))
    _write(session, NOBODY, statement=update(Institute).values(cndp_number=None))
    session.expire_all()

    rows = queries.board(session, admin)

    assert [(row.task, row.count) for row in rows] == [
        (Task.WORK_DEAD, 1),
        (Task.INSTITUTE_INCOMPLETE, 1),
        (Task.BATCH_FAILED, 1),
        (Task.GRADE, 4),
        (Task.WAITLIST, 1),
    ]
    assert rows[2].where == {"batch_id": batch.id}
    assert rows[4] == ToDo(Task.WAITLIST, 1, rows[4].title, coming.code, {"run_id": coming.id})


def test_another_centre_s_work_is_not_one_s_own(session: Session, school: School) -> None:
    other = make_institute(session, prefix="OUJ")
    everything = (Role.REGISTRAR, Role.CERTIFIER, Role.AUDITOR)
    stranger = make_actor(session, *everything, institute_id=other.id)
    make_meeting(session, school.run, in_days=-3)

    assert queries.board(session, stranger) == []


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        (
            Role.INSTRUCTOR,
            "Gradebooks",
            ["Audit trail", "Register of certificates", ">Institute</a>"],
        ),
        (Role.REGISTRAR, "Register of certificates", ["Audit trail", "Messages"]),
        (Role.CERTIFIER, "Certificates to issue", ["Audit trail", ">People</a>"]),
        (Role.AUDITOR, "Audit trail", ["Messages"]),
        (Role.ADMINISTRATOR, "Messages", ["Certificates to issue"]),
    ],
)
def test_the_board_links_to_what_a_role_may_enter(
    session: Session,
    school: School,
    client: FlaskClient,
    database: Database,
    role: Role,
    seen: str,
    hidden: list[str],
) -> None:
    institute_id = school.institute.id
    actor = (
        school.instructor
        if role is Role.INSTRUCTOR
        else make_actor(session, role, institute_id=institute_id)
    )
    sign_in(client, session, actor)

    with statements(database.engine) as sent:
        page = client.get("/manage?lang=en")

    assert page.status_code == 200
    assert seen in page.text
    assert [each for each in hidden if each in page.text] == []
    assert len(sent) <= 12, sent


def test_the_board_costs_the_same_for_many_runs(
    session: Session, school: School, database: Database
) -> None:
    everything = (Role.REGISTRAR, Role.CERTIFIER, Role.ADMINISTRATOR)
    actor = make_actor(session, *everything, institute_id=school.institute.id)
    with statements(database.engine) as few:
        queries.board(session, actor)
    for _ in range(5):
        version = make_course(session, institute_id=school.institute.id)
        run = make_run(session, version, institute_id=school.institute.id)
        make_enrolment(session, run_id=run.id, person_id=school.people[0].id)
        make_meeting(session, run, in_days=-2)

    with statements(database.engine) as many:
        rows = queries.board(session, actor)

    assert len(rows) == 6
    assert len(many) == len(few) <= 10


@pytest.fixture
def salma(session: Session) -> Person:
    person = make_person(session, name_latin="Salma Ouchen", name_arabic="سلمى أوشن")
    make_account(session, person)
    return person


def test_my_learning_shows_grades_then_the_result_and_the_certificate(
    session: Session, school: School, client: FlaskClient
) -> None:
    reference = school.learners[0].reference
    sign_in(client, session, school.people[0])
    school.grade_all(("12", "14"), ("9", "8"))
    assert "released" not in client.get("/me?lang=en").text

    school.release()
    page = client.get("/me?lang=en").text
    assert "2 grades are released" in page
    assert f"/me/results/{reference}" in page

    assessment.conclude(session, school.registrar, run_id=school.run.id)
    document = make_certificate(
        session, institute=school.institute, run=school.run, person=school.people[0]
    )
    page = client.get("/me?lang=en").text
    assert "13.2" in page
    assert "Why this result" in page
    assert f"/certificates/{document.code}/file" in page
    assert f"/v/{document.code}" in page


def test_my_learning_costs_the_same_for_many_runs(
    session: Session, school: School, salma: Person, client: FlaskClient, database: Database
) -> None:
    sign_in(client, session, salma)
    client.get("/me")  # from now on `last seen` is fresh
    for _ in range(3):
        run = make_run(
            session,
            make_course(session, institute_id=school.institute.id),
            institute_id=school.institute.id,
        )
        make_meeting(session, run)
        make_pass(session, make_enrolment(session, run_id=run.id, person_id=salma.id))
        make_certificate(session, institute=school.institute, run=run, person=salma)

    with statements(database.engine) as sent:
        page = client.get("/me?lang=fr")

    assert page.text.count("Pourquoi ce résultat") == 3
    assert len(sent) <= 10, sent


def test_others_have_their_own_learning(
    session: Session, school: School, salma: Person, client: FlaskClient
) -> None:
    make_certificate(session, institute=school.institute, person=school.people[0])
    sign_in(client, session, salma)

    page = client.get("/me?lang=en").text

    assert "No enrolment yet" in page
    assert "NDR-" not in page


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.INSTRUCTOR, "Overview People Attendance Assessments Gradebook Results"),
        (Role.REGISTRAR, "Overview People Attendance Assessments Gradebook Results Certificates"),
        (Role.CERTIFIER, "Overview Assessments Gradebook Results Certificates"),
        (Role.AUDITOR, "Overview People Attendance Assessments Gradebook Results Certificates"),
        (Role.ADMINISTRATOR, "Overview People Attendance Assessments Gradebook Results"),
    ],
)
def test_every_page_of_a_run_links_to_the_others(
    session: Session, school: School, client: FlaskClient, role: Role, expected: str
) -> None:
    actor = (
        school.instructor
        if role is Role.INSTRUCTOR
        else make_actor(session, role, institute_id=school.institute.id)
    )
    sign_in(client, session, actor)
    first = _tabs(client.get(f"/manage/runs/{school.run.id}?lang=en").text)
    assert " ".join(label for _, label, _ in first) == expected

    for url, label, _ in first:
        page = client.get(url)
        assert page.status_code == 200, url
        assert [(u, name) for u, name, _ in _tabs(page.text)] == [(u, n) for u, n, _ in first]
        assert [name for _, name, current in _tabs(page.text) if current] == [label]


_TAB = re.compile(r'<li><a href="([^"]+)"( aria-current="page")?>([^<]+)</a></li>')


def _tabs(page: str) -> list[tuple[str, str, bool]]:
    """Read the row of links to a run's pages: address, label, whether it is this page."""
    row = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    return [(url, label, bool(current)) for url, current, label in _TAB.findall(row)]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.LEARNER, "/me"),
        (Role.INSTRUCTOR, "/teach"),
        (Role.CERTIFIER, "/manage"),
        (Role.REGISTRAR, "/manage"),
    ],
)
def test_signing_in_leads_to_the_page_of_one_s_role(
    session: Session, school: School, client: FlaskClient, role: Role, expected: str
) -> None:
    actor = (
        school.instructor
        if role is Role.INSTRUCTOR
        else make_actor(session, role, institute_id=school.institute.id)
    )
    person = session.get_one(Person, actor.person_id)
    make_account(session, person)
    typed = {"email": person.email, "password": PASSWORD}

    assert client.post("/sign-in", data=typed).location == expected
    assert client.post("/sign-in?next=/courses", data=typed).location == "/courses"


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_notice_about_personal_data_names_the_declaration(
    school: School, client: FlaskClient, language: str
) -> None:
    page = client.get(f"/privacy?lang={language}")

    assert page.status_code == 200
    assert school.institute.name[language] in page.text
    assert "09-08" in page.text
    assert page.text.count("D-123/2026") == 2  # in the notice, and at every page's foot


def test_a_course_says_which_prerequisites_are_met(
    session: Session, school: School, client: FlaskClient
) -> None:
    needed, wanted = (make_course(session, institute_id=school.institute.id) for _ in range(2))
    store(session, Prerequisite(version_id=wanted.id, course_id=needed.course_id))
    run = make_run(session, needed, institute_id=school.institute.id)
    done = school.people[0]
    make_enrolment(session, run_id=run.id, person_id=done.id, status=EnrolmentStatus.COMPLETED)
    code = session.get_one(Course, wanted.course_id).code
    page = client.get(f"/courses/{code}?lang=en").text
    assert "Completed:" not in page
    assert "Not completed yet:" not in page

    sign_in(client, session, school.people[1])
    assert "Not completed yet:" in client.get(f"/courses/{code}?lang=en").text

    sign_in(client, session, done)
    assert ">Completed:" in client.get(f"/courses/{code}?lang=en").text
