"""Learners write drafts and hand them in; what was handed in stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from nador.assessment.models import Submission, SubmissionAuthor, SubmissionFile, Upload
from nador.assessment.queries import submissions as queries
from nador.assessment.rules import files as kinds
from nador.assessment.rules import submissions as rules
from nador.assessment.rules.submissions import FileKind, FilePurpose, ScanState, SubmissionStatus
from nador.assessment.service.forgetting import leave_uploads, let_go
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.text import clean_block

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.assessment.queries.submissions import OwnAssignment
    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that lies in the store already, with what its content says that it is."""

    name: str
    kind: FileKind
    size: int
    sha256: str
    scan: ScanState = ScanState.UNSCANNED

    def beside(self, taken: list[str]) -> SubmissionFile:
        """Make its row, under a name that none of the others has."""
        return SubmissionFile(
            name=kinds.free_name(self.name, taken),
            kind=self.kind,
            size=self.size,
            sha256=self.sha256,
            scan=self.scan,
        )


@command
def begin(session: Session, actor: Actor, *, assessment_id: int) -> Submission:
    """Open a draft, or give the one that is open; a further version begins as the last one was.

    Raises NotFound, NotOpenYet, CutOffPassed, HandedInAlready, AssignmentClosed.
    """
    return _draft(session, _taking(session, actor, assessment_id))


@command
def save_text(
    session: Session, actor: Actor, *, assessment_id: int, text: str, seen: int
) -> Submission:
    """Keep the text of the draft; `seen` is the number of the text that the page showed before.

    Raises TextMoved, TextNotTaken, TextTooLong, and what `begin` raises.
    """
    own = _taking(session, actor, assessment_id)
    kept = clean_block(text)
    rules.require_text(own.assignment.asked, kept)
    draft = _draft(session, own)
    if rules.next_text(draft.text, kept, sequence=draft.text_sequence, seen=seen):
        draft.text = kept
        draft.text_sequence += 1
        draft.saved_at = clock.now()
    return draft


@command
def add_file(
    session: Session, actor: Actor, *, assessment_id: int, stored: Stored
) -> SubmissionFile:
    """Add a stored file to the draft; raises what `rules.require_file` and `begin` raise."""
    own = _taking(session, actor, assessment_id)
    draft = _draft(session, own)
    file = stored.beside([each.name for each in draft.files])
    rules.require_file(own.assignment.asked, file.as_work, present=len(draft.files))
    now = clock.now()
    file.purpose, file.stored_at, file.stored_by_id = FilePurpose.WORK, now, actor.person_id or 0
    draft.files.append(file)
    draft.saved_at = now
    session.flush()
    return file


@command
def remove_file(session: Session, actor: Actor, *, assessment_id: int, file_id: int) -> None:
    """Take a file out of the draft; raises FileUnknown where there is none such."""
    own = _taking(session, actor, assessment_id)
    draft = own.draft
    file = next((each for each in draft.files if each.id == file_id), None) if draft else None
    if draft is None or file is None:
        raise rules.FileUnknown
    for upload in session.scalars(select(Upload).where(Upload.file_id == file.id)):
        session.delete(upload)
    let_go(session, [file.sha256])
    draft.files.remove(file)
    session.delete(file)
    draft.saved_at = clock.now()


@command
def hand_in(
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    submission_id: int,
    looked_at: str,
    confirmed: bool,
) -> Submission:
    """Hand a draft in, for good; the same request again gives the same version.

    `looked_at` is the fingerprint of what the learner saw last. Raises DraftMoved, what
    `rules.require_complete` and `begin` raise.
    """
    own = queries.own_assignment(session, actor.person_id or 0, assessment_id, lock=True)
    asked = next((one for one in own.versions if one.id == submission_id), None)
    if asked is None:
        raise NotFound
    if asked.status is not SubmissionStatus.DRAFT:
        return asked
    now = clock.now()
    own.require_taken(now)
    files = [file.as_work for file in asked.files]
    if rules.fingerprint(asked.text, files) != looked_at:
        raise rules.DraftMoved
    rules.require_complete(own.assignment.asked, text=asked.text, files=files, confirmed=confirmed)
    _name_authors(session, own, asked)
    asked.receipt = rules.receipt_text(
        reference=own.enrolment.reference,
        assignment=f"{own.run.code}/{own.assessment.code}",
        number=asked.number,
        at=now,
        text=asked.text,
        files=files,
    )
    asked.receipt_sha256 = rules.sha256_of(asked.receipt)
    asked.status, asked.due_at = SubmissionStatus.SUBMITTED, own.window.due_at
    asked.handed_in_at, asked.handed_in_by_id = now, actor.person_id
    leave_uploads(session, Upload.submission_id == asked.id)
    session.flush()
    audit.record(
        session,
        actor,
        "submission.handed_in",
        f"enrolment:{own.enrolment.id}",
        institute_id=own.run.institute_id,
        submission=asked.id,
        sha256=asked.receipt_sha256,
    )
    events.emit(session, actor, rules.SubmissionHandedIn(asked.id))
    return asked


def _taking(session: Session, actor: Actor, assessment_id: int) -> OwnAssignment:
    """Find the learner's assignment, locked, while work is taken for it."""
    own = queries.own_assignment(session, actor.person_id or 0, assessment_id, lock=True)
    own.require_taken(clock.now())
    return own


def _draft(session: Session, own: OwnAssignment) -> Submission:
    if own.draft is not None:
        return own.draft
    now = clock.now()
    last = own.handed_in[0] if own.handed_in else None
    draft = Submission(
        assessment_id=own.assessment.id,
        enrolment_id=own.enrolment.id,
        group_id=own.group.id if own.group else None,
        number=_next_number(session, own),
        status=SubmissionStatus.DRAFT,
        text=last.text if last else "",
        text_sequence=0,
        begun_at=now,
        saved_at=now,
        authors=[],
        files=[_again(file) for file in last.files if file.purpose is FilePurpose.WORK]
        if last
        else [],
    )
    session.add(draft)
    session.flush()
    _name_authors(session, own, draft)
    return draft


def _again(file: SubmissionFile) -> SubmissionFile:
    return SubmissionFile(
        purpose=FilePurpose.WORK,
        name=file.name,
        kind=file.kind,
        size=file.size,
        sha256=file.sha256,
        scan=file.scan,
        stored_at=file.stored_at,
        stored_by_id=file.stored_by_id,
    )


def _next_number(session: Session, own: OwnAssignment) -> int:
    """Count on from every version that the learner began, or that their group has."""
    begun = session.scalar(
        select(func.max(Submission.number)).where(
            Submission.assessment_id == own.assessment.id,
            Submission.enrolment_id == own.enrolment.id,
        )
    )
    return max([begun or 0, *(one.number for one in own.versions)]) + 1


def _name_authors(session: Session, own: OwnAssignment, submission: Submission) -> None:
    """Let the work be of whoever is in the group now, or of the one learner."""
    now_in = set(queries.members(session, own.group)) if own.group else set()
    wanted = now_in | {own.enrolment.id}
    for author in list(submission.authors):
        if author.enrolment_id not in wanted:
            submission.authors.remove(author)
            session.delete(author)
    known = {author.enrolment_id for author in submission.authors}
    submission.authors.extend(
        SubmissionAuthor(enrolment_id=each) for each in sorted(wanted - known)
    )
    session.flush()
