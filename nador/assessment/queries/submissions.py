"""Assignments as their learners see them, and the rows that handing in locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from nador.assessment.models import (
    Assessment,
    Assignment,
    Grade,
    RunGroup,
    RunGroupMember,
    Submission,
    SubmissionAuthor,
    SubmissionFile,
    Upload,
)
from nador.assessment.queries.accommodations import eased_in, eases, eases_everywhere
from nador.assessment.rules import AssessmentStatus
from nador.assessment.rules import submissions as rules
from nador.assessment.rules.accommodations import Ease, Terms, eased
from nador.assessment.rules.submissions import SubmissionStatus, Window
from nador.catalogue.models import Run
from nador.catalogue.rules import RunStatus
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import DECIDED, EnrolmentStatus
from nador.kernel.db import Words
from nador.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime, timedelta

_SEEN_BY = (EnrolmentStatus.ACTIVE, *DECIDED)
_SHOWN = (AssessmentStatus.PUBLISHED, AssessmentStatus.CLOSED)
_RUNS = (RunStatus.PUBLISHED, RunStatus.CONCLUDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAssignment:
    """An assignment with all that is one learner's: dates, group, versions and grade."""

    assignment: Assignment
    assessment: Assessment
    run: Run
    enrolment: Enrolment
    window: Window
    group: RunGroup | None
    versions: Sequence[Submission]
    """Newest first; a draft is the first of them."""
    grade: Grade | None

    @property
    def draft(self) -> Submission | None:
        """What is being written."""
        newest = self.versions[0] if self.versions else None
        return newest if newest and newest.status is SubmissionStatus.DRAFT else None

    @property
    def handed_in(self) -> Sequence[Submission]:
        """The versions that were handed in, newest first."""
        return [one for one in self.versions if one.status is not SubmissionStatus.DRAFT]

    def late(self, version: Submission) -> timedelta:
        """How late a version came for this learner."""
        return self.window.late(version.handed_in_at or version.saved_at, told=version.due_at)

    def require_taken(self, now: datetime) -> None:
        """Refuse what nobody would take now; raises Conflict."""
        rules.require_taken(
            self.window,
            now=now,
            handed_in=len(self.handed_in),
            resubmission=self.assignment.resubmission,
            closed=self.assessment.status is AssessmentStatus.CLOSED
            or self.enrolment.status in DECIDED,
        )

    def obstacle(self, now: datetime) -> Conflict | None:
        """Why nothing is taken now, None where it is."""
        try:
            self.require_taken(now)
        except Conflict as refusal:
            return refusal
        return None


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """An assignment in a learner's list: when it is due for them, and how their newest version stands."""

    enrolment_id: int
    assessment_id: int
    title: Words
    window: Window
    status: SubmissionStatus | None


def assignments_of(session: Session, person_id: int) -> list[AssignmentLine]:
    """The assignments of the runs that a person is on now, in three queries; soonest due first."""
    newest = (
        select(Submission.status)
        .join(SubmissionAuthor, SubmissionAuthor.submission_id == Submission.id)
        .where(
            Submission.assessment_id == Assignment.assessment_id,
            SubmissionAuthor.enrolment_id == Enrolment.id,
        )
        .order_by(Submission.id.desc())
        .limit(1)
        .correlate(Assignment, Enrolment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Enrolment.id, Assignment, Assessment.id, Assessment.title, newest)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Assessment, Assessment.run_id == Run.id)
        .join(Assignment, Assignment.assessment_id == Assessment.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.status == EnrolmentStatus.ACTIVE,
            Assessment.status.in_(_SHOWN),
            Run.status == RunStatus.PUBLISHED,
        )
        .order_by(Assignment.due_at.is_(None), Assignment.due_at, Assessment.position)
    ).all()
    given = eases_everywhere(session, {row[0] for row in rows}) if rows else {}
    return [
        AssignmentLine(
            enrolment_id=enrolment_id,
            assessment_id=assessment_id,
            title=title,
            window=window_for(assignment, eased_in(given, enrolment_id, assessment_id)),
            status=status,
        )
        for enrolment_id, assignment, assessment_id, title, status in rows
    ]


def window_for(assignment: Assignment, given: Sequence[Ease]) -> Window:
    """Say when a learner may hand in, with what is eased for them."""
    base = Terms(
        opens_at=assignment.opens_at, due_at=assignment.due_at, closes_at=assignment.cut_off_at
    )
    terms = eased(base, given)
    cut_off = terms.closes_at
    if cut_off is not None and terms.due_at is not None:
        # An extension of the due date is worth nothing where the cut-off comes before it.
        cut_off = max(cut_off, terms.due_at)
    return Window(opens_at=terms.opens_at, due_at=terms.due_at, cut_off_at=cut_off)


def own_assignment(
    session: Session, person_id: int, assessment_id: int, *, lock: bool = False
) -> OwnAssignment:
    """One assignment of a run that the person is on; raises NotFound for anybody else.

    `lock` makes whoever else works on the same draft wait: all of a group, or the person's other tabs.
    """
    found = session.execute(_own(person_id, assessment_id)).one_or_none()
    if found is None:
        raise NotFound
    assignment, assessment, enrolment, run, grade = found
    group = _group_of(session, enrolment) if assignment.by_group else None
    if lock:
        held: Select[Any] = select(Enrolment.id).where(Enrolment.id == enrolment.id)
        if group is not None:
            held = select(RunGroup.id).where(RunGroup.id == group.id)
        session.execute(held.with_for_update(key_share=True))
        session.expire_all()
        return own_assignment(session, person_id, assessment_id)
    given = eases(session, assessment, [enrolment.id]).get(enrolment.id, [])
    return OwnAssignment(
        assignment=assignment,
        assessment=assessment,
        run=run,
        enrolment=enrolment,
        window=window_for(assignment, given),
        group=group,
        versions=_versions(session, assessment.id, enrolment.id, group),
        grade=grade,
    )


def _own(person_id: int, assessment_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Assignment, Assessment, Enrolment, Run, Grade)
        .join(Assessment, Assessment.id == Assignment.assessment_id)
        .join(Run, Run.id == Assessment.run_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .outerjoin(
            Grade, (Grade.assessment_id == Assessment.id) & (Grade.enrolment_id == Enrolment.id)
        )
        .options(joinedload(Run.version), joinedload(Run.course))
        .where(
            Assignment.assessment_id == assessment_id,
            Assessment.status.in_(_SHOWN),
            Run.status.in_(_RUNS),
            Enrolment.person_id == person_id,
            Enrolment.status.in_(_SEEN_BY),
        )
    )


def _group_of(session: Session, enrolment: Enrolment) -> RunGroup | None:
    """The group with which a learner hands in: of several, the oldest."""
    return session.scalar(
        select(RunGroup)
        .join(RunGroupMember, RunGroupMember.group_id == RunGroup.id)
        .where(RunGroupMember.enrolment_id == enrolment.id)
        .order_by(RunGroup.id)
        .limit(1)
    )


def _mine(enrolment_id: int, group: RunGroup | None) -> ColumnElement[bool]:
    """Select what a learner is an author of, and what is theirs to write on."""
    authored = Submission.id.in_(
        select(SubmissionAuthor.submission_id).where(SubmissionAuthor.enrolment_id == enrolment_id)
    )
    if group is None:
        return authored
    written = (Submission.group_id == group.id) & (Submission.status == SubmissionStatus.DRAFT)
    return or_(authored, written)


def _versions(
    session: Session, assessment_id: int, enrolment_id: int, group: RunGroup | None
) -> list[Submission]:
    return list(
        session.scalars(
            select(Submission)
            .where(Submission.assessment_id == assessment_id, _mine(enrolment_id, group))
            .options(selectinload(Submission.files), selectinload(Submission.authors))
            .order_by(Submission.status == SubmissionStatus.DRAFT, Submission.id)
        )
    )[::-1]


def members(session: Session, group: RunGroup) -> list[int]:
    """The enrolments of a group's learners who have a place on the run."""
    return list(
        session.scalars(
            select(RunGroupMember.enrolment_id)
            .join(Enrolment, Enrolment.id == RunGroupMember.enrolment_id)
            .where(RunGroupMember.group_id == group.id, Enrolment.status == EnrolmentStatus.ACTIVE)
            .order_by(RunGroupMember.enrolment_id)
        )
    )


def own_submission(session: Session, person_id: int, submission_id: int) -> OwnAssignment:
    """The assignment of a version of which the person is an author; raises NotFound."""
    assessment_id = session.scalar(
        select(Submission.assessment_id)
        .join(SubmissionAuthor, SubmissionAuthor.submission_id == Submission.id)
        .join(Enrolment, Enrolment.id == SubmissionAuthor.enrolment_id)
        .where(Submission.id == submission_id, Enrolment.person_id == person_id)
    )
    if assessment_id is None:
        raise NotFound
    return own_assignment(session, person_id, assessment_id)


def own_draft(
    session: Session, person_id: int, submission_id: int, *, lock: bool = False
) -> OwnAssignment:
    """The assignment of a draft that the person may write; raises NotFound, DraftMoved."""
    draft = session.get(Submission, submission_id)
    if draft is None:
        raise NotFound
    own = own_assignment(session, person_id, draft.assessment_id, lock=lock)
    if own.draft is None or own.draft.id != submission_id:
        raise rules.DraftMoved
    return own


def own_file(session: Session, person_id: int, file_id: int) -> SubmissionFile:
    """A file of one's own work, or given back with it; raises NotFound for anybody else."""
    found = session.get(SubmissionFile, file_id, options=[joinedload(SubmissionFile.submission)])
    if found is None:
        raise NotFound
    own = own_assignment(session, person_id, found.submission.assessment_id)
    if found.submission not in own.versions:
        raise NotFound
    return found


def upload_of(session: Session, person_id: int, name_on_disk: str) -> Upload:
    """An upload that the person began; raises NotFound."""
    found = session.scalar(
        select(Upload).where(Upload.name_on_disk == name_on_disk, Upload.person_id == person_id)
    )
    if found is None:
        raise NotFound
    return found
