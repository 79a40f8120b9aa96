"""Files that markers give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from nador.assessment.models import FeedbackFile, FeedbackUpload
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session


def feedback_files(
    session: Session, assessment_id: int, enrolment_id: int | None = None
) -> Sequence[FeedbackFile]:
    """The files given back in an assessment, to one learner or to all."""
    asked = select(FeedbackFile).where(FeedbackFile.assessment_id == assessment_id)
    if enrolment_id is not None:
        asked = asked.where(FeedbackFile.enrolment_id == enrolment_id)
    return session.scalars(asked.order_by(FeedbackFile.name)).all()


def feedback_file(session: Session, file_id: int) -> FeedbackFile:
    """One file; raises NotFound."""
    found = session.get(FeedbackFile, file_id)
    if found is None:
        raise NotFound
    return found


def feedback_upload(session: Session, upload_id: int, *, person_id: int | None) -> FeedbackUpload:
    """A ZIP that this person brought; to anybody else it does not exist."""
    found = session.get(FeedbackUpload, upload_id)
    if found is None or found.uploaded_by_id != person_id:
        raise NotFound
    return found


def left_packages(before: datetime) -> Select[int]:
    """Select the packages that were used or dropped, and those that came before then."""
    return (
        select(FeedbackUpload.id)
        .where(or_(FeedbackUpload.used_at.is_not(None), FeedbackUpload.uploaded_at < before))
        .order_by(FeedbackUpload.id)
    )
