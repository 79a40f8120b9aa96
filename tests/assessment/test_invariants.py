"""Invariant of the glossary: a grade changes only with who, when, from, to and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from nador.assessment import service
from nador.assessment.models import Grade, GradeChange
from nador.assessment.rules import GradeState, ReasonNeeded
from nador.kernel import checkup
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.kernel.files import FileStore
from nador.kernel.work import Desk
from tests.assessment.school import School, open_school
from tests.factories import make_enrolment, make_person

if TYPE_CHECKING:
    from decimal import Decimal

    from nador.settings import Settings
    from tests.conftest import Database


@command
def _sneak(session: Session, _actor: Actor, *, sql: str) -> None:
    session.execute(text(sql))


@dataclass
class World:
    """What all examples of one test share."""

    sessions: sessionmaker[Session]
    school: School


class Grading(RuleBasedStateMachine):
    """One learner's grade for one assessment, against what its graders said, one after the other."""

    world: World

    @initialize()
    def take_a_learner(self) -> None:
        school = self.world.school
        self.session = self.world.sessions()
        person = make_person(self.session)
        learner = make_enrolment(self.session, run_id=school.run.id, person_id=person.id)
        self.enrolment_id, self.assessment_id = learner.id, school.assessments[0].id
        self.said: list[tuple[Decimal | None, str]] = []
        """Each change: to which value, and why."""

    def grade(self) -> Grade | None:
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalar(select(Grade).where(Grade.enrolment_id == self.enrolment_id))

    def state(self) -> tuple[Decimal | None, int]:
        grade = self.grade()
        return (grade.value, grade.version) if grade else (None, 0)

    @rule(
        value=st.none() | st.decimals(0, 20, places=2),
        excused=st.booleans(),
        reason=st.sampled_from(["", "read again"]),
    )
    def set_grade(self, value: Decimal | None, reason: str, *, excused: bool) -> None:
        before = self.state()
        try:
            service.set_grade(
                self.session,
                self.world.school.instructor,
                assessment_id=self.assessment_id,
                enrolment_id=self.enrolment_id,
                value=None if excused else value,
                excused=excused,
                reason=reason,
            )
        except ReasonNeeded:
            assert not reason
            assert self.state() == before
            return
        if self.state() != before:
            self.said.append((None if excused else value, reason))

    @rule()
    def release(self) -> None:
        before = self.state()
        self.world.school.session.rollback()
        self.world.school.release()
        if self.state() != before:
            self.said.append((before[0], ""))

    @precondition(lambda self: self.said)
    @rule(
        sql=st.sampled_from(
            [
                "UPDATE grade SET value = 1 + coalesce(value, 0), state = 'released' WHERE id = {grade}",
                "UPDATE grade_change SET reason = 'none' WHERE grade_id = {grade}",
                "UPDATE grade_change SET by_id = NULL WHERE grade_id = {grade}",
                "DELETE FROM grade_change WHERE grade_id = {grade}",
            ]
        )
    )
    def sneak(self, sql: str) -> None:
        grade = self.grade()
        assert grade is not None
        sql = sql.format(grade=grade.id)
        with pytest.raises(DBAPIError):
            _sneak(self.session, NOBODY, sql=sql)

    @invariant()
    def its_history_tells_all(self) -> None:
        if not hasattr(self, "said"):
            return
        grade = self.grade()
        if grade is None:
            assert not self.said
            return
        changes = self.session.scalars(
            select(GradeChange).where(GradeChange.grade_id == grade.id).order_by(GradeChange.id)
        ).all()
        assert [(one.to_value, one.reason) for one in changes] == self.said
        assert {one.by_id for one in changes} == {self.world.school.instructor.person_id}
        states = [
            (None, GradeState.UNGRADED),
            *((one.to_value, one.to_state) for one in changes),
        ]
        assert [(one.from_value, one.from_state) for one in changes] == states[:-1]
        assert (grade.value, grade.state) == states[-1]
        assert grade.version == len(changes)
        assert grade.changed_at == changes[-1].at

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()


def test_no_grade_changes_without_its_history(
    database: Database, session: Session, sessions: sessionmaker[Session]
) -> None:
    Grading.world = World(sessions, open_school(session, learners=1))
    _sneak(session, NOBODY, sql="UPDATE run SET capacity = 10000")  # A seat for every example.

    run_state_machine_as_test(
        Grading,
        settings=examples(
            max_examples=12 if database.kind == "sqlite" else 5,
            stateful_step_count=12,
            deadline=timedelta(minutes=1),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_doctor_finds_a_grade_without_its_history(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    school = open_school(session, learners=2)
    school.grade_all(("12", "13"), ("14", "15"))
    school.release()
    desk = Desk(settings, sessions, FileStore(settings.files))

    def troubles() -> tuple[str, ...]:
        (found,) = [
            one
            for one in checkup.examine(desk, deep=True)
            if one.title == "grades = their last change"
        ]
        return found.troubles

    assert troubles() == ()
    enrolment = school.learners[0]
    by_hand = "UPDATE grade SET value = 2000, version = version + 1 WHERE enrolment_id = {}"
    _sneak(session, NOBODY, sql=f"{by_hand.format(enrolment.id)} AND value = 1200")

    (told,) = troubles()
    assert told.startswith(f"{enrolment.reference}, QCM: ")


def test_the_doctor_computes_results_again(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    school = open_school(session, learners=2)
    school.grade_all(("12", "13"), ("14", "6"))
    school.release()
    service.conclude(session, school.registrar, run_id=school.run.id)
    desk = Desk(settings, sessions, FileStore(settings.files))

    def troubles() -> tuple[str, ...]:
        found = checkup.examine(desk, deep=True)
        return next(one.troubles for one in found if one.title == "results = computed again")

    assert troubles() == ()
    _sneak(
        session, NOBODY, sql="UPDATE result SET decision = 'pass', mark = 2000 WHERE mark < 1000"
    )
    reference = school.learners[1].reference
    assert troubles() == (f"{reference}: computed again, the result is another.",)
