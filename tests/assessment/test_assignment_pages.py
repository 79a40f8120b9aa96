"""A learner's pages of assignments, without script and with what the script sends."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.assessment.models import Submission, SubmissionFile
from nador.assessment.rules.submissions import ScanState, SubmissionStatus
from nador.kernel import clock
from nador.kernel.access import Actor
from nador.kernel.db import command
from tests.assessment.school import School, open_school
from tests.factories import sign_in
from tests.factories.work import PDF, make_assignment, make_submission
from tests.reporting.test_pages import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse


@pytest.fixture
def school(session: Session, client: FlaskClient) -> School:
    """A school whose first learner is signed in."""
    made = open_school(session, ended=False, plan=(("ESSAY", "100", "0"),))
    sign_in(client, session, Actor(person_id=made.people[0].id))
    return made


def address(school: School, page: str = "") -> str:
    return f"/me/assignments/{school.assessments[0].id}{page}"


def save(client: FlaskClient, school: School, **fields: Any) -> TestResponse:
    return client.post(
        f"{address(school)}?lang=en",
        data={"seen": "0"} | fields,
        content_type="multipart/form-data",
    )


def newest(session: Session) -> Submission:
    session.rollback()
    return session.scalars(select(Submission).order_by(Submission.id.desc())).all()[0]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"', page)
    assert found is not None
    return found[1]


@command
def _set(session: Session, _actor: Actor, *, file_id: int, state: ScanState) -> None:
    session.get_one(SubmissionFile, file_id).scan = state


def test_from_a_draft_to_a_receipt_without_script(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)

    answer = save(client, school, text="Joins", files=(io.BytesIO(PDF), "work.pdf"), go="check")
    assert (answer.status_code, answer.location) == (303, address(school, "/hand-in"))
    look = client.get(f"{answer.location}?lang=en").text
    assert "Joins" in look
    assert "work.pdf" in look
    fields = {name: hidden(look, name) for name in ("submission_id", "looked_at")}
    refused = client.post(f"{address(school, '/hand-in')}?lang=en", data=fields)
    assert refused.status_code == 422
    assert "Confirm that this is your own work." in refused.text

    done = client.post(address(school, "/hand-in"), data=fields | {"own_work": "y"})
    assert done.status_code == 303
    assert done.location == client.post(address(school, "/hand-in"), data=fields).location
    page = client.get(f"{done.location}?lang=en").text
    kept = newest(session)
    assert kept.status is SubmissionStatus.SUBMITTED
    assert str(kept.receipt_sha256) in page
    receipt = client.get(f"{done.location}/receipt.txt")
    assert receipt.text == kept.receipt
    assert receipt.headers["Content-Disposition"].startswith("attachment")


def test_files_come_as_attachments_of_their_true_kind(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)
    save(client, school, text="", files=(io.BytesIO(b"<script>alert(1)</script>"), "x.html"))

    link = re.search(r"/me/submissions/files/\d+", client.get(address(school)).text)
    assert link is not None
    with client.get(link[0]) as sent:
        assert sent.mimetype == "text/plain"
        assert sent.headers["Content-Disposition"] == "attachment; filename=x.html.txt"
        assert sent.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_refused_leaves_the_rest_kept(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)

    answer = save(client, school, text="Kept", files=(io.BytesIO(b"MZ\0\0"), "work.pdf"))
    assert answer.status_code == 422
    assert "“work.pdf” is no kind of file that is known here." in answer.text
    assert newest(session).text == "Kept"
    assert hidden(answer.text, "seen") == "1"

    long = "x" * 100_001
    answer = save(client, school, text=long, seen="1")
    assert answer.status_code == 422
    assert long in answer.text
    assert "at most 100,000 characters; it has 100,001" in answer.text


def test_an_essay_of_fifty_megabytes_is_refused_clearly(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)

    essay = b"x" * 50_000_000
    form = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + essay + b"\r\n--b--\r\n"
    for content_type, data in (
        ("application/x-www-form-urlencoded", b"seen=0&text=" + essay),
        ("multipart/form-data; boundary=b", form),
    ):
        answer = client.post(f"{address(school)}?lang=en", data=data, content_type=content_type)
        assert answer.status_code == 413
        assert "This is too large" in answer.text


def test_two_tabs_meet(client: FlaskClient, session: Session, school: School) -> None:
    make_assignment(session, school.assessments[0].id)
    save(client, school, text="From the first tab")

    answer = save(client, school, text="From the second tab")
    assert answer.status_code == 422
    assert "From the first tab" in answer.text
    assert "From the second tab" in answer.text
    again = save(client, school, text="From the second tab", seen=hidden(answer.text, "seen"))
    assert again.status_code == 303
    assert newest(session).text == "From the second tab"


def test_a_tab_that_was_behind_a_hand_in_keeps_its_words(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)
    make_submission(session, school.assessments[0].id, school.learners[0], text="Handed in")

    answer = save(client, school, text="Typed in the other tab", seen="1")
    assert answer.status_code == 422
    assert "Typed in the other tab" in answer.text
    again = save(client, school, text="Typed in the other tab", seen=hidden(answer.text, "seen"))
    assert again.status_code == 303
    kept = newest(session)
    assert (kept.number, kept.status) == (2, SubmissionStatus.DRAFT)
    assert kept.text == "Typed in the other tab"


def test_words_that_come_too_late_are_shown_to_be_copied(
    client: FlaskClient, session: Session, school: School
) -> None:
    passed = clock.now() - timedelta(minutes=1)
    make_assignment(session, school.assessments[0].id, cut_off_at=passed)

    answer = save(client, school, text="A whole evening")

    assert answer.status_code == 422
    assert "A whole evening" in answer.text
    assert "It is not saved: copy it before you leave this page." in answer.text


def test_the_text_is_kept_as_it_is_typed(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)
    json = {"Accept": "application/json"}

    kept = client.put(address(school, "/text"), data={"text": "one", "seen": "0"}, headers=json)
    assert kept.get_json()["sequence"] == 1
    moved = client.put(address(school, "/text"), data={"text": "two", "seen": "0"}, headers=json)
    assert moved.status_code == 409
    assert moved.get_json()["code"] == "submission_text_moved"


def test_a_file_comes_in_pieces(client: FlaskClient, session: Session, school: School) -> None:
    make_assignment(session, school.assessments[0].id)
    content = PDF + b"%" * 5000
    name = base64.b64encode("واجب.pdf".encode()).decode()
    announced = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}

    begun = client.post(address(school, "/uploads"), headers=announced)
    assert begun.status_code == 201
    where = begun.headers["Location"]
    first = client.patch(where, data=content[:3000], headers={"Upload-Offset": "0"})
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "3000")
    assert client.head(where).headers["Upload-Offset"] == "3000"
    assert client.patch(where, data=b"x", headers={"Upload-Offset": "7"}).status_code == 409
    last = client.patch(where, data=content[3000:], headers={"Upload-Offset": "3000"})
    assert last.headers["Upload-Offset"] == str(len(content))
    # Its answer was lost, and the phone asks again: nothing is there twice.
    again = client.patch(where, data=b"", headers={"Upload-Offset": str(len(content))})
    assert again.status_code == 204
    assert client.head(where).headers["Upload-Offset"] == str(len(content))
    assert client.get(address(school)).text.count("واجب.pdf") == 2, "its name, and its button's"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Length": "many", "Upload-Metadata": "filename YQ=="},
        {"Upload-Length": "5", "Upload-Metadata": "filename ?"},
        {"Upload-Length": "5", "Upload-Metadata": "other YQ=="},
        {"Upload-Length": "0", "Upload-Metadata": "filename YQ=="},
        {"Upload-Length": "999999999", "Upload-Metadata": "filename YQ=="},
    ],
)
def test_an_upload_says_what_it_is(
    client: FlaskClient, session: Session, school: School, headers: dict[str, str]
) -> None:
    make_assignment(session, school.assessments[0].id)

    assert client.post(address(school, "/uploads"), headers=headers).status_code == 422


def test_files_before_and_after_the_scanner(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)
    made = make_submission(session, school.assessments[0].id, school.learners[0])
    file = made.files[0]
    where = f"/me/submissions/files/{file.id}"
    for state, status in ((ScanState.WAITING, 409), (ScanState.INFECTED, 422)):
        session.rollback()
        _set(session, Actor(), file_id=file.id, state=state)
        assert client.get(where).status_code == status
        assert where not in client.get(f"/me/submissions/{made.id}").text


def test_pages_say_how_things_stand(client: FlaskClient, session: Session, school: School) -> None:
    now = clock.now()
    make_assignment(
        session,
        school.assessments[0].id,
        opens_at=now + timedelta(days=1),
        due_at=now + timedelta(days=2),
        instructions="Secret until then",
    )

    page = client.get(f"{address(school)}?lang=en").text
    assert "Work is taken from" in page
    assert "Secret until then" not in page
    assert "Your draft" not in page
    assert "ESSAY" in client.get("/me?lang=en").text
    assert client.get(address(school, "/hand-in")).status_code == 303


def test_an_assignment_costs_as_much_with_many_versions(
    client: FlaskClient, session: Session, school: School
) -> None:
    make_assignment(session, school.assessments[0].id)
    make_submission(session, school.assessments[0].id, school.learners[0])
    client.get(address(school))
    engine = client.application.extensions["nador"].engine
    made = make_submission(session, school.assessments[0].id, school.learners[0], number=40)
    pages = [address(school), address(school, "/hand-in"), f"/me/submissions/{made.id}"]

    def cost() -> list[int]:
        counts = []
        for page in pages:
            with statements(engine) as sent:
                client.get(page)
            counts.append(len(sent))
        return counts

    few = cost()
    for number in range(2, 12):
        make_submission(session, school.assessments[0].id, school.learners[0], number=number)

    assert cost() == few
    assert max(few) <= 11, few
