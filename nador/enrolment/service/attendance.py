"""Who came: one status per learner and meeting."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from nador.catalogue import service as catalogue
from nador.catalogue.rules import MeetingStatus
from nador.enrolment import policy, queries, rules
from nador.enrolment.models import Attendance, Enrolment
from nador.enrolment.rules import AttendanceStatus, OtherRun
from nador.kernel import clock
from nador.kernel.access import require_not_own_case
from nador.kernel.db import command
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from nador.catalogue.models import Meeting
    from nador.kernel.access import Actor


@command
def mark_attendance(
    session: Session, actor: Actor, *, meeting_id: int, enrolment_id: int, status: AttendanceStatus
) -> AttendanceStatus:
    """Mark one learner at one meeting; unmarked takes the mark back."""
    meeting = markable(session, actor, meeting_id)
    _mark(session, actor, meeting, {enrolment_id: status}, now=clock.now())
    return status


@command
def save_attendance(
    session: Session,
    actor: Actor,
    *,
    meeting_id: int,
    statuses: Mapping[int, AttendanceStatus],
    held: bool = False,
) -> int:
    """Mark many learners at one meeting, and that it was held; returns how many marks changed."""
    meeting = markable(session, actor, meeting_id)
    known = queries.marks_of(session, meeting_id)
    now = clock.now()
    changed = {
        enrolment_id: status
        for enrolment_id, status in statuses.items()
        if status is not known.get(enrolment_id, AttendanceStatus.UNMARKED)
    }
    _mark(session, actor, meeting, changed, now=now)
    if held:
        catalogue.mark_meeting_held(session, actor, meeting_id=meeting_id)
    return len(changed)


def markable(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Find a meeting that the actor may mark now; raises MeetingCancelled, MeetingAhead."""
    meeting = queries.meeting_to_mark(session, meeting_id)
    policy.require_mark(actor, institute_id=meeting.run.institute_id, run_id=meeting.run_id)
    rules.require_markable(
        cancelled=meeting.status is MeetingStatus.CANCELLED,
        day_begins_at=clock.on_the_wall(
            datetime.combine(clock.local(meeting.starts_at).date(), time())
        ),
        starts_at=meeting.starts_at,
        now=clock.now(),
    )
    return meeting


def _mark(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    statuses: Mapping[int, AttendanceStatus],
    *,
    now: datetime,
) -> None:
    known = queries.enrolments_by_id(session, statuses)
    for enrolment_id in statuses:
        _require_may_come(actor, meeting, known.get(enrolment_id))
    _take_back(session, meeting.id, statuses)
    marks = [
        {
            "meeting_id": meeting.id,
            "enrolment_id": enrolment_id,
            "status": status,
            "marked_at": now,
            "marked_by_id": actor.person_id,
        }
        # In one order for everybody: two lists saved at once must not wait for each other.
        for enrolment_id, status in sorted(statuses.items())
        if status is not AttendanceStatus.UNMARKED
    ]
    if marks:
        _write(session, marks)


def _require_may_come(actor: Actor, meeting: Meeting, enrolment: Enrolment | None) -> None:
    if enrolment is None:
        raise NotFound
    if enrolment.run_id != meeting.run_id:
        raise OtherRun
    require_not_own_case(actor, enrolment.person_id)
    rules.require_seat(enrolment.status)


def _take_back(session: Session, meeting_id: int, statuses: Mapping[int, AttendanceStatus]) -> None:
    unmarked = [one for one, status in statuses.items() if status is AttendanceStatus.UNMARKED]
    if unmarked:
        session.execute(
            delete(Attendance).where(
                Attendance.meeting_id == meeting_id, Attendance.enrolment_id.in_(unmarked)
            )
        )


def _write(session: Session, marks: list[dict[str, Any]]) -> None:
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    new = insert(Attendance)
    # Two people may hold the list at once: the later press counts.
    upsert = new.on_conflict_do_update(
        index_elements=[Attendance.meeting_id, Attendance.enrolment_id],
        set_={name: new.excluded[name] for name in ("status", "marked_at", "marked_by_id")},
    )
    session.execute(upsert, marks)
