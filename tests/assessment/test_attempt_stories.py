"""Any story of a quiz: saves in any order, time, more time, restarts; what was told to be saved stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
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
from sqlalchemy.orm import Session, sessionmaker

from nador.assessment.models import AnswerAside, Attempt, AttemptAnswer, Grade
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.rules.accommodations import Ease
from nador.assessment.rules.quizzes import AttemptStatus, AttemptTooSoon, NoAttemptLeft, SaveOutcome
from nador.assessment.service import accommodations, attempts, quiz_marking
from nador.assessment.service.attempts import Sent
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from tests.assessment.exam import open_exam
from tests.factories import make_enrolment, make_person

MINUTES = 60
GRACE = 30
DELAY = 15
ATTEMPTS = 2
WORDS = ("Rabat", "Fès", "Oujda", "")


@dataclass
class World:
    """What all examples of one test share."""

    sessions: sessionmaker[Session]
    run_id: int
    quiz_id: int
    registrar: Actor
    instructor: Actor


@dataclass
class Sat:
    """One attempt as a simple model knows it."""

    id: int
    started: datetime
    extra: int
    """The most lenient extra time that holds, in per cent."""
    kept: list[tuple[int, str]]
    """What stands for each question: sequence and word."""
    aside: set[tuple[int, str, str]]
    """What is kept and does not count: place, reason, word."""
    status: str = "in_progress"
    ended: datetime | None = None

    def end(self, now: datetime) -> None:
        self.status, self.ended = "graded", min(now, self.ends())

    def ends(self) -> datetime:
        return self.started + timedelta(minutes=MINUTES) * (100 + self.extra) / 100

    def over(self, now: datetime) -> bool:
        return self.status != "in_progress" or now >= self.ends() + timedelta(seconds=GRACE)


class Sitting(RuleBasedStateMachine):
    """One learner at a quiz of two short questions; right is Rabat, for ten each."""

    world: World

    @initialize()
    def take_a_learner(self) -> None:
        self.now = time_machine.travel(clock.now(), tick=False)
        self.time = self.now.start()
        self.session = self.world.sessions()
        person = make_person(self.session)
        run_id = self.world.run_id
        enrolment = make_enrolment(self.session, run_id=run_id, person_id=person.id)
        self.actor = Actor(person_id=person.id)
        self.enrolment_id, self.run_id = enrolment.id, run_id
        self.quiz_id = self.world.quiz_id
        self.given: dict[int, int] = {}
        self.sat: list[Sat] = []

    def teardown(self) -> None:
        if hasattr(self, "now"):
            self.now.stop()
            self.session.close()

    @property
    def last(self) -> Sat:
        return self.sat[-1]

    def next_from(self) -> datetime:
        """From when another attempt may begin: no accommodation moves it."""
        ends = [each.ended or each.ends() for each in self.sat if each.status != "voided"]
        return max(ends, default=clock.now()) + timedelta(minutes=DELAY if ends else 0)

    def extra(self) -> int:
        return max(self.given.values(), default=0)

    @rule()
    def begin(self) -> None:
        now = clock.now()
        running = bool(self.sat) and not self.last.over(now)
        used = sum(each.status != "voided" for each in self.sat)
        try:
            begun = attempts.begin_attempt(self.session, self.actor, assessment_id=self.quiz_id)
        except NoAttemptLeft:
            assert not running
            assert used >= ATTEMPTS
            return
        except AttemptTooSoon:
            assert not running
            assert used < ATTEMPTS
            assert now < self.next_from()
            return
        if running:
            assert begun.id == self.last.id
            return
        assert used < ATTEMPTS
        assert now >= self.next_from()
        if self.sat and self.last.status == "in_progress":
            self.last.end(now)
        self.sat.append(Sat(begun.id, now, self.extra(), [(0, ""), (0, "")], set()))

    @precondition(lambda self: self.sat)
    @rule(
        place=st.integers(0, 1),
        step=st.integers(-2, 3),
        word=st.sampled_from(WORDS),
        data=st.data(),
    )
    def save(self, place: int, step: int, word: str, data: Any) -> None:
        sat = data.draw(st.sampled_from(self.sat))
        sequence, stood = sat.kept[place]
        sent = Sent(place + 1, max(0, sequence + step), {"text": [word]})
        told = attempts.save_answers(self.session, self.actor, attempt_id=sat.id, sent=[sent])[0]
        if word == stood and sent.sequence <= sequence:
            expected = SaveOutcome.SAVED_BEFORE
        elif sat.over(clock.now()):
            expected = SaveOutcome.LATE
        else:
            expected = SaveOutcome.SAVED if sent.sequence > sequence else SaveOutcome.STALE
        assert told.outcome is expected
        if expected is SaveOutcome.SAVED:
            sat.kept[place] = (sent.sequence, word)
            assert told.sequence == sent.sequence
        elif expected in {SaveOutcome.LATE, SaveOutcome.STALE}:
            sat.aside.add((place, expected.value, word))

    @precondition(lambda self: self.sat)
    @rule()
    def hand_in(self) -> None:
        attempts.hand_in(self.session, self.actor, attempt_id=self.last.id)
        if self.last.status == "in_progress":
            self.last.end(clock.now())

    @precondition(lambda self: self.sat)
    @rule()
    def the_worker_looks(self) -> None:
        for sat in self.sat:
            attempts.end_overdue(self.session, NOBODY, item_id=sat.id)
            if sat.status == "in_progress" and sat.over(clock.now()):
                sat.end(clock.now())

    @rule(seconds=st.sampled_from([1, 29, 31, 600, 1800, 3600, 7200]))
    def time_passes(self, seconds: int) -> None:
        self.time.shift(timedelta(seconds=seconds))

    @rule(percent=st.sampled_from([10, 50, 100]))
    def more_time(self, percent: int) -> None:
        given = accommodations.give_accommodation(
            self.session,
            self.world.registrar,
            run_id=self.run_id,
            enrolment_id=self.enrolment_id,
            ease=Ease(extra_time=percent),
            reason="low sight",
        )
        self.given[given.id] = percent
        self._retimed()

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def less_time(self, data: Any) -> None:
        given_id = data.draw(st.sampled_from(sorted(self.given)))
        accommodations.end_accommodation(
            self.session, self.world.registrar, accommodation_id=given_id
        )
        del self.given[given_id]
        self._retimed()

    def _retimed(self) -> None:
        for sat in self.sat:
            if sat.status == "in_progress":
                sat.extra = self.extra()

    @precondition(lambda self: self.sat and self.last.status == "graded")
    @rule()
    def staff_voids(self) -> None:
        instructor = self.world.instructor
        quiz_marking.void_attempt(
            self.session, instructor, attempt_id=self.last.id, reason="power cut"
        )
        self.last.status = "voided"

    @rule()
    def everything_restarts(self) -> None:
        self.session.close()
        attempt_queries.question_from.cache_clear()
        self.session = self.world.sessions()

    @invariant()
    def what_was_told_to_be_saved_stands(self) -> None:
        if not hasattr(self, "sat"):
            return
        self.session.rollback()
        self.session.expire_all()
        found = self.session.scalars(
            select(Attempt)
            .where(Attempt.enrolment_id == self.enrolment_id)
            .order_by(Attempt.number)
        ).all()
        assert [each.id for each in found] == [each.id for each in self.sat]
        for attempt, sat in zip(found, self.sat, strict=True):
            self._as_told(attempt, sat)
        self._wait_is_shown()
        self._grade_follows(found)

    def _as_told(self, attempt: Attempt, sat: Sat) -> None:
        assert attempt.status.value == sat.status
        assert attempt.ends_at == sat.ends()
        rows = self.session.scalars(
            select(AttemptAnswer)
            .where(AttemptAnswer.attempt_id == sat.id)
            .order_by(AttemptAnswer.position)
        ).all()
        assert [(each.sequence, each.answer.get("text", "")) for each in rows] == sat.kept
        asides = self.session.execute(
            select(AttemptAnswer.position, AnswerAside.reason, AnswerAside.answer)
            .join(AttemptAnswer, AttemptAnswer.id == AnswerAside.answer_id)
            .where(AttemptAnswer.attempt_id == sat.id)
        )
        kept = {(place - 1, why.value, answer.get("text", "")) for place, why, answer in asides}
        assert kept == sat.aside

    def _wait_is_shown(self) -> None:
        ends = [sat.ended for sat in self.sat if sat.status == "graded" and sat.ended]
        [shown] = attempt_queries.quizzes_of(self.session, self.actor.person_id or 0)
        assert shown.next_from == (max(ends) + timedelta(minutes=DELAY) if ends else None)

    def _grade_follows(self, found: Any) -> None:
        marks = [
            Decimal(10) * sum(word == "Rabat" for _, word in sat.kept)
            for sat in self.sat
            if sat.status == "graded"
        ]
        grade = self.session.scalar(select(Grade).where(Grade.enrolment_id == self.enrolment_id))
        assert (grade.value if grade is not None else None) == max(marks, default=None)
        assert sum(each.status is AttemptStatus.IN_PROGRESS for each in found) <= 1


@command
def _seats_for_everybody(session: Session, _actor: Actor) -> None:
    session.execute(text("UPDATE run SET capacity = 100000"))


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with sessions() as session:
        short = {
            "kind": "short",
            "language": "fr",
            "prompt": "La capitale ?",
            "answers": [{"pattern": "Rabat"}],
        }
        exam = open_exam(
            session,
            short,
            {**short, "prompt": "Et encore ?"},
            minutes=MINUTES,
            grace=GRACE,
            attempts=ATTEMPTS,
            delay=DELAY,
        )
        _seats_for_everybody(session, NOBODY)
        return World(
            sessions,
            exam.school.run.id,
            exam.quiz.id,
            exam.school.registrar,
            exam.school.instructor,
        )


def test_nothing_that_was_saved_is_lost(world: World) -> None:
    story = type("Story", (Sitting,), {"world": world})

    run_state_machine_as_test(
        story,
        settings=examples(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
