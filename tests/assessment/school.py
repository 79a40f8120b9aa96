"""A run with learners for the tests of assessment."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from nador.accounts.models import Institute, Person
from nador.assessment import queries, service
from nador.assessment.handlers import copy_plan
from nador.assessment.models import Assessment
from nador.catalogue.models import Run
from nador.catalogue.rules import DocumentKind, RunPublished
from nador.enrolment.models import Enrolment
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from tests.factories import (
    make_actor,
    make_course,
    make_enrolment,
    make_institute,
    make_person,
    make_run,
)
from tests.factories.catalogue import category


@command
def publish(session: Session, actor: Actor, *, run_id: int) -> None:
    copy_plan(session, actor, RunPublished(run_id=run_id))


@dataclass
class School:
    """One run that has ended, its plan, its staff, and its learners in order."""

    session: Session
    institute: Institute
    run: Run
    assessments: list[Assessment]
    people: list[Person]
    learners: list[Enrolment]
    instructor: Actor
    registrar: Actor

    def grade(self, learner: int, assessment: int, value: str | None, **more: object) -> None:
        """Let the instructor set a grade, both counted from 0."""
        service.set_grade(
            self.session,
            self.instructor,
            assessment_id=self.assessments[assessment].id,
            enrolment_id=self.learners[learner].id,
            value=None if value is None else Decimal(value),
            **more,  # type: ignore[arg-type] # the tests name the command's own arguments
        )

    def grade_all(self, *rows: tuple[str | None, ...]) -> None:
        """Let the instructor grade learners one after the other; None stays ungraded."""
        for learner, values in enumerate(rows):
            for assessment, value in enumerate(values):
                if value is not None:
                    self.grade(learner, assessment, value)

    def release(self) -> None:
        """Show all grades."""
        service.release(self.session, self.instructor, run_id=self.run.id)


def open_school(
    session: Session,
    *,
    learners: int = 3,
    plan: tuple[tuple[str, ...], ...] = (("QCM", "40", "0"), ("CAS", "60", "7")),
    document: DocumentKind = DocumentKind.CERTIFICATE,
    min_attendance: int = 0,
    ended: bool = True,
    **grading: object,
) -> School:
    """Make a run that ended yesterday (or runs now), with active learners."""
    institute = make_institute(session)
    version = make_course(
        session,
        institute_id=institute.id,
        plan=plan,
        document=document,
        min_attendance=min_attendance,
        **grading,
    )
    run = make_run(
        session,
        version,
        institute_id=institute.id,
        capacity=max(learners, 25),
        starts_in=-31 if ended else -5,
        lasts=30,
        closes_in=-1,
        open_since=60,
    )
    publish(session, NOBODY, run_id=run.id)
    people = [
        make_person(session, name_latin=f"Learner {number:03}", name_arabic=None)
        for number in range(learners)
    ]
    return School(
        session=session,
        institute=institute,
        run=run,
        assessments=queries.assessments(session, run.id),
        people=people,
        learners=[make_enrolment(session, run_id=run.id, person_id=person.id) for person in people],
        instructor=make_actor(session, Role.INSTRUCTOR, institute_id=institute.id, run_id=run.id),
        registrar=make_actor(session, Role.REGISTRAR, institute_id=institute.id),
    )


PARTS = (
    ("T1", "1", "0", "TD"),
    ("T2", "1", "0", "TD"),
    ("EX", "1", "7", "FINAL"),
)
"""Two assessments of which the worse is dropped, and an examination that weighs twice as much."""


def open_categorised(session: Session, *, learners: int = 1, **grading: object) -> School:
    """Make a school whose course weighs by categories."""
    grading.setdefault("categories", [category("TD", "1", drop=1), category("FINAL", "2")])
    return open_school(session, learners=learners, plan=PARTS, **grading)  # type: ignore[arg-type] # grading names its other arguments
