"""Showing and hiding the grades of one assessment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nador.assessment import queries, service
from nador.assessment.models import Grade, GradeChange
from nador.assessment.rules import GradeState, HideReasonNeeded, ReasonNeeded, ResultsRest
from nador.catalogue.models import CourseVersion
from nador.kernel.access import NOBODY, Forbidden, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.errors import NotFound
from tests.assessment.school import School, open_school
from tests.assessment.test_pages import address, staffed, told
from tests.factories import make_actor, make_run, make_token, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


def seen(school: School, learner: int = 0) -> list[str]:
    school.session.rollback()
    found = queries.learner_grades(school.session, school.people[learner].id)
    return [each.code for each in found]


def hide(school: School, assessment: int = 0, reason: str = "Marked by the wrong key") -> None:
    service.hide(
        school.session,
        school.instructor,
        assessment_id=school.assessments[assessment].id,
        reason=reason,
    )


def test_learners_see_only_what_is_released(session: Session) -> None:
    school = open_school(session, learners=1)
    school.grade_all(("12", "13"))

    service.release_one(session, school.instructor, assessment_id=school.assessments[1].id)
    assert seen(school) == ["CAS"]
    school.release()
    assert seen(school) == ["QCM", "CAS"]
    hide(school)
    assert seen(school) == ["CAS"]
    service.release_one(session, school.instructor, assessment_id=school.assessments[0].id)
    assert seen(school) == ["QCM", "CAS"]


def test_each_turn_is_a_line_of_history_with_its_reason(session: Session) -> None:
    school = open_school(session, learners=1)
    school.grade(0, 0, "12")
    school.release()

    hide(school)
    hide(school)

    session.rollback()
    changes = session.scalars(select(GradeChange).order_by(GradeChange.id)).all()
    assert [(each.to_state, each.reason) for each in changes] == [
        (GradeState.PROVISIONAL, ""),
        (GradeState.RELEASED, ""),
        (GradeState.PROVISIONAL, "Marked by the wrong key"),
    ]
    assert session.scalars(select(Grade.version)).one() == 3
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "grades.hidden")).one()
    assert entry.details["grades"] == 1


def test_a_grade_that_was_seen_asks_for_a_reason_while_it_is_hidden_too(session: Session) -> None:
    school = open_school(session, learners=2)
    school.grade_all(("12", None), ("13", None))
    school.release()
    hide(school)

    with pytest.raises(ReasonNeeded):
        school.grade(0, 0, "14")
    school.grade(0, 0, "14", reason="Read again")
    school.grade(0, 1, "14")
    school.grade(0, 1, "15")

    session.rollback()
    assert session.scalars(select(Grade.value).order_by(Grade.id)).first() == Decimal(14)


def test_what_is_refused(session: Session) -> None:
    school = open_school(session, learners=1)
    school.grade_all(("12", "13"))
    school.release()
    certifier = make_actor(session, Role.CERTIFIER, institute_id=school.institute.id)
    assessment_id = school.assessments[0].id

    with pytest.raises(HideReasonNeeded):
        hide(school, reason="  ")
    with pytest.raises(Forbidden):
        service.hide(session, certifier, assessment_id=assessment_id, reason="x")
    with pytest.raises(Forbidden):
        service.release_one(session, certifier, assessment_id=assessment_id)
    for command in (service.release_one, service.hide):
        more = {"reason": "x"} if command is service.hide else {}
        with pytest.raises(NotFound):
            command(session, NOBODY, assessment_id=assessment_id, **more)
    service.conclude(session, school.registrar, run_id=school.run.id)
    with pytest.raises(ResultsRest):
        hide(school)


def test_a_page_shows_and_hides_one_assessment(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade_all(("12", "13"))
    sign_in(client, session, school.instructor)
    first = school.assessments[0].id
    url = address(school, f"assessments/{first}/hide")

    released = client.post(address(school, "release"), data={"assessment": str(first)})
    book = client.get(f"{address(school)}?lang=en").text
    asked = client.get(f"{url}?lang=en").text
    empty = client.post(f"{url}?lang=en", data={"reason": ""})
    hidden = client.post(url, data={"reason": "Wrong key"})

    assert (released.status_code, hidden.status_code) == (303, 303)
    assert "Marking, and grades shown or hidden, by assessment" in book
    assert f"assessments/{first}/hide" in book
    assert f"assessments/{school.assessments[1].id}/hide" not in book
    assert "Hide the grades of “QCM”?" in asked
    assert empty.status_code == 422
    assert seen(school) == []


def test_an_assessment_of_another_run_is_not_hidden_here(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    version = session.get_one(CourseVersion, school.run.version_id)
    other = make_run(session, version, institute_id=school.institute.id)
    sign_in(client, session, school.instructor)

    page = f"/teach/runs/{other.id}/assessments/{school.assessments[0].id}/hide"

    assert client.get(page).status_code == 404


def test_the_api_shows_and_hides_one_assessment(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade_all(("12", "13"))
    secret = make_token(session, school.instructor)
    headers = {"Authorization": f"Bearer {secret}"}
    url = f"/api/v1/assessments/{school.assessments[0].id}"

    shown = client.post(f"{url}/release", headers=headers)
    refused = client.post(f"{url}/hide", headers=headers, json={})
    hidden = client.post(f"{url}/hide", headers=headers, json={"reason": "Wrong key"})

    first = school.assessments[0].id
    assert told(shown) == {"id": first, "released": True}
    assert (refused.status_code, told(refused)["code"]) == (422, "hide_reason_needed")
    assert told(hidden) == {"id": first, "released": False}
    assert seen(school) == []
