"""What was handed in, as a marker sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from nador.assessment.models import Submission, SubmissionAuthor, SubmissionFile
from nador.assessment.rules.submissions import FilePurpose, ScanState, SubmissionStatus
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

READABLE = (ScanState.UNSCANNED, ScanState.CLEAN)
"""Without a scanner nothing is scanned; where there is one, what it has not passed stays shut."""


def submission_shown(session: Session, submission_id: int | None) -> Submission | None:
    """A handed-in version with its files."""
    if submission_id is None:
        return None
    return session.scalar(
        select(Submission)
        .where(Submission.id == submission_id)
        .options(
            selectinload(
                Submission.files.and_(
                    SubmissionFile.purpose == FilePurpose.WORK, SubmissionFile.scan.in_(READABLE)
                )
            )
        )
    )


def newest_submission(session: Session, assessment_id: int, enrolment_id: int) -> int | None:
    """The version that a learner, or their group, handed in last."""
    return session.scalar(
        select(func.max(Submission.id))
        .join(SubmissionAuthor, SubmissionAuthor.submission_id == Submission.id)
        .where(
            Submission.assessment_id == assessment_id,
            Submission.status != SubmissionStatus.DRAFT,
            SubmissionAuthor.enrolment_id == enrolment_id,
        )
    )


def submission_file(session: Session, submission_id: int | None, file_id: int) -> SubmissionFile:
    """A file of a handed-in version; raises NotFound."""
    found = session.get(SubmissionFile, file_id)
    if (
        found is None
        or found.submission_id != submission_id
        or found.purpose is not FilePurpose.WORK
        or found.scan not in READABLE
    ):
        raise NotFound
    return found
