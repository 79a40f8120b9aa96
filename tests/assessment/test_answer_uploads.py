"""Files of answers come in pieces, over lines that break; on both databases."""

from __future__ import annotations

import base64
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from nador.assessment.models import AnswerAside, AttemptAnswer, LetGoFile, Upload
from nador.assessment.questions import refusals
from nador.assessment.rules.files import FileEmpty
from nador.assessment.rules.quizzes import AsideReason
from nador.assessment.rules.submissions import ScanState, TooManyFiles
from nador.assessment.service import answer_files, uploads
from nador.kernel import clock
from nador.kernel.errors import NotFound
from nador.kernel.files import FileStore
from tests.assessment.exam import FILE, SHORT, Exam, open_exam
from tests.factories import make_sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.assessment.models import Attempt
    from nador.settings import Settings
PDF = b"%PDF-1.7 plan" + b"%" * 1000


@pytest.fixture
def exam(session: Session) -> Exam:
    return open_exam(session, FILE, SHORT, minutes=60)


@pytest.fixture
def files(settings: Settings) -> FileStore:
    return FileStore(settings.files)


def begin(exam: Exam, attempt: Attempt, learner: int = 0, **more: Any) -> Upload:
    asked: dict[str, Any] = {"position": 1, "name": "plan.pdf", "size": len(PDF)} | more
    actor = exam.actors[learner]
    return answer_files.begin_upload(exam.session, actor, attempt_id=attempt.id, **asked)


def end(exam: Exam, upload: Upload, files: FileStore, content: bytes = PDF) -> None:
    uploads.append(upload, files, offset=0, piece=content)
    answer_files.finish_upload(
        exam.session, exam.actors[0], files, upload=upload, scan=ScanState.UNSCANNED
    )


def kept(exam: Exam) -> tuple[list[str], int]:
    """The names of the files of the first answer, and its number."""
    exam.session.rollback()
    exam.session.expire_all()
    answer = exam.session.scalars(select(AttemptAnswer).order_by(AttemptAnswer.id)).first()
    assert answer is not None
    return [each["name"] for each in answer.answer.get("files", [])], answer.sequence


def test_a_file_joins_the_answer_when_it_has_arrived(exam: Exam, files: FileStore) -> None:
    upload = begin(exam, exam.begin())
    end(exam, upload, files)

    assert kept(exam) == (["plan.pdf"], 1)
    exam.session.refresh(upload)
    assert (uploads.arrived(upload, files), upload.file_id) == (len(PDF), None)
    assert not list((files.folder / uploads.FOLDER).iterdir())


def test_the_last_piece_twice_adds_it_once(exam: Exam, files: FileStore) -> None:
    upload = begin(exam, exam.begin())
    end(exam, upload, files)
    answer_files.end_upload(
        exam.session, exam.actors[0], upload_id=upload.id, sha256="0" * 64, scan=ScanState.UNSCANNED
    )

    assert kept(exam) == (["plan.pdf"], 1)


def test_what_the_question_does_not_take_is_refused_before_it_comes(
    exam: Exam, files: FileStore
) -> None:
    attempt = exam.begin()
    for error, more in (
        (refusals.FileOfAnotherKind, {"name": "plan.exe"}),
        (refusals.FileTooLarge, {"size": 6 * 1024 * 1024}),
        (FileEmpty, {"size": 0}),
        (NotFound, {"position": 2}),
        (NotFound, {"position": 3}),
        (NotFound, {"learner": 1}),
    ):
        with pytest.raises(error):
            begin(exam, attempt, **more)
    second = begin(exam, attempt, name="second.pdf")
    end(exam, begin(exam, attempt), files)
    with pytest.raises(refusals.TooManyFiles):
        begin(exam, attempt)
    with pytest.raises(refusals.TooManyFiles):
        end(exam, second, files, PDF)

    assert kept(exam) == (["plan.pdf"], 1)
    left = exam.session.scalars(select(Upload.name)).all()
    assert (left, list((files.folder / uploads.FOLDER).iterdir())) == (["plan.pdf"], [])
    assert exam.session.scalars(select(LetGoFile.sha256)).all() == [sha256(PDF).hexdigest()]


def test_nobody_has_many_files_under_way(exam: Exam) -> None:
    attempt = exam.begin()
    for _ in range(uploads.MOST_OPEN):
        begin(exam, attempt)

    with pytest.raises(TooManyFiles):
        begin(exam, attempt)


def test_a_file_that_arrives_after_the_end_is_kept_aside(exam: Exam, files: FileStore) -> None:
    upload = begin(exam, exam.begin())

    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        end(exam, upload, files)

    assert kept(exam) == ([], 0)
    aside = exam.session.scalars(select(AnswerAside)).one()
    assert (aside.reason, aside.answer["files"][0]["name"]) == (AsideReason.LATE, "plan.pdf")


def test_pieces_come_by_the_page(client: FlaskClient, exam: Exam) -> None:
    attempt = exam.begin()
    secret = make_sign_in(exam.session, exam.actors[0].person_id or 0)
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": secret, "_fresh": True})
    page = f"/me/attempts/{attempt.id}?lang=en"
    assert f'data-uploads="/me/attempts/{attempt.id}/answers/1/uploads"' in client.get(page).text
    where = f"/me/attempts/{attempt.id}/answers"
    name = base64.b64encode(b"plan.pdf").decode()
    headers = {"Upload-Length": str(len(PDF)), "Upload-Metadata": f"filename {name}"}

    begun = client.post(f"{where}/1/uploads", headers=headers)
    assert (begun.status_code, client.post(f"{where}/2/uploads", headers=headers).status_code) == (
        201,
        404,
    )
    for offset in (0, 500):
        sent = client.patch(
            begun.location, data=PDF[offset:][:513], headers={"Upload-Offset": str(offset)}
        )
    assert sent.status_code == 409
    client.patch(begun.location, data=PDF[513:], headers={"Upload-Offset": "513"})

    head = client.head(begun.location)
    assert head.headers["Upload-Offset"] == str(len(PDF))
    assert kept(exam) == (["plan.pdf"], 1)
    assert "plan.pdf" in client.get(page).text
