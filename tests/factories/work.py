"""Files and assignments for tests: real documents, as small as they can be."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

from nador.assessment.models import (
    Assignment,
    Submission,
    SubmissionAuthor,
    SubmissionFile,
)
from nador.assessment.rules.submissions import (
    FileKind,
    FilePurpose,
    ScanState,
    SubmissionStatus,
    sha256_of,
)
from nador.kernel import clock
from tests.factories.store import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.enrolment.models import Enrolment

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


def package(*names: str, content: bytes = b"x", **named: bytes) -> bytes:
    """Zip entries of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in names:
            zipped.writestr(name, content)
        for name, own in named.items():
            zipped.writestr(name, own)
    return buffer.getvalue()


def make_submission(
    session: Session,
    assessment_id: int,
    enrolment: Enrolment,
    *,
    number: int = 1,
    draft: bool = False,
    content: bytes = PDF,
    text: str = "Joins join.",
    **changed: object,
) -> Submission:
    """Make a version with one file, whose bytes whoever needs them puts into the store."""
    now = clock.now()
    file = SubmissionFile(
        purpose=FilePurpose.WORK,
        name="work.pdf",
        kind=FileKind.PDF,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        scan=ScanState.UNSCANNED,
        stored_at=now,
        stored_by_id=enrolment.person_id,
    )
    done: dict[str, object] = {"status": SubmissionStatus.DRAFT}
    if not draft:
        done = {
            "status": SubmissionStatus.SUBMITTED,
            "handed_in_at": now,
            "handed_in_by_id": enrolment.person_id,
            "receipt": "receipt 1\n",
            "receipt_sha256": sha256_of("receipt 1\n"),
        }
    made = Submission(
        assessment_id=assessment_id,
        enrolment_id=enrolment.id,
        number=number,
        text=text,
        text_sequence=1,
        begun_at=now,
        saved_at=now,
        authors=[SubmissionAuthor(enrolment_id=enrolment.id)],
        files=[file],
        **(done | changed),
    )
    return store(session, made)


def make_assignment(session: Session, assessment_id: int, **changed: object) -> Assignment:
    """Make an assignment that takes a text and PDFs, with changes as told."""
    wanted: dict[str, object] = {
        "instructions": "Explain **joins**.",
        "kinds": [FileKind.PDF.value, FileKind.TEXT.value],
        "most_files": 3,
    }
    return store(session, Assignment(assessment_id=assessment_id, **(wanted | changed)))
