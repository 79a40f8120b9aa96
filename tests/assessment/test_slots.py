"""Times are booked, moved and given back by their deadline; none is overbooked, whoever is quick."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nador.assessment.models import Assessment, Booking, Slot
from nador.assessment.queries import slots as queries
from nador.assessment.rules import LearnerNotActive
from nador.assessment.rules import slots as rules
from nador.assessment.rules.slots import Series
from nador.assessment.service import slots as service
from nador.catalogue.models import RunStaff
from nador.catalogue.rules import AssessmentKind
from nador.enrolment import service as enrolment
from nador.kernel import clock
from nador.kernel.access import Actor, Forbidden, OwnCase
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.i18n import translator
from nador.kernel.mail import Message
from tests.assessment.school import School, open_school
from tests.assessment.together import at_once, behind
from tests.factories import make_enrolment, sign_in, store
from tests.reporting.test_pages import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, sessionmaker

NOW = clock.now()
SOON = NOW + timedelta(days=3)
ARABIC = translator("ar")
"""Learners of the school read Arabic."""


@command
def _examine(session: Session, _actor: Actor, *, assessment_id: int) -> None:
    session.get_one(Assessment, assessment_id).kind = AssessmentKind.ORAL


@command
def _run(session: Session, _actor: Actor, sql: str) -> None:
    session.execute(text(sql))


@pytest.fixture
def school(session: Session) -> School:
    made = open_school(session, ended=False, plan=(("ORAL", "100", "0"),), learners=4)
    _examine(session, Actor(), assessment_id=made.assessments[0].id)
    store(
        session,
        RunStaff(run_id=made.run.id, person_id=made.instructor.person_id, granted_at=NOW),
    )
    return made


def offer(school: School, **changed: Any) -> list[int]:
    """Offer two times of one learner each, unless told otherwise."""
    wanted: dict[str, Any] = {"first": SOON, "minutes": 20, "count": 2}
    made = service.offer_slots(
        school.session,
        school.instructor,
        assessment_id=school.assessments[0].id,
        series=Series(**(wanted | changed)),
        examiner_id=school.instructor.person_id or 0,
        place="Room 3",
    )
    return [slot.id for slot in made]


def learner(school: School, number: int = 0) -> Actor:
    return Actor(person_id=school.people[number].id)


def book(school: School, slot_id: int, number: int = 0) -> Booking:
    return service.book(
        school.session,
        learner(school, number),
        assessment_id=school.assessments[0].id,
        slot_id=slot_id,
    )


def booked(session: Session) -> list[int]:
    session.rollback()
    session.expire_all()
    return [slot.booked for slot in session.scalars(select(Slot).order_by(Slot.id))]


def test_a_learner_books_moves_and_gives_back(session: Session, school: School) -> None:
    first, second = offer(school)
    assert book(school, first).id == book(school, first).id
    assert booked(session) == [1, 0]
    with pytest.raises(rules.SlotFull):
        book(school, first, 1)
    book(school, second)
    assert booked(session) == [0, 1]
    book(school, first, 1)
    with pytest.raises(rules.SlotFull):
        book(school, first)
    assert booked(session) == [1, 1], "who is refused keeps what they have"

    where = school.assessments[0].id
    service.give_back(session, learner(school), assessment_id=where)
    assert booked(session) == [1, 0]
    with pytest.raises(rules.NotBooked):
        service.give_back(session, learner(school), assessment_id=where)
    subjects = [mail.subject for mail in session.scalars(select(Message))]
    assert len(subjects) == 3


def test_too_near_is_too_late(session: Session, school: School) -> None:
    first, second = offer(school)
    book(school, first)
    with time_machine.travel(SOON - timedelta(hours=23, minutes=30), tick=False):
        with pytest.raises(rules.SlotClosed):
            book(school, first, 1)
        with pytest.raises(rules.SlotClosed):
            book(school, second)
        with pytest.raises(rules.SlotClosed):
            service.give_back(session, learner(school), assessment_id=school.assessments[0].id)
    assert booked(session) == [1, 0]


def test_who_may_do_what(session: Session, school: School) -> None:
    (first, _) = offer(school)
    stranger = Actor(person_id=school.registrar.person_id)
    with pytest.raises(NotFound):
        service.book(session, stranger, assessment_id=school.assessments[0].id, slot_id=first)
    with pytest.raises(rules.SlotGone):
        book(school, first + 99)
    with pytest.raises(Forbidden):
        service.cancel_slot(session, school.registrar, slot_id=first)
    with pytest.raises(NotFound):
        service.cancel_slot(session, school.instructor, slot_id=first + 99)
    with pytest.raises(rules.ExaminerUnknown):
        service.offer_slots(
            session,
            school.instructor,
            assessment_id=school.assessments[0].id,
            series=Series(first=SOON, minutes=20),
            examiner_id=school.people[0].id,
            place="",
        )


def test_a_cancelled_time_frees_whoever_had_it(session: Session, school: School) -> None:
    first, second = offer(school)
    book(school, first)
    service.cancel_slot(session, school.instructor, slot_id=first)
    service.cancel_slot(session, school.instructor, slot_id=first)
    assert booked(session) == [0, 0]
    assert (
        session.scalars(select(Message).order_by(Message.id.desc()))
        .all()[0]
        .body.count("/me/slots/")
        == 1
    )
    with pytest.raises(rules.SlotGone):
        book(school, first)
    book(school, second)

    enrolment.withdraw(session, school.registrar, enrolment_id=school.learners[0].id, reason="")
    assert booked(session) == [0, 0], "who leaves the run gives the time back"


def book_for(school: School, slot_id: int, number: int = 0, reason: str = "by phone") -> Booking:
    return service.book_for(
        school.session,
        school.instructor,
        slot_id=slot_id,
        enrolment_id=school.learners[number].id,
        reason=reason,
    )


def test_staff_books_and_moves_a_learner(session: Session, school: School) -> None:
    first, second = offer(school)
    made = book_for(school, first)
    assert book_for(school, first).id == made.id, "again changes nothing"
    assert booked(session) == [1, 0]
    with pytest.raises(rules.SlotFull):
        book_for(school, first, 1)
    book_for(school, second, reason="  the examiner is ill ")
    assert booked(session) == [0, 1]

    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "slot.booked_for").order_by(AuditEntry.id)
    ).all()
    assert [(entry.actor_id, entry.subject, entry.details) for entry in entries] == [
        (
            school.instructor.person_id,
            f"enrolment:{school.learners[0].id}",
            {"slot": slot, "moved_from": before, "reason": reason},
        )
        for slot, before, reason in (
            (first, None, "by phone"),
            (second, first, "the examiner is ill"),
        )
    ]
    mails = session.scalars(select(Message).order_by(Message.id)).all()
    assert ARABIC.gettext("The centre has booked this time for you:") in mails[0].body
    assert ARABIC.gettext("The centre has moved your time to:") in mails[1].body
    assert ARABIC.datetime_(SOON) in mails[1].body, "the earlier one"
    for mail in mails:
        assert f"/me/slots/{school.assessments[0].id}/calendar.ics" in mail.body
        assert "phone" not in mail.body
        assert "examiner is ill" not in mail.body


def test_staff_books_after_the_deadline_and_moves_whoever_was_not_there(
    session: Session, school: School
) -> None:
    first, second = offer(school)
    book(school, first)
    with time_machine.travel(SOON + timedelta(minutes=10), tick=False):
        with pytest.raises(rules.SlotClosed):
            book(school, second)
        with pytest.raises(rules.SlotClosed):
            book_for(school, first, 1)
        book_for(school, second, reason="the bus was late")
    assert booked(session) == [0, 1]
    told = session.scalars(select(Message).order_by(Message.id.desc())).all()[0]
    assert ARABIC.gettext("The centre has moved your time to:") in told.body
    assert ARABIC.datetime_(SOON - timedelta(hours=24, minutes=-20)) not in told.body


def test_who_may_book_for_whom(session: Session, school: School) -> None:
    first, second = offer(school)
    stranger = Actor(person_id=school.people[0].id)
    place = {"slot_id": first, "enrolment_id": school.learners[1].id, "reason": "x"}
    with pytest.raises(NotFound):
        service.book_for(session, stranger, **place)  # type: ignore[arg-type] # named above
    with pytest.raises(Forbidden):
        service.book_for(session, school.registrar, **place)  # type: ignore[arg-type] # named above
    with pytest.raises(rules.SlotReasonNeeded):
        book_for(school, first, reason=" ")
    with pytest.raises(NotFound):
        book_for(school, first + 99)
    service.cancel_slot(session, school.instructor, slot_id=second)
    with pytest.raises(rules.SlotGone):
        book_for(school, second)
    elsewhere = make_enrolment(
        session, run_id=school.run.id, person_id=school.instructor.person_id or 0
    )
    with pytest.raises(OwnCase):
        service.book_for(
            session, school.instructor, slot_id=first, enrolment_id=elsewhere.id, reason="x"
        )
    enrolment.withdraw(session, school.registrar, enrolment_id=school.learners[2].id, reason="")
    with pytest.raises(LearnerNotActive):
        book_for(school, first, 2)
    assert booked(session) == [0, 0]


def test_staff_and_learners_at_once_book_the_last_place_once(
    session: Session, sessions: sessionmaker[Session], school: School
) -> None:
    first, _ = offer(school)
    assessment_id, staff = school.assessments[0].id, school.instructor
    ids = [one.id for one in school.learners]
    actors = [learner(school, number) for number in range(4)]
    session.rollback()

    def alone(number: int) -> Callable[[], Any]:
        def call() -> int:
            with sessions() as own:
                return service.book(
                    own, actors[number], assessment_id=assessment_id, slot_id=first
                ).enrolment_id

        return call

    def helped(number: int) -> Callable[[], Any]:
        def call() -> int:
            with sessions() as own:
                return service.book_for(
                    own, staff, slot_id=first, enrolment_id=ids[number], reason="by phone"
                ).enrolment_id

        return call

    outcomes = at_once([each(number) for number in range(4) for each in (alone, helped)])

    assert len({each for each in outcomes if isinstance(each, int)}) == 1
    assert {each for each in outcomes if not isinstance(each, int)} == {rules.SlotFull}
    assert booked(session)[0] == 1


def test_the_page_by_which_staff_books(
    client: FlaskClient, session: Session, school: School
) -> None:
    first, second = offer(school)
    book(school, second, 1)
    sign_in(client, session, school.instructor)
    listed, asked = (
        f"/teach/assessments/{school.assessments[0].id}/slots",
        f"/teach/slots/{first}/book",
    )
    assert asked in client.get(listed).text
    assert f"/teach/slots/{second}/book" not in client.get(listed).text, "it is full"
    page = client.get(f"{asked}?lang=en").text
    assert "Learner 001, now on" in page
    typed = {"enrolment_id": str(school.learners[1].id), "reason": ""}
    empty = client.post(f"{asked}?lang=en", data=typed)
    assert empty.status_code == 422
    assert f'selected value="{school.learners[1].id}"' in empty.text
    for unknown in ("", "999999", "x"):
        nobody = client.post(asked, data={"enrolment_id": unknown, "reason": "by phone"})
        assert nobody.status_code == 422
        assert "by phone</textarea>" in nobody.text
    assert booked(session) == [0, 1]
    assert client.post(asked, data=typed | {"reason": "by phone"}).location == listed
    assert booked(session) == [1, 0]
    full = client.post(
        f"{asked}?lang=en",
        data={"enrolment_id": str(school.learners[0].id), "reason": "by phone"},
    )
    assert full.status_code == 422
    assert "full" in full.text
    assert f"/teach/slots/{first}/book" not in client.get(listed).text

    sign_in(client, session, learner(school, 1))
    mine = f"/me/slots/{school.assessments[0].id}/calendar.ics"
    held = session.scalars(select(Booking).where(Booking.given_back_at.is_(None))).one()
    calendar = client.get(mine).text
    assert f"SEQUENCE:{held.id}\r\n" in calendar
    assert f"{SOON:DTSTART:%Y%m%dT%H%M%SZ}" in calendar


def test_the_last_place_is_booked_once(
    session: Session, sessions: sessionmaker[Session], school: School
) -> None:
    first, second = offer(school)
    book(school, second, 3)
    actors = [learner(school, number) for number in range(4)]
    assessment_id = school.assessments[0].id

    def booking(actor: Actor, slot_id: int) -> Callable[[], Any]:
        def call() -> int:
            with sessions() as own:
                return service.book(
                    own, actor, assessment_id=assessment_id, slot_id=slot_id
                ).slot_id

        return call

    session.rollback()
    # Everybody presses twice, and one moves over from the other time.
    outcomes = at_once([booking(actor, first) for actor in actors * 2])

    winners = [each for each in outcomes if each == first]
    assert 1 <= len(winners) <= 2, "twice where the winner pressed twice"
    assert {each for each in outcomes if each != first} == {rules.SlotFull}
    assert booked(session)[0] == 1
    held = session.scalars(select(Booking).where(Booking.given_back_at.is_(None))).all()
    assert len({one.enrolment_id for one in held}) == len(held)


@pytest.mark.parametrize("leaving", [False, True], ids=["given back", "left the run"])
def test_a_time_that_is_cancelled_while_it_is_given_back(
    session: Session, sessions: sessionmaker[Session], school: School, leaving: bool
) -> None:
    (first, _) = offer(school)
    book(school, first)
    session.rollback()
    enrolment_id, assessment_id = school.learners[0].id, school.assessments[0].id

    def going(own: Session) -> None:
        if leaving:
            enrolment.withdraw(own, school.registrar, enrolment_id=enrolment_id, reason="")
            return
        with pytest.raises(rules.NotBooked):
            service.give_back(own, learner(school), assessment_id=assessment_id)

    behind(sessions, lambda own: service.cancel_slot(own, school.instructor, slot_id=first), going)

    assert booked(session) == [0, 0]


def test_the_database_refuses_what_the_rules_would(session: Session, school: School) -> None:
    (first, _) = offer(school)
    book(school, first)
    for sql in (
        "UPDATE slot SET booked = 2",
        "UPDATE slot SET booked = -1",
        "UPDATE slot SET cancelled_at = starts_at WHERE booked = 1",
        "UPDATE slot SET ends_at = starts_at",
        (
            "INSERT INTO booking (slot_id, assessment_id, enrolment_id, booked_at, booked_by_id) "
            "SELECT slot_id, assessment_id, enrolment_id, booked_at, booked_by_id FROM booking"
        ),
    ):
        with pytest.raises(DBAPIError):
            _run(session, Actor(), sql)
        session.rollback()


def test_the_pages(client: FlaskClient, session: Session, school: School) -> None:
    assessment_id = school.assessments[0].id
    staff, mine = f"/teach/assessments/{assessment_id}/slots", f"/me/slots/{assessment_id}"
    sign_in(client, session, school.instructor)
    form = {
        "first": f"{clock.local(SOON):%Y-%m-%dT%H:%M}",
        "count": "3",
        "minutes": "20",
        "pause": "0",
        "capacity": "1",
        "hours_before": "24",
        "examiner_id": str(school.instructor.person_id),
        "place": "Room 3",
    }
    refused = client.post(f"{staff}?lang=en", data=form | {"minutes": "0", "count": "99"})
    assert refused.status_code == 422
    assert client.post(staff, data=form).location == staff
    assert staff in client.get(f"/teach/runs/{school.run.id}/assessments").text

    sign_in(client, session, learner(school))
    assert mine in client.get("/me?lang=en").text
    assert "Choose a time" in client.get(f"{mine}?lang=en").text
    assert client.get(f"{mine}/calendar.ics").status_code == 404
    slot_id = session.scalars(select(Slot.id).order_by(Slot.id)).all()[0]
    assert client.post(mine, data={"slot": str(slot_id)}).location == mine
    assert "Your time" in client.get(f"{mine}?lang=en").text
    calendar = client.get(f"{mine}/calendar.ics")
    assert calendar.mimetype == "text/calendar"
    assert "LOCATION:Room 3" in calendar.text
    gone = client.post(f"{mine}?lang=en", data={"slot": "999999"})
    assert gone.status_code == 409
    assert "no longer offered" in gone.text

    sign_in(client, session, school.instructor)
    page = client.get(staff).text
    assert "Learner 000" in page
    sheet = client.get(f"{staff}/{school.instructor.person_id}.pdf")
    assert sheet.data.startswith(b"%PDF")
    assert client.get(f"{staff}/999.pdf").status_code == 404
    marking = client.get(f"/teach/assessments/{assessment_id}/marking").text
    assert f"{staff}/{school.instructor.person_id}.pdf" in marking
    assert client.post(f"/teach/slots/{slot_id}/cancel").location == staff
    sign_in(client, session, learner(school))
    assert client.post(f"{mine}/give-back").status_code == 409


def test_lists_cost_the_same_for_many(
    client: FlaskClient, session: Session, school: School
) -> None:
    slots = offer(school, count=4)
    book(school, slots[0])
    engine = client.application.extensions["nador"].engine
    staff = f"/teach/assessments/{school.assessments[0].id}/slots"
    own = f"/me/slots/{school.assessments[0].id}"

    def cost(who: Actor, page: str) -> int:
        sign_in(client, session, who)
        with statements(engine) as sent:
            assert client.get(page).status_code == 200
        return len(sent)

    cost(school.instructor, staff)
    few = [cost(school.instructor, staff), cost(learner(school), own)]
    for number in range(1, 4):
        book(school, slots[number], number)
    many = [cost(school.instructor, staff), cost(learner(school), own)]

    assert many == few
    assert max(few) <= 9, few
    assert queries.slots_of_run(session, school.run.id) == {school.assessments[0].id}
