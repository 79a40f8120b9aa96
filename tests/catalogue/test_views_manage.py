"""Pages for those who run the centre."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.catalogue import service
from nador.catalogue.models import Course, CourseVersion, Meeting, Run, RunStaff
from nador.catalogue.rules import CatalogueStatus, MeetingStatus, RunStatus
from nador.kernel import clock
from tests.factories import make_course, make_meeting, make_person, make_run, make_sign_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from nador.accounts.models import Institute
    from nador.kernel.access import Actor

TODAY = clock.today()


@pytest.fixture
def version(session: Session, institute: Institute) -> CourseVersion:
    return make_course(session, institute_id=institute.id)


@pytest.fixture
def run(session: Session, institute: Institute, version: CourseVersion) -> Run:
    return make_run(session, version, institute_id=institute.id)


@pytest.fixture
def desk(app: Flask, session: Session, registrar: Actor) -> FlaskClient:
    """A registrar's browser."""
    secret = make_sign_in(session, registrar.person_id or 0)
    session.rollback()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": secret, "_fresh": True})
    return client


def facts(run: Run | None = None, **changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "code": "IA-2027-1",
        "language": "fr",
        "mode": "onsite",
        "place": "Nador",
        "starts_on": TODAY + timedelta(days=30),
        "ends_on": TODAY + timedelta(days=60),
        "opens_at": f"{TODAY - timedelta(days=1)}T08:00",
        "closes_at": f"{TODAY + timedelta(days=20)}T18:00",
        "capacity": 20,
        "offer_hours": 48,
    }
    seen = {"version_counter": run.version_counter} if run else {}
    return asked | seen | changes


def test_a_run_is_opened_from_its_course(
    desk: FlaskClient, session: Session, version: CourseVersion
) -> None:
    url = f"/manage/courses/{session.get_one(Course, version.course_id).code}/open"
    session.rollback()
    blank = desk.get(f"{url}?lang=en").text
    answer = desk.post(url, data=facts(publish="1"))

    assert 'value="25"' in blank
    assert answer.status_code == 303
    run = session.scalars(select(Run)).one()
    assert answer.location == f"/manage/runs/{run.id}"
    assert (run.code, run.status, run.capacity) == ("IA-2027-1", RunStatus.PUBLISHED, 20)
    assert clock.local(run.closes_at).hour == 18


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ar", "اليوم الأخير يسبق اليوم الأول."),
        ("fr", "Le dernier jour précède le premier."),
        ("en", "The last day is before the first day."),
    ],
)
def test_wrong_dates_come_back_with_what_was_typed(
    desk: FlaskClient, session: Session, version: CourseVersion, lang: str, words: str
) -> None:
    url = f"/manage/courses/{session.get_one(Course, version.course_id).code}/open"
    session.rollback()
    answer = desk.post(f"{url}?lang={lang}", data=facts(ends_on=TODAY, place='"><b>x</b>'))

    assert answer.status_code == 422
    assert words in answer.text
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text
    assert f'value="{TODAY}"' in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("starts_on", "31/02/2027", "Ce n’est pas une date."),
        ("starts_on", "", "Remplir ce champ."),
        ("opens_at", "demain", "Ce n’est pas une date avec une heure."),
        ("capacity", "vingt", "Ce n’est pas un nombre entier."),
        ("language", "tlh", "Ce choix n’existe pas."),
        ("place", "x" * 201, "Au plus 200 caractères."),
    ],
)
def test_what_can_not_be_read_is_said_in_the_readers_language(
    desk: FlaskClient, session: Session, version: CourseVersion, field: str, typed: str, words: str
) -> None:
    url = f"/manage/courses/{session.get_one(Course, version.course_id).code}/open"
    session.rollback()
    answer = desk.post(f"{url}?lang=fr", data=facts() | {field: typed})

    assert answer.status_code == 422
    assert words in answer.text


def test_a_change_is_saved(desk: FlaskClient, session: Session, run: Run) -> None:
    shown = desk.get(f"/manage/runs/{run.id}/change?lang=en").text
    answer = desk.post(f"/manage/runs/{run.id}/change", data=facts(run, capacity=30))

    assert f'value="{run.starts_on}"' in shown
    assert answer.status_code == 303
    session.rollback()
    assert session.get_one(Run, run.id, populate_existing=True).capacity == 30


def test_who_is_slower_keeps_what_they_typed_and_sees_what_is_stored(
    desk: FlaskClient, session: Session, run: Run, registrar: Actor
) -> None:
    seen = facts(run, place="Selouane", capacity=30)
    service.change_run(session, registrar, run_id=run.id, version_counter=1, place="Zaio")
    session.rollback()
    answer = desk.post(f"/manage/runs/{run.id}/change?lang=en", data=seen)

    assert answer.status_code == 409
    assert "Somebody else changed this run" in answer.text
    assert 'value="Selouane"' in answer.text
    assert "<bdi>Zaio</bdi>" in answer.text
    assert 'name="version_counter" type="hidden" value="2"' in answer.text
    assert (
        desk.post(f"/manage/runs/{run.id}/change", data=seen | {"version_counter": 2}).status_code
        == 303
    )


def test_a_draft_is_published_with_one_press(
    desk: FlaskClient, session: Session, institute: Institute, version: CourseVersion
) -> None:
    run = make_run(session, version, institute_id=institute.id, status=RunStatus.DRAFT)
    session.rollback()
    assert "Only staff can see this run." in desk.get(f"/manage/runs/{run.id}?lang=en").text
    assert desk.post(f"/manage/runs/{run.id}/publish").status_code == 303
    assert "Only staff can see this run." not in desk.get(f"/manage/runs/{run.id}?lang=en").text
    assert desk.post(f"/manage/runs/{run.id}/publish").status_code == 409


def test_a_run_is_cancelled_with_a_reason(desk: FlaskClient, session: Session, run: Run) -> None:
    url = f"/manage/runs/{run.id}/cancel"
    assert "This can't be undone" in desk.get(f"{url}?lang=en").text
    assert desk.post(url, data={"reason": " "}).status_code == 422
    assert desk.post(url, data={"reason": "Too few"}).status_code == 303

    session.rollback()
    assert session.get_one(Run, run.id, populate_existing=True).status is RunStatus.CANCELLED
    assert "Cancelled" in desk.get(f"/manage/runs/{run.id}?lang=en").text


def test_meetings_are_planned_moved_and_called_off(
    desk: FlaskClient, session: Session, run: Run
) -> None:
    planned = desk.post(
        f"/manage/runs/{run.id}/meetings",
        data={
            "first_day": run.starts_on,
            "last_day": run.starts_on + timedelta(days=13),
            "weekdays": ["0", "3"],
            "starts": "18:00",
            "ends": "21:00",
            "place": "salle 2",
        },
    )
    session.rollback()
    meetings = session.scalars(select(Meeting).order_by(Meeting.starts_at)).all()
    assert planned.status_code == 303
    assert len(meetings) == 4

    meeting = meetings[0]
    url = f"/manage/meetings/{meeting.id}"
    assert 'value="18:00"' in desk.get(url).text
    moved = {
        "first_day": clock.local(meeting.starts_at).date(),
        "starts": "09:00",
        "ends": "12:00",
        "place": "salle 3",
        "topic": "",
    }
    assert desk.post(url, data=moved | {"ends": "08:00"}).status_code == 422
    assert desk.post(url, data=moved).status_code == 303
    assert "salle 3" in desk.get(f"/manage/runs/{run.id}").text
    assert desk.get(f"{url}/cancel").status_code == 200
    assert desk.post(f"{url}/cancel").status_code == 303
    assert desk.post(f"{url}/cancel").status_code == 409
    session.rollback()
    called_off = session.get_one(Meeting, meeting.id, populate_existing=True)
    assert called_off.status is MeetingStatus.CANCELLED


def test_a_single_meeting_needs_no_last_day(desk: FlaskClient, session: Session, run: Run) -> None:
    answer = desk.post(
        f"/manage/runs/{run.id}/meetings",
        data={
            "first_day": run.starts_on,
            "last_day": "",
            "weekdays": ["6"],
            "starts": "9:00",
            "ends": "12:00",
        },
    )

    assert answer.status_code == 303
    session.rollback()
    [meeting] = session.scalars(select(Meeting)).all()
    assert clock.local(meeting.starts_at).date() == run.starts_on


def test_instructors_are_named_by_address_or_reference(
    desk: FlaskClient, session: Session, run: Run
) -> None:
    person = make_person(session, name_latin="Karim <b>Amrani</b>", name_arabic=None)
    session.rollback()
    url = f"/manage/runs/{run.id}/staff"

    unknown = desk.post(f"{url}?lang=en", data={"person": "nobody@nador.example"})
    assert unknown.status_code == 422
    assert "Nobody is known by this" in unknown.text
    assert desk.post(url, data={"person": f" {(person.email or '').upper()} "}).status_code == 303
    page = desk.get(f"/manage/runs/{run.id}").text
    assert "Karim &lt;b&gt;Amrani&lt;/b&gt;" in page
    assert desk.post(f"{url}/{person.id}/end").status_code == 303
    session.rollback()
    assert session.scalars(select(RunStaff)).one().ended_at is not None


def test_courses_are_retired_and_published(
    desk: FlaskClient, session: Session, version: CourseVersion
) -> None:
    course = session.get_one(Course, version.course_id)
    code, course_id = course.code, course.id
    session.rollback()

    def state() -> CatalogueStatus:
        session.rollback()
        return session.get_one(Course, course_id, populate_existing=True).status

    assert code in desk.get("/manage/courses").text
    assert desk.post(f"/manage/courses/{code}/retire").status_code == 303
    assert state() is CatalogueStatus.RETIRED
    assert desk.post(f"/manage/courses/{code}/publish").status_code == 303
    assert state() is CatalogueStatus.PUBLISHED


def test_the_list_of_runs_filters(
    desk: FlaskClient, session: Session, institute: Institute, version: CourseVersion, run: Run
) -> None:
    over = make_run(session, version, institute_id=institute.id, starts_in=-60)
    session.rollback()

    def shown(query: str) -> set[str]:
        page = _text(desk.get(f"/manage/runs?{query}"))
        return {code for code in (run.code, over.code) if code in page}

    assert shown("") == {run.code, over.code}
    assert shown("state=grading") == {over.code}
    assert shown("state=nonsense") == {run.code, over.code}
    assert shown(f"q={run.code}") == {run.code}
    assert shown("q=apprentissage") == {run.code, over.code}
    assert shown("q=%22%3E%3Cscript%3E") == set()


def _text(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return str(answer.text)


def test_a_meeting_of_the_run_page_says_when(desk: FlaskClient, session: Session, run: Run) -> None:
    make_meeting(session, run)
    session.rollback()

    assert "من" in desk.get(f"/manage/runs/{run.id}?lang=ar").text
