"""Reads of what waits for a certifier, and of what was decided about a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from nador.accounts.models import Institute, Person
from nador.catalogue.models import CourseVersion, Programme, Run
from nador.certification.changes.models import CorrectionRequest, Proposal, UpheldPart
from nador.certification.models import Certificate, CertificatePart
from nador.certification.queries import Head, graduates, template_in_use
from nador.certification.rules import ProposalStatus, RequestStatus, expiry, together
from nador.certification.template import TemplateOptions
from nador.kernel.access import Action, Actor
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nador.certification.rules import Part


def needs_second_person(session: Session, institute_id: int) -> bool:
    """Whether the institute lets nobody decide about certificates alone."""
    return session.get_one(Institute, institute_id).second_person


def open_proposal(
    session: Session,
    *,
    run_id: int | None = None,
    programme_id: int | None = None,
    certificate_id: int | None = None,
) -> Proposal | None:
    """Return what was proposed about this run, programme or certificate, and still waits."""
    about: ColumnElement[bool] = Proposal.certificate_id == certificate_id
    if run_id is not None:
        about = Proposal.run_id == run_id
    elif programme_id is not None:
        about = Proposal.programme_id == programme_id
    return session.scalar(
        select(Proposal)
        .options(joinedload(Proposal.proposed_by))
        .where(Proposal.status == ProposalStatus.OPEN, about)
    )


def proposal(session: Session, proposal_id: int) -> Proposal:
    """Return a proposal with its people and its certificate; raises NotFound."""
    found = session.scalar(_proposals().where(Proposal.id == proposal_id))
    if found is None:
        raise NotFound
    return found


def _proposals() -> Select[Proposal]:
    return select(Proposal).options(
        joinedload(Proposal.proposed_by),
        joinedload(Proposal.decided_by),
        joinedload(Proposal.certificate),
    )


def waiting_proposals(session: Session, actor: Actor) -> Sequence[Proposal]:
    """List what waits for a second person at the actor's institutes, oldest first."""
    return session.scalars(
        _proposals()
        .where(
            Proposal.status == ProposalStatus.OPEN,
            Proposal.institute_id.in_(actor.institutes(Action.SEE_CERTIFICATES)),
        )
        .order_by(Proposal.id)
    ).all()


def waiting_requests(session: Session, actor: Actor) -> Sequence[CorrectionRequest]:
    """List what holders ask for at the actor's institutes, oldest first."""
    return session.scalars(
        select(CorrectionRequest)
        .join(CorrectionRequest.certificate)
        .options(joinedload(CorrectionRequest.certificate))
        .where(
            CorrectionRequest.status == RequestStatus.OPEN,
            Certificate.institute_id.in_(actor.institutes(Action.SEE_CERTIFICATES)),
        )
        .order_by(CorrectionRequest.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits at the actor's institutes: for a second person, and for an answer."""

    proposals: int
    requests: int


def count_waiting(session: Session, actor: Actor) -> Waiting:
    """Count what the actor could settle: others' proposals, others' requests."""
    institutes = actor.institutes(Action.CERTIFY)
    proposals = select(func.count()).where(
        Proposal.status == ProposalStatus.OPEN,
        Proposal.institute_id.in_(institutes),
        Proposal.proposed_by_id != actor.person_id,
    )
    requests = (
        select(func.count())
        .select_from(CorrectionRequest)
        .join(CorrectionRequest.certificate)
        .where(
            CorrectionRequest.status == RequestStatus.OPEN,
            Certificate.institute_id.in_(institutes),
            CorrectionRequest.asked_by_id != actor.person_id,
        )
    )
    counted = select(proposals.scalar_subquery(), requests.scalar_subquery())
    return Waiting(*session.execute(counted).one())


def correction_request(session: Session, request_id: int) -> CorrectionRequest:
    """Return a request with its certificate; raises NotFound."""
    found = session.scalar(
        select(CorrectionRequest)
        .options(joinedload(CorrectionRequest.certificate))
        .where(CorrectionRequest.id == request_id)
    )
    if found is None:
        raise NotFound
    return found


def open_request(session: Session, certificate_id: int) -> CorrectionRequest | None:
    """Return the request about a certificate that waits for its answer."""
    return session.scalar(
        select(CorrectionRequest).where(
            CorrectionRequest.certificate_id == certificate_id,
            CorrectionRequest.status == RequestStatus.OPEN,
        )
    )


def last_requests(session: Session, person_id: int) -> dict[int, CorrectionRequest]:
    """Return the latest request about each of a holder's certificates, by certificate."""
    found = session.scalars(
        select(CorrectionRequest)
        .where(CorrectionRequest.asked_by_id == person_id)
        .order_by(CorrectionRequest.id)
    )
    return {one.certificate_id: one for one in found}


def proposals_about(session: Session, certificate_id: int) -> Sequence[Proposal]:
    """List everything that was proposed about a certificate, oldest first."""
    found = _proposals().where(Proposal.certificate_id == certificate_id)
    return session.scalars(found.order_by(Proposal.id)).all()


def requests_about(session: Session, certificate_id: int) -> Sequence[CorrectionRequest]:
    """List everything that was asked about a certificate, oldest first."""
    return session.scalars(
        select(CorrectionRequest)
        .where(CorrectionRequest.certificate_id == certificate_id)
        .order_by(CorrectionRequest.id)
    ).all()


def people_of(session: Session, person_ids: Sequence[int]) -> Sequence[Person]:
    """List these people, by name."""
    return session.scalars(
        select(Person).where(Person.id.in_(person_ids)).order_by(Person.name_folded, Person.id)
    ).all()


def neighbours(session: Session, certificate: Certificate) -> tuple[str | None, str | None]:
    """Return the codes of the certificate that this one replaced, and of the one that replaced it."""
    before = session.scalar(
        select(Certificate.code).where(
            Certificate.superseded_by_id == certificate.id, Certificate.id != certificate.id
        )
    )
    if certificate.superseded_by_id is None:
        return before, None
    return before, session.scalar(
        select(Certificate.code).where(Certificate.id == certificate.superseded_by_id)
    )


def holder(session: Session, certificate: Certificate) -> Person:
    """Return what the register of people says of a certificate's holder today."""
    return session.get_one(Person, certificate.person_id)


def new_term(session: Session, certificate: Certificate, *, today: date) -> date | None:
    """Return the last day of what would be issued in its place today; None where it never ends."""
    template = template_in_use(
        session, institute_id=certificate.institute_id, kind=certificate.kind
    )
    options = TemplateOptions.from_dict(template.options if template else {})
    until = expiry(today, months=options.valid_months)
    parts = present_parts(session, certificate)
    return together(parts, expires_on=until).expires_on if parts else until


def part_ids(session: Session, certificate: Certificate) -> Sequence[int]:
    """List the certificates that a programme's rests on, as they were when it was issued."""
    if certificate.programme_id is None:
        return ()
    return session.scalars(
        select(CertificatePart.part_id).where(CertificatePart.certificate_id == certificate.id)
    ).all()


def upheld_parts(session: Session, certificate_id: int) -> Sequence[str]:
    """List why a programme's certificate was let stand without parts of it, each reason once."""
    return session.scalars(
        select(UpheldPart.reason)
        .where(UpheldPart.certificate_id == certificate_id, UpheldPart.reason != "")
        .group_by(UpheldPart.reason)
        .order_by(func.min(UpheldPart.at))
    ).all()


def present_parts(session: Session, certificate: Certificate) -> Sequence[Part]:
    """List what a programme's certificate would rest on today; nothing unless its holder has it all."""
    if certificate.programme_id is None:
        return ()
    programme = session.get_one(Programme, certificate.programme_id)
    whole = graduates(session, programme)
    return next((one.parts for one in whole if one.person.id == certificate.person_id), ())


def heads_of_orders(session: Session, proposals: Sequence[Proposal]) -> dict[int, Head]:
    """Return what proposals to issue are about, by the proposals' ids."""
    runs = {
        run.id: Head(run.code, version.title, run=run)
        for run, version in session.execute(
            select(Run, CourseVersion)
            .join(CourseVersion, CourseVersion.id == Run.version_id)
            .where(Run.id.in_([one.run_id for one in proposals if one.run_id]))
        )
    }
    programmes = {
        one.id: Head(one.code, one.title, programme=one)
        for one in session.scalars(
            select(Programme).where(
                Programme.id.in_([one.programme_id for one in proposals if one.programme_id])
            )
        )
    }
    found = {one.id: runs[one.run_id] for one in proposals if one.run_id}
    return found | {one.id: programmes[one.programme_id] for one in proposals if one.programme_id}


def decision_waits(session: Session, person_id: int) -> bool:
    """Whether something about a certificate of the person waits: a proposal, or their request."""
    held = select(Certificate.id).where(Certificate.person_id == person_id)
    proposed = exists().where(
        Proposal.status == ProposalStatus.OPEN, Proposal.certificate_id.in_(held)
    )
    asked = exists().where(
        CorrectionRequest.status == RequestStatus.OPEN, CorrectionRequest.certificate_id.in_(held)
    )
    return bool(session.scalar(select(or_(proposed, asked))))
