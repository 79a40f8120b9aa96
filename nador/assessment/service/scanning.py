"""What the virus scanner said of a file, and uploads that were left: workers write it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.assessment.models import SubmissionFile, Upload
from nador.assessment.rules.submissions import FileFoundInfected, ScanState
from nador.kernel import events
from nador.kernel.db import command

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@command
def record_scan(session: Session, actor: Actor, *, item_id: int, outcome: str | None) -> None:
    """Write what was found in a file (None: nothing), for every row that names the same bytes."""
    file = session.get(SubmissionFile, item_id)
    if file is None:
        return
    alike = session.scalars(
        select(SubmissionFile).where(
            SubmissionFile.sha256 == file.sha256, SubmissionFile.scan == ScanState.WAITING
        )
    )
    for each in alike:
        each.scan = ScanState.CLEAN if outcome is None else ScanState.INFECTED
        if outcome is not None:
            events.emit(session, actor, FileFoundInfected(each.id))


@command
def record_left(session: Session, _actor: Actor, *, item_id: int, outcome: None) -> None:  # noqa: ARG001 - what every record is told
    """Forget an upload that nobody went on with."""
    upload = session.get(Upload, item_id)
    if upload is not None:
        session.delete(upload)
