"""Runs and meetings, opened, changed and called off, on both databases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from nador.app import wire
from nador.catalogue import queries, rules, service
from nador.catalogue.models import Course, CourseVersion, Meeting, Run, RunStaff
from nador.catalogue.rules import (
    CatalogueStatus,
    MeetingChanged,
    MeetingStatus,
    Mode,
    RunCancelled,
    RunChanged,
    RunPublished,
    RunStatus,
    ShownState,
)
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock, events
from nador.kernel.access import Actor, Forbidden, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.errors import NotFound
from tests.factories import (
    make_actor,
    make_course,
    make_enrolment,
    make_meeting,
    make_person,
    make_run,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute

TODAY = clock.today()
NOW = clock.now()


@pytest.fixture
def version(session: Session, institute: Institute) -> CourseVersion:
    return make_course(session, institute_id=institute.id)


@pytest.fixture
def run(session: Session, institute: Institute, version: CourseVersion) -> Run:
    return make_run(session, version, institute_id=institute.id, capacity=2)


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """Hear what the catalogue tells the features above it, in their stead."""
    told: list[object] = []
    kinds = (RunPublished, RunChanged, RunCancelled, MeetingChanged)
    events.connect((kind, lambda _session, _actor, event: told.append(event)) for kind in kinds)
    yield told
    wire()


def facts(version: CourseVersion, **changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "version_id": version.id,
        "code": "ia-1-2027",
        "language": "fr",
        "mode": Mode.ONSITE,
        "place": "Nador",
        "starts_on": TODAY + timedelta(days=30),
        "ends_on": TODAY + timedelta(days=60),
        "opens_at": NOW - timedelta(days=1),
        "closes_at": NOW + timedelta(days=20),
        "capacity": 20,
    }
    return asked | changes


def test_a_run_opens_as_a_draft(
    session: Session, registrar: Actor, version: CourseVersion, heard: list[object]
) -> None:
    run = service.open_run(
        session, registrar, **facts(version, place="  salle\u202e <b>2</b>\u0000  ")
    )

    assert (run.status, run.code, run.offer_hours) == (RunStatus.DRAFT, "IA-1-2027", 48)
    assert run.place == "salle <b>2</b>"
    assert heard == []


def test_a_run_opens_published(
    session: Session, registrar: Actor, version: CourseVersion, heard: list[object]
) -> None:
    run = service.open_run(session, registrar, **facts(version), publish=True)

    assert run.status is RunStatus.PUBLISHED
    assert heard == [RunPublished(run.id)]
    said = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.subject == f"run:{run.id}")
        .order_by(AuditEntry.id)
    )
    assert said.all() == ["run.opened", "run.published"]


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        pytest.param({"ends_on": TODAY}, rules.DatesReversed, "ends_on", id="dates reversed"),
        pytest.param(
            {"closes_at": NOW - timedelta(days=2)}, rules.WindowReversed, "closes_at", id="window"
        ),
        pytest.param({"capacity": 0}, rules.CapacityOutOfRange, "capacity", id="no seat"),
        pytest.param(
            {"offer_hours": 0}, rules.OfferHoursOutOfRange, "offer_hours", id="no time to accept"
        ),
        pytest.param({"language": "es"}, rules.LanguageNotTaught, "language", id="language"),
        pytest.param({"code": "<script>"}, rules.RunCodeUnreadable, "code", id="markup for a code"),
    ],
)
def test_runs_that_can_not_be(
    session: Session,
    registrar: Actor,
    version: CourseVersion,
    changes: dict[str, Any],
    refusal: type[rules.DatesReversed],
    field: str,
) -> None:
    with pytest.raises(refusal) as refused:
        service.open_run(session, registrar, **facts(version, **changes))
    assert refused.value.field == field
    assert session.scalar(select(Run)) is None


def test_a_code_is_taken_once(session: Session, registrar: Actor, version: CourseVersion) -> None:
    service.open_run(session, registrar, **facts(version))
    with pytest.raises(rules.RunCodeTaken):
        service.open_run(session, registrar, **facts(version, code="IA-1-2027 "))


def test_a_retired_course_opens_no_run(
    session: Session, registrar: Actor, version: CourseVersion
) -> None:
    code = session.get_one(Course, version.course_id).code
    service.retire_course(session, registrar, code=code)
    with pytest.raises(rules.CourseNotOffered):
        service.open_run(session, registrar, **facts(version))


def test_a_draft_course_publishes_no_run(
    session: Session, registrar: Actor, version: CourseVersion
) -> None:
    run = service.open_run(session, registrar, **facts(version))
    service.retire_course(session, registrar, code=session.get_one(Course, version.course_id).code)
    with pytest.raises(rules.CourseNotOffered):
        service.publish_run(session, registrar, run_id=run.id)
    assert session.get_one(Course, version.course_id).status is CatalogueStatus.RETIRED


def test_what_is_published_is_not_published_again(
    session: Session, registrar: Actor, run: Run
) -> None:
    with pytest.raises(rules.RunNotDraft):
        service.publish_run(session, registrar, run_id=run.id)


def test_a_change_is_told_by_name(
    session: Session, registrar: Actor, run: Run, heard: list[object]
) -> None:
    service.change_run(
        session,
        registrar,
        run_id=run.id,
        version_counter=1,
        place="Zaio",
        capacity=9,
        mode=run.mode,
    )

    assert heard == [RunChanged(run.id, ("capacity", "place"))]
    assert (run.place, run.capacity, run.version_counter) == ("Zaio", 9, 2)


def test_no_change_is_told_to_nobody(
    session: Session, registrar: Actor, run: Run, heard: list[object]
) -> None:
    service.change_run(session, registrar, run_id=run.id, version_counter=1, place=run.place)

    assert heard == []
    assert run.version_counter == 1


def test_who_is_slower_is_told(session: Session, registrar: Actor, run: Run) -> None:
    service.change_run(session, registrar, run_id=run.id, version_counter=1, place="Zaio")
    with pytest.raises(rules.RunChangedMeanwhile):
        service.change_run(session, registrar, run_id=run.id, version_counter=1, place="Selouane")
    session.rollback()
    assert session.get_one(Run, run.id, populate_existing=True).place == "Zaio"


@pytest.mark.parametrize("name", ["seats_held", "waiting", "status", "code", "id"])
def test_other_facts_are_not_changed(
    session: Session, registrar: Actor, run: Run, name: str
) -> None:
    with pytest.raises(TypeError, match=name):
        service.change_run(session, registrar, run_id=run.id, version_counter=1, **{name: 7})


def test_capacity_does_not_fall_below_the_seats_held(
    session: Session, registrar: Actor, run: Run
) -> None:
    for _ in range(2):
        make_enrolment(session, run_id=run.id, person_id=make_person(session).id)
    with pytest.raises(rules.SeatsTaken) as refused:
        service.change_run(session, registrar, run_id=run.id, version_counter=1, capacity=1)
    assert refused.value.params == {"count": 2}


def test_a_raised_capacity_promotes_the_waitlist_at_once(
    session: Session, registrar: Actor, institute: Institute, version: CourseVersion
) -> None:
    full = make_run(session, version, institute_id=institute.id, capacity=1)
    make_enrolment(session, run_id=full.id, person_id=make_person(session).id)
    waiting = make_enrolment(
        session,
        run_id=full.id,
        person_id=make_person(session).id,
        status=EnrolmentStatus.WAITLISTED,
    )
    service.change_run(session, registrar, run_id=full.id, version_counter=1, capacity=2)

    session.rollback()
    assert session.get_one(Enrolment, waiting.id).status is EnrolmentStatus.OFFERED
    kept = session.get_one(Run, full.id)
    assert (kept.capacity, kept.seats_held, kept.waiting) == (2, 2, 0)


def test_cancelling_needs_a_reason_and_takes_the_meetings(
    session: Session, registrar: Actor, run: Run, heard: list[object]
) -> None:
    planned = make_meeting(session, run)
    held = make_meeting(session, run, in_days=1, status=MeetingStatus.HELD)
    with pytest.raises(rules.ReasonMissing):
        service.cancel_run(session, registrar, run_id=run.id, reason=" \u200b ")
    service.cancel_run(session, registrar, run_id=run.id, reason="Too few")

    session.rollback()
    assert session.get_one(Run, run.id).status is RunStatus.CANCELLED
    assert session.get_one(Meeting, planned.id).status is MeetingStatus.CANCELLED
    assert session.get_one(Meeting, held.id).status is MeetingStatus.HELD
    assert heard == [RunCancelled(run.id, "Too few")]
    with pytest.raises(rules.RunOver):
        service.cancel_run(session, registrar, run_id=run.id, reason="Again")
    with pytest.raises(rules.RunOver):
        service.change_run(session, registrar, run_id=run.id, version_counter=2, place="x")


def test_a_run_is_concluded_once_it_has_ended(
    session: Session, registrar: Actor, institute: Institute, version: CourseVersion, run: Run
) -> None:
    over = make_run(session, version, institute_id=institute.id, starts_in=-40, lasts=30)
    with pytest.raises(rules.RunNotGrading):
        service.conclude_run(session, registrar, run_id=run.id)
    with pytest.raises(rules.RunNotConcluded):
        service.reopen_run(session, registrar, run_id=over.id)

    service.conclude_run(session, registrar, run_id=over.id)
    again = service.conclude_run(session, registrar, run_id=over.id)
    assert (again.status, again.version_counter) == (RunStatus.CONCLUDED, 2)
    assert service.reopen_run(session, registrar, run_id=over.id).status is RunStatus.PUBLISHED


def test_staff_comes_and_goes(session: Session, registrar: Actor, run: Run) -> None:
    person = make_person(session)
    first = service.assign_staff(session, registrar, run_id=run.id, person_id=person.id)
    again = service.assign_staff(session, registrar, run_id=run.id, person_id=person.id)
    assert first.id == again.id
    assert {grant.run_id for grant in queries.staff_grants(session, person.id)} == {run.id}

    service.end_staff(session, registrar, run_id=run.id, person_id=person.id)
    assert queries.staff_grants(session, person.id) == frozenset()
    with pytest.raises(NotFound):
        service.end_staff(session, registrar, run_id=run.id, person_id=person.id)
    service.assign_staff(session, registrar, run_id=run.id, person_id=person.id)
    assert len(session.scalars(select(RunStaff)).all()) == 2


def test_nobody_unknown_teaches(session: Session, registrar: Actor, run: Run) -> None:
    with pytest.raises(NotFound):
        service.assign_staff(session, registrar, run_id=run.id, person_id=999)


def series(run: Run, **changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "run_id": run.id,
        "first_day": run.starts_on,
        "last_day": run.ends_on,
        "weekdays": {0, 2},
        "starts": time(18),
        "ends": time(21),
        "place": "",
        "topic": "",
    }
    return asked | changes


def test_a_series_is_planned_once(session: Session, registrar: Actor, run: Run) -> None:
    made = service.add_meetings(session, registrar, **series(run))

    assert 8 <= len(made) <= 10
    with pytest.raises(rules.MeetingsOverlap):
        service.add_meetings(session, registrar, **series(run))
    session.rollback()
    assert len(session.scalars(select(Meeting)).all()) == len(made)


def test_a_series_is_planned_whole_or_not_at_all(
    session: Session, registrar: Actor, run: Run
) -> None:
    with pytest.raises(rules.MeetingOutsideRun):
        service.add_meetings(
            session, registrar, **series(run, last_day=run.ends_on + timedelta(days=7))
        )
    assert session.scalar(select(Meeting)) is None


def test_one_meeting_is_planned(session: Session, registrar: Actor, run: Run) -> None:
    starts = clock.on_the_wall(datetime.combine(run.starts_on, time(9)))
    meeting = service.add_meeting(
        session,
        registrar,
        run_id=run.id,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        place=" salle 1 ",
        topic="",
    )

    assert (meeting.place, meeting.status) == ("salle 1", MeetingStatus.PLANNED)


def move(meeting: Meeting, **changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "meeting_id": meeting.id,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "place": meeting.place,
        "topic": meeting.topic,
    }
    return asked | changes


def test_a_moved_meeting_is_told_and_a_new_topic_is_not(
    session: Session, registrar: Actor, run: Run, heard: list[object]
) -> None:
    meeting = make_meeting(session, run)
    service.change_meeting(session, registrar, **move(meeting, topic="Python"))
    assert heard == []
    service.change_meeting(
        session, registrar, **move(meeting, ends_at=meeting.ends_at + timedelta(hours=1))
    )
    assert heard == [MeetingChanged(meeting.id, cancelled=False)]


def test_a_meeting_may_overlap_what_was_called_off_and_itself(
    session: Session, registrar: Actor, run: Run, heard: list[object]
) -> None:
    first = make_meeting(session, run)
    service.cancel_meeting(session, registrar, meeting_id=first.id)
    second = make_meeting(session, run)
    service.change_meeting(session, registrar, **move(second, place="Zaio"))

    assert [type(event) for event in heard] == [MeetingChanged, MeetingChanged]
    with pytest.raises(rules.MeetingNotPlanned):
        service.cancel_meeting(session, registrar, meeting_id=first.id)
    with pytest.raises(rules.MeetingNotPlanned):
        service.change_meeting(session, registrar, **move(first))


def test_a_meeting_is_held_once_it_has_started(
    session: Session, registrar: Actor, run: Run
) -> None:
    past, coming = make_meeting(session, run, in_days=-1), make_meeting(session, run, in_days=1)

    assert (
        service.mark_meeting_held(session, registrar, meeting_id=past.id).status
        is MeetingStatus.HELD
    )
    service.mark_meeting_held(session, registrar, meeting_id=past.id)
    with pytest.raises(rules.MeetingNotStarted):
        service.mark_meeting_held(session, registrar, meeting_id=coming.id)
    with pytest.raises(NotFound):
        service.mark_meeting_held(session, registrar, meeting_id=999)


def test_instructors_hold_their_meetings_and_change_nothing(
    session: Session, institute: Institute, run: Run
) -> None:
    instructor = make_actor(session, Role.INSTRUCTOR, institute_id=institute.id, run_id=run.id)
    stranger = make_actor(session, Role.INSTRUCTOR, institute_id=institute.id, run_id=run.id + 1)
    meeting = make_meeting(session, run, in_days=-1)

    service.mark_meeting_held(session, instructor, meeting_id=meeting.id)
    with pytest.raises(Forbidden):
        service.cancel_run(session, instructor, run_id=run.id, reason="x")
    with pytest.raises(NotFound):
        service.cancel_run(session, stranger, run_id=run.id, reason="x")
    with pytest.raises(Forbidden):
        service.conclude_run(session, instructor, run_id=run.id)


@pytest.mark.parametrize("shift", [-80, -40, -35, 0, 14])
def test_the_list_finds_each_run_in_the_state_that_it_shows(
    session: Session,
    registrar: Actor,
    institute: Institute,
    version: CourseVersion,
    shift: int,
) -> None:
    for status in RunStatus:
        for closes in (-5, 5):
            make_run(
                session,
                version,
                institute_id=institute.id,
                status=status,
                starts_in=shift,
                closes_in=closes,
            )
    now = clock.now()
    for state in ShownState:
        found = queries.runs_of_staff(session, registrar, now=now, state=state).rows
        assert {row.state for row in found} <= {state}
    every = queries.runs_of_staff(session, registrar, now=now).rows
    by_state = [
        row.run.id
        for state in ShownState
        for row in queries.runs_of_staff(session, registrar, now=now, state=state).rows
    ]
    assert sorted(by_state) == sorted(row.run.id for row in every)


def test_the_list_pages_and_searches(
    session: Session,
    registrar: Actor,
    institute: Institute,
    version: CourseVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nador.catalogue.queries.staff.PAGE_SIZE", 2)
    runs = [
        make_run(session, version, institute_id=institute.id, starts_in=day) for day in (9, 9, 8)
    ]

    def ids(**asked: Any) -> tuple[list[int], str | None]:
        page = queries.runs_of_staff(session, registrar, now=clock.now(), **asked)
        return [row.run.id for row in page.rows], page.after

    first, after = ids()
    assert first == [runs[1].id, runs[0].id]
    assert ids(after=after) == ([runs[2].id], None)
    assert ids(after="nonsense")[0] == first
    assert ids(typed=runs[2].code.lower()) == ([runs[2].id], None)
    assert ids(typed="rien%") == ([], None)


@given(st.dates(date(2026, 9, 1), date(2026, 10, 10)), st.times(), st.times())
def test_every_planned_time_is_read_off_the_wall_again(day: date, one: time, two: time) -> None:
    starts, ends = sorted(each.replace(microsecond=0, fold=0) for each in (one, two))
    sitting = rules.sitting_on_the_wall(day, starts, ends)

    assert clock.local(sitting.starts_at).replace(tzinfo=None) == datetime.combine(day, starts)
    assert clock.local(sitting.ends_at).replace(tzinfo=None) == datetime.combine(day, ends)
