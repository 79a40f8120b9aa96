"""Commands of certification: order, issue, print, revoke, replace."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from nador.accounts import service as people
from nador.accounts.models import Institute, Person
from nador.accounts.queries import missing_for_issue
from nador.catalogue.models import CourseVersion, Run
from nador.catalogue.rules import DocumentKind
from nador.certification import policy, queries, rules
from nador.certification.facts import (
    CertificateFacts,
    InstituteNames,
    Issuer,
    Kind,
    NobodyNamed,
    Signatory,
    Words,
)
from nador.certification.models import (
    Batch,
    BatchFailure,
    Certificate,
    CertificateEvent,
    CertificateFile,
    CertificateTemplate,
    PrintJob,
    TemplateVersion,
)
from nador.certification.pdf.sheet import Unprintable, require_printable
from nador.certification.rules import (
    CertificateEventKind,
    CertificateIssued,
    CertificateRevoked,
    CertificateStatus,
    CertificateSuperseded,
    Failure,
    FileStatus,
    PrintStatus,
    TemplateStatus,
)
from nador.enrolment.queries import run_for_update
from nador.kernel import audit, clock, codes, events, work
from nador.kernel.access import OwnCase, require_not_own_case
from nador.kernel.db import command
from nador.kernel.i18n import pick
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from nador.certification.queries import Candidate
    from nador.kernel.access import Actor

ISSUE, PRINT = "issue", "print"
"""The names of certification's two kinds of work."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document that a worker made and stored: the hash and the size of its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Merged:
    """A file to print that a worker made and stored."""

    sha256: str
    pages: int


@command
def order_batch(session: Session, actor: Actor, *, run_id: int, origin: str) -> Batch:
    """Order a document for everybody who passed the run and has none; workers then draw them.

    `origin` is where the codes will be answered. Ordering again when all have theirs, or by a second
    press of the button, returns the order there is. Raises InstituteNotReady, NothingToIssue.
    """
    run = run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    rules.require_ready(missing_for_issue(session.get_one(Institute, run.institute_id)))
    everybody = queries.candidates(session, run_id)
    without = [one for one in everybody if one.certificate is None]
    earlier = queries.batches_of(session, run_id)
    if not without and earlier:
        return earlier[0]
    if not without:
        raise rules.NothingToIssue
    if earlier and _only_known_failures(session, earlier[0], without):
        retry(session, actor, batch_id=earlier[0].id, origin=origin)
        return earlier[0]
    batch = Batch(
        run_id=run_id,
        institute_id=run.institute_id,
        ordered_by_id=actor.person_id,
        ordered_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    _order_each(session, actor, batch=batch, run=run, waiting=without, origin=origin)
    audit.record(
        session,
        actor,
        "batch.ordered",
        f"run:{run_id}",
        institute_id=run.institute_id,
        batch=batch.id,
    )
    return batch


@command
def confirm_names(
    session: Session, actor: Actor, *, run_id: int, person_ids: Collection[int]
) -> int:
    """Confirm that people's names are spelt as they are to be printed; returns how many were new."""
    run = run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    ticked = [
        one.person
        for one in queries.candidates(session, run_id)
        if one.person.id in person_ids and one.person.names_confirmed_at is None
    ]
    for person in ticked:
        require_not_own_case(actor, person.id)
        people.confirm_names(session, actor, person_id=person.id)
    return len(ticked)


@command
def retry(session: Session, actor: Actor, *, batch_id: int, origin: str) -> None:
    """Try again for everybody whom an order could not serve."""
    batch = queries.progress(session, batch_id).batch
    run = run_for_update(session, batch.run_id)
    policy.require_certify(actor, institute_id=batch.institute_id)
    failed = set(
        session.scalars(
            delete(BatchFailure)
            .where(BatchFailure.batch_id == batch_id)
            .returning(BatchFailure.enrolment_id)
        )
    )
    for certificate in session.scalars(
        select(Certificate).where(
            Certificate.batch_id == batch_id,
            Certificate.status == CertificateStatus.PENDING_ISSUE,
            Certificate.enrolment_id.in_(failed),
        )
    ):
        work.retry(session, actor, work_name=ISSUE, item_id=certificate.id)
    again = [
        one
        for one in queries.candidates(session, run.id)
        if one.certificate is None and one.enrolment_id in failed
    ]
    _order_each(session, actor, batch=batch, run=run, waiting=again, origin=origin)


@command
def record_issue(session: Session, actor: Actor, *, item_id: int, outcome: Drawn) -> None:
    """Put a drawn document into force: from now on its code is answered."""
    now = clock.now()
    certificate = session.get_one(Certificate, item_id, with_for_update=True)
    certificate.status = CertificateStatus.ISSUED
    certificate.issued_at = now
    session.add(
        CertificateFile(
            certificate_id=item_id,
            sha256=outcome.sha256,
            size=outcome.size,
            status=FileStatus.CURRENT,
            stored_at=now,
        )
    )
    _note(session, item_id, CertificateEventKind.ISSUED, by_id=certificate.ordered_by_id)
    events.emit(session, actor, CertificateIssued(item_id))


@command
def record_not_drawn(session: Session, _actor: Actor, *, item_id: int, error: str) -> None:
    """Name in its order the certificate that could not be drawn."""
    certificate = session.get_one(Certificate, item_id)
    if certificate.batch_id is None or certificate.enrolment_id is None:
        return
    session.add(
        BatchFailure(
            batch_id=certificate.batch_id,
            enrolment_id=certificate.enrolment_id,
            code=Failure.NOT_DRAWN,
            reason=error[:500],
        )
    )


@command
def order_print(session: Session, actor: Actor, *, run_id: int) -> PrintJob:
    """Order one file of all certificates of a run, for the printer."""
    run = run_for_update(session, run_id)
    policy.require_certify(actor, institute_id=run.institute_id)
    if not queries.files_to_print(session, run_id):
        raise rules.NothingToPrint
    job = PrintJob(run_id=run_id, ordered_by_id=actor.person_id, ordered_at=clock.now())
    session.add(job)
    session.flush()
    return job


@command
def record_print(session: Session, _actor: Actor, *, item_id: int, outcome: Merged) -> None:
    """Offer a merged file for download."""
    job = session.get_one(PrintJob, item_id)
    job.status, job.sha256, job.pages = PrintStatus.READY, outcome.sha256, outcome.pages


@command
def record_not_printed(session: Session, _actor: Actor, *, item_id: int, error: str) -> None:
    """Say why a merged file could not be made."""
    job = session.get_one(PrintJob, item_id)
    job.status, job.problem = PrintStatus.DEAD, error[:500]


@command
def revoke(
    session: Session, actor: Actor, *, code: str, reason: str, public_reason: str
) -> Certificate:
    """Declare that a certificate no longer proves anything; its code goes on answering, and says so."""
    certificate = _for_decision(session, actor, code)
    reason, public_reason = clean(reason), clean(public_reason)
    rules.require_reasons(reason, public_reason)
    rules.require_in_force(certificate.status)
    certificate.status = CertificateStatus.REVOKED
    certificate.revoked_at = clock.now()
    certificate.revoked_by_id = actor.person_id
    certificate.revocation_reason = reason
    certificate.public_reason = public_reason
    _note(session, certificate.id, CertificateEventKind.REVOKED, by_id=actor.person_id)
    audit.record(
        session,
        actor,
        "certificate.revoked",
        f"certificate:{certificate.code}",
        institute_id=certificate.institute_id,
        reason=reason,
    )
    events.emit(session, actor, CertificateRevoked(certificate.id))
    return certificate


@command
def replace(session: Session, actor: Actor, *, code: str, origin: str) -> Certificate:
    """Issue anew with the holder's present names; the new document supersedes the old one."""
    old = _for_decision(session, actor, code)
    rules.require_in_force(old.status)
    person = session.get_one(Person, old.person_id)
    new = _copy(session, actor, old, person=person, origin=origin)
    old.status = CertificateStatus.SUPERSEDED
    old.superseded_at = clock.now()
    # One live document per person and run: the old one must step back before the new one has an id.
    old.superseded_by_id = old.id
    session.flush()
    session.add(new)
    session.flush()
    old.superseded_by_id = new.id
    _note(session, old.id, CertificateEventKind.SUPERSEDED, by_id=actor.person_id)
    events.emit(session, actor, CertificateSuperseded(old.id))
    return new


@command
def hide_holder(session: Session, actor: Actor, *, code: str, hidden: bool) -> Certificate:
    """Let holders hide their name on the public page, or show it again."""
    certificate = queries.by_code(session, code)
    policy.require_holder(actor, holder_id=certificate.person_id)
    certificate.holder_hidden = hidden
    return certificate


@command
def note_download(session: Session, actor: Actor, *, certificate_id: int) -> None:
    """Keep in a certificate's history that its file was handed out."""
    _note(session, certificate_id, CertificateEventKind.DOWNLOADED, by_id=actor.person_id)


def _only_known_failures(session: Session, batch: Batch, waiting: list[Candidate]) -> bool:
    known = {failure.enrolment_id for failure in queries.progress(session, batch.id).failures}
    return {one.enrolment_id for one in waiting} <= known


def _order_each(
    session: Session,
    actor: Actor,
    *,
    batch: Batch,
    run: Run,
    waiting: list[Candidate],
    origin: str,
) -> None:
    """Freeze each person's facts, or write down why they can't be."""
    version = session.get_one(CourseVersion, run.version_id)
    template = active_template(session, institute_id=run.institute_id, kind=version.document)
    for one in waiting:
        try:
            certificate = _frozen(
                session, actor, one, run=run, version=version, template=template, origin=origin
            )
        except (rules.NamesNotConfirmed, NobodyNamed, Unprintable, OwnCase) as refusal:
            session.add(
                BatchFailure(
                    batch_id=batch.id,
                    enrolment_id=one.enrolment_id,
                    code=refusal.code,
                    reason=str(refusal.params.get("name", "")),
                )
            )
        else:
            certificate.batch_id = batch.id
            session.add(certificate)
    session.flush()


def _frozen(
    session: Session,
    actor: Actor,
    one: Candidate,
    *,
    run: Run,
    version: CourseVersion,
    template: TemplateVersion,
    origin: str,
) -> Certificate:
    require_not_own_case(actor, one.person.id)
    if one.person.names_confirmed_at is None:
        raise rules.NamesNotConfirmed
    institute = session.get_one(Institute, run.institute_id)
    draft = draft_facts(institute, one, run=run, version=version, template=template)
    require_printable(draft)
    facts = _numbered(session, draft, institute=institute, origin=origin)
    return Certificate(
        code=facts.code,
        number=facts.number,
        institute_id=run.institute_id,
        person_id=one.person.id,
        run_id=run.id,
        enrolment_id=one.enrolment_id,
        template_version_id=template.id,
        kind=DocumentKind(facts.kind),
        holder_latin=facts.holder_latin,
        holder_arabic=facts.holder_arabic,
        title=version.title,
        issuer=institute.name,
        hours=facts.hours,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        issued_on=facts.issued_on,
        expires_on=facts.expires_on,
        facts=facts.to_dict(),
        ordered_by_id=actor.person_id,
        ordered_at=clock.now(),
    )


def draft_facts(
    institute: Institute,
    one: Candidate,
    *,
    run: Run,
    version: CourseVersion,
    template: TemplateVersion | None = None,
) -> CertificateFacts:
    """Say what a person's document would say, with a code that nobody will ever have."""
    today = clock.today()
    return CertificateFacts(
        code=f"{institute.prefix}-0000-0000-0000-0",
        number=rules.certificate_number(institute.prefix, year=today.year, running=0),
        kind=Kind(version.document),
        title=_words(version.title),
        hours=version.hours,
        starts_on=run.starts_on,
        ends_on=run.ends_on,
        issued_on=today,
        expires_on=rules.expiry(
            today, months=template.options.get("valid_months") if template else None
        ),
        issuer=_issuer(institute),
        verify_url="https://example.org/specimen",
        holder_latin=one.person.name_latin,
        holder_arabic=one.person.name_arabic,
        mention=_words(one.mention) if one.mention else None,
    )


def _numbered(
    session: Session, draft: CertificateFacts, *, institute: Institute, origin: str
) -> CertificateFacts:
    """Give a draft its own code and number."""
    code = codes.make(institute.prefix)
    number = rules.certificate_number(
        institute.prefix, year=draft.issued_on.year, running=_next_number(session, institute)
    )
    return dataclasses.replace(draft, code=code, number=number, verify_url=f"{origin}/v/{code}")


def _copy(
    session: Session, actor: Actor, old: Certificate, *, person: Person, origin: str
) -> Certificate:
    if person.names_confirmed_at is None:
        raise rules.NamesNotConfirmed
    draft = CertificateFacts.from_dict(
        old.facts
        | {
            "issued_on": clock.today().isoformat(),
            "holder_latin": person.name_latin,
            "holder_arabic": person.name_arabic,
        }
    )
    require_printable(draft)
    institute = session.get_one(Institute, old.institute_id)
    facts = _numbered(session, draft, institute=institute, origin=origin)
    return Certificate(
        code=facts.code,
        number=facts.number,
        institute_id=old.institute_id,
        person_id=old.person_id,
        run_id=old.run_id,
        programme_id=old.programme_id,
        enrolment_id=old.enrolment_id,
        template_version_id=old.template_version_id,
        kind=old.kind,
        holder_latin=facts.holder_latin,
        holder_arabic=facts.holder_arabic,
        title=old.title,
        issuer=old.issuer,
        hours=old.hours,
        starts_on=old.starts_on,
        ends_on=old.ends_on,
        issued_on=facts.issued_on,
        expires_on=old.expires_on,
        facts=facts.to_dict(),
        ordered_by_id=actor.person_id,
        ordered_at=clock.now(),
    )


def _next_number(session: Session, institute: Institute) -> int:
    # An update locks the row: two orders at once never share a number.
    return session.scalars(
        update(Institute)
        .where(Institute.id == institute.id)
        .values(last_number=Institute.last_number + 1)
        .returning(Institute.last_number)
        .execution_options(synchronize_session=False)
    ).one()


def active_template(session: Session, *, institute_id: int, kind: DocumentKind) -> TemplateVersion:
    """Return the institute's template in use for this kind of document; the bundled one to begin with."""
    found = session.scalar(
        select(TemplateVersion)
        .join(CertificateTemplate, CertificateTemplate.id == TemplateVersion.template_id)
        .where(
            CertificateTemplate.institute_id == institute_id,
            CertificateTemplate.kind == kind,
            TemplateVersion.status == TemplateStatus.ACTIVE,
        )
        .order_by(TemplateVersion.id.desc())
        .limit(1)
    )
    if found is not None:
        return found
    template = CertificateTemplate(institute_id=institute_id, kind=kind, name="Nador")
    session.add(template)
    session.flush()
    first = TemplateVersion(
        template_id=template.id,
        number=1,
        layout="nador",
        options={},
        status=TemplateStatus.ACTIVE,
        created_at=clock.now(),
    )
    session.add(first)
    session.flush()
    return first


def _issuer(institute: Institute) -> Issuer:
    return Issuer(
        names=InstituteNames(**{**institute.name, "zgh": institute.name.get("zgh", "")}),
        city=_words(institute.city),
        authority=_words(institute.authority) if any(institute.authority.values()) else None,
        signatory=Signatory(
            latin=institute.signatory["fr"],
            arabic=institute.signatory["ar"],
            title=_words(institute.signatory_title),
        ),
    )


def _words(words: Mapping[str, str]) -> Words:
    return Words(**{language: pick(words, language) for language in ("ar", "fr", "en")})


def _for_decision(session: Session, actor: Actor, code: str) -> Certificate:
    """Find a certificate that the actor may decide about, as it is now."""
    certificate = queries.by_code(session, code)
    policy.require_certify(actor, institute_id=certificate.institute_id)
    require_not_own_case(actor, certificate.person_id)
    session.refresh(certificate, with_for_update=True)
    return certificate


def _note(
    session: Session, certificate_id: int, kind: CertificateEventKind, *, by_id: int | None
) -> None:
    session.add(
        CertificateEvent(certificate_id=certificate_id, kind=kind, at=clock.now(), by_id=by_id)
    )
