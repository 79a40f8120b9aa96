"""Groups of a run, and what is eased for whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from nador.accounts.models import Person
from nador.assessment.models import Accommodation, Assessment, RunGroup, RunGroupMember
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from nador.assessment.rules.accommodations import Ease


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in the list."""

    id: int
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class Learner:
    """An active learner of a run, by name."""

    enrolment_id: int
    person_id: int
    reference: str
    latin: str | None
    arabic: str | None


@dataclass(frozen=True, slots=True)
class Eased:
    """An accommodation with the names that it stands for."""

    accommodation: Accommodation
    title: Words | None
    """Of the assessment; None: of the whole run."""
    group: str | None
    latin: str | None
    arabic: str | None
    by_latin: str | None
    by_arabic: str | None


def groups_of(session: Session, run_id: int) -> list[GroupRow]:
    """The groups of a run with how many are in each, by name."""
    rows = session.execute(
        select(RunGroup.id, RunGroup.name, func.count(RunGroupMember.enrolment_id))
        .outerjoin(RunGroupMember, RunGroupMember.group_id == RunGroup.id)
        .where(RunGroup.run_id == run_id)
        .group_by(RunGroup.id)
        .order_by(RunGroup.name_folded)
    )
    return [GroupRow(*row) for row in rows]


def group_of(session: Session, group_id: int) -> RunGroup:
    """One group; raises NotFound."""
    found = session.get(RunGroup, group_id)
    if found is None:
        raise NotFound
    return found


def group_by_name(session: Session, run_id: int, folded: str) -> RunGroup | None:
    """Find a group of the run by its folded name."""
    return session.scalar(
        select(RunGroup).where(RunGroup.run_id == run_id, RunGroup.name_folded == folded)
    )


def members_of(session: Session, group_id: int) -> set[int]:
    """The enrolments in a group."""
    return set(
        session.scalars(
            select(RunGroupMember.enrolment_id).where(RunGroupMember.group_id == group_id)
        )
    )


def learners_of(session: Session, run_id: int) -> list[Learner]:
    """The active learners of a run, by name: a run has a few hundred seats at most."""
    rows = session.execute(
        select(Enrolment.id, Person.id, Enrolment.reference, Person.name_latin, Person.name_arabic)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.run_id == run_id, Enrolment.status == EnrolmentStatus.ACTIVE)
        .order_by(Person.name_folded, Enrolment.id)
    )
    return [Learner(*row) for row in rows]


def is_named(session: Session, group_id: int) -> bool:
    """Whether an accommodation, ended or not, was given to the group."""
    found = select(Accommodation.id).where(Accommodation.group_id == group_id)
    return session.scalar(found.limit(1)) is not None


def accommodation_of(session: Session, accommodation_id: int) -> Accommodation:
    """One accommodation; raises NotFound."""
    found = session.get(Accommodation, accommodation_id)
    if found is None:
        raise NotFound
    return found


def accommodations_of(session: Session, run_id: int) -> list[Eased]:
    """What is eased on a run and was, what holds first, then the newest; in one query."""
    giver = Person.__table__.alias("giver")
    rows = session.execute(
        select(
            Accommodation,
            Assessment.title,
            RunGroup.name,
            Person.name_latin,
            Person.name_arabic,
            giver.c.name_latin,
            giver.c.name_arabic,
        )
        .outerjoin(Assessment, Assessment.id == Accommodation.assessment_id)
        .outerjoin(RunGroup, RunGroup.id == Accommodation.group_id)
        .outerjoin(Enrolment, Enrolment.id == Accommodation.enrolment_id)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .join(giver, giver.c.id == Accommodation.given_by_id)
        .where(Accommodation.run_id == run_id)
        .order_by(Accommodation.ended_at.is_not(None), Accommodation.id.desc())
    )
    return [Eased(*row) for row in rows]


def eases(
    session: Session, assessment: Assessment, enrolment_ids: Collection[int]
) -> dict[int, list[Ease]]:
    """What is eased in an assessment, by learner: their own and their groups', in two queries."""
    holds = (
        Accommodation.run_id == assessment.run_id,
        Accommodation.ended_at.is_(None),
        or_(Accommodation.assessment_id.is_(None), Accommodation.assessment_id == assessment.id),
    )
    own = select(Accommodation, Accommodation.enrolment_id).where(
        *holds, Accommodation.enrolment_id.in_(enrolment_ids)
    )
    of_groups = (
        select(Accommodation, RunGroupMember.enrolment_id)
        .join(RunGroupMember, RunGroupMember.group_id == Accommodation.group_id)
        .where(*holds, RunGroupMember.enrolment_id.in_(enrolment_ids))
    )
    found: defaultdict[int, list[Ease]] = defaultdict(list)
    for query in (own, of_groups):
        for given, enrolment_id in session.execute(query):
            found[enrolment_id or 0].append(given.ease)
    return dict(found)


def eases_everywhere(
    session: Session, enrolment_ids: Collection[int]
) -> dict[tuple[int, int | None], list[Ease]]:
    """What is eased for learners, by learner and assessment (None: all of the run), in two queries."""
    holds = (Accommodation.ended_at.is_(None),)
    own = select(Accommodation, Accommodation.enrolment_id).where(
        *holds, Accommodation.enrolment_id.in_(enrolment_ids)
    )
    of_groups = (
        select(Accommodation, RunGroupMember.enrolment_id)
        .join(RunGroupMember, RunGroupMember.group_id == Accommodation.group_id)
        .where(*holds, RunGroupMember.enrolment_id.in_(enrolment_ids))
    )
    found: defaultdict[tuple[int, int | None], list[Ease]] = defaultdict(list)
    for query in (own, of_groups):
        for given, enrolment_id in session.execute(query):
            found[enrolment_id or 0, given.assessment_id].append(given.ease)
    return dict(found)


def eased_in(
    given: Mapping[tuple[int, int | None], list[Ease]], enrolment_id: int, assessment_id: int
) -> list[Ease]:
    """Of what `eases_everywhere` found: what holds for a learner in an assessment."""
    return [*given.get((enrolment_id, None), []), *given.get((enrolment_id, assessment_id), [])]


def everybodys_eases(session: Session, assessment: Assessment) -> list[Ease]:
    """All that is eased in an assessment, for whomever."""
    rows = session.scalars(
        select(Accommodation).where(
            Accommodation.run_id == assessment.run_id,
            Accommodation.ended_at.is_(None),
            or_(
                Accommodation.assessment_id.is_(None), Accommodation.assessment_id == assessment.id
            ),
        )
    )
    return [given.ease for given in rows]
