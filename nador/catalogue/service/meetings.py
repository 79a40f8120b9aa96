"""Meetings: planned one by one or as a weekly series, moved, held, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nador.catalogue import policy, rules
from nador.catalogue.models import Meeting, Run
from nador.catalogue.queries import run_for_update
from nador.catalogue.rules import MeetingChanged, MeetingStatus, Sitting
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.kernel.events import emit
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime, time

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@command
def add_meeting(
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    topic: str,
) -> Meeting:
    """Plan one meeting."""
    run = _run_to_plan(session, actor, run_id)
    return _plan(session, actor, run, [Sitting(starts_at, ends_at)], place=place, topic=topic)[0]


@command
def add_meetings(  # noqa: PLR0913 - a series is that many facts, and each caller names them
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    first_day: date,
    last_day: date,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    place: str,
    topic: str,
) -> list[Meeting]:
    """Plan a weekly series: all of it, or nothing when one meeting can't take place."""
    run = _run_to_plan(session, actor, run_id)
    series = rules.sittings(
        first_day=first_day, last_day=last_day, weekdays=weekdays, starts=starts, ends=ends
    )
    return _plan(session, actor, run, series, place=place, topic=topic)


def _run_to_plan(session: Session, actor: Actor, run_id: int) -> Run:
    run = run_for_update(session, run_id)
    policy.require_may_manage_run(actor, run)
    rules.check_changeable(run.status)
    return run


def _plan(
    session: Session,
    actor: Actor,
    run: Run,
    series: Sequence[Sitting],
    *,
    place: str,
    topic: str,
) -> list[Meeting]:
    taken = _taken(session, run.id)
    for sitting in series:
        rules.check_sitting(sitting, run.schedule, taken=taken)
    meetings = [
        Meeting(
            run_id=run.id,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
            place=clean(place),
            topic=clean(topic),
            status=MeetingStatus.PLANNED,
        )
        for sitting in series
    ]
    session.add_all(meetings)
    session.flush()
    _record(session, actor, "meeting.planned", run, count=len(meetings))
    return meetings


def _taken(session: Session, run_id: int, *, but: int | None = None) -> list[Sitting]:
    """List when the run meets already."""
    meetings = session.scalars(
        select(Meeting).where(
            Meeting.run_id == run_id,
            Meeting.status != MeetingStatus.CANCELLED,
            Meeting.id != (but or 0),
        )
    )
    return [meeting.sitting for meeting in meetings]


@command
def change_meeting(
    session: Session,
    actor: Actor,
    *,
    meeting_id: int,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    topic: str,
) -> Meeting:
    """Move a planned meeting, or say something else about it; those enrolled hear of a move."""
    meeting, run = _meeting_to_change(session, meeting_id)
    policy.require_may_manage_run(actor, run)
    _check_planned(meeting)
    sitting = Sitting(starts_at, ends_at)
    rules.check_sitting(sitting, run.schedule, taken=_taken(session, run.id, but=meeting.id))
    moved = (meeting.sitting, meeting.place) != (sitting, clean(place))
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    meeting.place, meeting.topic = clean(place), clean(topic)
    _record(session, actor, "meeting.changed", run, meeting=meeting.id)
    if moved:
        emit(session, actor, MeetingChanged(meeting.id, cancelled=False))
    return meeting


@command
def cancel_meeting(session: Session, actor: Actor, *, meeting_id: int) -> Meeting:
    """Call a planned meeting off; those enrolled hear of it."""
    meeting, run = _meeting_to_change(session, meeting_id)
    policy.require_may_manage_run(actor, run)
    _check_planned(meeting)
    meeting.status = MeetingStatus.CANCELLED
    _record(session, actor, "meeting.cancelled", run, meeting=meeting.id)
    emit(session, actor, MeetingChanged(meeting.id, cancelled=True))
    return meeting


@command
def mark_meeting_held(session: Session, actor: Actor, *, meeting_id: int) -> Meeting:
    """Say that a meeting took place; once said, again is nothing new."""
    meeting, run = _meeting_to_change(session, meeting_id)
    policy.require_may_hold(actor, run)
    if meeting.status == MeetingStatus.HELD:
        return meeting
    _check_planned(meeting)
    if clock.now() < meeting.starts_at:
        raise rules.MeetingNotStarted
    meeting.status = MeetingStatus.HELD
    _record(session, actor, "meeting.held", run, meeting=meeting.id)
    return meeting


def _meeting_to_change(session: Session, meeting_id: int) -> tuple[Meeting, Run]:
    run_id = session.scalar(select(Meeting.run_id).where(Meeting.id == meeting_id))
    if run_id is None:
        raise NotFound
    run = run_for_update(session, run_id)
    return session.get_one(Meeting, meeting_id, populate_existing=True), run


def _check_planned(meeting: Meeting) -> None:
    if meeting.status != MeetingStatus.PLANNED:
        raise rules.MeetingNotPlanned


def _record(session: Session, actor: Actor, action: str, run: Run, **details: Any) -> None:
    audit.record(session, actor, action, f"run:{run.id}", institute_id=run.institute_id, **details)
