"""Whom an event concerns, with everything that a mail to them names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from nador.accounts.models import Person, RoleGrant
from nador.assessment.models import Assessment, Submission, SubmissionAuthor
from nador.catalogue.models import Meeting, Run
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.access import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

CONCERNED = (EnrolmentStatus.ACTIVE, EnrolmentStatus.OFFERED, EnrolmentStatus.WAITLISTED)


def _whole() -> Select[Enrolment]:
    return select(Enrolment).options(
        joinedload(Enrolment.person),
        joinedload(Enrolment.run).joinedload(Run.version),
        joinedload(Enrolment.run).joinedload(Run.institute),
    )


def whole_enrolment(session: Session, enrolment_id: int) -> Enrolment:
    """Return an enrolment with its person, run, course and institute."""
    return session.scalars(_whole().where(Enrolment.id == enrolment_id)).one()


def concerned(
    session: Session, run_id: int, statuses: Sequence[EnrolmentStatus] = CONCERNED
) -> Sequence[Enrolment]:
    """List the open enrolments of a run, as `whole_enrolment` returns them."""
    return session.scalars(
        _whole()
        .where(Enrolment.run_id == run_id, Enrolment.status.in_(statuses))
        .order_by(Enrolment.id)
    ).all()


def meeting(session: Session, meeting_id: int) -> Meeting:
    """Return a meeting with its run."""
    return session.scalars(
        select(Meeting).where(Meeting.id == meeting_id).options(joinedload(Meeting.run))
    ).one()


def office(session: Session, institute_id: int) -> Sequence[Person]:
    """List the registrars of an institute: they give appeals to whoever decides."""
    return session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.institute_id == institute_id,
            RoleGrant.role == Role.REGISTRAR,
            RoleGrant.ended_at.is_(None),
        )
        .order_by(Person.id)
    ).all()


def authors(
    session: Session, submission_id: int
) -> Iterator[tuple[Enrolment, Submission, Assessment]]:
    """Give each author of a work, as `whole_enrolment` does, with the work and what it is for."""
    submission = session.scalars(
        select(Submission)
        .where(Submission.id == submission_id)
        .options(selectinload(Submission.files))
    ).one()
    assessment = session.get_one(Assessment, submission.assessment_id)
    found = session.scalars(
        _whole()
        .join(SubmissionAuthor, SubmissionAuthor.enrolment_id == Enrolment.id)
        .where(SubmissionAuthor.submission_id == submission_id)
        .order_by(Enrolment.id)
    ).all()
    for enrolment in found:
        yield enrolment, submission, assessment
