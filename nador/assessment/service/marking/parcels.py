"""Feedback files for many learners in one package: unpacked within limits, shown, then given; all or nothing."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

from sqlalchemy import update

from nador.assessment import policy
from nador.assessment.models import FeedbackFile, FeedbackUpload
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.files import (
    MEDIA_TYPES,
    PackageRefused,
    kept_name,
    kind_of,
    safe_package,
)
from nador.assessment.rules.marking import (
    Addressee,
    Delivery,
    MarksMoved,
    Packed,
    ParcelFileTooLarge,
    ParcelPlan,
    plan_parcel,
)
from nador.assessment.rules.marking.parcels import LARGEST_IN_PARCEL, is_litter
from nador.assessment.service.grading import gradable
from nador.assessment.service.marking.feedback import give
from nador.assessment.service.marking.worksheets import keys_of, label_of, refusal_of
from nador.assessment.service.sheets import SheetHasErrors
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from sqlalchemy.orm import Session

    from nador.assessment.queries.marking import Bench
    from nador.assessment.rules.submissions import ScanState
    from nador.kernel.access import Actor
    from nador.kernel.files import FileStore

_PIECE = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError)


@command
def keep_upload(
    session: Session, actor: Actor, *, assessment_id: int, sha256: str
) -> FeedbackUpload:
    """Remember a package that somebody brought, in the place of an earlier one; its bytes lie at `place`."""
    gradable(session, actor, assessment_id)
    session.execute(
        update(FeedbackUpload)
        .where(
            FeedbackUpload.assessment_id == assessment_id,
            FeedbackUpload.uploaded_by_id == actor.person_id,
            FeedbackUpload.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    upload = FeedbackUpload(
        assessment_id=assessment_id,
        sha256=sha256,
        uploaded_at=clock.now(),
        uploaded_by_id=actor.person_id,
    )
    session.add(upload)
    session.flush()
    return upload


def place(store: FileStore, upload_id: int) -> Path:
    """Where a package lies until it is used or forgotten: not among the files that are kept."""
    return store.folder / "uploads" / f"feedback-{upload_id}"


def unpack(content: BinaryIO) -> Iterator[tuple[Packed, bytes]]:
    """Read one file of a package after another, within limits, whatever its list says.

    Raises PackageRefused.
    """
    try:
        with zipfile.ZipFile(content) as package:
            entries = package.infolist()
            if not safe_package(entries):
                raise PackageRefused(field="file", name="ZIP")
            wanted = [each for each in entries if not is_litter(each.filename)]
            yield from _read(package, wanted)
    except _BROKEN:
        raise PackageRefused(field="file", name="ZIP") from None


def _read(
    package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> Iterator[tuple[Packed, bytes]]:
    for entry in entries:
        with package.open(entry) as file:
            content = file.read(LARGEST_IN_PARCEL + 1)
        if len(content) > LARGEST_IN_PARCEL:
            refusal = ParcelFileTooLarge(limit=LARGEST_IN_PARCEL // _PIECE)
            yield Packed(entry.filename, refusal=refusal), b""
            continue
        try:
            kind = kind_of(entry.filename, io.BytesIO(content))
        except Invalid as refused:
            yield Packed(entry.filename, refusal=refused), b""
            continue
        found = Packed(
            path=entry.filename,
            name=kept_name(entry.filename, kind),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=MEDIA_TYPES[kind],
        )
        yield found, content


def preview_upload(
    session: Session, actor: Actor, *, assessment_id: int, files: list[Packed]
) -> tuple[Bench, ParcelPlan]:
    """Say which file would go to whom, and write nothing."""
    bench = bench_queries.bench(session, assessment_id)
    policy.require_may_see(actor, bench.run)
    policy.require_may_grade(actor, bench.run)
    given: dict[int, dict[str, str]] = {}
    for each in bench_queries.feedback_files(session, assessment_id):
        given.setdefault(each.enrolment_id, {})[each.name] = each.sha256
    addressees: dict[str, Addressee] = {}
    for work in bench.works:
        to = Addressee(
            sign=work.sign,
            label=label_of(bench, work),
            files=given.get(work.enrolment_id, {}),
            refusal=refusal_of(work, actor),
        )
        addressees.update(dict.fromkeys(keys_of(bench, work), to))
    return bench, plan_parcel(files, addressees)


@command
def apply_upload(
    session: Session,
    actor: Actor,
    *,
    upload_id: int,
    files: list[Packed],
    fingerprint: str,
    scan: ScanState,
) -> list[Delivery]:
    """Give exactly the files that the preview showed; their bytes are stored already.

    Raises SheetHasErrors, MarksMoved.
    """
    upload = bench_queries.feedback_upload(session, upload_id, person_id=actor.person_id)
    if upload.used_at is not None:
        raise NotFound
    gradable(session, actor, upload.assessment_id)
    bench, plan = preview_upload(session, actor, assessment_id=upload.assessment_id, files=files)
    if plan.errors:
        raise SheetHasErrors(count=len(plan.errors))
    if plan.fingerprint() != fingerprint:
        raise MarksMoved
    for one in plan.deliveries:
        give(
            session,
            actor,
            FeedbackFile(
                assessment_id=upload.assessment_id,
                enrolment_id=bench.work(one.to.sign).enrolment_id,
                name=one.file.name,
                media_type=one.file.media_type,
                size=one.file.size,
                sha256=one.file.sha256,
                scan=scan,
            ),
        )
    upload.used_at = clock.now()
    audit.record(
        session,
        actor,
        "feedback.imported",
        f"assessment:{upload.assessment_id}",
        institute_id=bench.run.institute_id,
        files=len(plan.deliveries),
    )
    return plan.deliveries


@command
def drop_upload(session: Session, actor: Actor, *, upload_id: int) -> None:
    """Give nothing of a package: it is deleted."""
    upload = bench_queries.feedback_upload(session, upload_id, person_id=actor.person_id)
    upload.used_at = upload.used_at or clock.now()


@command
def record_forgotten(session: Session, _actor: Actor, *, item_id: int, outcome: None) -> None:  # noqa: ARG001 - what every record is told
    """Forget a package whose bytes were deleted."""
    upload = session.get(FeedbackUpload, item_id)
    if upload is not None:
        session.delete(upload)
