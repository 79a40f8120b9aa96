"""Files of answers wait for the virus scanner, whichever way they came."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from nador.assessment.models import AnswerFile, AttemptAnswer, LetGoFile
from nador.assessment.rules.submissions import ScanState
from nador.assessment.service import answer_files, uploads
from nador.assessment.service.forgetting import record_let_go
from nador.kernel import work
from nador.kernel.mail import Message
from tests.assessment.exam import FILE, Exam, open_exam
from tests.assessment.test_feedback_scanning import desk, settings
from tests.assessment.test_quiz_pages import as_instructor
from tests.factories import make_sign_in
from tests.kernel.test_scanner import EICAR, clamd

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.work import Desk

__all__ = ["clamd", "desk", "settings"]
PDF = b"%PDF-1.7 plan"
QUESTION = FILE | {"endings": ".pdf .txt", "most_files": 2}


@pytest.fixture
def exam(session: Session) -> Exam:
    return open_exam(session, QUESTION)


def be(client: FlaskClient, actor: Actor, session: Session) -> None:
    secret = make_sign_in(session, actor.person_id or 0)
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": secret, "_fresh": True})


def scans(session: Session) -> dict[str, ScanState]:
    session.rollback()
    session.expire_all()
    return {each.name: each.scan for each in session.scalars(select(AnswerFile))}


def hashes(session: Session, table: type[AnswerFile | LetGoFile] = AnswerFile) -> list[str]:
    session.rollback()
    return list(session.scalars(select(table.sha256)))


def opened(client: FlaskClient, exam: Exam, place: str) -> dict[str, int]:
    exam.session.rollback()
    exam.session.expire_all()
    files = exam.session.scalars(select(AttemptAnswer.answer)).one()["files"]
    found = {}
    for file in files:
        with client.get(f"{place}/files/{file['sha256']}") as sent:
            found[file["name"]] = sent.status_code
    return found


def send(client: FlaskClient, attempt_id: int, *files: tuple[bytes, str], **more: Any) -> int:
    data = {"q1-file": [(io.BytesIO(content), name) for content, name in files], **more}
    where = f"/me/attempts/{attempt_id}/answers/1"
    return client.post(where, data=data, content_type="multipart/form-data").status_code


def test_nobody_opens_a_file_of_an_answer_before_the_scanner_has_looked(
    client: FlaskClient, exam: Exam, desk: Desk
) -> None:
    attempt = exam.begin()
    be(client, exam.actors[0], exam.session)

    assert send(client, attempt.id, (PDF, "plan.pdf"), (EICAR, "bad.txt"), sequence="1") == 200

    assert scans(exam.session) == dict.fromkeys(["plan.pdf", "bad.txt"], ScanState.WAITING)
    page = f"/me/attempts/{attempt.id}"
    assert opened(client, exam, page) == {"plan.pdf": 409, "bad.txt": 409}
    work.run_once(desk, holder="here")

    assert scans(exam.session) == {"plan.pdf": ScanState.CLEAN, "bad.txt": ScanState.INFECTED}
    assert opened(client, exam, page) == {"plan.pdf": 200, "bad.txt": 422}
    as_instructor(client, exam)
    assert opened(client, exam, f"/teach/attempts/{attempt.id}") == {
        "plan.pdf": 200,
        "bad.txt": 422,
    }
    mail = exam.session.scalars(select(Message)).one()
    assert mail.person_id == exam.actors[0].person_id
    assert ("bad.txt" in mail.body, f"/me/attempts/{attempt.id}" in mail.body) == (True, True)


def test_a_file_that_came_in_pieces_waits_too(exam: Exam, desk: Desk) -> None:
    attempt = exam.begin()
    upload = answer_files.begin_upload(
        exam.session,
        exam.actors[0],
        attempt_id=attempt.id,
        position=1,
        name="plan.pdf",
        size=len(PDF),
    )
    uploads.append(upload, desk.files, offset=0, piece=PDF)

    answer_files.finish_upload(
        exam.session, exam.actors[0], desk.files, upload=upload, scan=ScanState.WAITING
    )

    assert scans(exam.session) == {"plan.pdf": ScanState.WAITING}


def test_a_file_that_stays_is_looked_at_once(client: FlaskClient, exam: Exam, desk: Desk) -> None:
    attempt = exam.begin()
    be(client, exam.actors[0], exam.session)
    assert send(client, attempt.id, (PDF, "plan.pdf"), sequence="1") == 200
    work.run_once(desk, holder="here")
    (kept,) = hashes(exam.session)

    assert send(client, attempt.id, (b"more", "a.txt"), sequence="2", **{"q1-keep": kept}) == 200

    assert scans(exam.session) == {"plan.pdf": ScanState.CLEAN, "a.txt": ScanState.WAITING}


def test_what_the_scanner_said_goes_with_the_bytes(
    client: FlaskClient, exam: Exam, desk: Desk
) -> None:
    attempt = exam.begin()
    be(client, exam.actors[0], exam.session)
    assert send(client, attempt.id, (PDF, "plan.pdf"), sequence="1") == 200
    (gone,) = hashes(exam.session)
    assert send(client, attempt.id, (b"other", "other.txt"), sequence="2") == 200

    work.run_once(desk, holder="here")

    assert set(scans(exam.session)) == {"other.txt"}
    assert not desk.files.path(gone).exists()


def test_too_many_files_leave_nothing_in_the_store(
    client: FlaskClient, exam: Exam, desk: Desk
) -> None:
    attempt = exam.begin()
    be(client, exam.actors[0], exam.session)
    three = [(f"file {number}".encode(), f"{number}.txt") for number in range(3)]

    assert send(client, attempt.id, *three, sequence="1") == 422

    asked = hashes(exam.session, LetGoFile)
    assert len(asked) == 3
    work.run_once(desk, holder="here")
    assert not any(desk.files.path(each).exists() for each in asked)


def test_bytes_that_came_again_are_still_watched(
    client: FlaskClient, exam: Exam, desk: Desk
) -> None:
    attempt = exam.begin()
    be(client, exam.actors[0], exam.session)
    assert send(client, attempt.id, (EICAR, "bad.txt"), sequence="1") == 200
    assert send(client, attempt.id, (b"other", "other.txt"), sequence="2") == 200
    exam.session.rollback()
    asked = exam.session.scalars(select(LetGoFile.id)).one()
    assert send(client, attempt.id, (EICAR, "bad.txt"), sequence="3") == 200

    # As if the worker had looked just before the third save.
    exam.session.rollback()
    record_let_go(exam.session, exam.actors[0], item_id=asked, outcome=True)

    assert scans(exam.session)["bad.txt"] is ScanState.WAITING
