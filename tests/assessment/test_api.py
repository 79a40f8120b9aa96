"""Gradebooks, grades and results as programs ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.accounts.models import Person
from nador.assessment.models import GradeChange
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.access import Role
from tests.assessment.school import School, open_school
from tests.assessment.test_pages import staffed
from tests.factories import make_actor, make_enrolment, make_institute, make_person, make_token

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse


def bearer(session: Session, person_id: int | None) -> dict[str, str]:
    token = make_token(session, session.get_one(Person, person_id))
    return {"Authorization": f"Bearer {token}"}


def put(
    client: FlaskClient,
    school: School,
    headers: dict[str, str],
    body: dict[str, Any],
    *,
    learner: int = 0,
    **conditions: str,
) -> TestResponse:
    url = f"/api/v1/assessments/{school.assessments[0].id}/grades/{school.learners[learner].id}"
    named = {name.replace("_", "-"): value for name, value in conditions.items()}
    return client.put(url, json=body, headers=headers | named)


def told(answer: TestResponse) -> Any:
    return answer.get_json()


def test_a_gradebook_is_read_by_the_page(client: FlaskClient, session: Session) -> None:
    school = staffed(session, learners=51)
    school.grade(0, 0, "14.5")
    headers = bearer(session, school.instructor.person_id)
    url = f"/api/v1/runs/{school.run.id}/gradebook"

    first = told(client.get(url, headers=headers))
    last = told(client.get(first["next"], headers=headers))

    assert [each["code"] for each in first["assessments"]] == ["QCM", "CAS"]
    assert first["assessments"][1] | {"id": 0} == {
        "id": 0,
        "code": "CAS",
        "title": {"ar": "CAS", "fr": "CAS", "en": "CAS"},
        "weight": 60.0,
        "out_of": 20.0,
        "minimum": 7.0,
        "category": "",
        "released": False,
    }
    one = str(school.assessments[0].id)
    assert first["rows"][0]["grades"][one] == {
        "value": 14.5,
        "state": "provisional",
        "version": 1,
    }
    assert first["rows"][1]["grades"][one] == {"value": None, "state": "ungraded", "version": 0}
    assert (len(first["rows"]), len(last["rows"]), last["next"]) == (50, 1, None)


def test_a_grade_is_put_with_the_version_that_was_seen(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    headers = bearer(session, school.instructor.person_id)

    made = put(client, school, headers, {"value": 14.5}, If_None_Match="*")
    twice = put(client, school, headers, {"value": 15}, If_None_Match="*")
    changed = put(client, school, headers, {"value": 15}, If_Match='"1"')
    late = put(client, school, headers, {"value": 16}, If_Match='"1"')
    foreign = put(client, school, headers, {"value": 16}, If_Match='"abc"')
    careless = put(client, school, headers, {"value": "16,5"})

    assert told(made) == {"value": 14.5, "state": "provisional", "version": 1}
    assert made.headers["ETag"] == '"1"'
    assert [each.status_code for each in (twice, changed, late, foreign, careless)] == [
        412,
        200,
        412,
        412,
        200,
    ]
    assert late.content_type == "application/problem+json"
    assert told(late)["code"] == "stale"
    assert told(late)["params"] == {"yours": "16.00", "theirs": "15.00", "version": 2}


def test_null_clears_and_excused_excuses(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    headers = bearer(session, school.instructor.person_id)
    put(client, school, headers, {"value": 12})

    cleared = put(client, school, headers, {"value": None})
    excused = put(client, school, headers, {"value": None, "excused": True, "reason": "Ill"})

    assert told(cleared) == {"value": None, "state": "ungraded", "version": 2}
    assert told(excused) == {"value": None, "state": "excused", "version": 3}
    session.rollback()
    reasons = session.scalars(select(GradeChange.reason).order_by(GradeChange.id)).all()
    assert reasons[-1] == "Ill"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"value": 20.5}, "mark_out_of_range", id="above"),
        pytest.param({"value": -1}, "mark_out_of_range", id="below"),
        pytest.param({"value": 14.505}, "mark_too_fine", id="too fine"),
        pytest.param({"value": "1e3"}, "mark_unreadable", id="exponent"),
        pytest.param({"value": "NaN"}, "mark_unreadable", id="not a number"),
        pytest.param({"value": True}, "mark_unreadable", id="true"),
        pytest.param({"value": [1]}, "mark_unreadable", id="list"),
        pytest.param({"value": 12, "excused": True}, "mark_and_excuse", id="both"),
        pytest.param({"value": None, "excused": "yes"}, "not_a_flag", id="no flag"),
        pytest.param({"grade": 12}, "mark_unreadable", id="nothing said of the value"),
    ],
)
def test_what_cannot_be_kept_is_422(
    client: FlaskClient, session: Session, body: dict[str, Any], code: str
) -> None:
    school = staffed(session)

    answer = put(client, school, bearer(session, school.instructor.person_id), body)

    assert (answer.status_code, told(answer)["code"]) == (422, code)


def test_a_withdrawn_learner_gets_no_grade(client: FlaskClient, session: Session) -> None:
    school = staffed(session, learners=0)
    school.learners.append(
        make_enrolment(
            session,
            run_id=school.run.id,
            person_id=make_person(session).id,
            status=EnrolmentStatus.WITHDRAWN,
        )
    )

    answer = put(client, school, bearer(session, school.instructor.person_id), {"value": 12})

    assert (answer.status_code, told(answer)["code"]) == (409, "learner_not_active")


def test_a_run_is_released_previewed_and_concluded(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade_all(("16", "15"), ("20", "6"), ("12", None))
    staff = bearer(session, school.instructor.person_id)
    registrar = bearer(session, school.registrar.person_id)
    url = f"/api/v1/runs/{school.run.id}"

    early = client.post(f"{url}/conclude", headers=registrar)
    released = client.post(f"{url}/release", headers=staff)
    seen = told(client.get(f"{url}/results", headers=staff))
    forbidden = client.post(f"{url}/conclude", headers=staff)
    key = registrar | {"Idempotency-Key": "once"}
    done = client.post(f"{url}/conclude", headers=key)
    again = client.post(f"{url}/conclude", headers=key)

    assert (early.status_code, told(early)["code"]) == (409, "grades_not_released")
    assert told(released) == {"released": [each.id for each in school.assessments]}
    assert seen["obstacles"] == []
    assert forbidden.status_code == 403
    assert told(done)["results"] == seen["results"]
    assert told(done)["results"][0]["decision"] == "pass"
    assert told(done)["results"][0]["mark"] == 15.4
    assert told(done)["results"][0]["mention"]["fr"] == "Bien"
    assert told(again) == told(done)


def test_who_knows_nothing_of_the_run_finds_nothing(client: FlaskClient, session: Session) -> None:
    school = open_school(session)
    stranger = make_actor(session, Role.LEARNER)

    answer = client.get(
        f"/api/v1/runs/{school.run.id}/gradebook", headers=bearer(session, stranger.person_id)
    )

    assert answer.status_code == 404


def test_who_knows_nothing_of_an_assessment_learns_nothing_of_its_scale(
    client: FlaskClient, session: Session
) -> None:
    school, elsewhere = staffed(session), make_institute(session, prefix="OUJ")
    stranger = make_actor(session, Role.REGISTRAR, institute_id=elsewhere.id)

    answer = put(client, school, bearer(session, stranger.person_id), {"value": 2000})

    assert answer.status_code == 404


def test_only_the_named_assessments_are_released(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    headers = bearer(session, school.instructor.person_id)
    url = f"/api/v1/runs/{school.run.id}/release"
    first = school.assessments[0].id

    assert told(client.post(url, headers=headers, json={"assessments": []})) == {"released": []}
    for odd in ("all", 7, [str(first)], [True]):
        answer = client.post(url, headers=headers, json={"assessments": odd})
        assert (answer.status_code, told(answer)["code"]) == (422, "not_ids")
    chosen = client.post(url, headers=headers, json={"assessments": [first]})
    assert told(chosen) == {"released": [first]}
