"""The demo's certificates in every status: drawn, hidden, revoked, replaced, expired; one of a programme."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from nador.accounts import queries as people
from nador.accounts import service as accounts
from nador.accounts.models import Person
from nador.catalogue.models import Run
from nador.catalogue.queries import member_courses, programme_by_code
from nador.catalogue.rules import DocumentKind
from nador.certification import jobs
from nador.certification import queries as certificates
from nador.certification import service as certification
from nador.certification.log.queries import THE_LOG
from nador.certification.models import Batch, Certificate, TemplateVersion
from nador.certification.rules import CertificateStatus, TemplateStatus
from nador.certification.template import TemplateOptions
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nador.kernel.work import Desk

DOMAIN: Final = "nador.example"
VALID_MONTHS: Final = 24
EARLY_RUNS: Final = 2
PROGRAMME: Final = "PRG-DATA"
_DRAWING: Final = timedelta(minutes=2)


def limit_validity(session: Session, institute_id: int) -> None:
    """Let the institute's first certificates be valid for a time only."""
    _succeed(session, institute_id, TemplateOptions(valid_months=VALID_MONTHS))


def lift_limit(session: Session, institute_id: int) -> None:
    """From now on certificates are valid for ever: a new version of the template."""
    _succeed(session, institute_id, TemplateOptions())


def _succeed(session: Session, institute_id: int, options: TemplateOptions) -> None:
    """Bring a new version of the template into use."""
    first = certification.active_template(
        session, institute_id=institute_id, kind=DocumentKind.CERTIFICATE
    )
    first.status = TemplateStatus.ARCHIVED
    session.flush()
    session.add(
        TemplateVersion(
            template_id=first.template_id,
            number=first.number + 1,
            layout=first.layout,
            options=options.to_dict(),
            status=TemplateStatus.ACTIVE,
            created_at=clock.now(),
        )
    )
    session.flush()


def settle(desk: Desk) -> None:
    """Draw the oldest documents at once; hide, replace and revoke one each. Done once, then nothing.

    Workers draw the others.
    """
    with desk.sessions() as session:
        if session.scalar(_in_status(CertificateStatus.REVOKED)) is not None:
            return
        early = session.scalars(_pending_of_first_runs()).all()
        learner = session.scalars(_pending_of(f"learner@{DOMAIN}")).all()
    _make(desk, dict.fromkeys([*early, *learner]))
    with desk.sessions() as session:
        found = _in_status(CertificateStatus.ISSUED).where(Certificate.expires_on.is_(None))
        hidden, replaced, revoked = [one.code for one in session.scalars(found.limit(3))]
        _hide(session, hidden)
        new_id = _replace(session, replaced)
    _make(desk, [new_id])
    _certify_programme(desk)
    with desk.sessions() as session:
        _revoke(session, revoked)


def example_code(session: Session) -> str | None:
    """Give the code of a certificate that is valid and that everybody may look at."""
    return session.scalar(
        select(Certificate.code)
        .join(Person, Person.id == Certificate.person_id)
        .where(Person.email == f"learner@{DOMAIN}", Certificate.status == CertificateStatus.ISSUED)
        .order_by(Certificate.id)
        .limit(1)
    )


def _in_status(status: CertificateStatus) -> Select[Certificate]:
    return select(Certificate).where(Certificate.status == status).order_by(Certificate.id)


def _pending_of_first_runs() -> Select[int]:
    first = select(Batch.run_id).order_by(Batch.id).limit(EARLY_RUNS)
    return (
        select(Certificate.id)
        .where(Certificate.run_id.in_(first), Certificate.status == CertificateStatus.PENDING_ISSUE)
        .order_by(Certificate.id)
    )


def _pending_of(email: str) -> Select[int]:
    return (
        select(Certificate.id)
        .join(Person, Person.id == Certificate.person_id)
        .where(Person.email == email, Certificate.status == CertificateStatus.PENDING_ISSUE)
    )


def _make(desk: Desk, certificate_ids: Iterable[int]) -> None:
    """Do what workers do, at the time when they would have done it.

    Only the signatures tell the truth: the demo's keys are no older than the demo.
    """
    made = list(certificate_ids)
    for certificate_id in made:
        signed = jobs.sign(desk, certificate_id)
        with desk.sessions() as session:
            certification.record_signing(session, NOBODY, item_id=certificate_id, outcome=signed)
    grown = jobs.write_log(desk, THE_LOG)
    with desk.sessions() as session:
        certification.record_checkpoint(session, NOBODY, item_id=THE_LOG, outcome=grown)
    for certificate_id in made:
        outcome = jobs.draw(desk, certificate_id)
        with desk.sessions() as session:
            ordered_at = session.get_one(Certificate, certificate_id).ordered_at
            with clock.set_back(ordered_at + _DRAWING):
                certification.record_issue(session, NOBODY, item_id=certificate_id, outcome=outcome)


def _certify_programme(desk: Desk) -> None:
    """Let somebody have all of the programme, and its certificate a week later."""
    held = aliased(Certificate)
    with desk.sessions() as session:
        programme = programme_by_code(session, PROGRAMME)
        first, last = member_courses(session, programme.id)
        has_first = exists().where(
            held.person_id == Certificate.person_id,
            held.run_id.in_(select(Run.id).where(Run.course_id == first.id)),
            held.status == CertificateStatus.ISSUED,
        )
        waits_for_last = (
            select(Certificate)
            .join(Run, Run.id == Certificate.run_id)
            .where(
                Run.course_id == last.id,
                Certificate.status == CertificateStatus.PENDING_ISSUE,
                has_first,
            )
            .order_by(Certificate.id.desc())
            .limit(1)
        )
        part = session.scalars(waits_for_last).one()
    _make(desk, [part.id])
    with desk.sessions() as session, clock.set_back(part.ordered_at + timedelta(days=7)):
        batch = certification.order_programme(
            session,
            people.actor_by_email(session, f"certifier@{DOMAIN}"),
            programme_id=programme.id,
            origin=part.facts["verify_url"].removesuffix(f"/v/{part.code}"),
        )
        ordered = [one.id for one in certificates.of_batch(session, batch.id)]
    _make(desk, ordered)


def _hide(session: Session, code: str) -> None:
    holder = Actor(person_id=certificates.by_code(session, code).person_id)
    with clock.set_back(clock.now() - timedelta(days=60)):
        certification.hide_holder(session, holder, code=code, hidden=True)


def _replace(session: Session, code: str) -> int:
    """Correct the holder's name in the register, and issue anew."""
    certificate = certificates.by_code(session, code)
    registrar = people.actor_by_email(session, f"registrar@{DOMAIN}")
    certifier = people.actor_by_email(session, f"certifier@{DOMAIN}")
    holder = session.get_one(Person, certificate.person_id)
    with clock.set_back(clock.now() - timedelta(days=35)):
        accounts.edit_person(
            session,
            registrar,
            person_id=holder.id,
            name_latin=f"{holder.name_latin} Amrani",
            name_arabic=f"{holder.name_arabic} العمراني",
            email=holder.email,
            phone=holder.phone,
            locale=holder.locale,
        )
        accounts.confirm_names(session, certifier, person_ids=[holder.id])
        origin = certificate.facts["verify_url"].removesuffix(f"/v/{code}")
        return certification.replace(session, certifier, code=code, origin=origin).id


def _revoke(session: Session, code: str) -> None:
    certifier = people.actor_by_email(session, f"certifier@{DOMAIN}")
    with clock.set_back(clock.now() - timedelta(days=20)):
        certification.revoke(
            session,
            certifier,
            code=code,
            reason="Travail de fin de session repris d’un autre candidat, reconnu par l’intéressé",
            public_reason="Document délivré sur la base d’un travail non personnel",
        )
