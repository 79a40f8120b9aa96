"""What waits for a marker, across runs, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    exists,
    func,
    null,
    or_,
    select,
)
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
from nador.assessment.queries.accommodations import eased_in, eases_everywhere
from nador.assessment.queries.marking.bench import HANDED_IN
from nador.assessment.queries.marking.plans import seed_of
from nador.assessment.queries.submissions import window_for
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
    """What waits for the actor's mark, in one statement; `rules.marking.role_for`, said in SQL.

    Two more tell what is eased where something of the page came after its due date.
    """
    if actor.person_id is None:
        return Queue((), 0, 1)
    waiting = _waiting(_works(actor, actor.person_id), actor.person_id)
    cut = waiting.limit(QUEUE_SIZE).offset((page - 1) * QUEUE_SIZE)
    found = session.execute(_details(cut.cte("waiting"))).all()
    if not found and page > 1:
        return queue(session, actor, page=1)
    total = found[0].total if found else 0
    late = _late(session, found)
    return Queue([_line(row, late=row.submission_id in late) for row in found], total, page)


def _late(session: Session, found: Sequence[Any]) -> set[int]:
    """Which works came late: an extension helps whoever had handed in before it was given."""
    after = [row for row in found if row.due_at is not None and row.handed_in_at > row.due_at]
    given = eases_everywhere(session, {row.enrolment_id for row in after}) if after else {}
    return {
        row.submission_id
        for row in after
        if window_for(row.Assignment, eased_in(given, row.enrolment_id, row.assessment_id)).late(
            row.handed_in_at, told=row.due_at
        )
    }


def _works(actor: Actor, person_id: int) -> CompoundSelect[*tuple[Any, ...]]:
    """The work of learners on the actor's runs: handed in, or done elsewhere as staff planned."""
    on_runs = (
        select(Assessment.id)
        .join(Run, Run.id == Assessment.run_id)
        .where(runs_for(actor, policy.GRADE), Run.status == RunStatus.PUBLISHED)
    )
    others = Enrolment.status == EnrolmentStatus.ACTIVE, Enrolment.person_id != person_id
    author = aliased(SubmissionAuthor)
    handed_in = (
        select(
            Submission.assessment_id,
            author.enrolment_id,
            Submission.id.label("submission_id"),
            Submission.handed_in_at.label("since"),
        )
        .join(author, author.submission_id == Submission.id)
        .join(Enrolment, Enrolment.id == author.enrolment_id)
        .where(
            *others,
            Submission.assessment_id.in_(on_runs),
            Submission.status.in_(HANDED_IN),
            ~_later_version(author),
            ~_earlier_author(author),
            ~_is_author(person_id),
        )
    )
    planned = (
        select(MarkingPlan.assessment_id, Enrolment.id, null(), MarkingPlan.made_at)
        .join(Assessment, Assessment.id == MarkingPlan.assessment_id)
        .join(Enrolment, Enrolment.run_id == Assessment.run_id)
        .where(
            *others,
            MarkingPlan.assessment_id.in_(on_runs),
            ~exists().where(Assignment.assessment_id == MarkingPlan.assessment_id),
        )
    )
    return handed_in.union_all(planned)


def _waiting(works: CompoundSelect[*tuple[Any, ...]], person_id: int) -> Select[*tuple[Any, ...]]:
    work = works.subquery("work")
    ids = work.c.assessment_id, work.c.enrolment_id
    first, second, third = _roles(person_id, *ids)
    return (
        select(
            work,
            First.id.label("first_id"),
            First.status.label("first_status"),
            case(
                (first, MarkRole.FIRST.value),
                (second, MarkRole.SECOND.value),
                else_=MarkRole.MODERATOR.value,
            ).label("role"),
            func.count().over().label("total"),
        )
        .select_from(work)
        .outerjoin(MarkingPlan, MarkingPlan.assessment_id == work.c.assessment_id)
        .outerjoin(First, and_(_about(First, *ids), First.role == MarkRole.FIRST))
        .outerjoin(Second, and_(_about(Second, *ids), Second.role == MarkRole.SECOND))
        .outerjoin(Third, and_(_about(Third, *ids), Third.role == MarkRole.MODERATOR))
        .outerjoin(Own, and_(_about(Own, *ids), Own.marker_id == person_id))
        .outerjoin(Grade, _about(Grade, *ids))
        .where(
            or_(Grade.id.is_(None), Grade.state == GradeState.UNGRADED, First.id.is_not(None)),
            or_(Grade.id.is_(None), Grade.state.not_in([GradeState.RELEASED, GradeState.EXCUSED])),
            or_(first, second, third),
        )
        .order_by(work.c.since, *ids)
    )


def _details(waiting: CTE) -> Select[*tuple[Any, ...]]:
    """Read what a page shows of its lines, and of no other."""
    return (
        select(
            waiting,
            Assessment.title,
            Run.code,
            Person.name_latin,
            Person.name_arabic,
            MarkingPlan,
            Assignment,
            Submission.handed_in_at,
            Submission.due_at,
        )
        .select_from(waiting)
        .join(Assessment, Assessment.id == waiting.c.assessment_id)
        .join(Run, Run.id == Assessment.run_id)
        .join(Enrolment, Enrolment.id == waiting.c.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(MarkingPlan, MarkingPlan.assessment_id == waiting.c.assessment_id)
        .outerjoin(Assignment, Assignment.assessment_id == waiting.c.assessment_id)
        .outerjoin(Submission, Submission.id == waiting.c.submission_id)
        .order_by(waiting.c.since, waiting.c.assessment_id, waiting.c.enrolment_id)
    )


def _later_version(author: Any) -> ColumnElement[bool]:
    """Whether the author handed in a later version of the same work."""
    theirs, later = aliased(SubmissionAuthor), aliased(Submission)
    # One inside the other: joined, SQLite would go through all that was handed in, for each.
    same_work = (
        exists()
        .where(
            later.id == theirs.submission_id,
            later.assessment_id == Submission.assessment_id,
            later.status.in_(HANDED_IN),
        )
        .correlate_except(later)
    )
    return exists().where(
        theirs.enrolment_id == author.enrolment_id,
        theirs.submission_id > Submission.id,
        same_work,
    )


def _earlier_author(author: Any) -> ColumnElement[bool]:
    """Whether the work is marked under the enrolment of another of its authors."""
    other, place = aliased(SubmissionAuthor), aliased(Enrolment)
    return (
        select(other.submission_id)
        .join(place, place.id == other.enrolment_id)
        .where(
            other.submission_id == Submission.id,
            other.enrolment_id < author.enrolment_id,
            place.status == EnrolmentStatus.ACTIVE,
        )
        .exists()
    )


def _is_author(person_id: int) -> ColumnElement[bool]:
    other = aliased(Enrolment)
    return (
        select(SubmissionAuthor.submission_id)
        .join(other, other.id == SubmissionAuthor.enrolment_id)
        .where(SubmissionAuthor.submission_id == Submission.id, other.person_id == person_id)
        .exists()
    )


def _about(one: Any, assessment_id: Any, enrolment_id: Any) -> ColumnElement[bool]:
    return and_(one.assessment_id == assessment_id, one.enrolment_id == enrolment_id)


def _roles(
    person_id: int, *ids: Any
) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    """Whether each role is this person's to fill: an own draft, or one that is open and nobody else's."""
    nobody_yet = and_(
        or_(First.id.is_(None), First.marker_id != person_id),
        or_(Second.id.is_(None), Second.marker_id != person_id),
    )
    first = or_(
        _draft_of(First, person_id),
        and_(First.id.is_(None), nobody_yet, _free(MarkRole.FIRST, *ids)),
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
        and_(asked_for, Second.id.is_(None), nobody_yet, _free(MarkRole.SECOND, *ids)),
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
            and_(Third.id.is_(None), nobody_yet, _free(MarkRole.MODERATOR, *ids)),
        ),
    )
    return first, second, third


def _draft_of(mark: Any, person_id: int) -> ColumnElement[bool]:
    return and_(mark.marker_id == person_id, mark.status == MarkStatus.DRAFT)


def _free(role: MarkRole, *ids: Any) -> ColumnElement[bool]:
    """Whether the role is allotted to this person, or to nobody while they are named for nothing else."""
    other = select(Theirs.id).where(_about(Theirs, *ids), Theirs.role == role).exists()
    return or_(Own.role == role, and_(Own.id.is_(None), ~other))


def _line(row: Any, *, late: bool) -> Waiting:
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
        late=late,
        role=MarkRole(row.role),
        begun=row.first_id is not None and row.first_status is MarkStatus.DRAFT,
    )
