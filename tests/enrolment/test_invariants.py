"""Invariants of the glossary: never over capacity, one live enrolment, nobody overtakes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session, sessionmaker

from nador.app import HANDLERS, wire
from nador.catalogue.models import Run
from nador.catalogue.queries import run_for_update
from nador.catalogue.rules import RunChanged
from nador.enrolment import queries, service
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import (
    LIVE,
    AlreadyEnrolled,
    EnrolmentStatus,
    OfferLapsed,
    SeatOffered,
)
from nador.kernel import clock, events
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.errors import DomainError
from tests.factories import make_actor, make_course, make_institute, make_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Database

PEOPLE = 7
OFFER_HOURS = 48
ACTIVE, OFFERED, WAITLISTED, WITHDRAWN, EXPIRED = (
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.OFFERED,
    EnrolmentStatus.WAITLISTED,
    EnrolmentStatus.WITHDRAWN,
    EnrolmentStatus.EXPIRED,
)


@command
def _raise_capacity(session: Session, actor: Actor, *, run_id: int, by: int) -> None:
    run_for_update(session, run_id).capacity += by
    events.emit(session, actor, RunChanged(run_id, ("capacity",)))


@dataclass
class World:
    """What all examples of one test share."""

    sessions: sessionmaker[Session]
    learners: list[Actor]
    make_run: Callable[[], Run]


class Places(RuleBasedStateMachine):
    """A run against the simplest model of it: who holds a seat, and who waits, in order."""

    world: World

    @initialize(capacity=st.integers(1, 3))
    def open_run(self, capacity: int) -> None:
        self.session = self.world.sessions()
        run = self.world.make_run()
        self.run_id = run.id
        self.capacity = run.capacity
        _raise_capacity(self.session, NOBODY, run_id=run.id, by=capacity - 1)
        self.capacity += capacity - 1
        self.time = time_machine.travel(clock.now(), tick=False)
        self.traveller = self.time.start()
        self.seats: dict[int, datetime | None] = {}
        """Who holds a seat, and until when, where it is only offered."""
        self.queue: list[int] = []
        self.enrolments: dict[int, int] = {}
        self.secrets: dict[int, str] = {}
        pairs = [pair for pairs in HANDLERS for pair in pairs]
        events.connect([*pairs, (SeatOffered, self.hear)])

    def hear(self, _session: Session, _actor: Actor, event: SeatOffered) -> None:
        self.secrets[event.enrolment_id] = event.secret

    def promote(self) -> None:
        while self.queue and len(self.seats) < self.capacity:
            self.seats[self.queue.pop(0)] = clock.now() + timedelta(hours=OFFER_HOURS)

    person = st.integers(0, PEOPLE - 1)

    @rule(person=person)
    def enrol(self, person: int) -> None:
        actor = self.world.learners[person]
        try:
            enrolment = service.enrol(
                self.session, actor, run_id=self.run_id, learner_id=actor.person_id or 0
            )
        except AlreadyEnrolled:
            assert person in self.seats or person in self.queue
            return
        assert person not in self.seats
        assert person not in self.queue
        self.enrolments[person] = enrolment.id
        if self.queue or len(self.seats) >= self.capacity:
            self.queue.append(person)
            self.promote()
        else:
            self.seats[person] = None

    @rule(person=person)
    def withdraw(self, person: int) -> None:
        if person not in self.enrolments:
            return
        service.withdraw(
            self.session, self.world.learners[person], enrolment_id=self.enrolments[person]
        )
        if person in self.queue:
            self.queue.remove(person)
        self.seats.pop(person, None)
        self.promote()

    @rule(person=person)
    def accept(self, person: int) -> None:
        secret = self.secrets.get(self.enrolments.get(person, 0))
        if secret is None:
            return
        until = self.seats.get(person)
        try:
            service.accept_offer(self.session, NOBODY, secret=secret)
        except OfferLapsed:
            assert until is None or until <= clock.now()
        except DomainError:
            assert person not in self.seats
        else:
            assert until is None or until > clock.now()
            self.seats[person] = None

    @rule(person=person)
    def decline(self, person: int) -> None:
        secret = self.secrets.get(self.enrolments.get(person, 0))
        if secret is None:
            return
        try:
            service.decline_offer(self.session, NOBODY, secret=secret)
        except DomainError:
            assert self.seats.get(person, NOBODY) is None
        else:
            if person in self.seats:
                assert self.seats.pop(person) is not None
            self.promote()

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.traveller.shift(timedelta(hours=hours))

    @rule()
    def worker_runs(self) -> None:
        for offer_id in self.session.scalars(queries.lapsed_offers(clock.now())).all():
            service.lapse_offer(self.session, NOBODY, item_id=offer_id, outcome=None)
        for person, until in list(self.seats.items()):
            if until is not None and until <= clock.now():
                del self.seats[person]
        self.promote()

    @rule(by=st.integers(1, 2))
    def raise_capacity(self, by: int) -> None:
        _raise_capacity(self.session, NOBODY, run_id=self.run_id, by=by)
        self.capacity += by
        self.promote()

    @invariant()
    def rows_equal_the_model(self) -> None:
        self.session.rollback()
        self.session.expire_all()
        run = self.session.get_one(Run, self.run_id)
        live = self.session.query(Enrolment).where(
            Enrolment.run_id == self.run_id, Enrolment.status.in_(LIVE)
        )
        standing = {each.id: each.status for each in live}
        expected = {
            self.enrolments[person]: ACTIVE if until is None else OFFERED
            for person, until in self.seats.items()
        } | {self.enrolments[person]: WAITLISTED for person in self.queue}

        assert standing == expected
        assert (run.seats_held, run.waiting) == (len(self.seats), len(self.queue))
        assert run.seats_held <= run.capacity == self.capacity
        queue = [each.id for each in queries.queue_of(self.session, self.run_id)]
        assert queue == [self.enrolments[person] for person in self.queue]
        assert queries.positions(self.session, queue) == {
            enrolment_id: place for place, enrolment_id in enumerate(queue, start=1)
        }

    def teardown(self) -> None:
        if hasattr(self, "time"):
            self.time.stop()
            self.session.close()
        wire()


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> Iterator[World]:
    with sessions() as session:
        institute = make_institute(session)
        version = make_course(session, institute_id=institute.id)
        learners = [make_actor(session, Role.LEARNER) for _ in range(PEOPLE)]

        def open_run() -> Run:
            return make_run(
                session,
                version,
                institute_id=institute.id,
                capacity=1,
                starts_in=3000,
                closes_in=2900,
            )

        yield World(sessions, learners, open_run)


@pytest.mark.slow
def test_any_story_of_a_run_keeps_the_invariants(world: World, database: Database) -> None:
    class Here(Places):
        pass

    Here.world = world
    on_sqlite = database.kind == "sqlite"
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=40 if on_sqlite else 10,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls at the same time; a refusal is an outcome."""

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except DomainError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))


def status_counts(session: Session, run_id: int) -> dict[EnrolmentStatus, int]:
    counts: dict[EnrolmentStatus, int] = {}
    for enrolment in session.query(Enrolment).where(Enrolment.run_id == run_id):
        counts[enrolment.status] = counts.get(enrolment.status, 0) + 1
    return counts


def enrolling(world: World, run_id: int, learner: Actor) -> Callable[[], Any]:
    def call() -> EnrolmentStatus:
        with world.sessions() as session:
            return service.enrol(
                session, learner, run_id=run_id, learner_id=learner.person_id or 0
            ).status

    return call


def withdrawing(world: World, enrolment_id: int, actor: Actor) -> Callable[[], Any]:
    def call() -> EnrolmentStatus:
        with world.sessions() as session:
            return service.withdraw(session, actor, enrolment_id=enrolment_id).status

    return call


def test_the_last_seats_are_sold_once(world: World) -> None:
    with world.sessions() as session:
        run = world.make_run()
        _raise_capacity(session, NOBODY, run_id=run.id, by=2)

        # Everybody presses twice.
        outcomes = at_once([enrolling(world, run.id, one) for one in world.learners * 2])

        assert outcomes.count(ACTIVE) == 3
        assert outcomes.count(WAITLISTED) == PEOPLE - 3
        assert sum(isinstance(each, AlreadyEnrolled) for each in outcomes) == PEOPLE
        session.rollback()
        session.expire_all()
        fresh = session.get_one(Run, run.id)
        assert (fresh.seats_held, fresh.waiting) == (3, PEOPLE - 3)
        assert (fresh.seats_held, fresh.waiting) == queries.counted(session, run.id)


def test_a_seat_withdrawn_while_its_offer_is_accepted_goes_to_the_next(world: World) -> None:
    first, second, third = world.learners[:3]
    heard: dict[int, str] = {}
    pairs = [pair for pairs in HANDLERS for pair in pairs]
    events.connect(
        [
            *pairs,
            (SeatOffered, lambda _s, _a, event: heard.update({event.enrolment_id: event.secret})),
        ]
    )
    with world.sessions() as session:
        run = world.make_run()
        for learner in (first, second, third):
            enrolling(world, run.id, learner)()
        mine = {
            e.person_id: e.id for e in session.query(Enrolment).where(Enrolment.run_id == run.id)
        }
        withdrawing(world, mine[first.person_id or 0], first)()
        offered = mine[second.person_id or 0]

        def accept() -> EnrolmentStatus:
            with world.sessions() as other:
                return service.accept_offer(other, NOBODY, secret=heard[offered]).status

        accepted, withdrawn = at_once([accept, withdrawing(world, offered, second)])

        assert withdrawn is WITHDRAWN
        assert accepted is ACTIVE or accepted.code == "offer_gone"
        session.rollback()
        session.expire_all()
        assert status_counts(session, run.id) == {WITHDRAWN: 2, OFFERED: 1}
        assert queries.counted(session, run.id) == (1, 0)
    wire()
