"""What the virus scanner said of a file, and uploads that were left: workers write it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from nador.assessment.models import AnswerFile, FeedbackFile, SubmissionFile, Upload
from nador.assessment.rules.submissions import (
    AnswerFoundInfected,
    FeedbackFoundInfected,
    FileFoundInfected,
    ScanState,
)
from nador.kernel import events
from nador.kernel.db import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from nador.assessment.questions import Answer
    from nador.kernel.access import Actor


File = TypeVar("File", SubmissionFile, FeedbackFile, AnswerFile)


@dataclass(frozen=True, slots=True)
class Scanned:
    """Bytes that the scanner has looked at, and what it found; None: nothing."""

    sha256: str
    found: str | None


@command
def record_scan(session: Session, actor: Actor, *, item_id: int, outcome: Scanned) -> None:  # noqa: ARG001 - its bytes say more
    """Write what was found for every file of these bytes; those that took a file's place still wait."""
    _write(session, actor, SubmissionFile, outcome, FileFoundInfected)
    _write(session, actor, FeedbackFile, outcome, FeedbackFoundInfected)
    _write(session, actor, AnswerFile, outcome, AnswerFoundInfected)


def _write(
    session: Session,
    actor: Actor,
    table: type[File],
    outcome: Scanned,
    infected: Callable[[int], object],
) -> None:
    alike = select(table).where(table.sha256 == outcome.sha256, table.scan == ScanState.WAITING)
    for each in session.scalars(alike):
        each.scan = ScanState.CLEAN if outcome.found is None else ScanState.INFECTED
        if outcome.found is not None:
            events.emit(session, actor, infected(each.id))


def watch(session: Session, *, answer_id: int, answer: Answer) -> None:
    """Have the scanner look at the files of an answer, as part of a command; at each of them once."""
    files = {each["sha256"]: each["name"] for each in answer.get("files", [])}
    watched = session.scalars(
        select(AnswerFile.sha256)
        .where(AnswerFile.answer_id == answer_id, AnswerFile.sha256.in_(files))
        .with_for_update()
    ).all()
    session.add_all(
        AnswerFile(answer_id=answer_id, sha256=sha256, name=name, scan=ScanState.WAITING)
        for sha256, name in files.items()
        if sha256 not in watched
    )


@command
def record_left(session: Session, _actor: Actor, *, item_id: int, outcome: None) -> None:  # noqa: ARG001 - what every record is told
    """Forget an upload that nobody went on with."""
    upload = session.get(Upload, item_id)
    if upload is not None:
        session.delete(upload)
