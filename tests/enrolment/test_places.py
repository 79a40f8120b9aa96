"""Seats, the queue and offers, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from nador.catalogue.models import Prerequisite, Run
from nador.catalogue.rules import RunCancelled, RunChanged, RunStatus
from nador.enrolment import queries, rules, service
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import (
    Ending,
    EnrolmentEnded,
    EnrolmentPlaced,
    EnrolmentSource,
    EnrolmentStatus,
    OfferAccepted,
    SeatOffered,
)
from nador.kernel import clock, events
from nador.kernel.access import NOBODY, Actor, Forbidden, OwnCase, Role
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.factories import make_actor, make_course, make_enrolment, make_person, store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.enrolment.conftest import Centre

ACTIVE = EnrolmentStatus.ACTIVE
WAITLISTED = EnrolmentStatus.WAITLISTED
OFFERED = EnrolmentStatus.OFFERED
WITHDRAWN = EnrolmentStatus.WITHDRAWN
EXPIRED = EnrolmentStatus.EXPIRED


def enrol(centre: Centre, run: Run) -> tuple[Actor, Enrolment]:
    actor, person_id = centre.learner()
    return actor, service.enrol(centre.session, actor, run_id=run.id, learner_id=person_id)


def status_of(session: Session, enrolment: Enrolment) -> EnrolmentStatus:
    session.rollback()
    session.expire_all()
    return session.get_one(Enrolment, enrolment.id).status


def counters(session: Session, run: Run) -> tuple[int, int]:
    """The run's counters; they must equal its rows."""
    session.rollback()
    session.expire_all()
    fresh = session.get_one(Run, run.id)
    assert (fresh.seats_held, fresh.waiting) == queries.counted(session, run.id)
    return fresh.seats_held, fresh.waiting


def secret_of(told: list[Any], enrolment: Enrolment) -> str:
    offers = [each for each in told if isinstance(each, SeatOffered)]
    return next(each.secret for each in reversed(offers) if each.enrolment_id == enrolment.id)


def test_one_enrols_oneself(session: Session, centre: Centre, told: list[Any]) -> None:
    run = centre.run(capacity=1)

    actor, enrolment = enrol(centre, run)

    assert enrolment.status is ACTIVE
    assert enrolment.source is EnrolmentSource.SELF
    assert enrolment.created_by_id == actor.person_id
    assert told == [EnrolmentPlaced(enrolment.id)]
    assert counters(session, run) == (1, 0)


def test_the_last_seat_gone_one_waits(session: Session, centre: Centre) -> None:
    run = centre.run(capacity=1)
    enrol(centre, run)

    _, second = enrol(centre, run)
    _, third = enrol(centre, run)

    assert (second.status, third.status) == (WAITLISTED, WAITLISTED)
    assert (queries.position(session, second), queries.position(session, third)) == (1, 2)
    assert counters(session, run) == (1, 2)


def test_staff_enrols_somebody_else(session: Session, centre: Centre) -> None:
    person = make_person(session)

    enrolment = service.enrol(
        session, centre.registrar, run_id=centre.run().id, learner_id=person.id
    )

    assert enrolment.source is EnrolmentSource.STAFF
    assert enrolment.created_by_id == centre.registrar.person_id


def test_nobody_enrols_somebody_else(session: Session, centre: Centre) -> None:
    run, (actor, _) = centre.run(), centre.learner()
    person = make_person(session)

    for stranger in (actor, NOBODY):
        with pytest.raises(Forbidden):
            service.enrol(session, stranger, run_id=run.id, learner_id=person.id)


def test_enrolling_twice_names_the_first(session: Session, centre: Centre) -> None:
    run = centre.run()
    actor, first = enrol(centre, run)

    with pytest.raises(rules.AlreadyEnrolled) as refusal:
        service.enrol(session, actor, run_id=run.id, learner_id=first.person_id)

    assert refusal.value.params == {"reference": first.reference, "status": "active"}
    assert counters(session, run) == (1, 0)


@pytest.mark.parametrize(
    ("window", "refusal"),
    [
        pytest.param({"open_since": -1, "closes_in": 5}, rules.EnrolmentNotOpen, id="too early"),
        pytest.param({"open_since": 9, "closes_in": -1}, rules.EnrolmentClosed, id="too late"),
        pytest.param({"status": RunStatus.CANCELLED}, rules.RunNotOffered, id="cancelled"),
        pytest.param({"status": RunStatus.DRAFT}, NotFound, id="a draft is not there"),
    ],
)
def test_a_run_that_takes_nobody(
    centre: Centre, window: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        enrol(centre, centre.run(**window))


def test_an_unknown_run(session: Session, centre: Centre) -> None:
    actor, person_id = centre.learner()
    with pytest.raises(NotFound):
        service.enrol(session, actor, run_id=4711, learner_id=person_id)


def test_a_prerequisite_is_met_by_completing_or_by_a_record(
    session: Session, centre: Centre
) -> None:
    first = make_course(session, institute_id=centre.institute_id)
    store(session, Prerequisite(version_id=centre.version.id, course_id=first.course_id))
    run = centre.run()
    (actor, person_id), (other, other_id) = centre.learner(), centre.learner()
    with pytest.raises(rules.PrerequisitesMissing):
        service.enrol(session, actor, run_id=run.id, learner_id=person_id)

    before = make_run_of(centre, first)
    make_enrolment(session, run_id=before.id, person_id=person_id, status=EnrolmentStatus.COMPLETED)
    service.record_equivalence(
        session,
        centre.registrar,
        person_id=other_id,
        course_id=first.course_id,
        reason="Diplôme d’ingénieur",
    )

    for learner, learner_id in ((actor, person_id), (other, other_id)):
        enrolment = service.enrol(session, learner, run_id=run.id, learner_id=learner_id)
        assert enrolment.status is ACTIVE


def make_run_of(centre: Centre, version: Any) -> Run:
    return type(centre)(centre.session, centre.institute_id, version, centre.registrar).run()


def test_a_failed_course_is_no_prerequisite(session: Session, centre: Centre) -> None:
    first = make_course(session, institute_id=centre.institute_id)
    store(session, Prerequisite(version_id=centre.version.id, course_id=first.course_id))
    actor, person_id = centre.learner()
    make_enrolment(
        session,
        run_id=make_run_of(centre, first).id,
        person_id=person_id,
        status=EnrolmentStatus.FAILED,
    )

    with pytest.raises(rules.PrerequisitesMissing):
        service.enrol(session, actor, run_id=centre.run().id, learner_id=person_id)


def test_an_equivalence_is_recorded_by_managers_and_not_for_oneself(
    session: Session, centre: Centre
) -> None:
    course_id = centre.version.course_id
    actor, person_id = centre.learner()
    with pytest.raises(NotFound):
        service.record_equivalence(
            session, actor, person_id=person_id, course_id=course_id, reason="I say so"
        )
    with pytest.raises(OwnCase):
        service.record_equivalence(
            session,
            centre.registrar,
            person_id=centre.registrar.person_id or 0,
            course_id=course_id,
            reason="I say so",
        )
    for reason in ("First", "Second"):
        record = service.record_equivalence(
            session, centre.registrar, person_id=person_id, course_id=course_id, reason=reason
        )
    assert record.reason == "Second"
    with pytest.raises(NotFound):
        service.record_equivalence(
            session, centre.registrar, person_id=person_id, course_id=4711, reason=""
        )


def test_withdrawing_promotes_the_next(session: Session, centre: Centre, told: list[Any]) -> None:
    run = centre.run(capacity=1)
    actor, first = enrol(centre, run)
    _, second = enrol(centre, run)
    _, third = enrol(centre, run)

    service.withdraw(session, actor, enrolment_id=first.id, reason="Moved to Rabat")

    assert [status_of(session, each) for each in (first, second, third)] == [
        WITHDRAWN,
        OFFERED,
        WAITLISTED,
    ]
    assert counters(session, run) == (1, 1)
    assert EnrolmentEnded(first.id, Ending.WITHDREW) in told
    assert session.get_one(Enrolment, first.id).end_reason == "Moved to Rabat"


def test_withdrawing_twice_is_once(session: Session, centre: Centre, told: list[Any]) -> None:
    run = centre.run(capacity=1)
    actor, first = enrol(centre, run)
    service.withdraw(session, actor, enrolment_id=first.id)
    told.clear()

    again = service.withdraw(session, actor, enrolment_id=first.id)

    assert again.status is WITHDRAWN
    assert told == []
    assert counters(session, run) == (0, 0)


def test_one_may_come_back_at_the_end_of_the_queue(session: Session, centre: Centre) -> None:
    run = centre.run(capacity=1)
    actor, first = enrol(centre, run)
    _, second = enrol(centre, run)
    service.withdraw(session, actor, enrolment_id=first.id)

    again = service.enrol(session, actor, run_id=run.id, learner_id=first.person_id)

    assert again.id != first.id
    assert again.status is WAITLISTED
    assert status_of(session, second) is OFFERED


def test_staff_withdraws_others_and_strangers_do_not(
    session: Session, centre: Centre, told: list[Any]
) -> None:
    run = centre.run()
    _, enrolment = enrol(centre, run)
    stranger, _ = centre.learner()
    with pytest.raises(NotFound):
        service.withdraw(session, stranger, enrolment_id=enrolment.id)
    auditor = make_actor(session, Role.AUDITOR, institute_id=centre.institute_id)
    with pytest.raises(Forbidden):
        service.withdraw(session, auditor, enrolment_id=enrolment.id)

    service.withdraw(session, centre.registrar, enrolment_id=enrolment.id, reason="No show")

    assert told[-1] == EnrolmentEnded(enrolment.id, Ending.WITHDRAWN_BY_STAFF)


def test_an_unknown_enrolment(session: Session, centre: Centre) -> None:
    with pytest.raises(NotFound):
        service.withdraw(session, centre.registrar, enrolment_id=4711)
    with pytest.raises(NotFound):
        service.complete(session, centre.registrar, enrolment_id=4711, passed=True)


@pytest.fixture
def offered(
    session: Session, centre: Centre, told: list[Any]
) -> tuple[Run, Actor, Enrolment, Enrolment]:
    """A run of one seat, offered to the first of two who wait."""
    run = centre.run(capacity=1)
    leaver, first = enrol(centre, run)
    actor, second = enrol(centre, run)
    _, third = enrol(centre, run)
    service.withdraw(session, leaver, enrolment_id=first.id)
    return run, actor, second, third


Offered = tuple[Run, Actor, Enrolment, Enrolment]


def test_accepting_by_the_link(session: Session, offered: Offered, told: list[Any]) -> None:
    run, _, second, _ = offered
    secret = secret_of(told, second)

    for _ in range(2):
        accepted = service.accept_offer(session, NOBODY, secret=secret)
        assert accepted.status is ACTIVE

    assert told.count(OfferAccepted(second.id)) == 1
    assert counters(session, run) == (1, 1)


def test_accepting_signed_in(session: Session, centre: Centre, offered: Offered) -> None:
    _, actor, second, third = offered
    stranger, _ = centre.learner()
    with pytest.raises(NotFound):
        service.accept_own_offer(session, stranger, enrolment_id=second.id)

    assert service.accept_own_offer(session, actor, enrolment_id=second.id).status is ACTIVE

    waiting = Actor(person_id=third.person_id)
    with pytest.raises(rules.OfferGone):
        service.accept_own_offer(session, waiting, enrolment_id=third.id)


def test_a_wrong_link(session: Session, offered: Offered) -> None:
    for call in (service.accept_offer, service.decline_offer):
        with pytest.raises(NotFound):
            call(session, NOBODY, secret="guessed")


def test_declining_offers_the_seat_to_the_next(
    session: Session, offered: Offered, told: list[Any]
) -> None:
    run, _, second, third = offered
    secret = secret_of(told, second)

    for _ in range(2):
        declined = service.decline_offer(session, NOBODY, secret=secret)
        assert declined.status is WITHDRAWN

    assert status_of(session, third) is OFFERED
    assert told.count(EnrolmentEnded(second.id, Ending.DECLINED)) == 1
    assert counters(session, run) == (1, 0)
    with pytest.raises(rules.OfferGone):
        service.accept_offer(session, NOBODY, secret=secret)


def test_an_accepted_seat_is_not_declined_by_the_old_link(
    session: Session, offered: Offered, told: list[Any]
) -> None:
    _, _, second, _ = offered
    secret = secret_of(told, second)
    service.accept_offer(session, NOBODY, secret=secret)

    with pytest.raises(rules.OfferGone):
        service.decline_offer(session, NOBODY, secret=secret)


def test_a_seat_withdrawn_while_its_offer_is_open(
    session: Session, centre: Centre, offered: Offered, told: list[Any]
) -> None:
    run, _, second, third = offered

    service.withdraw(session, centre.registrar, enrolment_id=second.id, reason="Asked by phone")

    with pytest.raises(rules.OfferGone):
        service.accept_offer(session, NOBODY, secret=secret_of(told, second))
    assert status_of(session, third) is OFFERED
    assert counters(session, run) == (1, 0)


def test_an_offer_lapses_at_its_deadline(
    session: Session, offered: Offered, told: list[Any]
) -> None:
    run, _, second, third = offered
    offer = queries.pending_offer(session, second.id)
    assert offer is not None
    service.lapse_offer(session, NOBODY, item_id=offer.id, outcome=None)
    assert status_of(session, second) is OFFERED

    with time_machine.travel(offer.expires_at, tick=False):
        with pytest.raises(rules.OfferLapsed):
            service.accept_offer(session, NOBODY, secret=secret_of(told, second))
        assert session.scalars(queries.lapsed_offers(clock.now())).all() == [offer.id]
        for _ in range(2):
            service.lapse_offer(session, NOBODY, item_id=offer.id, outcome=None)

    assert [status_of(session, each) for each in (second, third)] == [EXPIRED, OFFERED]
    assert told.count(EnrolmentEnded(second.id, Ending.LAPSED)) == 1
    assert counters(session, run) == (1, 0)
    service.lapse_offer(session, NOBODY, item_id=4711, outcome=None)


def test_an_offer_is_taken_a_second_before_its_deadline(
    session: Session, offered: Offered, told: list[Any]
) -> None:
    _, _, second, _ = offered
    offer = queries.pending_offer(session, second.id)
    assert offer is not None

    with time_machine.travel(offer.expires_at - timedelta(seconds=1), tick=False):
        accepted = service.accept_offer(session, NOBODY, secret=secret_of(told, second))

    assert accepted.status is ACTIVE


@command
def _set_capacity(session: Session, actor: Actor, *, run_id: int, capacity: int) -> None:
    session.get_one(Run, run_id).capacity = capacity
    events.emit(session, actor, RunChanged(run_id, ("capacity",)))


def test_a_raised_capacity_promotes(session: Session, centre: Centre) -> None:
    run = centre.run(capacity=1)
    people = [enrol(centre, run)[1] for _ in range(4)]

    _set_capacity(session, NOBODY, run_id=run.id, capacity=3)

    assert [status_of(session, each) for each in people] == [ACTIVE, OFFERED, OFFERED, WAITLISTED]
    assert counters(session, run) == (3, 1)


@command
def _change(session: Session, actor: Actor, *, event: object) -> None:
    events.emit(session, actor, event)


def test_other_changes_of_a_run_promote_nobody(session: Session, centre: Centre) -> None:
    run = centre.run(capacity=1)
    waiting = make_enrolment(
        session, run_id=run.id, person_id=make_person(session).id, status=WAITLISTED
    )

    _change(session, NOBODY, event=RunChanged(run.id, ("place",)))

    assert status_of(session, waiting) is WAITLISTED


def test_a_cancelled_run_keeps_nobody(session: Session, offered: Offered, told: list[Any]) -> None:
    run, _, second, third = offered

    _change(session, NOBODY, event=RunCancelled(run.id, "Too few people"))

    for each in (second, third):
        assert status_of(session, each) is WITHDRAWN
        assert EnrolmentEnded(each.id, Ending.RUN_CANCELLED) in told
    assert counters(session, run) == (0, 0)
    with pytest.raises(rules.OfferGone):
        service.accept_offer(session, NOBODY, secret=secret_of(told, second))


@pytest.mark.parametrize(
    ("passed", "expected"),
    [(True, EnrolmentStatus.COMPLETED), (False, EnrolmentStatus.FAILED)],
)
def test_completing_frees_the_seat_for_nobody(
    session: Session, centre: Centre, passed: bool, expected: EnrolmentStatus
) -> None:
    run = centre.run(capacity=1)
    actor, first = enrol(centre, run)
    _, second = enrol(centre, run)

    service.complete(session, centre.registrar, enrolment_id=first.id, passed=passed)

    assert status_of(session, first) is expected
    assert status_of(session, second) is WAITLISTED
    assert counters(session, run) == (0, 1)
    with pytest.raises(rules.AlreadyDecided):
        service.withdraw(session, actor, enrolment_id=first.id)
    with pytest.raises(rules.NotActive):
        service.complete(session, centre.registrar, enrolment_id=first.id, passed=passed)


def test_nobody_completes_their_own_enrolment(session: Session, centre: Centre) -> None:
    run = centre.run()
    own = service.enrol(
        session, centre.registrar, run_id=run.id, learner_id=centre.registrar.person_id or 0
    )

    with pytest.raises(OwnCase):
        service.complete(session, centre.registrar, enrolment_id=own.id, passed=True)


def test_my_enrolments(session: Session, centre: Centre, offered: Offered) -> None:
    _, actor, second, third = offered

    mine = queries.my_enrolments(session, actor.person_id or 0)
    others = queries.my_enrolments(session, third.person_id)

    assert [(place.enrolment.id, place.position) for place in mine] == [(second.id, None)]
    assert mine[0].offer is not None
    assert [(place.enrolment.id, place.position) for place in others] == [(third.id, 1)]
