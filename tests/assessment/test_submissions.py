"""From a draft to a receipt: what was handed in stays, and nothing that was saved is lost."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nador.assessment.models import Submission, SubmissionAuthor
from nador.assessment.queries import submissions as queries
from nador.assessment.rules import files as kinds
from nador.assessment.rules import submissions as rules
from nador.assessment.rules.accommodations import Ease
from nador.assessment.rules.submissions import ScanState, SubmissionStatus
from nador.assessment.service import accommodations, submissions, uploads
from nador.kernel import clock
from nador.kernel.access import Actor
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.files import FileStore
from nador.kernel.mail import Message
from tests.assessment.school import School, open_school
from tests.factories.work import PDF, make_assignment, package

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nador.assessment.queries.submissions import OwnAssignment


@pytest.fixture
def school(session: Session) -> School:
    return open_school(session, ended=False, plan=(("ESSAY", "100", "0"),))


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


class Desk:
    """A learner at work on the school's assignment."""

    def __init__(self, school: School, files: FileStore, learner: int = 0) -> None:
        self.session, self.files = school.session, files
        self.actor = Actor(person_id=school.people[learner].id)
        self.assessment_id = school.assessments[0].id

    def own(self) -> OwnAssignment:
        self.session.rollback()
        self.session.expire_all()
        return queries.own_assignment(self.session, self.actor.person_id or 0, self.assessment_id)

    def write(self, said: str, seen: int | None = None) -> Submission:
        draft = self.own().draft
        known = draft.text_sequence if draft else 0
        return submissions.save_text(
            self.session,
            self.actor,
            assessment_id=self.assessment_id,
            text=said,
            seen=known if seen is None else seen,
        )

    def add(self, name: str, content: bytes, scan: ScanState = ScanState.UNSCANNED) -> int:
        return uploads.take_in(
            self.session,
            self.actor,
            self.files,
            assessment_id=self.assessment_id,
            name=name,
            content=io.BytesIO(content),
            scan=scan,
        ).id

    def remove(self, file_id: int) -> None:
        submissions.remove_file(
            self.session, self.actor, assessment_id=self.assessment_id, file_id=file_id
        )

    def hand_in(self, *, confirmed: bool = True, looked_at: str | None = None) -> Submission:
        draft = self.own().draft
        assert draft is not None
        print_ = rules.fingerprint(draft.text, [file.as_work for file in draft.files])
        return self.hand_in_again(draft.id, looked_at or print_, confirmed=confirmed)

    def hand_in_again(
        self, submission_id: int, looked_at: str, *, confirmed: bool = True
    ) -> Submission:
        return submissions.hand_in(
            self.session,
            self.actor,
            assessment_id=self.assessment_id,
            submission_id=submission_id,
            looked_at=looked_at,
            confirmed=confirmed,
        )


@command
def _run(session: Session, _actor: Actor, sql: str) -> None:
    session.execute(text(sql))


def test_a_text_and_a_file_are_handed_in_with_a_receipt(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    desk.write("  Joins\r\n\r\n\r\n\r\njoin.  ")
    desk.add("../../C:\\my work.exe", PDF)

    done = desk.hand_in()

    assert done.status is SubmissionStatus.SUBMITTED
    assert done.text == "  Joins\n\njoin."
    assert [file.name for file in done.files] == ["my work.exe.pdf"]
    assert done.receipt is not None
    assert done.receipt_sha256 == hashlib.sha256(done.receipt.encode()).hexdigest()
    assert f"file {hashlib.sha256(PDF).hexdigest()} {len(PDF)} my work.exe.pdf" in done.receipt
    assert files.get(done.files[0].sha256) == PDF
    mail = session.scalars(select(Message)).one()
    assert done.receipt_sha256 in mail.body
    assert done.receipt in mail.body


def test_handing_in_twice_counts_once(school: School, files: FileStore, session: Session) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    desk.write("Joins")

    first = desk.hand_in()
    at = first.handed_in_at
    again = desk.hand_in_again(first.id, "whatever", confirmed=False)

    assert (again.id, again.handed_in_at) == (first.id, at)
    assert len(session.scalars(select(Message)).all()) == 1


def test_what_was_not_looked_at_is_not_handed_in(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    desk.write("Joins")

    with pytest.raises(rules.DraftMoved):
        desk.hand_in(looked_at="another")
    with pytest.raises(rules.OwnWorkNotConfirmed):
        desk.hand_in(confirmed=False)
    assert desk.own().draft is not None


def test_an_older_page_never_overwrites_a_newer_text(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    assert desk.write("one", seen=0).text_sequence == 1
    assert desk.write("two", seen=1).text_sequence == 2

    with pytest.raises(rules.TextMoved):
        desk.write("from another tab", seen=1)
    assert desk.write("two", seen=0).text_sequence == 2, "the same again, whatever it has seen"
    assert desk.write("three", seen=2).text_sequence == 3


def test_a_further_version_begins_as_the_last_one(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    desk.write("one")
    desk.add("a.pdf", PDF)
    first = desk.hand_in()

    draft = submissions.begin(session, desk.actor, assessment_id=desk.assessment_id)
    assert (draft.number, draft.text, [file.name for file in draft.files]) == (2, "one", ["a.pdf"])
    desk.remove(draft.files[0].id)
    desk.write("two")
    second = desk.hand_in()

    assert [one.id for one in desk.own().handed_in] == [second.id, first.id]
    assert [len(one.files) for one in desk.own().handed_in] == [0, 1]


def test_one_version_only(school: School, files: FileStore, session: Session) -> None:
    make_assignment(session, school.assessments[0].id, resubmission=False)
    desk = Desk(school, files)
    desk.write("one")
    desk.hand_in()

    with pytest.raises(rules.HandedInAlready):
        desk.write("two")


def test_dates_and_extensions(school: School, files: FileStore, session: Session) -> None:
    now = clock.now()
    make_assignment(
        session,
        school.assessments[0].id,
        opens_at=now + timedelta(days=1),
        due_at=now + timedelta(days=2),
        cut_off_at=now + timedelta(days=3),
    )
    here, other = Desk(school, files), Desk(school, files, 1)
    with pytest.raises(rules.NotOpenYet):
        here.write("early")
    with time_machine.travel(now + timedelta(days=2, hours=1), tick=False):
        here.write("late")
        assert here.hand_in().late
    with time_machine.travel(now + timedelta(days=4), tick=False):
        with pytest.raises(rules.CutOffPassed):
            here.write("too late")
        accommodations.give_accommodation(
            session,
            school.instructor,
            run_id=school.run.id,
            assessment_id=school.assessments[0].id,
            enrolment_id=school.learners[1].id,
            ease=Ease(due_at=now + timedelta(days=5)),
            reason="ill",
        )
        other.write("in time after all")
        assert not other.hand_in().late


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        pytest.param("a.pdf", b"MZ\x90\0\3\0", kinds.UnknownKind, id="a program called a PDF"),
        pytest.param("a.pdf", b"", kinds.FileEmpty, id="nothing"),
        pytest.param("a.pdf", package("a.txt"), rules.FileOfAnotherKind, id="a zip called a PDF"),
        pytest.param(
            "a.zip", package("../../etc/passwd"), kinds.PackageRefused, id="leads out of itself"
        ),
        pytest.param(
            "a.zip", package("a", content=bytes(9_000_000)), kinds.PackageRefused, id="a bomb"
        ),
        pytest.param("a.pdf", PDF + b" " * 3000, rules.FileTooLarge, id="too large"),
    ],
)
def test_files_that_are_refused(
    school: School,
    files: FileStore,
    session: Session,
    name: str,
    content: bytes,
    refusal: type[Exception],
) -> None:
    make_assignment(session, school.assessments[0].id, largest=2048)
    desk = Desk(school, files)

    with pytest.raises(refusal):
        desk.add(name, content)
    assert desk.own().draft is None
    assert not list(files.folder.rglob("*")), "nothing that is refused is stored"


def test_names_are_told_apart_and_files_are_counted(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    for _ in range(3):
        desk.add("Work.PDF", PDF)
    draft = desk.own().draft
    assert draft is not None
    assert [file.name for file in draft.files] == ["Work.pdf", "Work (2).pdf", "Work (3).pdf"]
    with pytest.raises(rules.TooManyFiles):
        desk.add("more.pdf", PDF)
    first = draft.files[0].id
    desk.remove(first)
    with pytest.raises(rules.FileUnknown):
        desk.remove(first)


def test_nobody_meets_the_work_of_others(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk, other = Desk(school, files), Desk(school, files, 1)
    desk.write("mine")
    file_id = desk.add("a.pdf", PDF)
    done = desk.hand_in()
    stranger = Actor(person_id=school.instructor.person_id)

    assert other.own().versions == []
    with pytest.raises(NotFound):
        queries.own_submission(session, other.actor.person_id or 0, done.id)
    with pytest.raises(NotFound):
        queries.own_file(session, other.actor.person_id or 0, file_id)
    with pytest.raises(NotFound):
        other.hand_in_again(done.id, "")
    with pytest.raises(NotFound):
        submissions.begin(session, stranger, assessment_id=desk.assessment_id)


def test_a_group_writes_one_draft_and_one_hands_it_in(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id, by_group=True)
    group = accommodations.create_group(
        session, school.instructor, run_id=school.run.id, name="North"
    )
    ours = [school.learners[0].id, school.learners[1].id]
    accommodations.change_group(
        session, school.instructor, group_id=group.id, name="North", enrolment_ids=ours
    )
    first, second, alone = (Desk(school, files, each) for each in range(3))
    first.write("begun by one")
    second.write("begun by one, gone on with by the other")
    alone.write("mine alone")

    done = second.hand_in()

    assert [one.id for one in first.own().handed_in] == [done.id]
    assert first.own().draft is None
    assert alone.own().handed_in == []
    authors = session.scalars(
        select(SubmissionAuthor.enrolment_id).where(SubmissionAuthor.submission_id == done.id)
    )
    assert sorted(authors) == sorted(ours)
    assert len(session.scalars(select(Message)).all()) == 2


def test_the_database_keeps_what_was_handed_in(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    desk.write("Joins")
    desk.add("a.pdf", PDF)
    done = desk.hand_in()
    for sql in (
        "UPDATE submission SET text = 'better'",
        "UPDATE submission SET receipt = 'another'",
        "UPDATE submission SET receipt_sha256 = 'another'",
        (
            "UPDATE submission SET status = 'draft', handed_in_at = NULL, handed_in_by_id = NULL, "
            "receipt = NULL, receipt_sha256 = NULL"
        ),
        "UPDATE submission SET number = 7",
        "UPDATE submission SET handed_in_by_id = NULL",
        "UPDATE submission_file SET sha256 = 'another'",
        "UPDATE submission_author SET enrolment_id = 7",
        "DELETE FROM submission",
    ):
        with pytest.raises(DBAPIError):
            _run(session, desk.actor, sql)
        session.rollback()

    # What erasing a person needs is let through.
    _run(session, desk.actor, "UPDATE submission SET text = '', receipt = ''")
    session.expire_all()
    assert session.get_one(Submission, done.id).receipt_sha256


def test_pieces_of_a_file_go_on_where_the_line_broke(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    content = PDF + b"%" * 100_000
    upload = uploads.begin_upload(
        session, desk.actor, assessment_id=desk.assessment_id, name="long.pdf", size=len(content)
    )

    assert uploads.append(upload, files, offset=0, piece=content[:60_000]) == 60_000
    for offset in (0, 59_999, 60_001):
        with pytest.raises(uploads.UploadElsewhere):
            uploads.append(upload, files, offset=offset, piece=content[:10])
    with pytest.raises(uploads.UploadElsewhere):
        uploads.append(upload, files, offset=60_000, piece=content)
    assert uploads.arrived(upload, files) == 60_000
    uploads.append(upload, files, offset=60_000, piece=content[60_000:])
    done = uploads.finish_upload(
        session, desk.actor, files, upload=upload, scan=ScanState.UNSCANNED
    )

    assert files.get(done.sha256) == content
    session.refresh(upload)
    assert (upload.file_id, uploads.arrived(upload, files)) == (done.id, len(content))
    assert not list((files.folder / uploads.FOLDER).iterdir())
    with pytest.raises(rules.FileTooLarge):
        uploads.begin_upload(
            session, desk.actor, assessment_id=desk.assessment_id, name="x", size=1 << 40
        )


def test_an_upload_that_is_refused_is_forgotten(
    school: School, files: FileStore, session: Session
) -> None:
    make_assignment(session, school.assessments[0].id)
    desk = Desk(school, files)
    upload = uploads.begin_upload(
        session, desk.actor, assessment_id=desk.assessment_id, name="a.pdf", size=4
    )
    uploads.append(upload, files, offset=0, piece=b"MZ\0\0")
    name = upload.name_on_disk

    with pytest.raises(kinds.UnknownKind):
        uploads.finish_upload(session, desk.actor, files, upload=upload, scan=ScanState.UNSCANNED)
    with pytest.raises(NotFound):
        queries.upload_of(session, desk.actor.person_id or 0, name)
    assert not list((files.folder / uploads.FOLDER).iterdir())
