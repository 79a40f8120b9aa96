"""The gradebook's file, out and back: nothing is kept before it was shown, and then all or nothing."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import TYPE_CHECKING

import pytest

from nador.assessment import service
from nador.kernel.tables import write_xlsx
from tests.assessment.test_pages import address, kept, staffed
from tests.factories import sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.assessment.school import School


@pytest.fixture
def school(client: FlaskClient, session: Session) -> School:
    made = staffed(session)
    sign_in(client, session, made.instructor)
    return made


def send(client: FlaskClient, school: School, content: bytes, lang: str = "en") -> TestResponse:
    return client.post(
        f"{address(school, 'gradebook/import')}?lang={lang}",
        data={"file": (io.BytesIO(content), "grades.csv")},
    )


def confirm(client: FlaskClient, school: School, shown: TestResponse, **more: str) -> TestResponse:
    """Send the form of a preview as a browser does."""
    hidden = dict(
        re.findall(
            r'<input id="(content|fingerprint)" name="\1" type="hidden" value="([^"]*)">',
            shown.text,
        )
    )
    assert hidden.keys() == {"content", "fingerprint"}
    fields = {name: html.unescape(value) for name, value in hidden.items()}
    return client.post(f"{address(school, 'gradebook/import')}?lang=en", data=fields | more)


def test_a_file_is_shown_then_kept(client: FlaskClient, session: Session, school: School) -> None:
    first, second, _ = (one.reference for one in school.learners)
    content = f"\ufeffCAS;Final;reference;QCM\n14,5;99;{first};٩\n;;{second};excused\n".encode()

    shown = send(client, school, content)
    before = kept(session)
    done = confirm(client, school, shown)

    assert shown.status_code == 200
    assert "is not read: Final." in shown.text
    assert "3 grades change" in shown.text
    assert before == []
    assert done.status_code == 303
    assert kept(session) == ["14.50", "9.00", "None"]


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_our_own_file_comes_back_in_every_language(
    client: FlaskClient, session: Session, school: School, lang: str
) -> None:
    school.grade_all(("12", "13"), ("8", None))
    school.grade(1, 1, None, excused=True)
    file = client.get(f"{address(school, 'gradebook.csv')}?lang={lang}").data

    same = send(client, school, file)
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
    rows[1][4] = "12.25"
    edited = io.StringIO()
    csv.writer(edited, delimiter=";").writerows(rows)
    shown = send(client, school, edited.getvalue().encode())
    done = confirm(client, school, shown)

    assert "The file changes nothing" in same.text
    assert "1 grade changes" in shown.text
    assert done.status_code == 303
    assert kept(session)[0] == "12.25"


def test_a_workbook_comes_back_too(client: FlaskClient, session: Session, school: School) -> None:
    content = write_xlsx(["Reference", "QCM"], [[school.learners[0].reference, 14.5]])

    assert confirm(client, school, send(client, school, content)).status_code == 303
    assert kept(session) == ["14.50"]


def test_one_error_keeps_everything_out(
    client: FlaskClient, session: Session, school: School
) -> None:
    good, bad, _ = (one.reference for one in school.learners)
    content = f"Reference,QCM\n{good},12\n{bad},99\nE-NOBODY,10\n{bad},=HYPERLINK(1)\n".encode()

    shown = send(client, school, content)

    assert shown.status_code == 422
    assert "3 cells or lines need correcting" in shown.text
    assert "Write a number from 0 to 20." in shown.text
    assert "Nobody on this run has this reference." in shown.text
    assert 'name="fingerprint"' not in shown.text
    assert kept(session) == []


def test_a_stale_file_is_told_line_by_line(
    client: FlaskClient, session: Session, school: School
) -> None:
    school.grade(0, 0, "12")
    file = client.get(f"{address(school, 'gradebook.csv')}?lang=en").data.decode("utf-8-sig")
    school.grade(0, 0, "15")

    shown = send(client, school, file.replace('"12.00"', '"13.00"', 1).encode())

    assert shown.status_code == 422
    assert "Theirs: 15. Yours: 13." in shown.text
    assert kept(session) == ["15.00"]


def test_what_moved_since_the_preview_is_shown_again(
    client: FlaskClient, session: Session, school: School
) -> None:
    content = f"Reference,QCM\n{school.learners[0].reference},12\n".encode()
    shown = send(client, school, content)
    school.grade(0, 0, "15")

    moved = confirm(client, school, shown)
    done = confirm(client, school, moved)

    assert (moved.status_code, "Somebody changed grades meanwhile" in moved.text) == (409, True)
    assert done.status_code == 303
    assert kept(session) == ["12.00"]


def test_grades_that_were_seen_ask_for_one_reason(
    client: FlaskClient, session: Session, school: School
) -> None:
    school.grade(0, 0, "12")
    school.release()
    content = f"Reference,QCM\n{school.learners[0].reference},13\n".encode()

    shown = send(client, school, content)
    refused = confirm(client, school, shown)
    done = confirm(client, school, shown, reason="Key corrected")

    assert 'name="reason"' in shown.text
    assert (refused.status_code, "write why it changes" in refused.text) == (422, True)
    assert done.status_code == 303
    assert kept(session) == ["13.00"]


def test_a_grade_hidden_again_asks_for_a_reason_when_it_is_kept(
    client: FlaskClient, session: Session, school: School
) -> None:
    school.grade(0, 0, "12")
    school.release()
    service.hide(
        session,
        school.instructor,
        assessment_id=school.assessments[0].id,
        reason="Wrong key",
    )
    content = f"Reference,QCM\n{school.learners[0].reference},13\n".encode()

    refused = confirm(client, school, send(client, school, content))

    assert (refused.status_code, "nothing was saved" in refused.text) == (422, True)
    assert kept(session) == ["12.00"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "Choose a file.", id="empty"),
        pytest.param(b"Name,QCM\nA,12\n", "No column is called", id="no reference"),
        pytest.param(b"Reference,Name\nE,A\n", "No column has the name", id="no assessment"),
        pytest.param(b"Reference,QCM,qcm\n", "Two columns are for the same", id="twice"),
        pytest.param(b"PK\x03\x04nonsense", "", id="a broken workbook"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_in_words(
    client: FlaskClient, session: Session, school: School, content: bytes, said: str
) -> None:
    shown = send(client, school, content)

    assert shown.status_code == 422
    assert said in shown.text
    assert kept(session) == []


def test_content_that_was_tampered_with_is_refused(
    client: FlaskClient, session: Session, school: School
) -> None:
    url = f"{address(school, 'gradebook/import')}?lang=en"

    broken = client.post(url, data={"content": "%%%", "fingerprint": "x"})
    other = client.post(
        url, data={"content": "UmVmZXJlbmNlLFFDTQo=", "fingerprint": "x", "reason": ""}
    )

    assert (broken.status_code, other.status_code) == (422, 409)
    assert kept(session) == []
