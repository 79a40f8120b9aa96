"""The images of questions, by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.assessment.models import QuestionBank, QuestionFile
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


def media_type(session: Session, sha256: str) -> str:
    """What kind of image is kept under this hash; raises NotFound."""
    found = session.scalar(
        select(QuestionFile.media_type).where(QuestionFile.sha256 == sha256).limit(1)
    )
    if found is None:
        raise NotFound
    return found


def image_for(session: Session, sha256: str, institute_ids: Collection[int]) -> str | None:
    """What kind of image a bank of these institutes keeps under this hash, if any."""
    return session.scalar(
        select(QuestionFile.media_type)
        .join(QuestionBank, QuestionBank.id == QuestionFile.bank_id)
        .where(QuestionFile.sha256 == sha256, QuestionBank.institute_id.in_(institute_ids))
        .limit(1)
    )
