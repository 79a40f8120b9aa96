"""Work to be marked, for tests."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nador.assessment.models import (
    Assignment,
    BankComment,
    FeedbackFile,
    FeedbackUpload,
    Submission,
    SubmissionAuthor,
    SubmissionFile,
)
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.submissions import FileKind, SubmissionStatus
from nador.kernel import clock
from tests.factories.store import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.enrolment.models import Enrolment

WORK = "The tool answered fifteen of twenty questions well.\n\nIt invented three prices."


def hand_in(
    session: Session,
    assessment_id: int,
    *authors: Enrolment,
    text: str = WORK,
    files: dict[str, bytes] | None = None,
    at: datetime | None = None,
    number: int = 1,
    late: bool = False,
) -> Submission:
    """Let learners have handed in a work; whoever needs its files puts their bytes into the store."""
    at = at or clock.now() - timedelta(hours=1)
    submission = Submission(
        assessment_id=assessment_id,
        enrolment_id=authors[0].id,
        number=number,
        status=SubmissionStatus.SUBMITTED,
        text=text,
        begun_at=at,
        saved_at=at,
        handed_in_at=at,
        handed_in_by_id=authors[0].person_id,
        due_at=at - timedelta(hours=1) if late else None,
        receipt="receipt 1\n",
        receipt_sha256=hashlib.sha256(b"receipt 1\n").hexdigest(),
        authors=[SubmissionAuthor(enrolment_id=each.id) for each in authors],
        files=[
            SubmissionFile(
                name=name,
                kind=FileKind.PDF,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                stored_at=at,
                stored_by_id=authors[0].person_id,
            )
            for name, content in (files or {}).items()
        ],
    )
    return store(session, submission)


def ask_for_work(session: Session, assessment_id: int, **asked: object) -> Assignment:
    """Let work be handed in for an assessment."""
    return store(session, Assignment(assessment_id=assessment_id, **asked))


def sign_of(session: Session, assessment_id: int, enrolment: Enrolment) -> str:
    """By which sign a learner's work goes."""
    works = bench_queries.bench(session, assessment_id).works
    return next(
        each.sign for each in works if any(one.enrolment_id == enrolment.id for one in each.authors)
    )


def make_feedback(
    session: Session, assessment_id: int, enrolment: Enrolment, *, by_id: int, content: bytes
) -> FeedbackFile:
    """Let a marker have given a file back."""
    return store(
        session,
        FeedbackFile(
            assessment_id=assessment_id,
            enrolment_id=enrolment.id,
            name="remarks.pdf",
            media_type="application/pdf",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            added_at=clock.now(),
            added_by_id=by_id,
        ),
    )


def make_comment(session: Session, institute_id: int, *, by_id: int) -> BankComment:
    """Keep a comment for everybody."""
    return store(
        session,
        BankComment(
            institute_id=institute_id, text="Well argued.", made_at=clock.now(), made_by_id=by_id
        ),
    )


def make_package(session: Session, assessment_id: int, *, by_id: int) -> FeedbackUpload:
    """Let somebody have brought a package of feedback files."""
    return store(
        session,
        FeedbackUpload(
            assessment_id=assessment_id,
            sha256="0" * 64,
            uploaded_at=clock.now(),
            uploaded_by_id=by_id,
        ),
    )
