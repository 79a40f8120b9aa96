"""Who may have a document of a run, and who has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, select

from nador.accounts.models import Institute, Person
from nador.accounts.rules import PersonStatus
from nador.assessment import queries as assessment_queries
from nador.assessment.models import Result
from nador.assessment.rules import RuleKind
from nador.catalogue.models import Course, CourseVersion, Run
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus, Part
from nador.enrolment.models import Enrolment
from nador.kernel.access import Action, Actor
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
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


def names_of(session: Session, person_ids: Sequence[int]) -> dict[int, Person]:
    """Return people by their ids."""
    people = session.scalars(select(Person).where(Person.id.in_(person_ids)))
    return {person.id: person for person in people}


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
