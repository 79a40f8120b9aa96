"""The bench of an assessment: every piece of work that is marked, with its marks, in one order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from nador.accounts.models import Person
from nador.assessment.models import (
    Assessment,
    Assignment,
    Grade,
    Mark,
    MarkAllotment,
    MarkingPlan,
    Quiz,
    Submission,
    SubmissionAuthor,
)
from nador.assessment.queries.accommodations import eases
from nador.assessment.queries.figures import LISTED
from nador.assessment.queries.grades import assessment_of, run_of
from nador.assessment.queries.marking.marks import ORDER, judgement
from nador.assessment.queries.marking.plans import plan_of, seed_of
from nador.assessment.queries.submissions import window_for
from nador.assessment.rules import GradeState
from nador.assessment.rules.marking import (
    MarkingState,
    MarkRole,
    Plan,
    agree,
    candidate,
    role_for,
    state,
)
from nador.assessment.rules.submissions import SubmissionStatus
from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.errors import NotFound
from nador.kernel.text import fold

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

HANDED_IN = (SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody whose work it is."""

    enrolment_id: int
    person_id: int
    reference: str
    name_latin: str | None
    name_arabic: str | None


@dataclass(frozen=True)
class Work:
    """A piece of work in an assessment: whose, what was handed in, its marks.

    What a group handed in is one piece of work, marked under the first of its authors.
    """

    enrolment_id: int
    sign: str
    authors: Sequence[Author]
    active: bool
    submission_id: int | None
    number: int | None
    handed_in_at: datetime | None
    late: bool
    """Whether it came after its due date, with what is eased by now."""
    grade: Decimal | None
    grade_state: GradeState
    plan: Plan
    marks: Sequence[Mark] = ()
    allotted: Mapping[MarkRole, int] = field(default_factory=dict)

    @cached_property
    def judgements(self) -> list[Any]:
        """The marks as the rules take them."""
        return [judgement(each) for each in self.marks]

    @property
    def released(self) -> bool:
        """Whether the learner sees the grade."""
        return self.grade_state is GradeState.RELEASED

    @property
    def excused(self) -> bool:
        """Whether nothing is to be marked because the learner is excused."""
        return self.grade_state is GradeState.EXCUSED

    @property
    def elsewhere(self) -> bool:
        """Whether it was graded, or excused, without marking."""
        return not self.marks and self.grade_state is not GradeState.UNGRADED

    @property
    def state(self) -> MarkingState:
        """How far its marking is."""
        return state(self.judgements, self.plan, released=self.released)

    @property
    def agreed(self) -> Decimal | None:
        """What the marks agree on."""
        outcome = agree(self.judgements, self.plan)
        return outcome if isinstance(outcome, Decimal) else None

    def is_by(self, person_id: int) -> bool:
        """Whether it is this person's own work."""
        return any(each.person_id == person_id for each in self.authors)

    def mark(self, role: MarkRole) -> Mark | None:
        """The mark in a role."""
        return next((each for each in self.marks if each.role is role), None)

    def role_for(self, person_id: int | None) -> MarkRole | None:
        """In which role somebody marks it; None where it is not theirs."""
        if person_id is None or self.is_by(person_id):
            return None
        return role_for(person_id, self.judgements, self.plan, self.allotted)

    def mark_by(self, person_id: int | None) -> Mark | None:
        """What somebody has given here, as a draft or for good."""
        role = self.role_for(person_id)
        return self.mark(role) if role is not None else None

    def waits_for(self, person_id: int | None) -> bool:
        """Whether somebody has yet to give a final mark here."""
        if self.elsewhere or self.released or not self.active or self.agreed is not None:
            return False
        own = self.mark_by(person_id)
        return self.role_for(person_id) is not None and (own is None or own.final_at is None)


@dataclass(frozen=True)
class Bench:
    """An assessment, how it is marked, and the work in the order in which it came."""

    assessment: Assessment
    run: Run
    plan: Plan
    kept: MarkingPlan | None
    assignment: Assignment | None
    """What is handed in here; where something is, nothing is marked that was not."""
    works: Sequence[Work]

    @property
    def asks_for_work(self) -> bool:
        """Whether work is handed in here."""
        return self.assignment is not None

    @property
    def hidden(self) -> bool:
        """Whether names are hidden."""
        return self.plan.anonymous and (self.kept is None or self.kept.revealed_at is None)

    @property
    def unagreed(self) -> int:
        """How many marks are not agreed yet, of the work that can still be marked."""
        return sum(
            each.agreed is None
            for each in self.works
            if each.active and not each.excused and not each.elsewhere
        )

    def work(self, sign: str) -> Work:
        """Find a piece of work by its sign; raises NotFound."""
        found = next((each for each in self.works if each.sign == sign), None)
        if found is None:
            raise NotFound
        return found

    def place(self, work: Work) -> int:
        """Which one it is, counted from one."""
        return self.works.index(work) + 1

    def beside(self, work: Work, step: int) -> Work | None:
        """The next piece of work, or the one before."""
        at = self.works.index(work) + step
        return self.works[at] if 0 <= at < len(self.works) else None

    def next_for(self, person_id: int | None, after: Work | None = None) -> Work | None:
        """The next piece of work that waits for somebody: after this one, then from the start."""
        at = self.works.index(after) + 1 if after is not None else 0
        waiting = (
            each for each in (*self.works[at:], *self.works[:at]) if each.waits_for(person_id)
        )
        return next((each for each in waiting if each is not after), None)


def bench(session: Session, assessment_id: int) -> Bench:
    """Read an assessment's bench, in six statements, eight where some of it came late.

    Raises NotFound, also for a quiz: its answers are marked by themselves.
    """
    assessment = assessment_of(session, assessment_id)
    run = run_of(session, assessment.run_id)
    kept, asks, is_quiz = session.execute(
        select(MarkingPlan, Assignment, Quiz.assessment_id.is_not(None))
        .select_from(Assessment)
        .outerjoin(MarkingPlan, MarkingPlan.assessment_id == Assessment.id)
        .outerjoin(Assignment, Assignment.assessment_id == Assessment.id)
        .outerjoin(Quiz, Quiz.assessment_id == Assessment.id)
        .where(Assessment.id == assessment_id)
    ).one()
    if is_quiz:
        raise NotFound
    plan, seed = plan_of(kept), seed_of(kept, assessment_id)
    marks, lots = _marks(session, assessment_id), _lots(session, assessment_id)
    people = _people(session, assessment)
    late = _late(session, assessment, asks, people)
    works = [
        _work(rows, plan=plan, seed=seed, marks=marks, lots=lots, late=late)
        for rows in _together(people, marks)
        if asks is None or rows[0].submission_id is not None or rows[0].id in marks
    ]
    hidden = plan.anonymous and (kept is None or kept.revealed_at is None)
    return Bench(assessment, run, plan, kept, asks, _in_order(works, hidden=hidden))


def _late(
    session: Session, assessment: Assessment, asks: Assignment | None, people: list[Any]
) -> set[int]:
    """Whose work came late: an extension helps whoever had handed in before it was given."""
    after = [row for row in people if row.due_at is not None and row.handed_in_at > row.due_at]
    if asks is None or not after:
        return set()
    given = eases(session, assessment, [row.id for row in after])
    return {
        row.id
        for row in after
        if window_for(asks, given.get(row.id, [])).late(row.handed_in_at, told=row.due_at)
    }


def _in_order(works: list[Work], *, hidden: bool) -> list[Work]:
    """Put the oldest first; what was never handed in goes by name, or by sign where names are hidden."""

    def place(work: Work) -> tuple[bool, float, str]:
        at, who = work.handed_in_at, work.authors[0]
        name = work.sign if hidden else fold(who.name_latin or who.name_arabic or who.reference)
        return at is None, at.timestamp() if at is not None else 0.0, name

    return sorted(works, key=place)


def _people(session: Session, assessment: Assessment) -> list[Any]:
    """Everybody with a place, with what they handed in last and their grade."""
    last = (
        select(
            SubmissionAuthor.enrolment_id,
            func.max(Submission.id).label("submission_id"),
        )
        .join(Submission, Submission.id == SubmissionAuthor.submission_id)
        .where(Submission.assessment_id == assessment.id, Submission.status.in_(HANDED_IN))
        .group_by(SubmissionAuthor.enrolment_id)
        .subquery()
    )
    return list(
        session.execute(
            select(
                Enrolment.id,
                Enrolment.reference,
                Enrolment.status,
                Person.id.label("person_id"),
                Person.name_latin,
                Person.name_arabic,
                Submission.id.label("submission_id"),
                Submission.number,
                Submission.handed_in_at,
                Submission.due_at,
                Grade.value,
                Grade.state,
            )
            .join(Person, Person.id == Enrolment.person_id)
            .outerjoin(last, last.c.enrolment_id == Enrolment.id)
            .outerjoin(Submission, Submission.id == last.c.submission_id)
            .outerjoin(
                Grade,
                and_(Grade.enrolment_id == Enrolment.id, Grade.assessment_id == assessment.id),
            )
            .where(Enrolment.run_id == assessment.run_id, Enrolment.status.in_(LISTED))
        )
    )


def _together(people: list[Any], marks: Mapping[int, object]) -> list[list[Any]]:
    """Put those together who handed in the same work: it is marked once, under the first of them."""
    people = sorted(
        people,
        key=lambda row: (row.id not in marks, row.status is not EnrolmentStatus.ACTIVE, row.id),
    )
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in people:
        alone = row.submission_id is None
        found["alone" if alone else "work", row.id if alone else row.submission_id].append(row)
    return list(found.values())


def _marks(session: Session, assessment_id: int) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = defaultdict(list)
    for mark in session.scalars(select(Mark).where(Mark.assessment_id == assessment_id)):
        found[mark.enrolment_id].append(mark)
    for marks in found.values():
        marks.sort(key=lambda each: ORDER.index(each.role))
    return dict(found)


def _lots(session: Session, assessment_id: int) -> dict[int, dict[MarkRole, int]]:
    asked = select(MarkAllotment.enrolment_id, MarkAllotment.role, MarkAllotment.marker_id).where(
        MarkAllotment.assessment_id == assessment_id
    )
    found: dict[int, dict[MarkRole, int]] = defaultdict(dict)
    for enrolment_id, role, marker_id in session.execute(asked):
        found[enrolment_id][role] = marker_id
    return dict(found)


def _work(
    rows: list[Any],
    *,
    plan: Plan,
    seed: str,
    marks: Mapping[int, list[Mark]],
    lots: Mapping[int, dict[MarkRole, int]],
    late: Collection[int],
) -> Work:
    row = rows[0]
    return Work(
        enrolment_id=row.id,
        sign=candidate(seed, row.id),
        authors=[
            Author(each.id, each.person_id, each.reference, each.name_latin, each.name_arabic)
            for each in rows
        ],
        active=row.status is EnrolmentStatus.ACTIVE,
        submission_id=row.submission_id,
        number=row.number,
        handed_in_at=row.handed_in_at,
        late=row.id in late,
        grade=row.value,
        grade_state=row.state or GradeState.UNGRADED,
        plan=plan,
        marks=marks.get(row.id, ()),
        allotted=lots.get(row.id, {}),
    )
