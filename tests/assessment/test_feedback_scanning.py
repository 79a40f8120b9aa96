"""Files that go back to learners wait for the virus scanner, as those that learners hand in do."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from nador.accounts.models import Person
from nador.assessment import service
from nador.assessment.models import FeedbackFile, LetGoFile
from nador.assessment.rules.submissions import FileKind, ScanState
from nador.assessment.service import marking
from nador.assessment.service.returning import return_work
from nador.assessment.service.scanning import Scanned, record_scan
from nador.assessment.service.submissions import Stored
from nador.kernel import clock, work
from nador.kernel.files import FileStore
from nador.kernel.mail import Message
from nador.kernel.work import Desk
from tests.assessment.test_marking import Room, room
from tests.assessment.test_marking_pages import address, enter
from tests.assessment.test_marking_sheets import be
from tests.assessment.test_parcels import bring_files, give, package
from tests.factories.marking import ask_for_work, hand_in
from tests.kernel.test_scanner import EICAR, clamd

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker

    from nador.settings import Settings

__all__ = ["clamd", "room"]
PDF = b"%PDF-1.7 remarks"


@pytest.fixture
def settings(settings: Settings, clamd: str) -> Settings:
    """The settings of an instance with a scanner."""
    return replace(settings, scanner=clamd)


@pytest.fixture
def desk(settings: Settings, sessions: sessionmaker[Session]) -> Desk:
    """A worker's desk with the scanner at hand."""
    return Desk(settings, sessions, FileStore(settings.files))


def add(room: Room, store: FileStore, content: bytes, name: str = "remarks.pdf") -> FeedbackFile:
    stored = Stored(
        name=name,
        kind=FileKind.PDF,
        size=len(content),
        sha256=store.put(content),
        scan=ScanState.WAITING,
    )
    return marking.add_feedback(
        room.session,
        room.markers[0],
        assessment_id=room.assessment_id,
        sign=room.sign(),
        stored=stored,
    )


def scans(session: Session) -> dict[str, ScanState]:
    session.rollback()
    return {each.name: each.scan for each in session.scalars(select(FeedbackFile))}


def bring(client: FlaskClient, room: Room, content: bytes, name: str) -> int:
    data = {"file": (io.BytesIO(content), name)}
    return client.post(address(room, what="/feedback"), data=data).status_code


def opened(client: FlaskClient, room: Room) -> dict[str, int]:
    kept = room.session.execute(select(FeedbackFile.name, FeedbackFile.id)).all()
    found = {}
    for name, file_id in kept:
        with client.get(address(room, what=f"/feedback/{file_id}")) as sent:
            found[name] = sent.status_code
    return found


def test_a_marker_sees_that_a_file_waits_and_then_what_was_found(
    client: FlaskClient, room: Room, desk: Desk
) -> None:
    enter(client, room)
    assert bring(client, room, PDF, "good.pdf") == 303
    assert bring(client, room, EICAR, "bad.txt") == 303

    assert set(scans(room.session).values()) == {ScanState.WAITING}
    assert opened(client, room) == {"good.pdf": 409, "bad.txt": 409}
    assert client.get(address(room)).text.count("being checked for viruses") == 2
    work.run_once(desk, holder="here")

    assert scans(room.session) == {"good.pdf": ScanState.CLEAN, "bad.txt": ScanState.INFECTED}
    assert opened(client, room) == {"good.pdf": 200, "bad.txt": 422}
    page = client.get(address(room)).text
    assert ("being checked" in page, page.count("virus found")) == (False, 1)
    mail = room.session.scalars(select(Message)).one()
    giver = room.session.get_one(Person, room.markers[0].person_id)
    assert (mail.person_id, "bad.txt" in mail.body) == (giver.id, True)


def test_files_of_a_package_wait_too(client: FlaskClient, room: Room, desk: Desk) -> None:
    enter(client, room)
    names = {f"{room.sign(0)}.pdf": PDF, f"{room.sign(1)}.txt": EICAR}

    assert give(client, bring_files(client, room, package(**names))).status_code == 303

    assert set(scans(room.session).values()) == {ScanState.WAITING}
    work.run_once(desk, holder="here")
    assert list(scans(room.session).values()).count(ScanState.INFECTED) == 1


def test_a_learner_opens_nothing_that_the_scanner_has_not_passed(
    client: FlaskClient, room: Room, desk: Desk
) -> None:
    room.save("12")
    file = add(room, desk.files, PDF)
    service.release(room.session, room.markers[0], run_id=room.school.run.id)
    be(client, room, 0)
    reference = room.school.learners[0].reference
    page = f"/me/results/{reference}/feedback/{room.assessment_id}"
    sent_from = f"{page}/files/{file.id}?lang=en"

    assert client.get(sent_from).status_code == 409
    shown = client.get(f"{page}?lang=en").text
    assert ("being checked for viruses" in shown, sent_from[:-8] in shown) == (True, False)
    work.run_once(desk, holder="here")
    with client.get(sent_from) as sent:
        assert sent.data == PDF


def test_without_its_scanner_a_file_waits(room: Room, desk: Desk) -> None:
    add(room, desk.files, PDF)
    away = replace(desk, settings=replace(desk.settings, scanner="tcp://127.0.0.1:1"))

    work.run_once(away, holder="here")
    assert set(scans(room.session).values()) == {ScanState.WAITING}
    assert not work.dead_items(room.session)
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        work.run_once(desk, holder="here")
    assert set(scans(room.session).values()) == {ScanState.CLEAN}


def test_a_file_that_took_the_place_of_a_scanned_one_still_waits(room: Room, desk: Desk) -> None:
    first = add(room, desk.files, PDF)
    add(room, desk.files, PDF + b" again")
    seen = Scanned(hashlib.sha256(PDF).hexdigest(), None)

    record_scan(room.session, room.markers[0], item_id=first.id, outcome=seen)

    assert scans(room.session) == {"remarks.pdf": ScanState.WAITING}
    assert room.session.scalars(select(LetGoFile.sha256)).all() == [seen.sha256]


def test_a_file_in_the_place_of_a_clean_one_waits_anew(room: Room, desk: Desk) -> None:
    add(room, desk.files, PDF)
    work.run_once(desk, holder="here")
    assert scans(room.session) == {"remarks.pdf": ScanState.CLEAN}

    add(room, desk.files, PDF + b" again")

    assert scans(room.session) == {"remarks.pdf": ScanState.WAITING}


def test_who_gave_an_infected_file_back_with_a_work_is_told(room: Room, desk: Desk) -> None:
    ask_for_work(room.session, room.assessment_id)
    submission = hand_in(room.session, room.assessment_id, room.school.learners[0])
    stored = Stored(
        name="bad.txt",
        kind=FileKind.TEXT,
        size=len(EICAR),
        sha256=desk.files.put(EICAR),
        scan=ScanState.WAITING,
    )
    return_work(
        room.session,
        room.markers[1],
        submission_id=submission.id,
        feedback="See the file.",
        files=[stored],
    )
    told = select(Message.person_id).where(Message.body.contains("bad.txt"))

    work.run_once(desk, holder="here")

    room.session.rollback()
    assert room.session.scalars(told).all() == [room.markers[1].person_id]
