"""Appeals: what is contested, who can decide it, and the lists of staff and learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from nador.accounts.models import Person, RoleGrant
from nador.assessment import rules
from nador.assessment.models import Appeal, Assessment, Grade, GradeChange, Result
from nador.assessment.queries.grades import run_of
from nador.assessment.rules import AppealStatus, GradeState
from nador.catalogue.models import CourseVersion, Run, RunStaff
from nador.catalogue.queries import runs_for
from nador.enrolment.models import Enrolment
from nador.kernel import clock
from nador.kernel.access import Action, Role
from nador.kernel.db import Words
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

MOST = 200


@dataclass(frozen=True, slots=True)
class Contested:
    """What a learner wants to contest: since when they know it, and the appeals that there were."""

    run: Run
    enrolment_id: int
    since: datetime | None
    """None where nothing is released or confirmed."""
    earlier: Sequence[tuple[AppealStatus, datetime]]

    @property
    def last_day(self) -> datetime | None:
        """The instant until which it can be contested."""
        return rules.deadline(self.since, self.run.appeal_days) if self.since else None


@dataclass(frozen=True, slots=True)
class AppealLine:
    """One appeal with what its lists show."""

    id: int
    run_id: int
    run_code: str
    course_title: Words
    enrolment_id: int
    reference: str
    learner_id: int
    learner_latin: str | None
    learner_arabic: str | None
    assessment_id: int | None
    assessment_title: Words | None
    out_of: Decimal | None
    status: AppealStatus
    reason: str
    opened_at: datetime
    answer_by: datetime
    assignee_id: int | None
    assignee_latin: str | None
    assignee_arabic: str | None
    answer: str
    decided_at: datetime | None
    value: Decimal | None
    """What the grade is now."""
    from_value: Decimal | None
    to_value: Decimal | None
    """What an approved appeal changed, from and to."""

    @property
    def age(self) -> int:
        """How many days ago it was opened."""
        return (clock.today() - clock.local(self.opened_at).date()).days

    @property
    def late(self) -> bool:
        """Whether it should have been answered already."""
        return self.status is AppealStatus.OPEN and clock.now() >= self.answer_by


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who can decide an appeal."""

    id: int
    name_latin: str | None
    name_arabic: str | None


def contested(
    session: Session, person_id: int, *, reference: str, assessment_id: int | None
) -> Contested:
    """What the person wants to contest of one own enrolment; raises NotFound for anybody else's."""
    found = session.execute(
        select(Enrolment.id, Enrolment.run_id).where(
            Enrolment.reference == reference, Enrolment.person_id == person_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    earlier = session.execute(
        select(Appeal.status, Appeal.opened_at).where(
            Appeal.enrolment_id == found.id,
            Appeal.assessment_id.is_not_distinct_from(assessment_id),
        )
    )
    return Contested(
        run=run_of(session, found.run_id),
        enrolment_id=found.id,
        since=session.scalar(_since(found.id, assessment_id)),
        earlier=[(status, opened_at) for status, opened_at in earlier],
    )


def _since(enrolment_id: int, assessment_id: int | None) -> Select[Any]:
    """Select since when the learner knows the grade or the result as it stands."""
    if assessment_id is None:
        return select(Result.confirmed_at).where(Result.enrolment_id == enrolment_id)
    return (
        select(Grade.changed_at)
        .join(Assessment, Assessment.id == Grade.assessment_id)
        .where(
            Grade.enrolment_id == enrolment_id,
            Grade.assessment_id == assessment_id,
            Grade.state == GradeState.RELEASED,
            Assessment.released_at.is_not(None),
        )
    )


def appeal_to_decide(session: Session, appeal_id: int) -> Appeal:
    """One appeal, locked: it is decided once; raises NotFound."""
    found = session.scalar(select(Appeal).where(Appeal.id == appeal_id).with_for_update())
    if found is None:
        raise NotFound
    return found


def last_change(session: Session, grade_id: int) -> GradeChange:
    """The latest line of a grade's history."""
    return session.scalars(
        select(GradeChange)
        .where(GradeChange.grade_id == grade_id)
        .order_by(GradeChange.id.desc())
        .limit(1)
    ).one()


def deciders(session: Session, run: Run, appeal: Appeal | AppealLine) -> list[Decider]:
    """Who may change what is contested and did not decide it: other instructors, or the office."""
    now = clock.now()
    roles = [Role.ADMINISTRATOR] if appeal.assessment_id else [Role.ADMINISTRATOR, Role.REGISTRAR]
    office = select(RoleGrant.person_id).where(
        RoleGrant.institute_id == run.institute_id,
        RoleGrant.role.in_(roles),
        RoleGrant.ended_at.is_(None),
    )
    teachers = select(RunStaff.person_id).where(
        RunStaff.run_id == run.id, RunStaff.ended_at.is_(None), RunStaff.granted_at <= now
    )
    able = office.union(teachers) if appeal.assessment_id else office
    found = session.execute(
        select(Person.id, Person.name_latin, Person.name_arabic)
        .where(Person.id.in_(able))
        .order_by(Person.name_folded, Person.id)
    ).all()
    learner_id = session.scalars(
        select(Enrolment.person_id).where(Enrolment.id == appeal.enrolment_id)
    ).one()
    allowed = rules.fit(
        [each.id for each in found], markers=_markers(session, appeal), learner_id=learner_id
    )
    return [Decider(*each) for each in found if each.id in allowed]


def _markers(session: Session, appeal: Appeal | AppealLine) -> set[int]:
    """Who set the contested grade, or confirmed the contested result."""
    if appeal.assessment_id is None:
        asked: Select[Any] = select(Result.confirmed_by_id).where(
            Result.enrolment_id == appeal.enrolment_id
        )
    else:
        asked = (
            select(GradeChange.by_id)
            .join(Grade, Grade.id == GradeChange.grade_id)
            .where(
                Grade.enrolment_id == appeal.enrolment_id,
                Grade.assessment_id == appeal.assessment_id,
                GradeChange.to_value.is_distinct_from(GradeChange.from_value),
            )
        )
    return {one for one in session.scalars(asked) if one is not None}


def _lines() -> Select[*tuple[Any, ...]]:
    learner, assignee = aliased(Person), aliased(Person)
    return (
        select(
            Appeal.id,
            Run.id,
            Run.code,
            CourseVersion.title,
            Enrolment.id,
            Enrolment.reference,
            learner.id,
            learner.name_latin,
            learner.name_arabic,
            Assessment.id,
            Assessment.title,
            Assessment.out_of,
            Appeal.status,
            Appeal.reason,
            Appeal.opened_at,
            Appeal.answer_by,
            assignee.id,
            assignee.name_latin,
            assignee.name_arabic,
            Appeal.answer,
            Appeal.decided_at,
            Grade.value,
            GradeChange.from_value,
            GradeChange.to_value,
        )
        .join(Run, Run.id == Appeal.run_id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .join(Enrolment, Enrolment.id == Appeal.enrolment_id)
        .join(learner, learner.id == Enrolment.person_id)
        .outerjoin(Assessment, Assessment.id == Appeal.assessment_id)
        .outerjoin(
            Grade,
            (Grade.assessment_id == Appeal.assessment_id)
            & (Grade.enrolment_id == Appeal.enrolment_id),
        )
        .outerjoin(GradeChange, GradeChange.id == Appeal.grade_change_id)
        .outerjoin(assignee, assignee.id == Appeal.assignee_id)
    )


def appeals_for(session: Session, actor: Actor) -> list[AppealLine]:
    """The appeals on runs whose gradebook the actor may see: open ones first, the oldest on top."""
    is_open = (Appeal.status == AppealStatus.OPEN).desc()
    found: Iterable[Any] = session.execute(
        _lines()
        .where(runs_for(actor, Action.SEE_GRADEBOOK))
        .order_by(is_open, func.coalesce(Appeal.decided_at, Appeal.answer_by), Appeal.id)
        .limit(MOST)
    )
    return [AppealLine(*row) for row in found]


def appeal_line(session: Session, appeal_id: int) -> AppealLine:
    """One appeal with everything that its page shows; raises NotFound."""
    found: Any = session.execute(_lines().where(Appeal.id == appeal_id)).one_or_none()
    if found is None:
        raise NotFound
    return AppealLine(*found)


def appeals_of(session: Session, enrolment_id: int) -> list[AppealLine]:
    """The appeals of one learner on a run, latest first."""
    found: Iterable[Any] = session.execute(
        _lines().where(Appeal.enrolment_id == enrolment_id).order_by(Appeal.id.desc())
    )
    return [AppealLine(*row) for row in found]


def open_appeals(session: Session, actor: Actor) -> int:
    """How many appeals wait on runs that the actor looks after."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Appeal)
            .join(Run, Run.id == Appeal.run_id)
            .where(Appeal.status == AppealStatus.OPEN, runs_for(actor, Action.SEE_GRADEBOOK))
        )
        or 0
    )
