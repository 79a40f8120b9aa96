"""Files come in, whole or a piece at a time: what they are is found out before they count."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, Final

from sqlalchemy import delete, func, select

from nador.assessment.models import SubmissionFile, Upload
from nador.assessment.queries import submissions as queries
from nador.assessment.rules import files as kinds
from nador.assessment.rules import submissions as rules
from nador.assessment.service.forgetting import let_go_refused
from nador.assessment.service.submissions import Stored, add_file, begin
from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.errors import Conflict, DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nador.assessment.queries.submissions import OwnAssignment
    from nador.assessment.rules.submissions import ScanState
    from nador.kernel.access import Actor
    from nador.kernel.files import FileStore

FOLDER: Final = "uploads"
KEPT_FOR: Final = timedelta(hours=24)
"""How long an upload can be gone on with."""
MOST_OPEN: Final = 20
MOST_AT_ONCE: Final = 4 * 1024 * 1024
"""The largest piece, in bytes."""


class UploadElsewhere(Conflict):
    """The piece does not begin where the upload stands: `offset` bytes have arrived."""

    code = "upload_elsewhere"


def take_in(
    session: Session,
    actor: Actor,
    store: FileStore,
    *,
    assessment_id: int,
    name: str,
    content: BinaryIO,
    scan: ScanState,
) -> SubmissionFile:
    """Look at an open file, store it and add it to the learner's draft.

    Raises UnknownKind, FileEmpty, PackageRefused, and what `add_file` raises.
    """
    own = queries.own_assignment(session, actor.person_id or 0, assessment_id)
    stored = _store(own, store, name, content, scan)
    with let_go_where_refused(session, actor, [stored.sha256]):
        return add_file(session, actor, assessment_id=assessment_id, stored=stored)


@contextmanager
def let_go_where_refused(session: Session, actor: Actor, hashes: list[str]) -> Iterator[None]:
    """Leave nothing in the store of files that were stored for what was refused then."""
    try:
        yield
    except DomainError:
        let_go_refused(session, actor, hashes=hashes)
        raise


def _store(
    own: OwnAssignment, store: FileStore, name: str, content: BinaryIO, scan: ScanState
) -> Stored:
    """Store a file that would be taken now; whether it still is, the command asks again."""
    own.require_taken(clock.now())
    found = look_at(name, content, scan=scan)
    present = len(own.draft.files) if own.draft else 0
    rules.require_file(own.assignment.asked, found.beside([]).as_work, present=present)
    return replace(found, sha256=store.put_stream(content))


def store_feedback(store: FileStore, name: str, content: BinaryIO, *, scan: ScanState) -> Stored:
    """Store a file that goes back with a work: of any kind that is known here.

    Raises UnknownKind, FileEmpty, PackageRefused.
    """
    found = look_at(name, content, scan=scan)
    return replace(found, sha256=store.put_stream(content))


def look_at(name: str, content: BinaryIO, *, scan: ScanState) -> Stored:
    """Say what an open file is and how long, before it is stored."""
    kind = kinds.kind_of(name, content)
    size = content.seek(0, os.SEEK_END)
    return Stored(name=kinds.kept_name(name, kind), kind=kind, size=size, sha256="", scan=scan)


@command
def begin_upload(
    session: Session, actor: Actor, *, assessment_id: int, name: str, size: int
) -> Upload:
    """Announce a file that comes in pieces; raises FileTooLarge, TooManyFiles, what `begin` raises."""
    draft = begin(session, actor, assessment_id=assessment_id)
    own = queries.own_assignment(session, actor.person_id or 0, assessment_id)
    asked = own.assignment.asked
    if not asked.takes_files:
        raise rules.FilesNotTaken(field="files")
    if size > asked.largest:
        raise rules.FileTooLarge(field="files", name=name, limit=rules.in_megabytes(asked.largest))
    if not size:
        raise kinds.FileEmpty(field="files", name=name)
    if len(draft.files) >= asked.most_files:
        raise rules.TooManyFiles(field="files", limit=asked.most_files)
    return announce(session, actor, Upload(submission_id=draft.id, name=name, size=size))


def announce(session: Session, actor: Actor, upload: Upload) -> Upload:
    """Give an upload its address, as part of a command; raises TooManyFiles: nobody has many under way."""
    under_way = session.scalar(
        select(func.count()).where(Upload.person_id == actor.person_id, Upload.ended_at.is_(None))
    )
    if (under_way or 0) >= MOST_OPEN:
        raise rules.TooManyFiles(field="files", limit=MOST_OPEN)
    upload.name_on_disk, upload.person_id = secrets.token_urlsafe(24), actor.person_id or 0
    upload.begun_at = clock.now()
    session.add(upload)
    session.flush()
    return upload


def arrived(upload: Upload, store: FileStore) -> int:
    """How many bytes of an upload are here."""
    if upload.ended_at is not None:
        return upload.size
    path = place(store, upload.name_on_disk)
    return path.stat().st_size if path.exists() else 0


def append(upload: Upload, store: FileStore, *, offset: int, piece: bytes) -> int:
    """Write a piece behind what is here, durably; returns where the upload stands then.

    Raises UploadElsewhere: a piece that came before, or too early, changes nothing.
    """
    path = place(store, upload.name_on_disk)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("ab") as part:
        # The same piece may come twice at once, when a phone tries again before it has an answer.
        fcntl.flock(part, fcntl.LOCK_EX)
        here = part.seek(0, os.SEEK_END)
        if offset != here or here + len(piece) > upload.size:
            raise UploadElsewhere(offset=here)
        part.write(piece)
        part.flush()
        os.fsync(part.fileno())
    return here + len(piece)


def finish_upload(
    session: Session, actor: Actor, store: FileStore, *, upload: Upload, scan: ScanState
) -> SubmissionFile:
    """Add what has arrived whole to the draft; one that is refused is forgotten.

    Raises what `take_in` raises, and DraftMoved where the draft was handed in meanwhile.
    """
    upload_id = upload.id
    with arrived_whole(session, actor, store, upload) as content:
        own = queries.own_draft(session, actor.person_id or 0, upload.submission_id or 0)
        stored = _store(own, store, upload.name, content, scan)
        with let_go_where_refused(session, actor, [stored.sha256]):
            return end_upload(session, actor, upload_id=upload_id, stored=stored)


@contextmanager
def arrived_whole(
    session: Session, actor: Actor, store: FileStore, upload: Upload
) -> Iterator[BinaryIO]:
    """Open what has arrived and delete it afterwards; where it is refused, forget that it ever came."""
    upload_id, path = upload.id, place(store, upload.name_on_disk)
    try:
        with path.open("rb") as content:
            yield content
    except DomainError:
        forget_uploads(session, actor, upload_ids=[upload_id])
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


@command
def end_upload(session: Session, actor: Actor, *, upload_id: int, stored: Stored) -> SubmissionFile:
    """Add an upload's file to the draft, once; it is kept what became of it, for a lost answer."""
    upload = session.get_one(Upload, upload_id)
    own = queries.own_draft(session, actor.person_id or 0, upload.submission_id or 0, lock=True)
    session.refresh(upload)
    if upload.file_id is not None:
        return session.get_one(SubmissionFile, upload.file_id)
    file = add_file(session, actor, assessment_id=own.assessment.id, stored=stored)
    upload.file_id, upload.ended_at = file.id, clock.now()
    return file


@command
def forget_uploads(session: Session, _actor: Actor, *, upload_ids: list[int]) -> None:
    """Forget uploads that were refused, or that nobody went on with."""
    session.execute(delete(Upload).where(Upload.id.in_(upload_ids)))


def place(store: FileStore, name_on_disk: str) -> Path:
    """Where the pieces of an upload are put together: outside of what is served."""
    return store.folder / FOLDER / name_on_disk
