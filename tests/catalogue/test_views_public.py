"""What everybody sees of the catalogue."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from nador.catalogue import service
from nador.catalogue.models import Course, CourseVersion, Meeting, Run
from nador.catalogue.rules import Catalogue, CatalogueStatus, DocumentKind, Mode, RunStatus
from nador.kernel import clock
from tests.factories import (
    make_course,
    make_enrolment,
    make_meeting,
    make_person,
    make_run,
    store,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.kernel.access import Actor


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL statements of the requests made inside."""
    said: list[str] = []

    def note(_c: Any, _cu: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    engine = app.extensions["nador"].engine
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def imported(
    session: Session, institute: Institute, registrar: Actor, catalogue: Catalogue
) -> None:
    service.import_catalogue(session, registrar, institute_id=institute.id, catalogue=catalogue)


@pytest.fixture
def version(session: Session, institute: Institute) -> CourseVersion:
    return make_course(session, institute_id=institute.id)


@pytest.fixture
def run(session: Session, institute: Institute, version: CourseVersion) -> Run:
    return make_run(session, version, institute_id=institute.id)


def code_of(session: Session, version: CourseVersion) -> str:
    return session.get_one(Course, version.course_id).code


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("path", ["/", "/courses"])
@pytest.mark.parametrize(
    ("lang", "count", "title"),
    [
        ("ar", "14 تكوينا", "فهم الذكاء الاصطناعي"),
        ("fr", "14 formations", "Comprendre l’intelligence artificielle"),
        ("en", "14 courses", "Understanding artificial intelligence"),
    ],
)
def test_the_list_in_each_language(
    client: FlaskClient, path: str, lang: str, count: str, title: str
) -> None:
    page = client.get(path, query_string={"lang": lang}).text

    assert count in page
    assert title in page
    assert ("hero" in page) == (path == "/")


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    ("query", "codes"),
    [
        pytest.param({"q": "السقى"}, {"AGRI-130", "AGRI-230"}, id="Arabic folding"),
        pytest.param({"q": "IRRIGATION goutte"}, set(), id="every word counts"),
        pytest.param({"q": "Marchica"}, {"TOUR-140"}, id="a place"),
        pytest.param(
            {"domain": ["energy", "tourism"], "level": "1"},
            {"ENER-150", "TOUR-140"},
            id="two domains",
        ),
        pytest.param({"language": "en"}, {"RESP-160"}, id="a language"),
        pytest.param({"mode": "onsite"}, {"AGRI-130", "ENER-150"}, id="a mode"),
        pytest.param(
            {"free": "1", "start": "1"}, {"IA-101", "AGRI-130", "EMPL-170"}, id="free, no condition"
        ),
        pytest.param({"open": "1"}, set(), id="no run, no seat"),
        pytest.param({"level": "9", "page": "x"}, None, id="nonsense asks nothing"),
    ],
)
def test_search_and_filters(
    client: FlaskClient, catalogue: Catalogue, query: dict[str, Any], codes: set[str] | None
) -> None:
    page = client.get("/courses", query_string=query | {"lang": "en"}).text

    shown = {course.code for course in catalogue.courses if f'"/courses/{course.code}"' in page}
    assert shown == (codes if codes is not None else {course.code for course in catalogue.courses})


@pytest.mark.usefixtures("imported")
def test_an_empty_result_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/courses?q=<script>alert(1)</script>&lang=fr").text

    assert "Aucune formation ne correspond" in page
    assert "<script>alert" not in page


def test_an_empty_catalogue_says_so(client: FlaskClient) -> None:
    assert "There is no course yet" in client.get("/?lang=en").text


@pytest.mark.usefixtures("imported", "run")
def test_the_list_takes_two_queries(app: Flask, client: FlaskClient) -> None:
    with statements(app) as said:
        client.get("/courses")

    assert len(said) <= 3, said


@pytest.mark.usefixtures("imported")
def test_the_course_page_takes_four_queries(
    app: Flask, client: FlaskClient, session: Session, institute: Institute
) -> None:
    version = session.query(CourseVersion).join(Course).filter(Course.code == "IA-220").one()
    for _ in range(3):
        make_meeting(session, make_run(session, version, institute_id=institute.id))
    with statements(app) as said:
        page = client.get("/courses/IA-220?lang=en").text

    assert len(said) <= 4, said
    assert page.count('class="pick"') == 3


@pytest.mark.usefixtures("imported")
def test_the_course_page_says_everything_before_any_form(client: FlaskClient) -> None:
    page = client.get("/courses/DATA-210?lang=fr").text

    for words in (
        "Python pour l’analyse de données",
        "45\xa0heures",
        "Niveau\xa02",
        "900\xa0DH",
        "Certificat",
        'href="/courses/DATA-110"',
        "Aucune session prévue",
    ):
        assert words.replace("\xa0", " ") in page.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        pytest.param(
            "DATA-210",
            "of the points. A meeting gives: present 2, late 1, excused 1, absent 0.",
            id="with points",
        ),
        pytest.param("IA-101", "Attendance: at least 70 per cent of the meetings.</p>", id="plain"),
    ],
)
@pytest.mark.usefixtures("imported")
def test_the_course_page_says_what_attendance_is_asked(
    client: FlaskClient, code: str, told: str
) -> None:
    assert told in client.get(f"/courses/{code}?lang=en").text


@pytest.mark.usefixtures("imported")
def test_an_attestation_is_not_called_a_certificate(client: FlaskClient) -> None:
    page = client.get("/courses/AGRI-130?lang=en").text

    assert "An attestation" in page
    assert "There is no examination." in page
    assert "A certificate" not in page


@pytest.mark.parametrize("path", ["/courses/NONE", "/runs/999", "/runs/999/calendar.ics"])
def test_what_does_not_exist(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_draft_run_is_not_there(
    client: FlaskClient, session: Session, institute: Institute, version: CourseVersion
) -> None:
    run = make_run(session, version, institute_id=institute.id, status=RunStatus.DRAFT)
    course = f"/courses/{code_of(session, version)}"
    session.rollback()

    assert course in client.get("/").text
    assert f'/runs/{run.id}"' not in client.get(course).text
    assert client.get(f"/runs/{run.id}").status_code == 404
    assert client.get(f"/runs/{run.id}/calendar.ics").status_code == 404


@pytest.mark.parametrize(
    ("status", "listed", "shown"),
    [
        (CatalogueStatus.DRAFT, False, 404),
        (CatalogueStatus.PUBLISHED, True, 200),
        (CatalogueStatus.RETIRED, False, 200),
    ],
)
def test_courses_by_state(
    client: FlaskClient,
    session: Session,
    institute: Institute,
    status: CatalogueStatus,
    *,
    listed: bool,
    shown: int,
) -> None:
    make_version(session, institute, code="X-1", status=status)

    assert ("/courses/X-1" in client.get("/").text) is listed
    assert client.get("/courses/X-1").status_code == shown


def make_version(
    session: Session, institute: Institute, *, code: str, status: CatalogueStatus
) -> CourseVersion:
    """Make a course whose title is in Arabic only, in a domain of its own."""
    now = clock.now()
    course = store(
        session,
        Course(institute_id=institute.id, code=code, status=status, created_at=now),
    )
    return store(
        session,
        CourseVersion(
            course_id=course.id,
            number=1,
            title={"ar": "السقي"},
            summary={},
            domain="oulad",
            level=1,
            hours=1,
            mode=Mode.ONSITE,
            languages=["ar"],
            capacity=1,
            mark_scale=Decimal(20),
            pass_mark=Decimal(10),
            document=DocumentKind.ATTESTATION,
            content_hash="x",
            created_at=now,
        ),
    )


def test_a_title_in_another_language_says_so(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    make_version(session, institute, code="ES-1", status=CatalogueStatus.PUBLISHED)

    for path in ("/courses", "/courses/ES-1"):
        assert '<bdi lang="ar" dir="rtl">السقي</bdi>' in client.get(f"{path}?lang=fr").text


def test_the_run_page_leads_to_enrolment(client: FlaskClient, run: Run) -> None:
    page = client.get(f"/runs/{run.id}?lang=en").text

    assert f'href="/runs/{run.id}/enrol"' in page
    assert "25 of 25 seats left" in page


def test_a_full_run_offers_its_waitlist(
    client: FlaskClient, session: Session, institute: Institute, version: CourseVersion
) -> None:
    run = make_run(session, version, institute_id=institute.id, capacity=1)
    make_enrolment(session, run_id=run.id, person_id=make_person(session).id)
    session.rollback()
    page = client.get(f"/runs/{run.id}?lang=en").text

    assert "Join the waitlist" in page


def test_a_cancelled_run_says_so_and_enrols_nobody(
    client: FlaskClient, session: Session, institute: Institute, version: CourseVersion
) -> None:
    run = make_run(session, version, institute_id=institute.id, status=RunStatus.CANCELLED)
    page = client.get(f"/runs/{run.id}?lang=en").text

    assert "This run will not take place." in page
    assert "/enrol" not in page


def test_picking_a_run_goes_on_to_enrolment(
    client: FlaskClient, session: Session, version: CourseVersion, run: Run
) -> None:
    course = f"/courses/{code_of(session, version)}"

    assert client.get(f"{course}/enrol?run={run.id}").location == f"/runs/{run.id}/enrol"
    assert client.get(f"{course}/enrol").location == f"{course}#runs"
    assert client.get(f"{course}/enrol?run=../x").location == f"{course}#runs"


def test_hostile_words_are_only_words(
    client: FlaskClient, session: Session, institute: Institute, version: CourseVersion
) -> None:
    run = make_run(session, version, institute_id=institute.id)
    store(
        session,
        _meeting(run, place="<img src=x onerror=alert(1)>", topic='"><script>alert(2)</script>'),
    )
    page = client.get(f"/runs/{run.id}?lang=en").text

    assert "<img" not in page
    assert "<script>alert" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def _meeting(run: Run, **words: str) -> Meeting:
    return Meeting(
        run_id=run.id,
        starts_at=run.closes_at + timedelta(days=9),
        ends_at=run.closes_at + timedelta(days=9, hours=2),
        **words,
    )


def test_the_calendar_is_a_file(client: FlaskClient, session: Session, run: Run) -> None:
    make_meeting(session, run)
    answer = client.get(f"/runs/{run.id}/calendar.ics?lang=fr")

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{run.code}.ics"'
    assert answer.text.count("BEGIN:VEVENT") == 1
    assert "Introduction à l’apprentissage" in answer.text.replace("\r\n ", "")
