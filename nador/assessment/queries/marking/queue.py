"""What waits for a marker, across runs, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from nador.accounts.models import Person
from nador.assessment import policy
from nador.assessment.models import (
    Assessment,
    Assignment,
    Grade,
    Mark,
    MarkAllotment,
    MarkingPlan,
    Submission,
    SubmissionAuthor,
)
from nador.assessment.queries.marking.bench import HANDED_IN
from nador.assessment.queries.marking.plans import seed_of
from nador.assessment.rules import GradeState
from nador.assessment.rules.marking import (
    MarkRole,
    MarkStatus,
    SecondMarking,
    candidate,
)
from nador.catalogue.models import Run
from nador.catalogue.queries import runs_for
from nador.catalogue.rules import RunStatus
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.db import Words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

QUEUE_SIZE = 25

First, Second, Third = (aliased(Mark, name=role.value) for role in MarkRole)
Own = aliased(MarkAllotment, name="own_lot")
Theirs = aliased(MarkAllotment, name="their_lot")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A piece of work that waits: in which role, since when, and whose where names are shown."""

    assessment_id: int
    title: Words
    run_code: str
    sign: str
    hidden: bool
    name_latin: str | None
    name_arabic: str | None
    since: datetime
    late: bool
    role: MarkRole
    begun: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of what waits; `total` counts all."""

    items: Sequence[Waiting]
    total: int
    page: int

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.page * QUEUE_SIZE < self.total


def queue(session: Session, actor: Actor, *, page: int = 1) -> Queue:
    """What waits for the actor's mark, in one statement; `rules.marking.role_for`, said in SQL."""
    if actor.person_id is None:
        return Queue((), 0, 1)
    asked = _waiting(actor, actor.person_id)
    found = session.execute(asked.limit(QUEUE_SIZE).offset((page - 1) * QUEUE_SIZE)).all()
    if not found and page > 1:
        return queue(session, actor, page=1)
    total = found[0].total if found else 0
    return Queue([_line(row) for row in found], total, page)


def _waiting(actor: Actor, person_id: int) -> Select[*tuple[Any, ...]]:
    last = _last_submission()
    first_author = _first_author()
    since = func.coalesce(Submission.handed_in_at, MarkingPlan.made_at)
    first, second, third = _roles(person_id)
    return (
        select(
            Assessment.id.label("assessment_id"),
            Assessment.title,
            Run.code,
            Enrolment.id.label("enrolment_id"),
            Person.name_latin,
            Person.name_arabic,
            MarkingPlan,
            Submission.handed_in_at,
            Submission.due_at,
            since.label("since"),
            First.id.label("first_id"),
            First.status.label("first_status"),
            case(
                (first, MarkRole.FIRST.value),
                (second, MarkRole.SECOND.value),
                else_=MarkRole.MODERATOR.value,
            ).label("role"),
            func.count().over().label("total"),
        )
        .select_from(Assessment)
        .join(Run, Run.id == Assessment.run_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(MarkingPlan, MarkingPlan.assessment_id == Assessment.id)
        .outerjoin(Assignment, Assignment.assessment_id == Assessment.id)
        .outerjoin(
            last,
            and_(last.c.enrolment_id == Enrolment.id, last.c.assessment_id == Assessment.id),
        )
        .outerjoin(Submission, Submission.id == last.c.submission_id)
        .outerjoin(first_author, first_author.c.submission_id == Submission.id)
        .outerjoin(First, _of(First, MarkRole.FIRST))
        .outerjoin(Second, _of(Second, MarkRole.SECOND))
        .outerjoin(Third, _of(Third, MarkRole.MODERATOR))
        .outerjoin(Own, and_(_lot(Own), Own.marker_id == person_id))
        .outerjoin(
            Grade, and_(Grade.assessment_id == Assessment.id, Grade.enrolment_id == Enrolment.id)
        )
        .where(
            runs_for(actor, policy.GRADE),
            Run.status == RunStatus.PUBLISHED,
            Enrolment.status == EnrolmentStatus.ACTIVE,
            Enrolment.person_id != person_id,
            # Something was handed in, or nothing has to be where staff planned how to mark.
            or_(
                Submission.id.is_not(None),
                and_(Assignment.assessment_id.is_(None), MarkingPlan.assessment_id.is_not(None)),
            ),
            or_(Submission.id.is_(None), first_author.c.enrolment_id == Enrolment.id),
            ~_is_author(person_id),
            or_(Grade.id.is_(None), Grade.state == GradeState.UNGRADED, First.id.is_not(None)),
            or_(Grade.id.is_(None), Grade.state.not_in([GradeState.RELEASED, GradeState.EXCUSED])),
            or_(first, second, third),
        )
        .order_by(since, Assessment.id, Enrolment.id)
    )


def _last_submission() -> Any:
    return (
        select(
            SubmissionAuthor.enrolment_id,
            Submission.assessment_id,
            func.max(Submission.id).label("submission_id"),
        )
        .join(Submission, Submission.id == SubmissionAuthor.submission_id)
        .where(Submission.status.in_(HANDED_IN))
        .group_by(SubmissionAuthor.enrolment_id, Submission.assessment_id)
        .subquery()
    )


def _first_author() -> Any:
    """Under whose enrolment a submission is marked."""
    return (
        select(
            SubmissionAuthor.submission_id,
            func.min(SubmissionAuthor.enrolment_id).label("enrolment_id"),
        )
        .join(Enrolment, Enrolment.id == SubmissionAuthor.enrolment_id)
        .where(Enrolment.status == EnrolmentStatus.ACTIVE)
        .group_by(SubmissionAuthor.submission_id)
        .subquery()
    )


def _is_author(person_id: int) -> ColumnElement[bool]:
    other = aliased(Enrolment)
    return (
        select(SubmissionAuthor.submission_id)
        .join(other, other.id == SubmissionAuthor.enrolment_id)
        .where(SubmissionAuthor.submission_id == Submission.id, other.person_id == person_id)
        .exists()
    )


def _of(mark: Any, role: MarkRole) -> ColumnElement[bool]:
    return and_(
        mark.assessment_id == Assessment.id,
        mark.enrolment_id == Enrolment.id,
        mark.role == role,
    )


def _lot(lot: Any) -> ColumnElement[bool]:
    return and_(lot.assessment_id == Assessment.id, lot.enrolment_id == Enrolment.id)


def _roles(person_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    """Whether each role is this person's to fill: an own draft, or one that is open and nobody else's."""
    nobody_yet = and_(
        or_(First.id.is_(None), First.marker_id != person_id),
        or_(Second.id.is_(None), Second.marker_id != person_id),
    )
    first = or_(
        _draft_of(First, person_id), and_(First.id.is_(None), nobody_yet, _free(MarkRole.FIRST))
    )
    asked_for = or_(
        MarkingPlan.second == SecondMarking.ALL,
        and_(
            MarkingPlan.second == SecondMarking.SAMPLE,
            First.status == MarkStatus.FINAL,
            First.second_due,
        ),
    )
    second = or_(
        _draft_of(Second, person_id),
        and_(asked_for, Second.id.is_(None), nobody_yet, _free(MarkRole.SECOND)),
    )
    apart = and_(
        First.status == MarkStatus.FINAL,
        Second.status == MarkStatus.FINAL,
        func.abs(First.value - Second.value) > MarkingPlan.threshold,
    )
    third = and_(
        apart,
        or_(
            _draft_of(Third, person_id),
            and_(Third.id.is_(None), nobody_yet, _free(MarkRole.MODERATOR)),
        ),
    )
    return first, second, third


def _draft_of(mark: Any, person_id: int) -> ColumnElement[bool]:
    return and_(mark.marker_id == person_id, mark.status == MarkStatus.DRAFT)


def _free(role: MarkRole) -> ColumnElement[bool]:
    """Whether the role is allotted to this person, or to nobody while they are named for nothing else."""
    other = select(Theirs.id).where(_lot(Theirs), Theirs.role == role).exists()
    return or_(Own.role == role, and_(Own.id.is_(None), ~other))


def _line(row: Any) -> Waiting:
    kept = row.MarkingPlan
    hidden = kept is not None and kept.anonymous and kept.revealed_at is None
    return Waiting(
        assessment_id=row.assessment_id,
        title=row.title,
        run_code=row.code,
        sign=candidate(seed_of(kept, row.assessment_id), row.enrolment_id),
        hidden=hidden,
        name_latin=None if hidden else row.name_latin,
        name_arabic=None if hidden else row.name_arabic,
        since=row.since,
        late=row.due_at is not None and row.handed_in_at > row.due_at,
        role=MarkRole(row.role),
        begun=row.first_id is not None and row.first_status is MarkStatus.DRAFT,
    )
