"""Handed-in files wait for the scanner, and its owner is told what it found."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from nador.assessment.models import Submission, SubmissionFile, Upload
from nador.assessment.rules.submissions import ScanState
from nador.assessment.service import uploads
from nador.assessment.service.forgetting import forget_person
from nador.kernel import checkup, clock, work
from nador.kernel.db import command
from nador.kernel.files import FileStore
from nador.kernel.mail import Message
from nador.kernel.work import Desk
from tests.assessment.school import open_school
from tests.assessment.test_submissions import Desk as Learner
from tests.factories.work import PDF, make_assignment
from tests.kernel.test_scanner import EICAR, clamd

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session, sessionmaker

    from nador.kernel.access import Actor
    from nador.settings import Settings

__all__ = ["clamd"]


@command
def _forget(session: Session, actor: Actor) -> None:
    forget_person(session, person_id=actor.person_id or 0)


@pytest.fixture
def desk(settings: Settings, sessions: sessionmaker[Session], tmp_path: Path, clamd: str) -> Desk:
    """A worker's desk with a scanner at hand."""
    return Desk(replace(settings, scanner=clamd), sessions, FileStore(tmp_path / "files"))


@pytest.fixture
def learner(session: Session, desk: Desk) -> Learner:
    school = open_school(session, ended=False, plan=(("ESSAY", "100", "0"),))
    make_assignment(session, school.assessments[0].id)
    return Learner(school, desk.files)


def scans(session: Session) -> list[ScanState]:
    session.rollback()
    return list(session.scalars(select(SubmissionFile.scan).order_by(SubmissionFile.id)))


def test_a_worker_has_every_file_looked_at(session: Session, desk: Desk, learner: Learner) -> None:
    learner.add("good.pdf", PDF, ScanState.WAITING)
    learner.add("bad.txt", EICAR, ScanState.WAITING)
    done = learner.own().draft
    assert done is not None

    work.run_once(desk, holder="here")

    assert scans(session) == [ScanState.CLEAN, ScanState.INFECTED]
    mail = session.scalars(select(Message)).one()
    assert "bad.txt" in mail.body


def test_without_its_scanner_a_file_waits(session: Session, desk: Desk, learner: Learner) -> None:
    learner.add("good.pdf", PDF, ScanState.WAITING)
    away = replace(desk, settings=replace(desk.settings, scanner="tcp://127.0.0.1:1"))

    work.run_once(away, holder="here")
    assert scans(session) == [ScanState.WAITING]
    assert not work.dead_items(session)
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        work.run_once(desk, holder="here")
    assert scans(session) == [ScanState.CLEAN]


def test_uploads_that_nobody_goes_on_with_are_dropped(
    session: Session, desk: Desk, learner: Learner
) -> None:
    upload = uploads.begin_upload(
        session, learner.actor, assessment_id=learner.assessment_id, name="a.pdf", size=9
    )
    uploads.append(upload, desk.files, offset=0, piece=b"%PDF")

    work.run_once(desk, holder="here")
    assert (desk.files.folder / uploads.FOLDER / upload.name_on_disk).exists()
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        work.run_once(desk, holder="here")
    session.rollback()
    assert session.scalar(select(Upload)) is None
    assert not list((desk.files.folder / uploads.FOLDER).iterdir())


@pytest.mark.parametrize("erased", [False, True], ids=["handed in", "erased"])
def test_pieces_that_nobody_can_go_on_with_are_deleted(
    session: Session, desk: Desk, learner: Learner, erased: bool
) -> None:
    upload = uploads.begin_upload(
        session, learner.actor, assessment_id=learner.assessment_id, name="a.pdf", size=9
    )
    uploads.append(upload, desk.files, offset=0, piece=b"%PDF")
    if erased:
        _forget(session, learner.actor)
    else:
        learner.write("Without the file")
        learner.hand_in()

    work.run_once(desk, holder="here")

    session.rollback()
    assert session.scalar(select(Upload)) is None
    assert not list((desk.files.folder / uploads.FOLDER).iterdir())


def test_bytes_that_come_in_again_while_they_are_let_go_stay(
    session: Session, desk: Desk, learner: Learner
) -> None:
    learner.remove(learner.add("a.pdf", PDF))
    sha256 = desk.files.put(PDF)

    work.run_once(desk, holder="here")

    assert desk.files.get(sha256) == PDF


def test_the_doctor_asks_for_the_scanner_and_for_every_file(desk: Desk, learner: Learner) -> None:
    learner.add("good.pdf", PDF)
    asked = {"virus scanner", "handed-in files are in the store"}

    def troubles(at: Desk) -> list[str]:
        found = checkup.examine(at, deep=True)
        return [trouble for one in found if one.title in asked for trouble in one.troubles]

    assert troubles(desk) == []
    assert troubles(replace(desk, settings=replace(desk.settings, scanner=""))) == []
    desk.files.drop(hashlib.sha256(PDF).hexdigest())
    away = replace(desk, settings=replace(desk.settings, scanner="tcp://127.0.0.1:1"))
    said = " ".join(troubles(away))
    assert "does not answer" in said
    assert "lost or changed" in said


def test_a_file_goes_when_nothing_names_it_any_more(
    session: Session, desk: Desk, learner: Learner
) -> None:
    first, second = learner.add("a.pdf", PDF), learner.add("b.pdf", PDF)
    sha256 = hashlib.sha256(PDF).hexdigest()

    learner.remove(first)
    work.run_once(desk, holder="here")
    assert desk.files.path(sha256).exists()
    learner.remove(second)
    work.run_once(desk, holder="here")
    assert not desk.files.path(sha256).exists()


def test_an_erased_person_leaves_no_words_and_no_files(
    session: Session, desk: Desk, learner: Learner
) -> None:
    learner.write("Unmistakable words")
    learner.add("Zohra.pdf", PDF)
    done = learner.hand_in()
    submission_id, sha256 = done.id, done.receipt_sha256

    _forget(session, learner.actor)
    work.run_once(desk, holder="here")

    session.rollback()
    session.expire_all()
    kept = session.get_one(Submission, submission_id)
    assert (kept.text, kept.receipt, kept.receipt_sha256) == ("", "", sha256)
    assert session.scalar(select(SubmissionFile)) is None
    assert not list(desk.files.folder.glob("??/*"))
