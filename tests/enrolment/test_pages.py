"""Pages: enrolling, offers without signing in, the office, who came, my learning."""

from __future__ import annotations

import base64
import io
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.accounts.models import Person
from nador.catalogue.models import Meeting, Run, RunStaff
from nador.catalogue.queries import run_for_update
from nador.catalogue.rules import MeetingStatus, RunStatus
from nador.enrolment import queries, service
from nador.enrolment.models import Attendance, Enrolment
from nador.enrolment.rules import (
    AttendanceCount,
    AttendanceStatus,
    EnrolmentStatus,
    NotActive,
    SeatOffered,
)
from nador.kernel import clock
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.db import command
from tests.assessment.test_gradebook import statements
from tests.factories import make_actor, make_meeting, make_person, make_token, sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker
    from werkzeug.test import TestResponse

    from tests.enrolment.conftest import Centre


def only(session: Session, run: Run) -> Enrolment:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Enrolment).where(Enrolment.run_id == run.id)).one()


def test_pressing_twice_lands_on_the_same_enrolment(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run, (actor, _) = centre.run(capacity=2), centre.learner()
    sign_in(client, session, actor)
    assert "Check before confirming" in client.get(f"/runs/{run.id}/enrol?lang=en").text

    first = client.post(f"/runs/{run.id}/enrol")
    second = client.post(f"/runs/{run.id}/enrol")

    reference = only(session, run).reference
    assert (first.status_code, first.location) == (303, f"/enrolments/{reference}")
    assert (second.status_code, second.location) == (303, f"/enrolments/{reference}")
    page = client.get(first.location).text
    assert "The enrolment is confirmed" in page
    assert reference in page
    assert client.get(f"/runs/{run.id}/enrol").location == f"/enrolments/{reference}"


def test_who_is_not_signed_in_comes_back_after_signing_in(
    centre: Centre, client: FlaskClient
) -> None:
    run = centre.run()

    page = client.get(f"/runs/{run.id}/enrol?lang=en").text

    assert "Who is enrolling?" in page
    assert f"/sign-in?next=/runs/{run.id}/enrol" in page
    answer = client.post(f"/runs/{run.id}/enrol")
    assert answer.location.startswith(f"/sign-in?next=/runs/{run.id}/enrol")


def test_a_closed_window_is_said_on_the_page(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run, (actor, _) = centre.run(closes_in=-1), centre.learner()
    sign_in(client, session, actor)

    page = client.get(f"/runs/{run.id}/enrol?lang=en").text

    assert "Enrolment is not possible" in page
    assert "Enrolment on this run closed on" in page
    assert client.post(f"/runs/{run.id}/enrol").status_code == 409


def test_one_press_joins_the_waitlist_and_shows_the_position(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run = centre.run(capacity=1)
    for _ in range(2):
        other, other_id = centre.learner()
        service.enrol(session, other, run_id=run.id, learner_id=other_id)
    sign_in(client, session, centre.learner()[0])
    assert "Join the waitlist" in client.get(f"/runs/{run.id}/enrol?lang=en").text

    page = client.post(f"/runs/{run.id}/enrol", follow_redirects=True).text

    assert "Place in the waitlist: 2" in page


@pytest.fixture
def offered(session: Session, centre: Centre, told: list[Any]) -> tuple[Actor, Enrolment, str]:
    run = centre.run(capacity=1)
    (first, first_id), (second, second_id) = centre.learner(), centre.learner()
    seat = service.enrol(session, first, run_id=run.id, learner_id=first_id)
    waiting = service.enrol(session, second, run_id=run.id, learner_id=second_id)
    service.withdraw(session, first, enrolment_id=seat.id)
    [secret] = [each.secret for each in told if isinstance(each, SeatOffered)]
    return second, waiting, secret


Offered = tuple["Actor", Enrolment, str]


def stands(session: Session, enrolment: Enrolment) -> EnrolmentStatus:
    session.rollback()
    session.expire_all()
    return session.get_one(Enrolment, enrolment.id).status


def test_an_offer_is_accepted_without_signing_in(
    session: Session, client: FlaskClient, offered: Offered
) -> None:
    _, enrolment, secret = offered
    assert "A seat is held for you" in client.get(f"/offers/{secret}?lang=en").text
    assert stands(session, enrolment) is EnrolmentStatus.OFFERED

    for _ in range(2):
        answer = client.post(f"/offers/{secret}", data={"answer": "accept"})
        assert (answer.status_code, answer.location) == (303, f"/offers/{secret}")

    assert "The seat is yours" in client.get(f"/offers/{secret}").text
    assert stands(session, enrolment) is EnrolmentStatus.ACTIVE


def test_an_offer_is_declined_without_signing_in(
    session: Session, client: FlaskClient, offered: Offered
) -> None:
    _, enrolment, secret = offered

    client.post(f"/offers/{secret}", data={"answer": "decline"})
    client.post(f"/offers/{secret}", data={"answer": "accept"})

    assert "This seat was given up" in client.get(f"/offers/{secret}?lang=en").text
    assert stands(session, enrolment) is EnrolmentStatus.WITHDRAWN
    assert client.get("/offers/guessed").status_code == 404


def test_an_offer_is_accepted_signed_in(
    session: Session, client: FlaskClient, offered: Offered
) -> None:
    actor, enrolment, _ = offered
    sign_in(client, session, actor)
    assert "Answer the offer of a seat" in client.get("/me?lang=en").text

    answer = client.post(f"/enrolments/{enrolment.reference}/offer", follow_redirects=True)

    assert "The enrolment is confirmed" in answer.text
    assert stands(session, enrolment) is EnrolmentStatus.ACTIVE


def test_giving_a_place_back_asks_first(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run, (actor, person_id) = centre.run(), centre.learner()
    enrolment = service.enrol(session, actor, run_id=run.id, learner_id=person_id)
    sign_in(client, session, actor)
    url = f"/enrolments/{enrolment.reference}/withdraw"
    assert "Give this place back?" in client.get(f"{url}?lang=en").text
    assert stands(session, enrolment) is EnrolmentStatus.ACTIVE

    page = client.post(url, data={"reason": "Moved"}, follow_redirects=True).text

    assert "The place was given back." in page
    assert stands(session, enrolment) is EnrolmentStatus.WITHDRAWN


def test_my_learning_is_empty_at_first(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    sign_in(client, session, centre.learner()[0])

    assert "No enrolment yet" in client.get("/me?lang=en").text


def test_my_learning_shows_the_next_meeting(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run, (actor, person_id) = centre.run(), centre.learner()
    service.enrol(session, actor, run_id=run.id, learner_id=person_id)
    make_meeting(session, run)
    sign_in(client, session, actor)

    page = client.get("/me?lang=en").text

    assert "Next meeting" in page
    assert "Enrolled" in page


# --- the office --------------------------------------------------------------------------


def test_places_given_back_stand_apart_in_my_learning(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run, (actor, person_id) = centre.run(), centre.learner()
    enrolment = service.enrol(session, actor, run_id=run.id, learner_id=person_id)
    service.withdraw(session, actor, enrolment_id=enrolment.id, reason="")
    sign_in(client, session, actor)

    page = client.get("/me?lang=en").text

    assert "Earlier runs" not in page
    assert enrolment.reference in page.partition("Withdrawn and expired enrolments")[2]


def test_the_office_sees_seats_and_queue(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run = centre.run(capacity=1)
    for _ in range(3):
        actor, person_id = centre.learner()
        service.enrol(session, actor, run_id=run.id, learner_id=person_id)
    sign_in(client, session, centre.registrar)

    page = client.get(f"/manage/runs/{run.id}/people?lang=en").text

    assert "1 of 1 seats taken" in page
    assert "2 people wait" in page


def test_the_office_enrols_someone_without_an_address(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run = centre.run()
    sign_in(client, session, centre.registrar)
    url = f"/manage/runs/{run.id}/people/add"
    assert client.get(url).status_code == 200

    answer = client.post(url, data={"name_arabic": "عبد الرحمان بن يوسف", "locale": "ar"})

    assert answer.location == f"/manage/runs/{run.id}/people"
    person = session.get_one(Person, only(session, run).person_id)
    assert (person.name_arabic, person.email) == ("عبد الرحمان بن يوسف", None)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "not an address", "name_latin": "A"}, "This is not a valid e-mail address."),
        ({"reference": "P-0000-0000"}, "Nobody has the reference number P-0000-0000."),
    ],
)
def test_what_the_office_types_is_kept(
    session: Session, centre: Centre, client: FlaskClient, typed: dict[str, str], said: str
) -> None:
    run = centre.run()
    sign_in(client, session, centre.registrar)
    url = f"/manage/runs/{run.id}/people/add?lang=en"

    answer = client.post(url, data={**typed, "locale": "fr"})

    assert answer.status_code == 422
    assert said in answer.text
    assert next(iter(typed.values())) in answer.text


def upload(client: FlaskClient, url: str, content: bytes) -> TestResponse:
    file = (io.BytesIO(content), "people.csv")
    return client.post(url, data={"file": file}, content_type="multipart/form-data")


def test_a_file_is_shown_before_it_is_written(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run = centre.run()
    sign_in(client, session, centre.registrar)
    url = f"/manage/runs/{run.id}/people/import?lang=en"
    assert client.get(url).status_code == 200
    content = "name_latin;name_arabic;email\nAmina Haddou;أمينة حدو;amina@example.ma\n"

    preview = upload(client, url, content.encode())

    assert "Nothing is written yet." in preview.text
    assert queries.people_of(session, run.id) == []
    carried = preview.text.partition('name="content" value="')[2].partition('"')[0]
    done = client.post(url, data={"content": carried, "step": "import"})
    assert done.status_code == 303
    assert only(session, run).status is EnrolmentStatus.ACTIVE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"name,mail\nA,b\n", "These columns are missing"),
        (b"name_latin,name_arabic,email\nA,,nonsense\n", "This is not a valid e-mail address."),
    ],
)
def test_a_wrong_file_is_refused_with_its_lines(
    session: Session, centre: Centre, client: FlaskClient, content: bytes, said: str
) -> None:
    sign_in(client, session, centre.registrar)

    answer = upload(client, "/manage/people/import?lang=en", content)

    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("data", [{}, {"content": "%%%", "step": "import"}])
def test_no_file_is_no_import(
    session: Session, centre: Centre, client: FlaskClient, data: dict[str, str]
) -> None:
    sign_in(client, session, centre.registrar)

    answer = client.post("/manage/people/import?lang=en", data=data)

    assert answer.status_code == 422
    assert "Choose a file." in answer.text


# --- who came ----------------------------------------------------------------------------


@dataclass
class Class:
    """A run that is taught, with two learners and a meeting of yesterday."""

    run: Run
    meeting: Meeting
    teacher: Actor
    enrolments: list[Enrolment]


@pytest.fixture
def taught(session: Session, centre: Centre) -> Class:
    run = centre.run(starts_in=-5)
    teacher = make_actor(session)
    store(
        session,
        RunStaff(run_id=run.id, person_id=teacher.person_id or 0, granted_at=clock.now()),
    )
    enrolments = []
    # Each lacks one of the two names.
    people = (make_person(session, name_latin=None), make_person(session, name_arabic=None))
    for person in people:
        person_id = person.id
        actor = Actor(person_id=person_id)
        enrolments.append(service.enrol(session, actor, run_id=run.id, learner_id=person_id))
    return Class(run, make_meeting(session, run, in_days=-1), teacher, enrolments)


def test_the_list_of_a_meeting_is_saved_at_once(
    session: Session, client: FlaskClient, taught: Class
) -> None:
    first, second = taught.enrolments
    sign_in(client, session, taught.teacher)
    url = f"/teach/meetings/{taught.meeting.id}"
    assert client.get(f"/teach/runs/{taught.run.id}/meetings").status_code == 200
    assert "Save the attendance" in client.get(f"{url}?lang=en").text

    answer = client.post(url, data={f"a{first.id}": "present", "a0": "?", "held": "1"})
    client.post(url, data={f"a{first.id}": "late", f"a{second.id}": "excused"})

    assert answer.location == url
    page = client.get(url).text
    assert f'name="a{first.id}" value="late" checked' in page
    assert f'name="a{second.id}" value="excused" checked' in page
    session.rollback()
    session.expire_all()
    assert session.get_one(Meeting, taught.meeting.id).status is MeetingStatus.HELD
    assert queries.attendance_counts(session, taught.run.id) == {
        first.id: AttendanceCount(late=1),
        second.id: AttendanceCount(excused=1),
    }


def test_who_came_is_still_said_of_a_concluded_run(
    session: Session, centre: Centre, client: FlaskClient, taught: Class
) -> None:
    first, second = taught.enrolments
    sign_in(client, session, taught.teacher)
    url = f"/teach/meetings/{taught.meeting.id}"
    client.post(url, data={f"a{first.id}": "late", f"a{second.id}": "absent", "held": "1"})
    service.conclude(
        session,
        centre.registrar,
        run_id=taught.run.id,
        passed={first.id: True, second.id: False},
    )

    page = client.get(f"{url}?lang=en").text

    assert "Save the attendance" not in page
    assert ">late<" in page.lower()
    assert ">absent<" in page.lower()


def test_a_mark_is_taken_back(session: Session, client: FlaskClient, taught: Class) -> None:
    first, second = taught.enrolments
    sign_in(client, session, taught.teacher)
    url = f"/teach/meetings/{taught.meeting.id}"
    client.post(url, data={f"a{first.id}": "absent", "held": "1"})

    client.post(url, data={f"a{first.id}": "unmarked"})

    session.rollback()
    assert session.scalars(select(Attendance)).all() == []
    assert queries.attendance_counts(session, taught.run.id) == {
        first.id: AttendanceCount(unmarked=1),
        second.id: AttendanceCount(unmarked=1),
    }


def test_a_long_list_is_saved_in_as_few_statements_as_a_short_one(
    session: Session, centre: Centre, taught: Class
) -> None:
    first, second = (one.id for one in taught.enrolments)
    counts = []
    for statuses in (
        {first: AttendanceStatus.LATE},
        {first: AttendanceStatus.PRESENT, second: AttendanceStatus.ABSENT},
    ):
        with statements(session) as sent:
            service.save_attendance(
                session, centre.registrar, meeting_id=taught.meeting.id, statuses=statuses
            )
        counts.append(len(sent))

    assert counts[0] == counts[1]
    assert queries.marks_of(session, taught.meeting.id) == statuses


def test_meetings_that_were_not_held_do_not_count(
    session: Session, centre: Centre, taught: Class
) -> None:
    first, second = taught.enrolments
    service.mark_attendance(
        session,
        centre.registrar,
        meeting_id=taught.meeting.id,
        enrolment_id=first.id,
        status=AttendanceStatus.PRESENT,
    )

    assert queries.attendance_counts(session, taught.run.id) == {
        first.id: AttendanceCount(),
        second.id: AttendanceCount(),
    }


def test_the_sheet_to_sign_is_a_pdf(session: Session, client: FlaskClient, taught: Class) -> None:
    sign_in(client, session, taught.teacher)

    answer = client.get(f"/teach/meetings/{taught.meeting.id}/sheet.pdf?lang=ar")

    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


# --- programs ----------------------------------------------------------------------------


def bearer(session: Session, actor: Actor, **more: str) -> dict[str, str]:
    token = make_token(session, session.get_one(Person, actor.person_id))
    return {"Authorization": f"Bearer {token}", **more}


def test_a_program_enrols_once_per_key(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run, (actor, _) = centre.run(), centre.learner()
    headers = bearer(session, actor, **{"Idempotency-Key": "k1"})
    url = f"/api/v1/runs/{run.id}/enrolments"

    answers = [client.post(url, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert answers[0].get_json()["status"] == "active"
    again = client.post(url, headers={**headers, "Idempotency-Key": "k2"})
    assert (again.status_code, again.get_json()["code"]) == (409, "already_enrolled")


def test_a_program_of_the_office_enrols_somebody(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    run = centre.run(capacity=1)
    headers = bearer(session, centre.registrar)
    url = f"/api/v1/runs/{run.id}/enrolments"
    people = [
        {"email": "one@example.ma", "name_latin": "One", "name_arabic": None},
        {"email": "two@example.ma", "name_latin": "Two"},
    ]

    answers = [client.post(url, headers=headers, json={"person": each}) for each in people]

    assert [(a.get_json()["status"], a.get_json()["position"]) for a in answers] == [
        ("active", None),
        ("waitlisted", 1),
    ]
    for wrong in ("somebody", {"name_latin": 3}, {"nickname": "One"}):
        refused = client.post(url, headers=headers, json={"person": wrong})
        assert (refused.status_code, refused.get_json()["code"]) == (422, "person_unreadable")


def test_a_program_withdraws(session: Session, centre: Centre, client: FlaskClient) -> None:
    run, (actor, person_id) = centre.run(), centre.learner()
    enrolment = service.enrol(session, actor, run_id=run.id, learner_id=person_id)
    url = f"/api/v1/enrolments/{enrolment.id}"

    answer = client.delete(url, headers=bearer(session, actor))

    assert (answer.status_code, answer.get_json()["status"]) == (200, "withdrawn")
    stranger, _ = centre.learner()
    assert client.delete(url, headers=bearer(session, stranger)).status_code == 404


def test_a_program_marks_who_came(
    session: Session, centre: Centre, client: FlaskClient, taught: Class
) -> None:
    [first, _] = taught.enrolments
    headers = bearer(session, taught.teacher)
    url = f"/api/v1/meetings/{taught.meeting.id}/attendance/{first.id}"

    answer = client.put(url, headers=headers, json={"status": "present"})

    assert (answer.status_code, answer.get_json()["status"]) == (200, "present")
    assert client.put(url, headers=headers, json={"status": "here"}).status_code == 422
    other = centre.run()
    actor, person_id = centre.learner()
    elsewhere = service.enrol(session, actor, run_id=other.id, learner_id=person_id)
    wrong = client.put(
        f"/api/v1/meetings/{taught.meeting.id}/attendance/{elsewhere.id}",
        headers=headers,
        json={"status": "present"},
    )
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "enrolment_of_another_run")


def test_nobody_is_marked_while_the_run_is_concluded(
    session: Session, sessions: sessionmaker[Session], centre: Centre, taught: Class
) -> None:
    enrolment, run = taught.enrolments[0], taught.run
    teacher = replace(
        taught.teacher, grants=frozenset({Grant(Role.INSTRUCTOR, run.institute_id, run.id)})
    )

    def mark() -> None:
        with sessions() as own:
            service.mark_attendance(
                own,
                teacher,
                meeting_id=taught.meeting.id,
                enrolment_id=enrolment.id,
                status=AttendanceStatus.PRESENT,
            )

    with ThreadPoolExecutor(1) as marker:

        @command
        def conclude(session: Session, actor: Actor) -> Future[None]:
            run_for_update(session, run.id)
            marking = marker.submit(mark)
            wait([marking], timeout=0.5)
            service.conclude(session, actor, run_id=run.id, passed={enrolment.id: True})
            return marking

        refusal = conclude(session, centre.registrar).exception()

    assert isinstance(refusal, NotActive)


def test_a_file_of_thousands_comes_back_from_its_preview(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    sign_in(client, session, centre.registrar)
    rows = "".join(f"Somebody with a long name {number},{'a' * 160}\n" for number in range(5000))
    content = base64.b64encode(f"name_latin,unknown\n{rows}".encode()).decode()

    answer = client.post("/manage/people/import", data={"content": content, "step": "import"})

    assert len(content) > 1_000_000
    assert answer.status_code == 422


def test_a_draft_is_not_there_for_those_who_would_enrol(
    session: Session, centre: Centre, client: FlaskClient
) -> None:
    url = f"/runs/{centre.run(status=RunStatus.DRAFT).id}/enrol"
    assert client.get(url).status_code == 404

    sign_in(client, session, centre.learner()[0])
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404

    sign_in(client, session, centre.registrar)
    assert client.get(url).status_code == 200
