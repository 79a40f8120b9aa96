"""Reads for pages that bring several features together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, or_, select

from nador.accounts import queries as accounts_queries
from nador.assessment import queries as assessment_queries
from nador.catalogue.models import CourseVersion, Meeting, Run
from nador.catalogue.rules import MeetingStatus, RunStatus
from nador.certification import queries as certification_queries
from nador.certification.models import Batch, BatchFailure
from nador.enrolment import queries as enrolment_queries
from nador.kernel import clock
from nador.kernel.access import Action
from nador.kernel.work import WorkLease
from nador.reporting.rules import Due, Task, first_due, task_of_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nador.enrolment.queries import Place
    from nador.kernel.access import Actor
    from nador.kernel.db import Words


def my_places(session: Session, actor: Actor) -> list[Place]:
    """List the actor's places on runs, newest run first."""
    return enrolment_queries.my_enrolments(session, actor.person_id or 0, now=clock.now())


def next_place(places: Sequence[Place]) -> Place | None:
    """Choose the place that asks for something first."""
    due = first_due(
        [
            Due(
                index,
                place.offer.expires_at if place.offer else None,
                place.next_meeting.starts_at if place.next_meeting else None,
            )
            for index, place in enumerate(places)
        ]
    )
    return places[due.index] if due else None


@dataclass(frozen=True, slots=True)
class ToDo:
    """One row of the board: what is to be decided, how many, and where."""

    task: Task
    count: int
    title: Words | None = None
    run_id: int | None = None
    run_code: str = ""
    batch_id: int | None = None


def board(session: Session, actor: Actor) -> list[ToDo]:
    """List what needs a decision at the actor's institutes, most urgent first."""
    rows = [
        *_of_runs(session, actor),
        *_of_waitlists(session, actor),
        *_of_certificates(session, actor),
        *_of_the_centre(session, actor),
    ]
    order = list(Task)
    return sorted(rows, key=lambda row: (order.index(row.task), row.run_code))


def _mine(actor: Actor, action: Action) -> ColumnElement[bool]:
    return or_(Run.institute_id.in_(actor.institutes(action)), Run.id.in_(actor.runs(action)))


def _of_runs(session: Session, actor: Actor) -> list[ToDo]:
    now = clock.now()
    open_meetings = {
        run_id: count
        for run_id, count in session.execute(
            select(Meeting.run_id, func.count())
            .join(Run, Run.id == Meeting.run_id)
            .where(
                Run.status == RunStatus.PUBLISHED,
                Meeting.status == MeetingStatus.PLANNED,
                Meeting.ends_at < now,
                _mine(actor, Action.SEE_ATTENDANCE),
            )
            .group_by(Meeting.run_id)
        )
    }
    rows = []
    for run in assessment_queries.taught_runs(session, actor):
        task = task_of_run(
            ends_on=run.ends_on,
            today=clock.local(now).date(),
            open_meetings=open_meetings.get(run.run_id, 0),
            to_grade=run.to_grade,
            provisional=run.provisional,
        )
        if task is not None and run.learners:
            counts = {
                Task.ATTENDANCE: open_meetings.get(run.run_id, 0),
                Task.GRADE: run.to_grade,
                Task.RELEASE: run.provisional,
            }
            rows.append(
                ToDo(task, counts.get(task, run.learners), run.course_title, run.run_id, run.code)
            )
    return rows


def _of_waitlists(session: Session, actor: Actor) -> list[ToDo]:
    found = session.execute(
        select(Run.waiting, CourseVersion.title, Run.id, Run.code)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .where(
            Run.status == RunStatus.PUBLISHED,
            Run.waiting > 0,
            Run.starts_on > clock.today(),
            Run.institute_id.in_(actor.institutes(Action.MANAGE_ENROLMENTS)),
        )
    )
    return [ToDo(Task.WAITLIST, *row) for row in found]


def _of_certificates(session: Session, actor: Actor) -> list[ToDo]:
    institutes = actor.institutes(Action.SEE_CERTIFICATES)
    if not institutes:
        return []
    rows = [
        ToDo(Task.CERTIFY, row.passes - row.live, row.title, row.Run.id, row.Run.code)
        for row in certification_queries.runs_to_certify(session, actor)
        if row.live < row.passes
    ]
    failed = session.execute(
        select(func.count(), CourseVersion.title, Run.id, Run.code, Batch.id)
        .join(Batch, Batch.id == BatchFailure.batch_id)
        .join(Run, Run.id == Batch.run_id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .where(Batch.institute_id.in_(institutes))
        .group_by(CourseVersion.title, Run.id, Run.code, Batch.id)
    )
    return rows + [ToDo(Task.BATCH_FAILED, *row) for row in failed]


def _of_the_centre(session: Session, actor: Actor) -> list[ToDo]:
    rows = [
        ToDo(Task.INSTITUTE_INCOMPLETE, len(missing), institute.name)
        for institute in accounts_queries.administered(session, actor)
        if (missing := accounts_queries.missing_for_issue(institute))
    ]
    if actor.institutes(Action.ADMINISTER):
        dead = session.scalar(select(func.count()).select_from(WorkLease).where(WorkLease.dead))
        if dead:
            rows.append(ToDo(Task.WORK_DEAD, dead))
    return rows
