"""The pages of grading and results, as a browser without script sends and sees them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.assessment import service
from nador.assessment.models import Grade, GradeChange, Result
from nador.catalogue.models import Run, RunStaff
from nador.catalogue.rules import MeetingStatus, RunStatus
from nador.enrolment.models import Attendance
from nador.enrolment.rules import AttendanceStatus
from nador.kernel import clock
from tests.assessment.school import School, open_school
from tests.assessment.test_gradebook import statements
from tests.factories import make_enrolment, make_meeting, make_person, sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse


def staffed(session: Session, **how: int | Decimal) -> School:
    school = open_school(session, **how)  # type: ignore[arg-type] # the tests name its arguments
    store(
        session,
        RunStaff(
            run_id=school.run.id,
            person_id=school.instructor.person_id,
            granted_at=clock.now(),
        ),
    )
    return school


@pytest.mark.parametrize(
    ("points", "shown"), [pytest.param("1", False, id="plain"), pytest.param("2", True, id="two")]
)
def test_pages_of_a_run_say_what_attendance_gives(
    session: Session, client: FlaskClient, points: str, shown: bool
) -> None:
    school = staffed(session, min_attendance=70, present_points=Decimal(points))
    meeting = make_meeting(session, school.run, in_days=-2, status=MeetingStatus.HELD)
    store(
        session,
        Attendance(
            meeting_id=meeting.id,
            enrolment_id=school.learners[0].id,
            status=AttendanceStatus.LATE,
            marked_at=clock.now(),
            marked_by_id=school.instructor.person_id,
        ),
    )
    sign_in(client, session, school.instructor)
    of_one = f"{address(school, 'learners')}/{school.learners[0].id}"
    book, sheet, learner = (
        client.get(f"{each}?lang=en").text
        for each in (address(school), f"/teach/meetings/{meeting.id}", of_one)
    )

    said = "A meeting gives: present 2, late 1, absent 0. Who is excused is not counted."
    assert (said in book, said in sheet) == (shown, shown)
    assert ("1 of 2 points. Late: 1 × 1" in learner) is shown


def told(answer: TestResponse) -> Any:
    return answer.get_json()


def address(school: School, page: str = "gradebook") -> str:
    return f"/teach/runs/{school.run.id}/{page}"


def key(school: School, learner: int, assessment: int) -> str:
    return f"{school.assessments[assessment].id}-{school.learners[learner].id}"


def fields(
    school: School, learner: int, assessment: int, typed: str, *, before: str = "", version: int = 0
) -> dict[str, str]:
    name = key(school, learner, assessment)
    return {f"g-{name}": typed, f"b-{name}": before, f"v-{name}": str(version)}


def save(client: FlaskClient, school: School, learner: int, **more: str) -> TestResponse:
    edit = school.learners[learner].id
    return client.post(f"{address(school)}?edit={edit}&lang=en", data=more)


def kept(session: Session) -> list[str]:
    session.rollback()
    return [str(value) for value in session.scalars(select(Grade.value).order_by(Grade.id))]


def test_a_row_is_saved_and_the_next_one_opens(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    sign_in(client, session, school.instructor)

    answer = save(
        client,
        school,
        0,
        **fields(school, 0, 0, "14,5"),
        **fields(school, 0, 1, "١٢٫٢٥"),
        next="1",
    )

    assert answer.status_code == 303
    assert f"edit={school.learners[1].id}" in answer.location
    assert kept(session) == ["14.50", "12.25"]
    shown = client.get(f"{address(school)}?lang=fr").text
    assert "14,50" in shown
    assert "Provisoire" not in shown.split("12,25")[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("abc", "Write a number, for example", id="words"),
        pytest.param("1e3", "Write a number, for example", id="exponent"),
        pytest.param("NaN", "Write a number, for example", id="not a number"),
        pytest.param("-1", "Write a number from 0 to 20", id="negative"),
        pytest.param("20.5", "Write a number from 0 to 20", id="too much"),
        pytest.param("14.505", "at most two decimals", id="too fine"),
    ],
)
def test_what_cannot_be_kept_stays_in_the_field_and_says_why(
    client: FlaskClient, session: Session, typed: str, said: str
) -> None:
    school = staffed(session)
    sign_in(client, session, school.instructor)

    answer = save(client, school, 0, **fields(school, 0, 0, typed), **fields(school, 0, 1, "12"))

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'value="12"' in answer.text
    assert kept(session) == []


def test_two_graders_see_both_values_and_saving_again_decides(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    sign_in(client, session, school.instructor)
    school.grade(0, 0, "11")

    answer = save(client, school, 0, **fields(school, 0, 0, "14"), reason="my own")

    assert answer.status_code == 412
    assert "Theirs: 11. Yours: 14." in answer.text
    assert 'value="my own"' in answer.text
    name = key(school, 0, 0)
    assert f'name="v-{name}" value="1"' in answer.text
    again = save(client, school, 0, **fields(school, 0, 0, "14", before="11", version=1))
    assert (again.status_code, kept(session)) == (303, ["14.00"])


def test_a_released_grade_asks_for_the_reason_and_keeps_what_was_typed(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    school.grade(0, 0, "11")
    school.release()
    sign_in(client, session, school.instructor)
    typed = fields(school, 0, 0, "12", before="11", version=2)

    refused = save(client, school, 0, **typed)
    accepted = save(client, school, 0, **typed, reason="Added up wrongly")

    assert refused.status_code == 422
    assert "write why it changes" in refused.text
    assert accepted.status_code == 303
    assert kept(session) == ["12.00"]
    history = client.get(address(school, f"learners/{school.learners[0].id}")).text
    assert "Added up wrongly" in history


def test_a_learner_is_excused_and_no_longer(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade(0, 0, "11")
    sign_in(client, session, school.instructor)
    name = key(school, 0, 0)

    excused = save(
        client,
        school,
        0,
        **fields(school, 0, 0, "11", before="11", version=1),
        **{f"x-{name}": "1"},
    )
    assert (excused.status_code, kept(session)) == (303, ["None"])
    both = save(
        client,
        school,
        0,
        **fields(school, 0, 0, "12", version=2),
        **{f"x-{name}": "1", f"y-{name}": "1"},
    )
    assert both.status_code == 422
    back = save(client, school, 0, **fields(school, 0, 0, "12", version=2), **{f"y-{name}": "1"})
    assert (back.status_code, kept(session)) == (303, ["12.00"])


def test_a_whole_page_is_saved_all_or_nothing(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    sign_in(client, session, school.instructor)
    url = f"{address(school)}?edit=page&lang=en"
    good = fields(school, 0, 0, "12") | fields(school, 1, 0, "13")

    page = client.get(url).text
    refused = client.post(url, data=good | fields(school, 2, 0, "99"))
    saved = client.post(url, data=good)

    assert page.count('class="mark"') == 6
    assert "gradebook.js" in page
    assert (refused.status_code, saved.status_code) == (422, 303)
    assert kept(session) == ["12.00", "13.00"]


def test_the_script_saves_one_cell_and_hears_of_conflicts(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    sign_in(client, session, school.instructor)
    url = address(school, f"grades/{school.assessments[0].id}/{school.learners[0].id}")
    json = {"Accept": "application/json"}

    first = client.post(url, data={"value": "12,5", "version": "0"}, headers=json)
    stale = client.post(url, data={"value": "13", "version": "0"}, headers=json)
    wrong = client.post(url, data={"value": "21", "version": "1"}, headers=json)
    cleared = client.post(url, data={"value": "", "version": "1"}, headers=json)

    assert told(first) == {"version": 1, "state": "provisional"}
    assert (stale.status_code, told(stale)["code"]) == (412, "stale")
    assert (told(stale)["params"]["yours"], told(stale)["params"]["theirs"]) == ("13.00", "12.50")
    assert (wrong.status_code, told(wrong)["code"]) == (422, "mark_out_of_range")
    assert told(cleared) == {"version": 2, "state": "ungraded"}


def test_a_page_of_the_gradebook_takes_few_statements(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session, learners=20)
    sign_in(client, session, school.instructor)
    client.get(address(school))
    bind = client.application.extensions["nador"].sessions()

    with statements(bind) as sent:
        assert client.get(address(school)).status_code == 200

    of_gradebook = [each for each in sent if "FROM grade" in each or "assessment" in each]
    assert len(of_gradebook) <= 4


def test_the_file_of_the_gradebook_is_inert(client: FlaskClient, session: Session) -> None:
    school = staffed(session, learners=0)
    for name in ("=HYPERLINK(1)", "+212", "@SUM(A1)", "-2+3"):
        person = make_person(session, name_latin=name, name_arabic="سلمى")
        make_enrolment(session, run_id=school.run.id, person_id=person.id)
    sign_in(client, session, school.instructor)

    answer = client.get(f"{address(school, 'gradebook.csv')}?lang=en")

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][-3:] == ["Average", "Result", "Versions (leave as they are)"]
    assert "QCM /20" in rows[0]
    assert sorted(row[1] for row in rows[1:]) == ["'+212", "'-2+3", "'=HYPERLINK(1)", "'@SUM(A1)"]


def test_grades_are_released_by_a_button(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade(0, 0, "12")
    sign_in(client, session, school.instructor)

    assert "Release the grades" in client.get(f"{address(school)}?lang=en").text
    answer = client.post(address(school, "release"))

    assert answer.status_code == 303
    assert "Release the grades" not in client.get(f"{address(school)}?lang=en").text


def test_filters_search_and_pages(client: FlaskClient, session: Session) -> None:
    school = staffed(session, learners=51)
    sign_in(client, session, school.instructor)

    first = client.get(f"{address(school)}?lang=en").text
    second = client.get(f"{address(school)}?page=2&lang=en").text
    nobody = client.get(f"{address(school)}?q=nobody&show=failing&page=x&lang=en").text

    assert "1 to 50 of 51" in first
    assert "51 to 51 of 51" in second
    assert "Nobody to show" in nobody


def test_results_are_seen_confirmed_and_reopened(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade_all(("16", "15"), ("20", "6"), ("12", None))
    sign_in(client, session, school.registrar)

    early = client.get(f"{address(school, 'results')}?lang=en").text
    too_early = client.post(f"{address(school, 'conclude')}?lang=en")
    school.release()
    asked = client.get(f"{address(school, 'conclude')}?lang=en")
    done = client.post(address(school, "conclude"))
    after = client.get(f"{address(school, 'results')}?lang=en").text

    assert "The grades of 2 assessments are not released." in early
    assert early.count('<dd class="big">1</dd>') == 3
    assert too_early.status_code == 409
    assert "Confirm these results?" in asked.text
    assert (done.status_code, "Reopen" in after) == (303, True)
    session.rollback()
    assert len(session.scalars(select(Result)).all()) == 3
    page = client.get(f"{address(school, 'reopen')}?lang=en").text
    assert "Reopen this run?" in page
    assert client.post(address(school, "reopen"), data={"reason": ""}).status_code == 422
    assert client.post(address(school, "reopen"), data={"reason": "A paper"}).status_code == 303
    session.rollback()
    assert session.scalars(select(Run.status)).one() is RunStatus.PUBLISHED


def test_the_minutes_name_everybody_and_the_decisions(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    school.grade_all(("16", "15"), ("20", "6"), ("12", None))
    sign_in(client, session, school.registrar)

    answer = client.get(address(school, "minutes.pdf"))

    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_a_learner_reads_why_once_it_is_confirmed(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade_all(("16", "15"), ("20", "6"), ("12", "12"))
    sign_in(client, session, school.people[1])
    url = f"/me/results/{school.learners[1].reference}?lang=en"

    hidden = client.get(url).text
    school.release()
    released = client.get(url).text
    service.conclude(session, school.registrar, run_id=school.run.id)
    decided = client.get(url).text

    assert "No grade to show yet" in hidden
    assert "6.00/20" in released
    assert "not confirmed yet" in released
    assert "Not passed" in decided
    assert "Confirmed by Salma Bouziane" in decided
    assert client.get(f"/me/results/{school.learners[0].reference}").status_code == 404


def test_the_teaching_page_counts_what_is_to_grade(client: FlaskClient, session: Session) -> None:
    school = staffed(session)
    school.grade(0, 0, "12")
    sign_in(client, session, school.instructor)

    page = client.get("/teach?lang=en").text

    assert "5 grades to give" in page
    assert session.scalars(select(GradeChange)).one().to_value is not None


def test_what_was_typed_for_a_learner_who_left_the_list_is_kept(
    client: FlaskClient, session: Session
) -> None:
    school = staffed(session)
    sign_in(client, session, school.instructor)
    url = f"{address(school)}?show=ungraded&edit=page&lang=en"
    typed = fields(school, 0, 0, "12") | fields(school, 1, 0, "13") | fields(school, 1, 1, "14")
    # Somebody else grades the second meanwhile: in this list that learner is no more.
    school.grade(1, 0, "11")
    school.grade(1, 1, "11")

    refused = client.post(url, data=typed)

    assert refused.status_code == 412
    assert "Theirs: 11. Yours: 13." in refused.text
    assert 'value="14"' in refused.text
    assert kept(session) == ["11.00", "11.00"]
