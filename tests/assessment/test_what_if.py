"""What a learner reads before a result is confirmed: released facts, and suppositions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.assessment import service
from nador.assessment.models import Grade
from nador.enrolment.rules import EnrolmentStatus
from tests.assessment.school import School, open_categorised
from tests.assessment.test_pages import kept, staffed
from tests.factories import make_enrolment, make_person, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


def page(client: FlaskClient, school: School, **supposed: str) -> str:
    reference = school.learners[0].reference
    answer = client.get(f"/me/results/{reference}", query_string={"lang": "en", **supposed})
    assert answer.status_code == 200
    return answer.text


def field(school: School, assessment: int) -> str:
    return f"m{school.assessments[assessment].id}"


def test_a_learner_supposes_marks_and_nothing_is_kept(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    school.grade(0, 0, "8")
    service.release_one(session, school.instructor, assessment_id=school.assessments[0].id)
    sign_in(client, session, school.people[0])

    before = page(client, school)
    passing = page(client, school, **{field(school, 1): "12,5"})
    failing = page(client, school, **{field(school, 1): "6"})

    assert "What if?" in before
    assert "This is a supposition" not in before
    assert "This is a supposition, not a result." in passing
    assert "This would pass" in passing
    assert "10.70/20" in passing
    assert passing.count(">supposed<") == 1
    assert "This would not pass" in failing
    assert kept(session) == ["8.00"]
    assert session.query(Grade).count() == 1


def test_a_hidden_grade_is_not_told_and_a_released_one_not_replaced(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    school.grade_all(("8", "19.75"))
    service.release_one(session, school.instructor, assessment_id=school.assessments[0].id)
    sign_in(client, session, school.people[0])

    hidden = page(client, school, **{field(school, 0): "20"})
    supposed = page(client, school, **{field(school, 0): "20", field(school, 1): "10"})

    assert "19.75" not in hidden + supposed
    assert "This is a supposition" not in hidden
    assert "9.20/20" in supposed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("21", "Write a number from 0 to 20"),
        ("<script>", "Write a number, for example"),
        ("1.234", "at most two decimals"),
    ],
)
def test_what_is_no_mark_is_said_at_its_field(
    client: FlaskClient, session: Session, typed: str, said: str
) -> None:
    school = staffed(session)
    sign_in(client, session, school.people[0])

    shown = page(client, school, **{field(school, 1): typed})

    assert said in shown
    assert "<script>1" not in shown
    assert f'value="{typed}"' in shown or "&lt;script&gt;" in shown
    assert "This is a supposition" not in shown


def test_marks_set_by_hand_are_not_told_before_the_result(
    client: FlaskClient, session: Session
) -> None:
    school = open_categorised(session)
    school.grade_all(("8", "6", "10"))
    service.override_mark(
        session,
        school.instructor,
        run_id=school.run.id,
        enrolment_id=school.learners[0].id,
        category="TD",
        value=school.run.version.mark_scale,
        reason="Between us",
    )
    sign_in(client, session, school.people[0])

    shown = page(client, school, **{field(school, n): "10" for n in range(3)})

    assert "Between us" not in shown
    assert "10.00/20" in shown
    assert "of the whole" in shown


def test_who_left_the_run_supposes_nothing(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    person = make_person(session)
    left = make_enrolment(
        session, run_id=school.run.id, person_id=person.id, status=EnrolmentStatus.WITHDRAWN
    )
    sign_in(client, session, person)

    shown = client.get(f"/me/results/{left.reference}?lang=en").text

    assert "No grade to show yet" in shown
    assert "What if?" not in shown
