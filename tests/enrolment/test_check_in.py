"""Learners check themselves in by the code on the wall; when they saw it is what counts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from nador.catalogue.models import Meeting, RunStaff
from nador.catalogue.rules import MeetingStatus
from nador.enrolment import queries, service
from nador.enrolment.models import Attendance
from nador.enrolment.rules import AttendanceStatus, MeetingCancelled
from nador.enrolment.rules import check_in as rules
from nador.enrolment.service import check_in as desk
from nador.kernel import clock
from nador.kernel.access import Actor, Forbidden, Role
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.factories import (
    make_actor,
    make_course,
    make_enrolment,
    make_institute,
    make_person,
    make_run,
    sign_in,
    store,
)
from tests.reporting.test_pages import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

START = clock.on_the_wall(clock.local(clock.now()).replace(tzinfo=None, hour=9, minute=0))


class Room:
    """A meeting this morning, its teacher, and two learners."""

    def __init__(self, session: Session) -> None:
        institute = make_institute(session)
        version = make_course(session, institute_id=institute.id)
        run = make_run(session, version, institute_id=institute.id)
        self.session = session
        self.meeting = store(
            session,
            Meeting(run_id=run.id, starts_at=START, ends_at=START + timedelta(hours=2)),
        )
        self.id = self.meeting.id
        self.teacher = make_actor(
            session, Role.INSTRUCTOR, institute_id=institute.id, run_id=run.id
        )
        self.auditor = make_actor(session, Role.AUDITOR, institute_id=institute.id)
        store(
            session,
            RunStaff(run_id=run.id, person_id=self.teacher.person_id, granted_at=clock.now()),
        )
        self.people = [make_person(session) for _ in range(2)]
        self.places = [
            make_enrolment(session, run_id=run.id, person_id=person.id) for person in self.people
        ]

    def open(self, late_after: int = 15) -> str:
        opened = desk.open_check_in(
            self.session, self.teacher, meeting_id=self.id, late_after=late_after
        )
        return opened.secret

    def seen(self, secret: str, at: datetime) -> tuple[int, str]:
        """What somebody reads off the wall at a moment."""
        step = rules.step_of(at)
        return step, rules.code_of(secret, meeting_id=self.id, step=step)

    def deliver(self, read: tuple[int, str], learner: int = 0) -> AttendanceStatus:
        return desk.check_in(
            self.session,
            Actor(person_id=self.people[learner].id),
            meeting_id=self.id,
            step=read[0],
            code=read[1],
        )


@pytest.fixture
def room(session: Session) -> Room:
    return Room(session)


@command
def _cancel(session: Session, _actor: Actor, *, meeting_id: int) -> None:
    session.get_one(Meeting, meeting_id).status = MeetingStatus.CANCELLED


def test_a_phone_with_a_bad_line_is_as_early_as_its_eyes(room: Room) -> None:
    with time_machine.travel(START, tick=False):
        secret = room.open()
        read = room.seen(secret, START + timedelta(minutes=14))
    with time_machine.travel(START + timedelta(minutes=23), tick=False):
        assert room.deliver(read) is AttendanceStatus.PRESENT
        late = room.seen(secret, START + timedelta(minutes=22))
        assert room.deliver(late, 1) is AttendanceStatus.LATE
        assert queries.here(room.session, room.id) == 2
        # Once a person: another code changes nothing.
        assert room.deliver(late) is AttendanceStatus.PRESENT
    with (
        time_machine.travel(START + timedelta(minutes=25), tick=False),
        pytest.raises(rules.CodeTooOld),
    ):
        room.deliver(read)


def test_what_staff_marked_stays(room: Room) -> None:
    with time_machine.travel(START, tick=False):
        secret = room.open()
        service.mark_attendance(
            room.session,
            room.teacher,
            meeting_id=room.id,
            enrolment_id=room.places[0].id,
            status=AttendanceStatus.EXCUSED,
        )
        assert room.deliver(room.seen(secret, START)) is AttendanceStatus.EXCUSED


def test_who_saw_the_code_before_it_went_can_still_deliver_it(room: Room) -> None:
    with time_machine.travel(START, tick=False):
        secret = room.open()
    read = room.seen(secret, START)
    with time_machine.travel(START + timedelta(minutes=5), tick=False):
        desk.close_check_in(room.session, room.teacher, meeting_id=room.id)
        assert room.deliver(read) is AttendanceStatus.PRESENT
    with time_machine.travel(START + timedelta(minutes=6), tick=False):
        with pytest.raises(rules.CheckInClosed):
            room.deliver(room.seen(secret, START + timedelta(minutes=6)), 1)
        desk.close_check_in(room.session, room.teacher, meeting_id=room.id)
        assert queries.check_in_of(room.session, room.id) is None


def test_who_may_do_what(room: Room) -> None:
    with time_machine.travel(START, tick=False):
        with pytest.raises(rules.CheckInClosed):
            room.deliver((1, "x"))
        with pytest.raises(Forbidden):
            desk.open_check_in(room.session, room.auditor, meeting_id=room.id, late_after=5)
        secret = room.open()
        again = room.open()
        assert secret != again, "pictures of an earlier wall are worth nothing"
        with pytest.raises(NotFound):
            desk.check_in(
                room.session,
                Actor(person_id=room.teacher.person_id),
                meeting_id=room.id,
                step=1,
                code="x",
            )
        read = room.seen(again, START)
        _cancel(room.session, room.teacher, meeting_id=room.id)
        with pytest.raises(rules.CheckInClosed):
            room.deliver(read)
        with pytest.raises(MeetingCancelled):
            room.open()


def test_from_the_wall_to_the_list(client: FlaskClient, session: Session, room: Room) -> None:
    with time_machine.travel(START, tick=False):
        sign_in(client, session, room.teacher)
        where = f"/teach/meetings/{room.id}"
        assert "Open the check-in" in client.get(f"{where}?lang=en").text
        refused = client.post(f"{where}/check-in/open?lang=en", data={"late_after": "many"})
        assert refused.location == where
        assert client.get(f"{where}/check-in").location == where
        opened = client.post(f"{where}/check-in/open", data={"late_after": "10"})
        assert opened.location == f"{where}/check-in"
        wall = client.get(f"{opened.location}?lang=en").text
        assert "0 are here" in wall
        assert "<svg" in wall
        assert 'http-equiv="refresh"' in wall
        for name in (room.people[0].name_latin, room.people[0].name_arabic, "Sign out"):
            assert str(name) not in wall

        found = queries.check_in_of(session, room.id)
        assert found is not None
        step, code = room.seen(found.secret, START)
        sign_in(client, session, room.people[0])
        address = f"/check-in/{room.id}/{step}/{code}"
        assert "Are you here?" in client.get(f"{address}?lang=en").text
        assert session.get(Attendance, (room.id, room.places[0].id)) is None
        done = client.post(f"{address}?lang=en")
        assert re.search(r"You are marked: <?.*[Pp]resent", done.text)
        wrong = client.post(f"/check-in/{room.id}/{step}/aaaa?lang=en")
        assert wrong.status_code == 409
        assert "never on the wall" in wrong.text

        sign_in(client, session, room.teacher)
        assert client.post(f"{where}/check-in/close").location == where


def test_the_wall_costs_little_however_many_are_here(
    client: FlaskClient, session: Session, room: Room
) -> None:
    engine = client.application.extensions["nador"].engine

    def cost() -> int:
        with statements(engine) as sent:
            assert client.get(f"/teach/meetings/{room.id}/check-in").status_code == 200
        return len(sent)

    with time_machine.travel(START, tick=False):
        secret = room.open()
        sign_in(client, session, room.teacher)
        cost()
        few = cost()
        for learner in range(2):
            room.deliver(room.seen(secret, START), learner)
        assert cost() == few <= 7
