"""Reads for pages that bring several features together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from nador.accounts import queries as accounts_queries
from nador.assessment import queries as assessment_queries
from nador.assessment.queries import LearnerGrade, LearnerResult
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.queries.attempts import OpenQuiz
from nador.assessment.queries.slots import SlotLine, to_book
from nador.assessment.queries.submissions import AssignmentLine, assignments_of
from nador.catalogue.models import CourseVersion, Meeting, Programme, Run
from nador.catalogue.queries import runs_for
from nador.catalogue.rules import MeetingStatus, RunStatus
from nador.certification import queries as certification_queries
from nador.certification.changes.queries import count_waiting
from nador.certification.models import Batch, BatchFailure
from nador.enrolment import queries as enrolment_queries
from nador.enrolment.queries import Place
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import Action
from nador.kernel.db import Words
from nador.kernel.work import WorkLease
from nador.reporting.rules import Due, Task, first_due, task_of_run

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.certification.models import Certificate
    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Learning:
    """A place on a run with what came of it: released grades, and the result once confirmed."""

    place: Place
    grades: Sequence[LearnerGrade]
    result: LearnerResult | None
    assignments: Sequence[AssignmentLine] = ()
    times: Sequence[SlotLine] = ()
    quizzes: Sequence[OpenQuiz] = ()


def my_learning(session: Session, actor: Actor) -> list[Learning]:
    """List the actor's places on runs with what came of them, newest run first."""
    person_id = actor.person_id or 0
    grades: dict[int, list[LearnerGrade]] = defaultdict(list)
    for grade in assessment_queries.learner_grades(session, person_id):
        grades[grade.enrolment_id].append(grade)
    results = {
        result.enrolment_id: result for result in assessment_queries.results_of(session, person_id)
    }
    times: dict[int, list[SlotLine]] = defaultdict(list)
    for offered in to_book(session, person_id):
        times[offered.enrolment_id].append(offered)
    asked: dict[int, list[AssignmentLine]] = defaultdict(list)
    for line in assignments_of(session, person_id):
        asked[line.enrolment_id].append(line)
    quizzes: dict[int, list[OpenQuiz]] = defaultdict(list)
    for quiz in attempt_queries.quizzes_of(session, person_id):
        quizzes[quiz.run_id].append(quiz)
    return [
        Learning(
            place,
            grades[place.enrolment.id],
            results.get(place.enrolment.id),
            asked[place.enrolment.id],
            times[place.enrolment.id],
            quizzes[place.run.id] if place.enrolment.status is EnrolmentStatus.ACTIVE else (),
        )
        for place in enrolment_queries.my_enrolments(session, person_id, now=clock.now())
    ]


def my_certificates(session: Session, actor: Actor) -> Sequence[Certificate]:
    """List the actor's documents, newest first."""
    return certification_queries.held_by(session, actor.person_id or 0)


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
    """One row of the board: what is to be decided, how many, and on which page (`where`, its ids)."""

    task: Task
    count: int
    title: Words | None = None
    run_code: str = ""
    where: Mapping[str, int | str] = field(default_factory=dict)


def board(session: Session, actor: Actor) -> list[ToDo]:
    """List what needs a decision at the actor's institutes, most urgent first."""
    rows = [
        *_of_runs(session, actor),
        *_of_waitlists(session, actor),
        *_of_certificates(session, actor),
        *_of_decisions(session, actor),
        *_of_the_centre(session, actor),
    ]
    order = list(Task)
    return sorted(rows, key=lambda row: (order.index(row.task), row.run_code))


def _open_meetings(session: Session, actor: Actor, *, now: datetime) -> dict[int, int]:
    """Count, by run, the meetings that are over and not marked as held."""
    found = session.execute(
        select(Meeting.run_id, func.count())
        .join(Run, Run.id == Meeting.run_id)
        .where(
            Run.status == RunStatus.PUBLISHED,
            Meeting.status == MeetingStatus.PLANNED,
            Meeting.ends_at < now,
            runs_for(actor, Action.SEE_ATTENDANCE),
        )
        .group_by(Meeting.run_id)
    )
    return dict(found.all())


def _of_runs(session: Session, actor: Actor) -> list[ToDo]:
    now = clock.now()
    open_meetings = _open_meetings(session, actor, now=now)
    rows = []
    for run in assessment_queries.taught_runs(session, actor):
        task = task_of_run(
            ends_on=run.ends_on,
            today=clock.local(now).date(),
            open_meetings=open_meetings.get(run.run_id, 0),
            to_grade=run.to_grade,
            provisional=run.provisional,
        )
        # Those who only teach can't confirm results: nothing waits for them any more.
        if task is Task.CONCLUDE and not actor.institutes(Action.SEE_GRADEBOOK):
            continue
        if task is not None and run.learners:
            counts = {
                Task.ATTENDANCE: open_meetings.get(run.run_id, 0),
                Task.GRADE: run.to_grade,
                Task.RELEASE: run.provisional,
            }
            rows.append(
                ToDo(
                    task,
                    counts.get(task, run.learners),
                    run.course_title,
                    run.code,
                    {"run_id": run.run_id},
                )
            )
    return rows


def _of_waitlists(session: Session, actor: Actor) -> list[ToDo]:
    found = session.execute(
        select(Run.waiting, CourseVersion.title, Run.code, Run.id)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .where(
            Run.status == RunStatus.PUBLISHED,
            Run.waiting > 0,
            Run.starts_on > clock.today(),
            Run.institute_id.in_(actor.institutes(Action.MANAGE_ENROLMENTS)),
        )
    )
    return [
        ToDo(Task.WAITLIST, waiting, title, code, {"run_id": run_id})
        for waiting, title, code, run_id in found
    ]


def _of_certificates(session: Session, actor: Actor) -> list[ToDo]:
    institutes = actor.institutes(Action.SEE_CERTIFICATES)
    if not institutes:
        return []
    rows = [
        ToDo(
            Task.CERTIFY,
            row.passes - row.live,
            row.title,
            row.Run.code,
            {"run_id": row.Run.id},
        )
        for row in certification_queries.runs_to_certify(session, actor)
        if row.live < row.passes
    ]
    return [*rows, *_of_programmes(session, actor), *_failed(session, institutes)]


def _of_programmes(session: Session, actor: Actor) -> list[ToDo]:
    rows = []
    for row in certification_queries.programmes_to_certify(session, actor):
        programme, where = row.Programme, {"code": row.Programme.code}
        for task, count in (
            (Task.CERTIFY_PROGRAMME, row.ready),
            (Task.PROGRAMME_IN_DOUBT, row.doubtful),
        ):
            if count:
                rows.append(ToDo(task, count, programme.title, programme.code, where))
    return rows


def _failed(session: Session, institutes: Collection[int]) -> list[ToDo]:
    failed = session.execute(
        select(
            func.count(BatchFailure.id),
            CourseVersion.title,
            Programme.title,
            func.coalesce(Run.code, Programme.code),
            Batch.id,
        )
        .select_from(BatchFailure)
        .join(Batch, Batch.id == BatchFailure.batch_id)
        .outerjoin(Run, Run.id == Batch.run_id)
        .outerjoin(CourseVersion, CourseVersion.id == Run.version_id)
        .outerjoin(Programme, Programme.id == Batch.programme_id)
        .where(Batch.institute_id.in_(institutes))
        .group_by(Batch.id, Run.code, Programme.code, CourseVersion.title, Programme.title)
    )
    return [
        ToDo(Task.BATCH_FAILED, count, taught or whole, code, {"batch_id": batch_id})
        for count, taught, whole, code, batch_id in failed
    ]


def _of_decisions(session: Session, actor: Actor) -> list[ToDo]:
    """Count what waits for this very certifier: what others proposed, and what holders ask."""
    if not actor.institutes(Action.CERTIFY):
        return []
    waiting = count_waiting(session, actor)
    counts = {Task.CONFIRM: waiting.proposals, Task.CORRECT: waiting.requests}
    return [ToDo(task, count) for task, count in counts.items() if count]


def _of_the_centre(session: Session, actor: Actor) -> list[ToDo]:
    waiting = assessment_queries.open_appeals(session, actor)
    rows = [ToDo(Task.APPEAL, waiting)] if waiting else []
    rows += [
        ToDo(Task.INSTITUTE_INCOMPLETE, len(missing), institute.name, where={"id": institute.id})
        for institute in accounts_queries.administered(session, actor)
        if (missing := accounts_queries.missing_for_issue(institute))
    ]
    if actor.institutes(Action.ADMINISTER):
        dead = session.scalar(select(func.count()).select_from(WorkLease).where(WorkLease.dead))
        if dead:
            rows.append(ToDo(Task.WORK_DEAD, dead))
    return rows
