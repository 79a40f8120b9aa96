"""Self check-in: staff opens it for a meeting, learners deliver the code that they saw on the wall."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from nador.catalogue.rules import MeetingStatus
from nador.enrolment import policy, queries
from nador.enrolment.models import Attendance, CheckIn
from nador.enrolment.rules import AttendanceStatus
from nador.enrolment.rules import check_in as codes
from nador.enrolment.service.attendance import markable
from nador.kernel import audit, clock
from nador.kernel.db import command

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@command
def open_check_in(session: Session, actor: Actor, *, meeting_id: int, late_after: int) -> CheckIn:
    """Let learners check in from now on; a secret of its own each time, so old pictures are worth nothing.

    Raises LateAfterOutOfRange, MeetingCancelled, MeetingAhead.
    """
    meeting = markable(session, actor, meeting_id)
    now = clock.now()
    codes.check_late_after(late_after)
    kept = session.get(CheckIn, meeting_id)
    if kept is None:
        kept = CheckIn(meeting_id=meeting_id)
        session.add(kept)
    kept.secret, kept.late_after = secrets.token_urlsafe(24), late_after
    kept.opened_at, kept.opened_by_id, kept.closed_at = now, actor.person_id or 0, None
    session.flush()
    audit.record(
        session,
        actor,
        "check_in.opened",
        f"meeting:{meeting_id}",
        institute_id=meeting.run.institute_id,
    )
    return kept


@command
def close_check_in(session: Session, actor: Actor, *, meeting_id: int) -> None:
    """Take the code off the wall; who saw it in time can still deliver it."""
    meeting = queries.meeting_to_mark(session, meeting_id)
    policy.require_mark(actor, institute_id=meeting.run.institute_id, run_id=meeting.run_id)
    kept = session.get(CheckIn, meeting_id)
    if kept is not None and kept.closed_at is None:
        kept.closed_at = clock.now()


@command
def check_in(
    session: Session, actor: Actor, *, meeting_id: int, step: int, code: str
) -> AttendanceStatus:
    """Mark oneself by a code from the wall; a mark that is there already stays, whoever made it.

    Raises NotFound for who has no place on the run, CheckInClosed, CodeNotOurs, CodeTooOld.
    """
    meeting = queries.meeting_to_mark(session, meeting_id)
    enrolment = queries.place_at_meeting(session, meeting, actor.person_id or 0)
    kept = session.get(CheckIn, meeting_id)
    now = clock.now()
    if kept is None or meeting.status is MeetingStatus.CANCELLED:
        raise codes.CheckInClosed
    codes.require_shown(kept.secret, meeting_id=meeting_id, step=step, code=code, now=now)
    shown = codes.shown_at(step)
    if kept.closed_at is not None and shown > kept.closed_at:
        raise codes.CheckInClosed
    marked = session.get(Attendance, (meeting_id, enrolment.id))
    if marked is not None:
        return marked.status
    status = codes.status_at(shown, starts_at=meeting.starts_at, late_after=kept.late_after)
    session.add(
        Attendance(
            meeting_id=meeting_id,
            enrolment_id=enrolment.id,
            status=status,
            marked_at=now,
            marked_by_id=enrolment.person_id,
        )
    )
    return status
