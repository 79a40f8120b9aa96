"""What was handed in, as staff sees it: lists, single works, and what workers look for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, String, and_, cast, func, select
from sqlalchemy.orm import joinedload, selectinload

from nador.accounts.models import Person
from nador.assessment.models import (
    AnswerAside,
    AnswerFile,
    Assessment,
    Assignment,
    AttemptAnswer,
    FeedbackFile,
    Grade,
    LetGoFile,
    MarkingPlan,
    RunGroup,
    Submission,
    SubmissionAuthor,
    SubmissionFile,
    Upload,
)
from nador.assessment.queries.accommodations import eases
from nador.assessment.queries.submissions import window_for
from nador.assessment.rules import GradeState
from nador.assessment.rules.submissions import ScanState, SubmissionStatus, Window
from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel.db import Base
from nador.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PAGE_SIZE = 25


class Show(StrEnum):
    """Which learners a list of works shows."""

    ALL = "all"
    WAITING = "waiting"
    LATE = "late"
    MISSING = "missing"


class NamesHidden(Conflict):
    """The assessment is marked without names: its works are opened from the queue of marking."""

    code = "submission_names_hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One learner in the list of an assessment: the newest version that was handed in, if any."""

    enrolment_id: int
    reference: str
    latin: str | None
    arabic: str | None
    group: str | None
    submission_id: int | None
    number: int | None
    status: SubmissionStatus | None
    handed_in_at: datetime | None
    late: timedelta
    grade: Decimal | None
    grade_state: GradeState


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedPage:
    """A page of the list, with how many there are of each choice."""

    rows: Sequence[Handed]
    counts: dict[Show, int]
    page: int
    total: int

    @property
    def has_next(self) -> bool:
        """Whether learners follow after this page."""
        return self.page * PAGE_SIZE < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A version with all that its page shows."""

    submission: Submission
    assignment: Assignment
    assessment: Assessment
    run: Run
    group: RunGroup | None


def names_hidden(session: Session, assessment_id: int) -> bool:
    """Whether the assessment is marked without names, and they are not revealed yet."""
    plan = session.get(MarkingPlan, assessment_id)
    return plan is not None and plan.anonymous and plan.revealed_at is None


def require_names_shown(session: Session, assessment_id: int) -> None:
    """Refuse to open single works beside names while these are hidden; raises NamesHidden."""
    if names_hidden(session, assessment_id):
        raise NamesHidden


def any_of(session: Session, assessment_id: int) -> bool:
    """Whether anything was handed in, or begun, for an assessment."""
    found = select(Submission.id).where(Submission.assessment_id == assessment_id)
    return session.scalar(found.limit(1)) is not None


def assignment_of(session: Session, assessment_id: int) -> Assignment | None:
    """What an assessment asks to be handed in, if anything."""
    return session.get(Assignment, assessment_id)


def assignments_of_run(session: Session, run_id: int) -> dict[int, Assignment]:
    """The assignments of a run, by their assessment."""
    found = session.scalars(
        select(Assignment)
        .join(Assessment, Assessment.id == Assignment.assessment_id)
        .where(Assessment.run_id == run_id)
    )
    return {each.assessment_id: each for each in found}


def _newest(assessment_id: int) -> Any:
    """Select each learner's newest version that was handed in."""
    return (
        select(
            SubmissionAuthor.enrolment_id,
            func.max(Submission.id).label("id"),
        )
        .join(Submission, Submission.id == SubmissionAuthor.submission_id)
        .where(
            Submission.assessment_id == assessment_id,
            Submission.status != SubmissionStatus.DRAFT,
        )
        .group_by(SubmissionAuthor.enrolment_id)
        .subquery()
    )


def handed_in_page(
    session: Session, assignment: Assignment, assessment: Assessment, *, show: Show, page: int
) -> HandedPage:
    """The learners of a run with what they handed in, by name, in four queries.

    A run has a few hundred seats at most: who is late is judged by each one's own due date.
    """
    newest = _newest(assessment.id)
    found = session.execute(
        select(Enrolment, Person, Submission, RunGroup.name, Grade.value, Grade.state)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(newest, newest.c.enrolment_id == Enrolment.id)
        .outerjoin(Submission, Submission.id == newest.c.id)
        .outerjoin(RunGroup, RunGroup.id == Submission.group_id)
        .outerjoin(
            Grade,
            and_(Grade.enrolment_id == Enrolment.id, Grade.assessment_id == assessment.id),
        )
        .where(
            Enrolment.run_id == assessment.run_id,
            Enrolment.status.in_(
                [EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED]
            ),
        )
        .order_by(Person.name_folded, Enrolment.id)
    ).all()
    given = eases(session, assessment, [row[0].id for row in found])
    everybody = [_handed(row, window_for(assignment, given.get(row[0].id, []))) for row in found]
    chosen = {choice: [row for row in everybody if _shown(row, choice)] for choice in Show}
    rows = chosen[show]
    return HandedPage(
        rows=rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        counts={choice: len(those) for choice, those in chosen.items()},
        page=page,
        total=len(rows),
    )


def _handed(row: Any, window: Window) -> Handed:
    enrolment, person, submission, group, value, state = row
    at = submission.handed_in_at if submission else None
    return Handed(
        enrolment_id=enrolment.id,
        reference=enrolment.reference,
        latin=person.name_latin,
        arabic=person.name_arabic,
        group=group,
        submission_id=submission.id if submission else None,
        number=submission.number if submission else None,
        status=submission.status if submission else None,
        handed_in_at=at,
        late=window.late(at, told=submission.due_at) if at else timedelta(0),
        grade=value,
        grade_state=state or GradeState.UNGRADED,
    )


def _shown(row: Handed, show: Show) -> bool:
    match show:
        case Show.ALL:
            return True
        case Show.WAITING:
            return row.status is SubmissionStatus.SUBMITTED
        case Show.LATE:
            return bool(row.late)
        case Show.MISSING:
            return row.submission_id is None


def _work(submission_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Submission, Assignment, Assessment, Run, RunGroup)
        .join(Assignment, Assignment.assessment_id == Submission.assessment_id)
        .join(Assessment, Assessment.id == Submission.assessment_id)
        .join(Run, Run.id == Assessment.run_id)
        .outerjoin(RunGroup, RunGroup.id == Submission.group_id)
        .options(
            joinedload(Run.version),
            joinedload(Run.course),
            selectinload(Submission.files),
            selectinload(Submission.authors)
            .joinedload(SubmissionAuthor.enrolment)
            .joinedload(Enrolment.person),
        )
        .where(Submission.id == submission_id)
    )


def work(session: Session, submission_id: int) -> Work:
    """One version, for its page; raises NotFound, also for a draft: that is its author's alone."""
    found = session.execute(
        _work(submission_id).where(Submission.status != SubmissionStatus.DRAFT)
    ).one_or_none()
    if found is None:
        raise NotFound
    submission, assignment, assessment, run, group = found
    return Work(
        submission=submission,
        assignment=assignment,
        assessment=assessment,
        run=run,
        group=group,
    )


def work_to_return(session: Session, submission_id: int) -> Work:
    """One version, locked: two who return it do so one after the other."""
    session.execute(select(Submission.id).where(Submission.id == submission_id).with_for_update())
    return work(session, submission_id)


def versions_of(session: Session, submission: Submission) -> list[Submission]:
    """All versions of the same learners that were handed in, newest first."""
    authors = [author.enrolment_id for author in submission.authors]
    return list(
        session.scalars(
            select(Submission)
            .where(
                Submission.assessment_id == submission.assessment_id,
                Submission.status != SubmissionStatus.DRAFT,
                Submission.id.in_(
                    select(SubmissionAuthor.submission_id).where(
                        SubmissionAuthor.enrolment_id.in_(authors)
                    )
                ),
            )
            .order_by(Submission.id.desc())
        )
    )


def authored(
    session: Session, assessment_id: int, enrolment_id: int, *, submission_id: int | None = None
) -> tuple[Assignment, Submission, SubmissionAuthor] | None:
    """The newest version that a learner handed in, or the one that is named, with its author's row."""
    asked = (
        select(Assignment, Submission, SubmissionAuthor)
        .join(Submission, Submission.assessment_id == Assignment.assessment_id)
        .join(SubmissionAuthor, SubmissionAuthor.submission_id == Submission.id)
        .where(
            Assignment.assessment_id == assessment_id,
            SubmissionAuthor.enrolment_id == enrolment_id,
            Submission.status != SubmissionStatus.DRAFT,
        )
        .order_by(Submission.id.desc())
        .limit(1)
    )
    if submission_id is not None:
        asked = asked.where(Submission.id == submission_id)
    found = session.execute(asked).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def file_of_work(session: Session, file_id: int) -> tuple[SubmissionFile, Work]:
    """A file with the version that it belongs to; raises NotFound."""
    found = session.get(SubmissionFile, file_id)
    if found is None:
        raise NotFound
    return found, work(session, found.submission_id)


Scannable = SubmissionFile | FeedbackFile | AnswerFile


def unscanned(table: type[Scannable]) -> Select[int]:
    """Select the files that wait for the virus scanner, the longest waiting first."""
    return select(table.id).where(table.scan == ScanState.WAITING).order_by(table.id)


def left_uploads(now: datetime, kept_for: timedelta) -> Select[int]:
    """Select the uploads that nobody goes on with any more."""
    return select(Upload.id).where(Upload.begun_at < now - kept_for).order_by(Upload.id)


def grades_of_authors(session: Session, work: Work) -> dict[int, Grade]:
    """The grades of a work's authors, by their enrolment."""
    found = session.scalars(
        select(Grade).where(
            Grade.assessment_id == work.assessment.id,
            Grade.enrolment_id.in_([author.enrolment_id for author in work.submission.authors]),
        )
    )
    return {grade.enrolment_id: grade for grade in found}


def late_for_authors(session: Session, work: Work) -> dict[int, timedelta]:
    """How late a work came for each of its authors, extensions counted."""
    submission, ids = work.submission, [each.enrolment_id for each in work.submission.authors]
    given = eases(session, work.assessment, ids)
    at = submission.handed_in_at or submission.saved_at
    return {
        each: window_for(work.assignment, given.get(each, [])).late(at, told=submission.due_at)
        for each in ids
    }


def let_go(_now: datetime) -> Select[int]:
    """Select the files that are to be deleted."""
    return select(LetGoFile.id).order_by(LetGoFile.id)


# What asks to delete bytes, and what the scanner says of bytes that answers name.
_NAMES_NOTHING = frozenset({"let_go_file", "dropped_file", "answer_file"})


def is_named(session: Session, sha256: str) -> bool:
    """Whether any row of any table names a file by its hash: then it stays."""
    tables = [
        table
        for table in Base.metadata.sorted_tables
        if "sha256" in table.c and table.name not in _NAMES_NOTHING
    ]
    # Answers to quizzes name their files within.
    answers = [cast(each.answer, String) for each in (AttemptAnswer, AnswerAside)]
    asked = [
        *(select(table.c.sha256).where(table.c.sha256 == sha256) for table in tables),
        *(select(answer).where(answer.contains(sha256)) for answer in answers),
    ]
    return any(session.execute(each.limit(1)).first() for each in asked)
