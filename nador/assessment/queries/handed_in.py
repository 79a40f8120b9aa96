"""What workers look for among handed-in files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from nador.assessment.models import SubmissionFile, Upload
from nador.assessment.rules.submissions import ScanState

if TYPE_CHECKING:
    from datetime import datetime, timedelta


def unscanned(_now: datetime) -> Select[int]:
    """Select the files that wait for the virus scanner, the longest waiting first."""
    return (
        select(SubmissionFile.id)
        .where(SubmissionFile.scan == ScanState.WAITING)
        .order_by(SubmissionFile.id)
    )


def left_uploads(now: datetime, kept_for: timedelta) -> Select[int]:
    """Select the uploads that nobody goes on with any more."""
    return select(Upload.id).where(Upload.begun_at < now - kept_for).order_by(Upload.id)
