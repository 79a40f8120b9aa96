"""Files that go back to learners with their marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.assessment import policy
from nador.assessment.models import FeedbackFile
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.files import MEDIA_TYPES
from nador.assessment.rules.marking import MarkReleased
from nador.assessment.service.forgetting import let_go
from nador.assessment.service.grading import gradable
from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.assessment.queries.marking import Work
    from nador.assessment.service.submissions import Stored
    from nador.kernel.access import Actor


@command
def add_feedback(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    sign: str,
    stored: Stored,
) -> FeedbackFile:
    """Give a file back with a piece of work, in the place of one of the same name; it is stored already.

    Raises MarkReleased, OwnCase.
    """
    work = _open_work(session, actor, assessment_id, sign)
    return give(
        session,
        actor,
        FeedbackFile(
            assessment_id=assessment_id,
            enrolment_id=work.enrolment_id,
            name=stored.name,
            media_type=MEDIA_TYPES[stored.kind],
            size=stored.size,
            sha256=stored.sha256,
            scan=stored.scan,
        ),
    )


def give(session: Session, actor: Actor, file: FeedbackFile) -> FeedbackFile:
    """Put a file beside a mark, in the place of one of the same name."""
    kept = session.scalar(
        select(FeedbackFile).where(
            FeedbackFile.assessment_id == file.assessment_id,
            FeedbackFile.enrolment_id == file.enrolment_id,
            FeedbackFile.name == file.name,
        )
    )
    if kept is None:
        session.add(file)
        kept = file
    elif kept.sha256 != file.sha256:
        let_go(session, [kept.sha256])
    kept.media_type, kept.size, kept.sha256 = file.media_type, file.size, file.sha256
    kept.scan = file.scan
    kept.added_at, kept.added_by_id = clock.now(), actor.person_id or 0
    session.flush()
    return kept


@command
def drop_feedback(
    session: Session, actor: Actor, *, assessment_id: int, sign: str, file_id: int
) -> None:
    """Take a file back before the learner has seen it; raises MarkReleased."""
    work = _open_work(session, actor, assessment_id, sign)
    kept = bench_queries.feedback_file(session, file_id)
    if (kept.assessment_id, kept.enrolment_id) != (assessment_id, work.enrolment_id):
        raise NotFound
    session.delete(kept)
    let_go(session, [kept.sha256])


def _open_work(session: Session, actor: Actor, assessment_id: int, sign: str) -> Work:
    gradable(session, actor, assessment_id)
    work = bench_queries.bench(session, assessment_id).work(sign)
    for author in work.authors:
        policy.require_not_own(actor, author.person_id)
    if work.released:
        raise MarkReleased
    return work
