"""Courses and runs for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.catalogue import service
from nador.catalogue.models import Course
from nador.catalogue.rules import Catalogue, RunStatus
from nador.web import api
from tests.factories import make_course, make_run

if TYPE_CHECKING:
    import pytest
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.kernel.access import Actor


def test_courses_come_in_pages(
    client: FlaskClient,
    session: Session,
    institute: Institute,
    registrar: Actor,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service.import_catalogue(session, registrar, institute_id=institute.id, catalogue=catalogue)
    monkeypatch.setattr(api, "PAGE_SIZE", 5)
    codes: list[str] = []
    path = "/api/v1/courses"
    while path:
        page = client.get(path).get_json()
        codes += [item["code"] for item in page["items"]]
        path = page["next"]

    assert codes == sorted(course.code for course in catalogue.courses)


def test_a_course(
    client: FlaskClient,
    session: Session,
    institute: Institute,
    registrar: Actor,
    catalogue: Catalogue,
) -> None:
    service.import_catalogue(session, registrar, institute_id=institute.id, catalogue=catalogue)
    course = client.get("/api/v1/courses/AGRI-130").get_json()

    assert course["document"] == "attestation"
    assert course["title"]["ar"] == "الرقمنة والذكاء الاصطناعي في خدمة الضيعة الفلاحية"
    missing = client.get("/api/v1/courses/NONE")
    assert (missing.status_code, missing.get_json()["code"]) == (404, "not_found")


def test_a_run_has_the_contracts_shape(
    client: FlaskClient, session: Session, institute: Institute
) -> None:
    version = make_course(session, institute_id=institute.id)
    run = make_run(session, version, institute_id=institute.id, capacity=7)
    said = client.get(f"/api/v1/runs/{run.id}").get_json()

    shape = [
        "id",
        "course",
        "status",
        "enrolling",
        "language",
        "mode",
        "starts_on",
        "ends_on",
        "opens_at",
        "closes_at",
        "capacity",
        "seats_left",
        "waiting",
    ]
    assert set(shape) <= set(said)
    assert (said["status"], said["enrolling"], said["seats_left"], said["waiting"]) == (
        "open",
        True,
        7,
        0,
    )
    assert said["starts_on"] == run.starts_on.isoformat()
    assert said["opens_at"].endswith("+00:00")


def test_runs_of_a_course(
    client: FlaskClient, session: Session, institute: Institute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PAGE_SIZE", 1)
    first, other = (make_course(session, institute_id=institute.id) for _ in range(2))
    code = session.get_one(Course, first.course_id).code
    runs = [make_run(session, first, institute_id=institute.id) for _ in range(2)]
    make_run(session, first, institute_id=institute.id, status=RunStatus.DRAFT)
    make_run(session, other, institute_id=institute.id)
    page = client.get(f"/api/v1/runs?course={code}").get_json()
    last = client.get(page["next"]).get_json()

    assert [item["id"] for item in page["items"] + last["items"]] == [run.id for run in runs]
    assert last["next"] is None
    assert client.get("/api/v1/runs?course=NONE").get_json() == {"items": [], "next": None}


def test_a_draft_is_not_there(client: FlaskClient, session: Session, institute: Institute) -> None:
    version = make_course(session, institute_id=institute.id)
    run = make_run(session, version, institute_id=institute.id, status=RunStatus.DRAFT)

    assert client.get(f"/api/v1/runs/{run.id}").status_code == 404
