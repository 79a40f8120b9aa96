"""Reads of programmes: who holds all of one, who lacks what, and whose certificate lost its ground."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from nador.accounts.models import Institute, Person
from nador.accounts.rules import PersonStatus
from nador.catalogue import queries as catalogue
from nador.catalogue.models import Programme, ProgrammeCourse, Run
from nador.catalogue.queries import MemberCourse
from nador.catalogue.rules import CatalogueStatus
from nador.certification.changes.models import UpheldPart
from nador.certification.models import Batch, Certificate, CertificatePart
from nador.certification.queries.registry import LIVE, Candidate, Sheet, run_head
from nador.certification.rules import CertificateStatus, Part, parts_of
from nador.kernel import clock
from nador.kernel.access import Action
from nador.kernel.db import Words

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeSheet(Sheet):
    """A programme as the certifier sees it: its courses, and who holds a certificate of each."""

    programme: Programme
    courses: Sequence[MemberCourse]


def programme_sheet(session: Session, programme: Programme) -> ProgrammeSheet:
    """Return a programme with everybody who holds all of it."""
    return ProgrammeSheet(
        programme=programme,
        courses=catalogue.member_courses(session, programme.id),
        institute=session.get_one(Institute, programme.institute_id),
        people=graduates(session, programme),
    )


def stands(today: date) -> ColumnElement[bool]:
    """Narrow certificates to those in force, as `rules.in_force` does."""
    return (Certificate.status == CertificateStatus.ISSUED) & or_(
        Certificate.expires_on.is_(None), Certificate.expires_on >= today
    )


def _held(programme: Programme, course_ids: Collection[int]) -> Select[int, int]:
    """Select who holds how many of these courses."""
    held = func.count(Run.course_id.distinct())
    return (
        select(Certificate.person_id, held.label("held"))
        .join(Run, Run.id == Certificate.run_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(
            Run.course_id.in_(course_ids),
            Certificate.institute_id == programme.institute_id,
            Person.status == PersonStatus.ACTIVE,
            stands(clock.today()),
        )
        .group_by(Certificate.person_id)
    )


def graduates(session: Session, programme: Programme) -> list[Candidate]:
    """List who holds a certificate in force of every course, by name, each with their live document."""
    courses = [course.id for course in catalogue.member_courses(session, programme.id)]
    held = _held(programme, courses).subquery()
    rows = session.execute(
        select(Person, Certificate)
        .join(held, (held.c.person_id == Person.id) & (held.c.held == len(courses)))
        .outerjoin(
            Certificate,
            (Certificate.person_id == Person.id)
            & (Certificate.programme_id == programme.id)
            & Certificate.status.in_(LIVE),
        )
        .order_by(Person.name_folded, Person.id)
    ).all()
    parts = _parts(session, programme, courses, [person.id for person, _live in rows])
    return [Candidate(None, person, None, None, live, parts[person.id]) for person, live in rows]


def _parts(
    session: Session, programme: Programme, course_ids: Sequence[int], person_ids: Sequence[int]
) -> dict[int, list[Part]]:
    """Read what each of these people holds of a programme."""
    held: dict[int, list[Part]] = defaultdict(list)
    for person_id, *columns in session.execute(
        select(
            Certificate.person_id,
            Certificate.id,
            Run.course_id,
            Run.version_id,
            Certificate.kind,
            Certificate.hours,
            Certificate.starts_on,
            Certificate.ends_on,
            Certificate.expires_on,
            Run.language,
        )
        .join(Run, Run.id == Certificate.run_id)
        .where(
            Run.course_id.in_(course_ids),
            Certificate.institute_id == programme.institute_id,
            Certificate.person_id.in_(person_ids),
            stands(clock.today()),
        )
    ):
        held[person_id].append(Part(**dict(zip(Part.__slots__, columns, strict=True))))
    return {person_id: parts_of(course_ids, held[person_id]) for person_id in person_ids}


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Somebody who holds some courses of a programme, and those that they lack."""

    person: Person
    held: int
    lacking: Sequence[MemberCourse]


def on_the_way(
    session: Session, programme: Programme, *, skip: int = 0, most: int = 50
) -> list[OnTheWay]:
    """List who holds some courses but not all, those first who lack the fewest."""
    courses = catalogue.member_courses(session, programme.id)
    ids = [course.id for course in courses]
    held = _held(programme, ids).subquery()
    people = session.scalars(
        select(Person)
        .join(held, (held.c.person_id == Person.id) & (held.c.held < len(courses)))
        .order_by(held.c.held.desc(), Person.name_folded, Person.id)
        .offset(skip)
        .limit(most)
    ).all()
    parts = _parts(session, programme, ids, [person.id for person in people])
    found = []
    for person in people:
        has = {part.course_id for part in parts[person.id]}
        found.append(
            OnTheWay(person, len(has), [course for course in courses if course.id not in has])
        )
    return found


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A programme's certificate in force, and those it rests on that stand no more."""

    certificate: Certificate
    lost: Sequence[Certificate]


def _lost_parts() -> Select[int, int]:
    """Select what certificates in force of programmes rest on and their holder has no more.

    Whoever has another certificate of the same course has lost nothing, and what somebody decided
    to do without is not asked about again.
    """
    part, instead = aliased(Certificate), aliased(Certificate)
    taught, taught_again = aliased(Run), aliased(Run)
    again = (
        exists()
        .where(
            instead.person_id == part.person_id,
            instead.status.in_(LIVE),
            instead.run_id == taught_again.id,
            taught_again.course_id == taught.course_id,
        )
        .correlate(part, taught)
    )
    upheld = exists().where(
        UpheldPart.certificate_id == CertificatePart.certificate_id,
        UpheldPart.part_id == CertificatePart.part_id,
    )
    return (
        select(CertificatePart.certificate_id, CertificatePart.part_id)
        .join(Certificate, Certificate.id == CertificatePart.certificate_id)
        .join(part, part.id == CertificatePart.part_id)
        .join(taught, taught.id == part.run_id)
        .where(Certificate.status == CertificateStatus.ISSUED, ~again, ~upheld)
    )


def in_doubt(session: Session, programme_id: int) -> list[InDoubt]:
    """List a programme's certificates of which somebody has to decide whether they still stand."""
    lost: dict[int, list[int]] = defaultdict(list)
    for certificate_id, part_id in session.execute(
        _lost_parts().where(Certificate.programme_id == programme_id)
    ):
        lost[certificate_id].append(part_id)
    ids = [*lost, *(part_id for parts in lost.values() for part_id in parts)]
    found = session.scalars(select(Certificate).where(Certificate.id.in_(ids)))
    by_id = {certificate.id: certificate for certificate in found}
    return [
        InDoubt(by_id[certificate_id], [by_id[part_id] for part_id in sorted(parts)])
        for certificate_id, parts in sorted(lost.items())
    ]


def lost_parts(session: Session, certificate_id: int) -> Sequence[int]:
    """List what a programme's certificate rests on and its holder has no more."""
    lost = _lost_parts().where(Certificate.id == certificate_id)
    return [part_id for _certificate_id, part_id in session.execute(lost)]


def programmes_to_certify(session: Session, actor: Actor) -> Sequence[Row[Any]]:
    """List programmes of the actor's institutes: programme, ready (who could have theirs), live, doubtful."""
    courses = (
        select(ProgrammeCourse.programme_id, func.count().label("courses"))
        .group_by(ProgrammeCourse.programme_id)
        .subquery()
    )
    holds_all = (
        select(Programme.id.label("programme_id"), Certificate.person_id)
        .join(courses, courses.c.programme_id == Programme.id)
        .join(ProgrammeCourse, ProgrammeCourse.programme_id == Programme.id)
        .join(Run, Run.course_id == ProgrammeCourse.course_id)
        .join(
            Certificate,
            (Certificate.run_id == Run.id) & (Certificate.institute_id == Programme.institute_id),
        )
        .join(Person, Person.id == Certificate.person_id)
        .where(stands(clock.today()), Person.status == PersonStatus.ACTIVE)
        .group_by(Programme.id, Certificate.person_id, courses.c.courses)
        .having(func.count(Run.course_id.distinct()) == courses.c.courses)
        .subquery()
    )
    own = aliased(Certificate)
    has_own = exists().where(
        own.programme_id == holds_all.c.programme_id,
        own.person_id == holds_all.c.person_id,
        own.status.in_(LIVE),
    )
    ready = (
        select(holds_all.c.programme_id, func.count().label("ready"))
        .where(~has_own)
        .group_by(holds_all.c.programme_id)
        .subquery()
    )
    live = (
        select(Certificate.programme_id, func.count().label("live"))
        .where(Certificate.status.in_(LIVE), Certificate.programme_id.is_not(None))
        .group_by(Certificate.programme_id)
        .subquery()
    )
    lost = _lost_parts().with_only_columns(
        Certificate.programme_id, func.count(Certificate.id.distinct()).label("doubtful")
    )
    doubtful = lost.group_by(Certificate.programme_id).subquery()
    return session.execute(
        select(
            Programme,
            func.coalesce(ready.c.ready, 0).label("ready"),
            func.coalesce(live.c.live, 0).label("live"),
            func.coalesce(doubtful.c.doubtful, 0).label("doubtful"),
        )
        .outerjoin(ready, ready.c.programme_id == Programme.id)
        .outerjoin(live, live.c.programme_id == Programme.id)
        .outerjoin(doubtful, doubtful.c.programme_id == Programme.id)
        .where(
            Programme.institute_id.in_(actor.institutes(Action.SEE_CERTIFICATES)),
            or_(Programme.status == CatalogueStatus.PUBLISHED, live.c.live > 0),
        )
        .order_by(Programme.code)
    ).all()


@dataclass(frozen=True, slots=True)
class Head:
    """What an order is for, a run or a programme, for the head of a page."""

    code: str
    title: Words
    run: Run | None = None
    programme: Programme | None = None


def batch_head(session: Session, batch: Batch) -> Head:
    """Return what an order is for."""
    if batch.run_id is not None:
        taught = run_head(session, batch.run_id)
        return Head(taught.run.code, taught.version.title, run=taught.run)
    programme = session.get_one(Programme, batch.programme_id)
    return Head(programme.code, programme.title, programme=programme)


def resting_on(session: Session, certificate_id: int) -> Sequence[Certificate]:
    """List what a programme's certificate rests on; nothing for any other."""
    return session.scalars(
        select(Certificate)
        .join(CertificatePart, CertificatePart.part_id == Certificate.id)
        .where(CertificatePart.certificate_id == certificate_id)
        .order_by(Certificate.ends_on, Certificate.id)
    ).all()


def batches_of_programme(session: Session, programme_id: int) -> Sequence[Batch]:
    """List a programme's orders, newest first."""
    return session.scalars(
        select(Batch).where(Batch.programme_id == programme_id).order_by(Batch.id.desc())
    ).all()
