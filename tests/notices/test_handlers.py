"""Everybody is told what concerns them, in their own language."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from nador.accounts.models import Person
from nador.assessment import service as assessment
from nador.catalogue.rules import MeetingChanged, RunCancelled, RunChanged
from nador.enrolment import queries as enrolment_queries
from nador.enrolment import service
from nador.enrolment.rules import EnrolmentSource, EnrolmentStatus
from nador.kernel import clock, events
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.mail import Message
from tests.assessment.school import open_school
from tests.factories import (
    make_actor,
    make_course,
    make_enrolment,
    make_institute,
    make_meeting,
    make_person,
    make_run,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run


def mails(session: Session) -> list[Message]:
    session.rollback()
    return list(session.scalars(select(Message).order_by(Message.id)))


@pytest.fixture
def run(session: Session) -> Run:
    institute = make_institute(session)
    version = make_course(session, institute_id=institute.id)
    return make_run(session, version, institute_id=institute.id, capacity=1)


@command
def _speak(session: Session, _actor: Actor, *, person_id: int, locale: str) -> None:
    session.get_one(Person, person_id).locale = locale


def learner(session: Session, *, locale: str = "en", email: str | None = "") -> Actor:
    person_id = make_person(session, email=email).id
    _speak(session, NOBODY, person_id=person_id, locale=locale)
    return Actor(person_id=person_id)


@command
def _emit(session: Session, actor: Actor, *, event: Any) -> None:
    events.emit(session, actor, event)


def enrol(session: Session, run: Run, actor: Actor) -> int:
    return service.enrol(session, actor, run_id=run.id, learner_id=actor.person_id or 0).id


@pytest.mark.parametrize(
    ("locale", "subject", "first_line"),
    [
        (
            "en",
            "Enrolment confirmed: Introduction to machine learning with Python",
            "Hello Salma Bouziane,",
        ),
        (
            "fr",
            "Inscription confirmée : Introduction à l’apprentissage automatique avec Python",
            "Bonjour Salma Bouziane,",
        ),
        (
            "ar",
            "تأكيد التسجيل: مدخل إلى التعلم الآلي بلغة بايثون",
            "السلام عليكم سلمى بوزيان،",
        ),
    ],
)
def test_a_seat_is_confirmed(
    session: Session, run: Run, locale: str, subject: str, first_line: str
) -> None:
    enrol(session, run, learner(session, locale=locale))

    [mail] = mails(session)
    assert (mail.locale, mail.subject) == (locale, subject)
    assert mail.body.splitlines()[0] == first_line


def test_the_whole_story_of_a_seat(session: Session, run: Run) -> None:
    first, second = learner(session), learner(session)
    seat = enrol(session, run, first)
    enrol(session, run, second)
    service.withdraw(session, first, enrolment_id=seat)
    offer = next(mail for mail in mails(session) if "held until" in mail.subject)
    secret = offer.body.partition("/offers/")[2].split()[0]

    service.accept_offer(session, NOBODY, secret=secret)

    told = [(mail.person_id, mail.subject.split(":")[0]) for mail in mails(session)]
    assert [(person_id, subject.partition(" until")[0]) for person_id, subject in told] == [
        (first.person_id, "Enrolment confirmed"),
        (second.person_id, "On the waitlist"),
        (first.person_id, "Enrolment withdrawn"),
        (second.person_id, "A seat is held"),
        (second.person_id, "Enrolment confirmed"),
    ]
    assert "Place in the waitlist: 1." in mails(session)[1].body


def test_letting_an_offer_pass_is_told(session: Session, run: Run) -> None:
    first, second, third = (learner(session) for _ in range(3))
    seat = enrol(session, run, first)
    enrol(session, run, second)
    enrol(session, run, third)
    registrar = make_actor(session, Role.REGISTRAR, institute_id=run.institute_id)
    service.withdraw(session, registrar, enrolment_id=seat)
    before = mails(session)
    assert "The centre has withdrawn this enrolment." in before[3].body

    with time_machine.travel(clock.now() + timedelta(hours=49), tick=False):
        [offer_id] = session.scalars(enrolment_queries.lapsed_offers(clock.now())).all()
        service.lapse_offer(session, NOBODY, item_id=offer_id)

    lapsed, offered = mails(session)[len(before) :]
    assert lapsed.person_id == second.person_id
    assert "was not accepted in time" in lapsed.body
    assert offered.person_id == third.person_id
    assert "/offers/" in offered.body


def test_an_import_tells_nobody(session: Session, run: Run) -> None:
    registrar = make_actor(session, Role.REGISTRAR, institute_id=run.institute_id)
    person = make_person(session)

    service.enrol(
        session,
        registrar,
        run_id=run.id,
        learner_id=person.id,
        source=EnrolmentSource.IMPORT,
    )

    assert mails(session) == []


def test_who_has_no_address_is_told_at_the_desk(session: Session, run: Run) -> None:
    enrol(session, run, learner(session, email=None))

    assert mails(session) == []


@pytest.mark.parametrize(
    ("event", "subject", "line"),
    [
        pytest.param(
            lambda run, _: RunCancelled(run.id, "Too few people"),
            "Cancelled",
            "Reason: Too few people",
            id="run cancelled",
        ),
        pytest.param(
            lambda run, _: RunChanged(run.id, ("capacity", "place")),
            "Changed",
            "Place: Nador",
            id="run changed",
        ),
        pytest.param(
            lambda _, meeting: MeetingChanged(meeting.id, cancelled=True),
            "Meeting cancelled",
            "is cancelled.",
            id="meeting cancelled",
        ),
        pytest.param(
            lambda _, meeting: MeetingChanged(meeting.id, cancelled=False),
            "Meeting changed",
            "A meeting has changed.",
            id="meeting moved",
        ),
    ],
)
def test_changes_of_a_run_are_told(
    session: Session, run: Run, event: Any, subject: str, line: str
) -> None:
    person_id = learner(session).person_id or 0
    make_enrolment(session, run_id=run.id, person_id=person_id)
    left = learner(session).person_id or 0
    make_enrolment(session, run_id=run.id, person_id=left, status=EnrolmentStatus.WITHDRAWN)

    _emit(session, NOBODY, event=event(run, make_meeting(session, run)))

    [mail] = mails(session)
    assert mail.subject.startswith(f"{subject}: ")
    assert line in mail.body


def test_a_new_capacity_alone_is_not_told(session: Session, run: Run) -> None:
    make_enrolment(session, run_id=run.id, person_id=learner(session).person_id or 0)

    _emit(session, NOBODY, event=RunChanged(run.id, ("capacity",)))

    assert mails(session) == []


def test_learners_hear_of_grades_and_results_and_mails_say_no_mark(session: Session) -> None:
    school = open_school(session, learners=2)
    school.grade_all(("16", "15"), ("20", None))

    school.release()
    released = [mail.subject for mail in mails(session)]
    assessment.conclude(session, school.registrar, run_id=school.run.id)
    concluded = mails(session)[2:]

    assert len(released) == 2
    assert len(concluded) == 2
    assert school.learners[0].reference in concluded[0].body
    assert not any("15.40" in mail.body or "15,40" in mail.body for mail in concluded)
