"""Reads about who came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from nador.accounts.models import Institute, Person
from nador.catalogue.models import CourseVersion, Meeting, Run, RunStaff
from nador.catalogue.queries import run_for_update
from nador.catalogue.rules import MeetingStatus
from nador.enrolment.models import Attendance, CheckIn, Enrolment
from nador.enrolment.queries.lists import people_of
from nador.enrolment.rules import AttendanceCount, AttendanceStatus, EnrolmentStatus
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session


def meeting_with_run(session: Session, meeting_id: int) -> Meeting:
    """Find a meeting with its run and course; NotFound where there is none."""
    meeting = session.scalar(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.run).joinedload(Run.version).joinedload(CourseVersion.course))
    )
    if meeting is None:
        raise NotFound
    return meeting


def expected(session: Session, run_id: int) -> Sequence[Enrolment]:
    """List who takes part in a run, or took part until it was concluded, with the people, by name."""
    return people_of(
        session,
        run_id,
        EnrolmentStatus.ACTIVE,
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.FAILED,
    )


def meeting_to_mark(session: Session, meeting_id: int) -> Meeting:
    """Find a meeting behind the lock of its run: nobody is marked while the run is concluded."""
    run_id = session.scalar(select(Meeting.run_id).where(Meeting.id == meeting_id))
    if run_id is None:
        raise NotFound
    run_for_update(session, run_id)
    return meeting_with_run(session, meeting_id)


def marks_of(session: Session, meeting_id: int) -> dict[int, AttendanceStatus]:
    """Return who was marked at the meeting, by enrolment."""
    rows = session.execute(
        select(Attendance.enrolment_id, Attendance.status).where(
            Attendance.meeting_id == meeting_id
        )
    )
    return dict(rows.all())


def enrolments_by_id(session: Session, ids: Collection[int]) -> dict[int, Enrolment]:
    """Find those of these enrolments that exist."""
    found = session.scalars(select(Enrolment).where(Enrolment.id.in_(ids)))
    return {enrolment.id: enrolment for enrolment in found}


def attendance_counts(session: Session, run_id: int) -> dict[int, AttendanceCount]:
    """Count attendance over the held meetings of a run, for each of its enrolments.

    Two queries. A held meeting without a row for somebody counts as unmarked.
    """
    held = and_(Meeting.run_id == run_id, Meeting.status == MeetingStatus.HELD)
    rows = session.execute(
        select(Enrolment.id, Attendance.status, func.count(Meeting.id))
        .join(Attendance, Attendance.enrolment_id == Enrolment.id, isouter=True)
        .join(Meeting, and_(Meeting.id == Attendance.meeting_id, held), isouter=True)
        .where(Enrolment.run_id == run_id)
        .group_by(Enrolment.id, Attendance.status)
    )
    meetings = session.scalar(select(func.count(Meeting.id)).where(held)) or 0
    marked: dict[int, dict[str, int]] = {}
    for enrolment_id, status, count in rows:
        counts = marked.setdefault(enrolment_id, {})
        if status is not None:
            counts[status.value] = count
    return {
        enrolment_id: AttendanceCount(**{**counts, "unmarked": meetings - sum(counts.values())})
        for enrolment_id, counts in marked.items()
    }


def meetings_of(session: Session, run_id: int) -> Sequence[Meeting]:
    """List a run's meetings by time."""
    return session.scalars(
        select(Meeting).where(Meeting.run_id == run_id).order_by(Meeting.starts_at, Meeting.id)
    ).all()


def marked_meetings(session: Session, run_id: int) -> dict[int, int]:
    """Count how many learners are marked at each of a run's meetings."""
    rows = session.execute(
        select(Attendance.meeting_id, func.count())
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(Meeting.run_id == run_id)
        .group_by(Attendance.meeting_id)
    )
    return dict(rows.all())


def sheet(session: Session, meeting: Meeting) -> dict[str, Any]:
    """Gather what the sheet to sign shows: the meeting, its run, who is expected, who teaches."""
    teachers = session.scalars(
        select(Person)
        .join(RunStaff, RunStaff.person_id == Person.id)
        .where(RunStaff.run_id == meeting.run_id, RunStaff.ended_at.is_(None))
        .order_by(Person.name_folded)
    ).all()
    return {
        "meeting": meeting,
        "run": meeting.run,
        "institute": session.get_one(Institute, meeting.run.institute_id),
        "people": [enrolment.person for enrolment in expected(session, meeting.run_id)],
        "teachers": teachers,
    }


def place_at_meeting(session: Session, meeting: Meeting, person_id: int) -> Enrolment:
    """The person's place on the meeting's run; raises NotFound for whoever has none."""
    found = session.scalar(
        select(Enrolment).where(
            Enrolment.run_id == meeting.run_id,
            Enrolment.person_id == person_id,
            Enrolment.status == EnrolmentStatus.ACTIVE,
        )
    )
    if found is None:
        raise NotFound
    return found


def check_in_of(session: Session, meeting_id: int) -> CheckIn | None:
    """The check-in that is open at a meeting, if one is."""
    return session.scalar(
        select(CheckIn).where(CheckIn.meeting_id == meeting_id, CheckIn.closed_at.is_(None))
    )


def here(session: Session, meeting_id: int) -> int:
    """How many are marked as present or late."""
    came = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
    return (
        session.scalar(
            select(func.count()).where(
                Attendance.meeting_id == meeting_id, Attendance.status.in_(came)
            )
        )
        or 0
    )
