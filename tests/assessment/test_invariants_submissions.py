"""What was handed in stays as it was, once, within its dates; what was saved is never lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

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
from sqlalchemy.orm import Session, sessionmaker

from nador.assessment.rules import submissions as rules
from nador.assessment.rules.accommodations import Ease
from nador.assessment.service import accommodations
from nador.catalogue.models import Run
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from nador.kernel.files import FileStore
from tests.assessment.school import School, open_school
from tests.assessment.test_submissions import Desk
from tests.factories import make_enrolment, make_person
from tests.factories.work import PDF, make_assignment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Database

NOW = clock.now()
DUE, CUT_OFF = NOW + timedelta(hours=10), NOW + timedelta(hours=20)
LATER = NOW + timedelta(hours=30)


@command
def _widen(session: Session, _actor: Actor, *, run_id: int) -> None:
    """Make room for the learner of every example."""
    session.get_one(Run, run_id).capacity = 10_000


@dataclass
class World:
    """What all examples of one test share."""

    sessions: sessionmaker[Session]
    school: School
    files: FileStore


@dataclass
class Model:
    """What must be true, kept as simply as it can be."""

    text: str | None = None
    """Of the draft; None: there is none."""
    files: int = 0
    sequence: int = 0
    cut_off: datetime = CUT_OFF


class HandingIn(RuleBasedStateMachine):
    """One learner, several tabs, and the clock."""

    world: World

    @initialize()
    def enrol(self) -> None:
        self.session = self.world.sessions()
        school = self.world.school
        person = make_person(self.session)
        learner = make_enrolment(self.session, run_id=school.run.id, person_id=person.id)
        self.enrolment_id = learner.id
        mine = School(
            self.session,
            school.institute,
            school.run,
            school.assessments,
            [person],
            [learner],
            school.instructor,
            school.registrar,
        )
        self.desk = Desk(mine, self.world.files)
        self.model, self.now = Model(), NOW
        self.done: list[tuple[int, str, int, str, datetime]] = []
        """Each version that was handed in: what it was at that moment."""

    def within(self) -> time_machine.travel:
        return time_machine.travel(self.now, tick=False)

    def is_open(self) -> bool:
        return self.now < self.model.cut_off

    def begun(self) -> None:
        """A further version begins as the last one was."""
        if self.model.text is None:
            self.model.files = self.files_to_begin_with()
            self.model.text = self.done[-1][1] if self.done else ""
            self.model.sequence = 0

    def files_to_begin_with(self) -> int:
        """How many files the draft has, or would have."""
        if self.model.text is not None:
            return self.model.files
        return self.done[-1][2] if self.done else 0

    @rule(text=st.sampled_from(["one", "two", "جواب", ""]), stale=st.booleans())
    def write(self, text: str, *, stale: bool) -> None:
        seen = self.model.sequence if self.model.text is not None else 0
        with self.within():
            try:
                self.desk.write(text, seen=seen + 7 if stale else seen)
            except rules.CutOffPassed:
                assert not self.is_open()
                return
            except rules.TextMoved:
                assert stale
                assert self.is_open()
                return
        assert self.is_open()
        self.begun()
        if text != self.model.text:
            assert not stale
            self.model.text, self.model.sequence = text, self.model.sequence + 1

    @rule()
    def add(self) -> None:
        with self.within():
            try:
                self.desk.add("a.pdf", PDF)
            except rules.CutOffPassed:
                assert not self.is_open()
                return
            except rules.TooManyFiles:
                assert self.files_to_begin_with() == 3
                return
        self.begun()
        self.model.files += 1

    @precondition(lambda self: self.model.text is not None and self.model.files)
    @rule()
    def remove(self) -> None:
        with self.within():
            draft = self.desk.own().draft
            assert draft is not None
            try:
                self.desk.remove(draft.files[0].id)
            except rules.CutOffPassed:
                assert not self.is_open()
                return
        self.model.files -= 1

    @precondition(lambda self: self.model.text is not None)
    @rule(looked=st.booleans(), twice=st.booleans())
    def hand_in(self, *, looked: bool, twice: bool) -> None:
        with self.within():
            try:
                done = self.desk.hand_in(looked_at=None if looked else "something else")
            except rules.CutOffPassed:
                assert not self.is_open()
                return
            except rules.DraftMoved:
                assert not looked
                return
            except rules.NothingToHandIn:
                assert not self.model.text
                assert not self.model.files
                return
            assert self.is_open()
            assert done.handed_in_at == self.now
            if twice:
                again = self.desk.hand_in_again(done.id, "whatever")
                assert again.id == done.id
        self.done.append((done.id, done.text, len(done.files), str(done.receipt_sha256), self.now))
        assert done.text == self.model.text
        assert len(done.files) == self.model.files
        self.model.text, self.model.files, self.model.sequence = None, 0, 0

    @rule(hours=st.integers(1, 8))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def extend(self) -> None:
        accommodations.give_accommodation(
            self.session,
            self.world.school.instructor,
            run_id=self.world.school.run.id,
            assessment_id=self.world.school.assessments[0].id,
            enrolment_id=self.enrolment_id,
            ease=Ease(closes_at=LATER),
            reason="ill",
        )
        self.model.cut_off = LATER

    @invariant()
    def nothing_is_lost_and_nothing_changes(self) -> None:
        own = self.desk.own()
        draft = own.draft
        if self.model.text is None:
            assert draft is None
        else:
            assert draft is not None
            assert (draft.text, draft.text_sequence) == (self.model.text, self.model.sequence)
            assert len(draft.files) == self.model.files
        kept = [
            (one.id, one.text, len(one.files), str(one.receipt_sha256), one.handed_in_at)
            for one in reversed(own.handed_in)
        ]
        assert kept == self.done
        assert len(own.versions) == len(kept) + (draft is not None)

    def teardown(self) -> None:
        self.session.close()


def test_handing_in_keeps_what_it_promises(
    database: Database, sessions: sessionmaker[Session], session: Session, tmp_path: Path
) -> None:
    school = open_school(session, ended=False, plan=(("ESSAY", "100", "0"),), learners=1)
    _widen(session, NOBODY, run_id=school.run.id)
    make_assignment(session, school.assessments[0].id, due_at=DUE, cut_off_at=CUT_OFF)
    HandingIn.world = World(sessions, school, FileStore(tmp_path / "files"))
    run_state_machine_as_test(
        HandingIn,
        settings=examples(
            max_examples=10 if database.kind == "sqlite" else 4,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
