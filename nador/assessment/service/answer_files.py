"""Files of answers come in a piece at a time, as those of drafts do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment.models import AttemptAnswer, Upload
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.questions import refusals
from nador.assessment.questions.file import FileQuestion, entry
from nador.assessment.rules.files import FileEmpty
from nador.assessment.service.attempts import Sent, save_answers
from nador.assessment.service.uploads import announce, arrived_whole, let_go_where_refused
from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.assessment.queries.attempts import Standing
    from nador.assessment.rules.submissions import ScanState
    from nador.kernel.access import Actor
    from nador.kernel.files import FileStore


@command
def begin_upload(
    session: Session, actor: Actor, *, attempt_id: int, position: int, name: str, size: int
) -> Upload:
    """Announce a file for an own answer.

    Raises NotFound where no file is asked for, FileEmpty, FileOfAnotherKind, FileTooLarge, TooManyFiles.
    """
    stands, question = _standing(session, actor, attempt_id, position)
    if not size:
        raise FileEmpty(field="file", name=name)
    question.require_fits(name, size)
    if len(stands.answer.get("files", [])) >= question.most_files:
        raise refusals.TooManyFiles(field="file", limit=question.most_files)
    return announce(session, actor, Upload(answer_id=stands.answer_id, name=name, size=size))


def _standing(
    session: Session, actor: Actor, attempt_id: int, position: int
) -> tuple[Standing, FileQuestion]:
    person_id = actor.person_id or 0
    stands = attempt_queries.answers_to_save(session, person_id, attempt_id, [position])[position]
    if not isinstance(stands.question, FileQuestion):
        raise NotFound
    return stands, stands.question


def finish_upload(
    session: Session, actor: Actor, store: FileStore, *, upload: Upload, scan: ScanState
) -> None:
    """Add what has arrived whole to the answer; raises what the question raises, and it is forgotten."""
    upload_id = upload.id
    with arrived_whole(session, actor, store, upload) as content:
        sha256 = store.put_stream(content)
        with let_go_where_refused(session, actor, [sha256]):
            end_upload(session, actor, upload_id=upload_id, sha256=sha256, scan=scan)


@command
def end_upload(
    session: Session, actor: Actor, *, upload_id: int, sha256: str, scan: ScanState
) -> None:
    """Save the answer with one file more, once; what came after the end is kept aside."""
    upload = session.get_one(Upload, upload_id)
    answer = session.get_one(AttemptAnswer, upload.answer_id)
    stands, _ = _standing(session, actor, answer.attempt_id, answer.position)
    session.refresh(upload)
    if upload.ended_at is not None:
        return
    there = [
        entry(each["name"], each["sha256"], each["size"]) for each in stands.answer.get("files", [])
    ]
    files = dict.fromkeys([*there, entry(upload.name, sha256, upload.size)])
    sent = Sent(answer.position, stands.sequence + 1, {"file": [*files]}, scan=scan)
    (kept,) = save_answers(session, actor, attempt_id=answer.attempt_id, sent=[sent])
    if kept.refusal is not None:
        raise kept.refusal
    upload.ended_at = clock.now()
