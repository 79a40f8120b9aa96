"""What an erased person wrote and handed in goes; that they did, and what was decided, stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from nador.assessment.models import (
    Accommodation,
    AnswerAside,
    AnswerFile,
    Appeal,
    Attempt,
    AttemptAnswer,
    BankComment,
    FeedbackFile,
    LetGoFile,
    Mark,
    Submission,
    SubmissionAuthor,
    SubmissionFile,
    Upload,
)
from nador.assessment.queries import handed_in
from nador.enrolment.models import Enrolment
from nador.kernel import clock
from nador.kernel.db import command

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


def forget_person(session: Session, *, person_id: int) -> None:
    """Empty what a person wrote, as part of the command that erases them.

    Works of groups stay: they are others' too.
    """
    session.execute(
        update(Appeal).where(Appeal.opened_by_id == person_id).values(reason="", answer="")
    )
    _forget_answers(session, person_id)
    leave_uploads(session, Upload.person_id == person_id)
    own = (
        select(SubmissionAuthor.submission_id)
        .join(Enrolment, Enrolment.id == SubmissionAuthor.enrolment_id)
        .where(Enrolment.person_id == person_id)
    )
    of_others = (
        select(SubmissionAuthor.submission_id)
        .join(Enrolment, Enrolment.id == SubmissionAuthor.enrolment_id)
        .where(Enrolment.person_id != person_id)
    )
    alone = list(
        session.scalars(
            select(Submission.id).where(Submission.id.in_(own), Submission.id.not_in(of_others))
        )
    )
    theirs = SubmissionFile.submission_id.in_(alone)
    let_go(session, list(session.scalars(select(SubmissionFile.sha256).where(theirs))))
    session.execute(delete(SubmissionFile).where(theirs))
    session.execute(update(Submission).where(Submission.id.in_(alone)).values(text="", feedback=""))
    session.execute(
        update(Submission)
        .where(Submission.id.in_(alone), Submission.receipt.is_not(None))
        .values(receipt="")
    )
    _forget_marks(session, person_id)


def _forget_marks(session: Session, person_id: int) -> None:
    """Empty what was said of a person's work, and let go what was given back; marks stay."""
    own = select(Enrolment.id).where(Enrolment.person_id == person_id)
    session.execute(
        update(Mark)
        .where(Mark.enrolment_id.in_(own))
        .values(comment="", notes={}, version=Mark.version + 1)
    )
    back = FeedbackFile.enrolment_id.in_(own)
    let_go(session, list(session.scalars(select(FeedbackFile.sha256).where(back))))
    session.execute(delete(FeedbackFile).where(back))
    session.execute(delete(BankComment).where(BankComment.person_id == person_id))


def _forget_answers(session: Session, person_id: int) -> None:
    """Empty their answers to quizzes and why something was eased; what answers earned stays."""
    enrolments = select(Enrolment.id).where(Enrolment.person_id == person_id)
    sittings = select(Attempt.id).where(Attempt.enrolment_id.in_(enrolments))
    answers = select(AttemptAnswer.id).where(AttemptAnswer.attempt_id.in_(sittings))
    kept = [
        *session.scalars(
            select(AttemptAnswer.answer).where(AttemptAnswer.attempt_id.in_(sittings))
        ),
        *session.scalars(select(AnswerAside.answer).where(AnswerAside.answer_id.in_(answers))),
    ]
    let_go(session, [file["sha256"] for answer in kept for file in answer.get("files", [])])
    session.execute(delete(AnswerFile).where(AnswerFile.answer_id.in_(answers)))
    emptied = (
        update(AnswerAside).where(AnswerAside.answer_id.in_(answers)).values(answer={}),
        update(AttemptAnswer)
        .where(AttemptAnswer.attempt_id.in_(sittings), AttemptAnswer.sequence > 0)
        .values(answer={}, sequence=AttemptAnswer.sequence + 1, comment=""),
        update(Accommodation).where(Accommodation.enrolment_id.in_(enrolments)).values(reason=""),
    )
    for each in emptied:
        session.execute(each.execution_options(synchronize_session=False))


def leave_uploads(session: Session, which: ColumnElement[bool]) -> None:
    """Go on with no upload of these: a worker deletes the pieces of those that had not arrived whole."""
    session.execute(delete(Upload).where(which, Upload.ended_at.is_not(None)))
    session.execute(update(Upload).where(which).values(begun_at=_LONG_AGO))


def let_go(session: Session, hashes: list[str]) -> None:
    """Let a worker delete files of the store, unless something still names them by then."""
    if not hashes:
        return
    now = clock.now()
    session.add_all(LetGoFile(sha256=sha256, asked_at=now) for sha256 in sorted(set(hashes)))


@command
def let_go_refused(session: Session, _actor: Actor, *, hashes: list[str]) -> None:
    """Let go what was stored for something that was refused then."""
    let_go(session, hashes)


@command
def record_let_go(session: Session, _actor: Actor, *, item_id: int, outcome: bool) -> None:
    """Forget that a file was to go: it went, with what the scanner said of it, or is still needed."""
    kept = session.get(LetGoFile, item_id)
    if kept is None:
        return
    if outcome:
        _forget_scans(session, kept.sha256)
    session.delete(kept)


def _forget_scans(session: Session, sha256: str) -> None:
    """Forget what the scanner said of bytes, unless an answer has named them again meanwhile.

    Without its row a file would count as one that no scanner has to look at. The rows are held first:
    who saves such an answer holds them too.
    """
    said = session.scalars(
        select(AnswerFile).where(AnswerFile.sha256 == sha256).with_for_update()
    ).all()
    if said and not handed_in.is_named(session, sha256):
        for each in said:
            session.delete(each)
