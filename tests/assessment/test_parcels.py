"""Feedback files for a class in one ZIP: shown, then given; nothing hostile comes in, and no ZIP stays."""

from __future__ import annotations

import io
import random
import re
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from nador.assessment.models import FeedbackUpload, LetGoFile
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.files import PackageRefused
from nador.assessment.service.marking import parcels
from nador.kernel import clock, work
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from tests.assessment.test_marking import Room, room
from tests.assessment.test_marking_pages import enter
from tests.assessment.test_marking_sheets import PDF, base

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker
    from werkzeug.test import TestResponse

    from nador.settings import Settings

__all__ = ["room"]


@pytest.fixture
def desk(settings: Settings, sessions: sessionmaker[Session]) -> Desk:
    """A worker's desk."""
    return Desk(settings, sessions, FileStore(settings.files))


def package(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def bring_files(client: FlaskClient, room: Room, content: bytes) -> TestResponse:
    return client.post(
        f"{base(room)}/feedback?lang=en",
        data={"file": (io.BytesIO(content), "feedback.zip")},
        follow_redirects=True,
    )


def give(client: FlaskClient, preview: TestResponse) -> TestResponse:
    (fingerprint,) = re.findall(r'name="fingerprint" type="hidden" value="([^"]*)"', preview.text)
    return client.post(preview.request.path + "?lang=en", data={"fingerprint": fingerprint})


def test_files_for_a_class_are_shown_then_given(
    client: FlaskClient, room: Room, settings: Settings
) -> None:
    enter(client, room)
    names = {
        f"{room.sign(0)}.pdf": PDF,
        f"class/{room.school.learners[1].reference} remarks.pdf": PDF + b"2",
        "__MACOSX/._x.pdf": b"\0",
    }

    preview = bring_files(client, room, package(**names))

    assert preview.status_code == 200
    assert "2 files are given" in preview.text
    assert bench_queries.feedback_files(room.session, room.assessment_id) == []
    assert give(client, preview).status_code == 303
    room.session.rollback()
    given = bench_queries.feedback_files(room.session, room.assessment_id)
    assert {each.name for each in given} == {
        f"{room.sign(0)}.pdf",
        f"{room.school.learners[1].reference} remarks.pdf",
    }
    assert FileStore(settings.files).get(given[0].sha256).startswith(PDF)
    again = bring_files(client, room, package(**names))
    assert "The package changes nothing" in again.text


def test_a_file_of_nobody_stops_all(client: FlaskClient, room: Room) -> None:
    enter(client, room)

    preview = bring_files(client, room, package(**{f"{room.sign(0)}.pdf": PDF, "x.pdf": PDF}))

    assert preview.status_code == 422
    assert "No work here goes by this sign or reference." in preview.text
    assert "Give these files" not in preview.text


def bomb() -> bytes:
    return package(**{"K7P-2QD.txt": b"0" * 30_000_000})


def lying() -> bytes:
    """A list that says one byte where there are millions."""
    honest = package(**{"K7P-2QD.txt": bytes(range(32, 127)) * 100})
    size = (95 * 100).to_bytes(4, "little")
    return honest.replace(size, (1).to_bytes(4, "little"))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(bomb(), id="a bomb"),
        pytest.param(package(**{"../../K7P-2QD.pdf": PDF}), id="a way up"),
        pytest.param(package(**{"/etc/K7P-2QD.pdf": PDF}), id="a root"),
        pytest.param(lying(), id="a lie"),
        pytest.param(b"PK\x03\x04 broken", id="broken"),
        pytest.param(PDF, id="no package"),
    ],
)
def test_a_hostile_package_is_refused(client: FlaskClient, room: Room, content: bytes) -> None:
    with pytest.raises(PackageRefused):
        list(parcels.unpack(io.BytesIO(content)))
    enter(client, room)

    answer = bring_files(client, room, content)

    assert answer.status_code == 422
    assert bench_queries.feedback_files(room.session, room.assessment_id) == []


def test_anybody_elses_package_is_not_there(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    preview = bring_files(client, room, package(**{f"{room.sign(0)}.pdf": PDF}))
    enter(client, room, marker=1)

    assert client.get(preview.request.path).status_code == 404
    assert client.post(preview.request.path).status_code == 404


def left(room: Room, desk: Desk) -> tuple[int, int]:
    """Let a worker do what is due; count the packages that are known then, and those that lie there."""
    work.run_once(desk, holder="here")
    room.session.rollback()
    rows = room.session.scalars(select(FeedbackUpload)).all()
    return len(rows), len(list((desk.files.folder / "uploads").iterdir()))


def test_a_package_goes_once_its_files_are_given(
    client: FlaskClient, room: Room, desk: Desk
) -> None:
    enter(client, room)
    preview = bring_files(client, room, package(**{f"{room.sign(0)}.pdf": PDF}))

    assert left(room, desk) == (1, 1)
    give(client, preview)
    assert give(client, preview).status_code == 404
    assert left(room, desk) == (0, 0)


def test_a_package_that_is_dropped_goes(client: FlaskClient, room: Room, desk: Desk) -> None:
    enter(client, room)
    preview = bring_files(client, room, package(**{f"{room.sign(0)}.pdf": PDF}))
    drop = preview.request.path + "/drop"
    enter(client, room, marker=1)
    assert client.post(drop).status_code == 404
    enter(client, room)

    assert f'action="{drop}"' in preview.text
    assert client.post(drop).location.endswith(f"{base(room)}/feedback")

    assert client.get(preview.request.path).status_code == 404
    assert give(client, preview).status_code == 404
    assert left(room, desk) == (0, 0)


def test_another_package_takes_the_place_of_the_last(
    client: FlaskClient, room: Room, desk: Desk
) -> None:
    enter(client, room, marker=1)
    bring_files(client, room, package(**{f"{room.sign(0)}.pdf": PDF}))
    enter(client, room)
    first = bring_files(client, room, package(**{f"{room.sign(0)}.pdf": PDF}))
    second = bring_files(client, room, package(**{f"{room.sign(1)}.pdf": PDF}))

    assert client.get(first.request.path).status_code == 404
    assert left(room, desk) == (2, 2)
    assert give(client, second).status_code == 303


def test_a_package_that_nobody_uses_goes_after_a_day(
    client: FlaskClient, room: Room, desk: Desk
) -> None:
    enter(client, room)
    bring_files(client, room, package(**{f"{room.sign(0)}.pdf": PDF}))

    with time_machine.travel(clock.now() + timedelta(hours=23), tick=False):
        assert left(room, desk) == (1, 1)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert left(room, desk) == (0, 0)


def test_a_package_of_many_megabytes_comes_in_as_its_page_says(
    own_app: Flask, room: Room, settings: Settings
) -> None:
    own_app.config["WTF_CSRF_ENABLED"] = True
    client = enter(own_app.test_client(), room)
    page = client.get(f"{base(room)}/feedback").text
    token = re.findall(r'name="csrf_token"[^>]* value="([^"]*)"', page)[0]
    content = package(**{f"{room.sign(0)}.pdf": PDF + random.Random(1).randbytes(7_000_000)})
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % each
        for each in [(b"csrf_token", token.encode()), (b'file"; filename="f.zip', content)]
    )

    taken = client.post(
        f"{base(room)}/feedback",
        data=body + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert taken.status_code == 303


def test_the_bytes_of_a_file_that_is_replaced_are_let_go(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    name = f"{room.sign(0)}.pdf"
    give(client, bring_files(client, room, package(**{name: PDF})))
    room.session.rollback()
    (was,) = bench_queries.feedback_files(room.session, room.assessment_id)
    before = [was.sha256]
    room.session.rollback()

    give(client, bring_files(client, room, package(**{name: PDF + b"2"})))

    room.session.rollback()
    assert list(room.session.scalars(select(LetGoFile.sha256))) == before
