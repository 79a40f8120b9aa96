"""Reads of the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, defer, joinedload, undefer

from nador.accounts.models import Institute, Person
from nador.accounts.rules import PersonStatus
from nador.assessment import queries as assessment_queries
from nador.assessment.models import Result
from nador.assessment.rules import RuleKind
from nador.catalogue.models import Course, CourseVersion, Run
from nador.certification.keys.queries import find_key
from nador.certification.models import (
    Batch,
    BatchFailure,
    Certificate,
    CertificateEvent,
    CertificateFile,
    Credential,
    LogEntry,
    PrintJob,
    StatusList,
)
from nador.certification.rules import (
    LIST_AGEING,
    LIST_SIGNED_DAILY,
    LOG,
    PRINT_KEPT,
    STAGES,
    BatchStatus,
    CertificateEventKind,
    CertificateStatus,
    FileStatus,
    KeyMissing,
    KeyPurpose,
    Part,
    PrintStatus,
    batch_status,
)
from nador.enrolment.models import Enrolment
from nador.kernel import codes
from nador.kernel.access import Action, Actor
from nador.kernel.db import Words
from nador.kernel.errors import Gone, NotFound, describe
from nador.kernel.i18n import translator
from nador.kernel.text import fold
from nador.kernel.work import WorkLease

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


LIVE = (CertificateStatus.PENDING_ISSUE, CertificateStatus.ISSUED)
IN_PUBLIC = (
    CertificateStatus.ISSUED,
    CertificateStatus.REVOKED,
    CertificateStatus.SUPERSEDED,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may have a document, for what, and the one they have already, if any.

    On a run it is for a confirmed pass, in a programme for the parts of it.
    """

    enrolment_id: int | None
    person: Person
    mark: Decimal | None
    mention: Words | None
    certificate: Certificate | None
    parts: Sequence[Part] = ()


def candidates(session: Session, run_id: int) -> list[Candidate]:
    """List who passed the run, by name, each with their live certificate."""
    passed = {one.enrolment_id: one for one in assessment_queries.passes(session, run_id)}
    rows = session.execute(
        select(Enrolment.id, Person, Certificate)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(
            Certificate,
            (Certificate.person_id == Person.id)
            & (Certificate.run_id == run_id)
            & Certificate.status.in_(LIVE),
        )
        .where(
            Enrolment.run_id == run_id,
            Enrolment.id.in_(list(passed)),
            Person.status == PersonStatus.ACTIVE,
        )
        .order_by(Person.name_folded, Enrolment.id)
    )
    return [
        Candidate(
            enrolment_id, person, passed[enrolment_id].mark, passed[enrolment_id].mention, live
        )
        for enrolment_id, person, live in rows
    ]


def values_in_results(session: Session, run_id: int) -> dict[int, dict[str, str]]:
    """Give the value of each assessment, by its code, that confirmed results of a run rest on."""
    rows = session.execute(
        select(Result.enrolment_id, Result.trace).where(
            Result.run_id == run_id, Result.confirmed_at.is_not(None)
        )
    )
    return {
        enrolment_id: {
            line["subject"]: line["value"]
            for line in trace
            if line["rule"] == RuleKind.MINIMUM and line["value"] is not None
        }
        for enrolment_id, trace in rows
    }


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an order to issue has come."""

    batch: Batch
    total: int
    pending: int
    issued: int
    failures: Sequence[BatchFailure]

    @property
    def failed(self) -> int:
        """How many have no certificate, each with its reason."""
        return len(self.failures)

    @property
    def status(self) -> BatchStatus:
        """Running, done, or done with failures."""
        return batch_status(pending=self.pending, failed=self.failed)


def progress(session: Session, batch_id: int) -> Progress:
    """Count an order's certificates; raises NotFound."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFound
    failures = session.scalars(
        select(BatchFailure).where(BatchFailure.batch_id == batch_id).order_by(BatchFailure.id)
    ).all()
    waiting = Certificate.status == CertificateStatus.PENDING_ISSUE
    given_up = exists().where(
        BatchFailure.batch_id == batch_id, BatchFailure.person_id == Certificate.person_id
    )
    issued, pending = session.execute(
        select(func.count().filter(~waiting), func.count().filter(waiting, ~given_up)).where(
            Certificate.batch_id == batch_id
        )
    ).one()
    return Progress(
        batch=batch,
        total=pending + issued + len(failures),
        pending=pending,
        issued=issued,
        failures=failures,
    )


def of_batch(
    session: Session, batch_id: int, *, after: int = 0, most: int | None = None
) -> Sequence[Certificate]:
    """List an order's certificates in the order of names, without what their paper says."""
    return session.scalars(
        select(Certificate)
        .options(defer(Certificate.facts, raiseload=True))
        .where(Certificate.batch_id == batch_id, Certificate.id > after)
        .order_by(Certificate.id)
        .limit(most)
    ).all()


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run and what it taught, for the head of a page."""

    run: Run
    version: CourseVersion


def run_head(session: Session, run_id: int) -> RunHead:
    """Return a run with its version of the course; raises NotFound."""
    row = session.execute(
        select(Run, CourseVersion)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .where(Run.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return RunHead(*row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the certifier confirms: who may have a document."""

    institute: Institute
    people: Sequence[Candidate]

    @property
    def without(self) -> list[Candidate]:
        """Who has no document yet."""
        return [one for one in self.people if one.certificate is None]

    @property
    def ready(self) -> list[Candidate]:
        """Who could have one now: their names are confirmed."""
        return [one for one in self.without if one.person.names_confirmed_at]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSheet(Sheet):
    """A run as the certifier sees it: what it is, and who passed."""

    run: Run
    course_code: str
    version: CourseVersion


def run_sheet(session: Session, run_id: int) -> RunSheet:
    """Return a run with everybody who passed it; raises NotFound."""
    row = session.execute(
        select(Run, Course.code, CourseVersion, Institute)
        .join(Course, Course.id == Run.course_id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .join(Institute, Institute.id == Run.institute_id)
        .where(Run.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    run, course_code, version, institute = row
    return RunSheet(
        run=run,
        course_code=course_code,
        version=version,
        institute=institute,
        people=candidates(session, run_id),
    )


def print_job(session: Session, job_id: int) -> tuple[PrintJob, RunHead]:
    """Return an order to print with its run; raises NotFound."""
    job = session.get(PrintJob, job_id)
    if job is None:
        raise NotFound
    return job, run_head(session, job.run_id)


def batches_of(session: Session, run_id: int) -> Sequence[Batch]:
    """List a run's orders, newest first."""
    return session.scalars(
        select(Batch).where(Batch.run_id == run_id).order_by(Batch.id.desc())
    ).all()


def names_of(session: Session, person_ids: Sequence[int]) -> dict[int, Person]:
    """Return people by their ids."""
    people = session.scalars(select(Person).where(Person.id.in_(person_ids)))
    return {person.id: person for person in people}


def by_code(session: Session, typed: str) -> Certificate:
    """Find a certificate by its code however it is spelt; raises NotFound or codes.Mistyped."""
    certificate = session.scalar(
        select(Certificate).where(Certificate.code_key == str(codes.parse(typed)))
    )
    if certificate is None:
        raise NotFound
    return certificate


def by_id_for_update(session: Session, certificate_id: int) -> Certificate:
    """Return a certificate as it is now, locked until the command ends."""
    return session.get_one(Certificate, certificate_id, with_for_update=True)


def current_file(session: Session, certificate_id: int) -> CertificateFile:
    """Return the row of the file that counts; raises NotFound while there is none."""
    row = session.scalar(
        select(CertificateFile).where(
            CertificateFile.certificate_id == certificate_id,
            CertificateFile.status == FileStatus.CURRENT,
        )
    )
    if row is None:
        raise NotFound
    return row


def events_of(session: Session, certificate_id: int) -> Sequence[CertificateEvent]:
    """List what happened to a certificate, oldest first."""
    return session.scalars(
        select(CertificateEvent)
        .where(CertificateEvent.certificate_id == certificate_id)
        .order_by(CertificateEvent.id)
    ).all()


def held_by(session: Session, person_id: int) -> Sequence[Certificate]:
    """List a person's own documents, newest first."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.person_id == person_id, Certificate.status.in_(IN_PUBLIC))
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    ).all()


def held(session: Session, person_id: int, typed: str) -> Certificate:
    """Find a person's own document by its code, with its credential; others' are not found."""
    certificate = session.scalar(
        select(Certificate)
        .options(joinedload(Certificate.credential))
        .where(
            Certificate.person_id == person_id,
            Certificate.status.in_(IN_PUBLIC),
            Certificate.code_key == _key(typed),
        )
    )
    if certificate is None:
        raise NotFound
    return certificate


def code_of(session: Session, certificate_id: int | None) -> str | None:
    """Return the code of a certificate that took another's place; None without one."""
    return session.scalar(select(Certificate.code).where(Certificate.id == certificate_id))


def history_for_holder(
    session: Session, certificate: Certificate, *, most: int = 50
) -> Sequence[CertificateEvent]:
    """List what was decided about a document, and its holder's own downloads; oldest first.

    When and by which staff it was looked at is the centre's own matter.
    """
    newest = session.scalars(
        select(CertificateEvent)
        .where(
            CertificateEvent.certificate_id == certificate.id,
            or_(
                CertificateEvent.kind != CertificateEventKind.DOWNLOADED,
                CertificateEvent.by_id == certificate.person_id,
            ),
        )
        .order_by(CertificateEvent.id.desc())
        .limit(most)
    ).all()
    return newest[::-1]


def registry(
    session: Session, actor: Actor, *, search: str = "", before: int | None = None, most: int = 50
) -> Sequence[Certificate]:
    """List certificates of the actor's institutes, newest first; `search` is a code or a name."""
    found = select(Certificate).where(
        Certificate.institute_id.in_(actor.institutes(Action.SEE_CERTIFICATES))
    )
    if search:
        found = found.join(Person, Person.id == Certificate.person_id).where(
            or_(
                Person.name_folded.contains(fold(search), autoescape=True),
                Certificate.number == search.strip().upper(),
                Certificate.code_key == _key(search),
            )
        )
    if before is not None:
        found = found.where(Certificate.id < before)
    return session.scalars(found.order_by(Certificate.id.desc()).limit(most)).all()


def _key(search: str) -> str:
    """Fold a code as it is looked up; what is none finds nothing."""
    try:
        return str(codes.parse(search))
    except codes.Mistyped:
        return ""


def runs_to_certify(session: Session, actor: Actor) -> Sequence[Row[Any]]:
    """List concluded runs of the actor's institutes: run, course code, title, passes, live certificates."""
    live = (
        select(Certificate.run_id, func.count().label("live"))
        .join(Person, Person.id == Certificate.person_id)
        .where(
            Certificate.status.in_(LIVE),
            Certificate.run_id.is_not(None),
            Person.status == PersonStatus.ACTIVE,
        )
        .group_by(Certificate.run_id)
        .subquery()
    )
    passes = assessment_queries.pass_counts().subquery()
    return session.execute(
        select(
            Run,
            Course.code.label("course_code"),
            CourseVersion.title,
            passes.c.passes,
            func.coalesce(live.c.live, 0).label("live"),
        )
        .join(Course, Course.id == Run.course_id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .join(passes, passes.c.run_id == Run.id)
        .outerjoin(live, live.c.run_id == Run.id)
        .where(Run.institute_id.in_(actor.institutes(Action.SEE_CERTIFICATES)))
        .order_by((func.coalesce(live.c.live, 0) >= passes.c.passes), Run.ends_on.desc(), Run.id)
    ).all()


def unsigned(_now: datetime) -> Select[int]:
    """Select certificates whose credentials are to be signed, oldest order first."""
    return (
        select(Credential.certificate_id)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(
            Credential.signed_at.is_(None),
            # Of an erased holder nothing is left to sign.
            or_(Credential.document.is_(None), Credential.document != ""),
        )
        .order_by(Credential.certificate_id)
    )


def pending(_now: datetime) -> Select[int]:
    """Select certificates that are to be drawn, oldest order first: those that the log vouches for."""
    return (
        select(Certificate.id)
        .join(Credential, Credential.certificate_id == Certificate.id)
        .join(LogEntry, LogEntry.leaf == Credential.sha256)
        .where(
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            Credential.signed_at.is_not(None),
            LogEntry.leaf_index.is_not(None),
        )
        .order_by(Certificate.id)
    )


def lists_due(now: datetime) -> Select[int]:
    """Select status lists that tell something old, or soon will."""
    return (
        select(StatusList.id)
        .where(
            or_(
                StatusList.signed_version < StatusList.version,
                StatusList.signed_at < now - LIST_SIGNED_DAILY,
            )
        )
        .order_by(StatusList.id)
    )


def ageing_lists(session: Session, *, now: datetime) -> Sequence[StatusList]:
    """List the status lists that nobody has signed for days: without a newer one they end."""
    return session.scalars(
        select(StatusList).where(StatusList.signed_at < now - LIST_AGEING).order_by(StatusList.id)
    ).all()


def revoked_places(session: Session, list_id: int) -> Sequence[int]:
    """List the places of a status list whose credentials no longer stand."""
    return session.scalars(
        select(Credential.status_index)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(
            Credential.status_list_id == list_id,
            Certificate.status.in_((CertificateStatus.REVOKED, CertificateStatus.SUPERSEDED)),
        )
    ).all()


def signed_list(session: Session, list_id: int) -> str:
    """Return a status list as it was signed last; raises NotFound."""
    found = session.scalar(select(StatusList.document).where(StatusList.id == list_id))
    if found is None:
        raise NotFound
    return found


def credential_of(session: Session, certificate_id: int) -> Credential:
    """Return a certificate's credential with both its forms; raises NotFound."""
    found = session.scalar(
        select(Credential)
        .options(undefer(Credential.document), undefer(Credential.token))
        .where(Credential.certificate_id == certificate_id)
    )
    if found is None:
        raise NotFound
    return found


def served_credential(session: Session, uuid: str) -> tuple[str, str]:
    """Return both forms of a credential once its certificate is in public; raises NotFound, or Gone."""
    found = session.execute(
        select(Credential.document, Credential.token)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(
            Certificate.uuid == uuid,
            Certificate.status.in_(IN_PUBLIC),
            Credential.document.is_not(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    document, token = found
    if not document:
        raise Gone
    return document, token or ""


def log_trouble(session: Session) -> str | None:
    """Say why the log is not written; None when nothing is wrong with it."""
    if find_key(session, KeyPurpose.LOG, None) is None:
        return describe(KeyMissing(purpose=KeyPurpose.LOG.value), translator("en"))
    return session.scalar(
        select(WorkLease.last_error).where(WorkLease.work == LOG, WorkLease.holder == "")
    )


def held_up(session: Session, batch_id: int) -> dict[str, int]:
    """Say what certificates of an order wait for, and how many for each."""
    rows = session.execute(
        select(WorkLease.last_error, func.count())
        .join(Certificate, Certificate.id == WorkLease.item_id)
        .where(
            Certificate.batch_id == batch_id,
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            WorkLease.work.in_(STAGES),
            WorkLease.holder == "",
            WorkLease.last_error.is_not(None),
            ~WorkLease.dead,
        )
        .group_by(WorkLease.last_error)
    )
    told = {reason: count for reason, count in rows if reason}
    if (unlogged := _unlogged(session, batch_id)) and (reason := log_trouble(session)):
        told[reason] = told.get(reason, 0) + unlogged
    return told


def _unlogged(session: Session, batch_id: int) -> int:
    """Count an order's signed credentials that wait for their place in the log."""
    found = (
        select(func.count())
        .select_from(Certificate)
        .join(Credential, Credential.certificate_id == Certificate.id)
        .join(LogEntry, LogEntry.leaf == Credential.sha256)
        .where(
            Certificate.batch_id == batch_id,
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            LogEntry.leaf_index.is_(None),
        )
    )
    return session.scalar(found) or 0


def print_jobs_due(_now: datetime) -> Select[int]:
    """Select files of all certificates of a run that are to be made."""
    return select(PrintJob.id).where(PrintJob.status == PrintStatus.DUE).order_by(PrintJob.id)


def prints_to_forget(now: datetime) -> Select[int]:
    """Select files of all certificates of a run that have lain there long enough."""
    return (
        select(PrintJob.id)
        .where(PrintJob.ordered_at <= now - PRINT_KEPT, PrintJob.status != PrintStatus.DUE)
        .order_by(PrintJob.id)
    )


def file_of_print_alone(session: Session, job_id: int) -> str | None:
    """Return the hash of an order's file, unless another order has the very same."""
    job, other = PrintJob, aliased(PrintJob)
    return session.scalar(
        select(job.sha256).where(
            job.id == job_id,
            ~exists().where(other.sha256 == job.sha256, other.id != job.id),
        )
    )


def to_pack(session: Session, run_id: int) -> list[tuple[Certificate, str]]:
    """List a run's issued certificates by the holder's name, each with the hash of its file."""
    found = session.execute(
        select(Certificate, CertificateFile.sha256)
        .options(defer(Certificate.facts, raiseload=True))
        .join(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_in_force_with_file(run_id))
        .order_by(Person.name_folded, Certificate.id)
    )
    return [(certificate, sha256) for certificate, sha256 in found]


def documents_of(session: Session, certificate_ids: Sequence[int]) -> dict[int, str]:
    """Return the signed credentials of certificates; of one without a credential, none."""
    rows = session.execute(
        select(Credential.certificate_id, Credential.document).where(
            Credential.certificate_id.in_(certificate_ids), Credential.document.is_not(None)
        )
    )
    return {certificate_id: document or "" for certificate_id, document in rows}


def _in_force_with_file(run_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Certificate.run_id == run_id,
        Certificate.status == CertificateStatus.ISSUED,
        CertificateFile.status == FileStatus.CURRENT,
        Person.status == PersonStatus.ACTIVE,
    )


def files_to_print(session: Session, run_id: int) -> Sequence[str]:
    """List the hashes of a run's issued certificates, by the holder's name."""
    return session.scalars(
        select(CertificateFile.sha256)
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_in_force_with_file(run_id))
        .order_by(Person.name_folded, Certificate.id)
    ).all()
