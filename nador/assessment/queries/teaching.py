"""The runs that somebody teaches or looks after, with what waits for a grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from nador.assessment.models import Assessment, Grade
from nador.assessment.rules import GradeState
from nador.catalogue.models import Course, CourseVersion, Run
from nador.catalogue.queries import runs_for
from nador.catalogue.rules import RunStatus
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import Action, Actor
from nador.kernel.db import Words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST = 200


@dataclass(frozen=True, slots=True)
class TaughtRun:
    """A run that has started, or will: `to_grade` counts values that are still missing."""

    run_id: int
    code: str
    course_code: str
    course_title: Words
    starts_on: date
    ends_on: date
    learners: int
    to_grade: int
    provisional: int

    @property
    def started(self) -> bool:
        """Whether there is something to grade yet."""
        return self.starts_on <= clock.today()


def taught_runs(session: Session, actor: Actor) -> list[TaughtRun]:
    """The published runs whose gradebook the actor may see: work first, then by last day."""
    learners = (
        select(Enrolment.run_id, func.count().label("count"))
        .where(Enrolment.status == EnrolmentStatus.ACTIVE)
        .group_by(Enrolment.run_id)
        .subquery()
    )
    plan = (
        select(Assessment.run_id, func.count().label("count"))
        .group_by(Assessment.run_id)
        .subquery()
    )
    grades = (
        select(
            Assessment.run_id,
            func.count().label("count"),
            func.count().filter(Grade.state == GradeState.PROVISIONAL).label("provisional"),
        )
        .join(Grade, Grade.assessment_id == Assessment.id)
        .join(
            Enrolment,
            and_(Enrolment.id == Grade.enrolment_id, Enrolment.status == EnrolmentStatus.ACTIVE),
        )
        .join(Run, Run.id == Assessment.run_id)
        .where(Run.status == RunStatus.PUBLISHED, Grade.state != GradeState.UNGRADED)
        .group_by(Assessment.run_id)
        .subquery()
    )
    to_grade = (
        func.coalesce(learners.c.count, 0) * func.coalesce(plan.c.count, 0)
        - func.coalesce(grades.c.count, 0)
    ).label("to_grade")
    found = session.execute(
        select(
            Run.id,
            Run.code,
            Course.code,
            CourseVersion.title,
            Run.starts_on,
            Run.ends_on,
            func.coalesce(learners.c.count, 0),
            to_grade,
            func.coalesce(grades.c.provisional, 0),
        )
        .join(Course, Course.id == Run.course_id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .outerjoin(learners, learners.c.run_id == Run.id)
        .outerjoin(plan, plan.c.run_id == Run.id)
        .outerjoin(grades, grades.c.run_id == Run.id)
        .where(Run.status == RunStatus.PUBLISHED, runs_for(actor, Action.SEE_GRADEBOOK))
        .order_by(Run.ends_on, Run.id)
        .limit(MOST)
    )
    return [TaughtRun(*row) for row in found]
