"""Works go back with feedback, and into grades: what lateness costs is said openly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nador.assessment import policy, queries
from nador.assessment.queries import handed_in
from nador.assessment.queries.accommodations import eases
from nador.assessment.queries.submissions import window_for
from nador.assessment.rules import ReasonNeeded, check_mark, was_seen
from nador.assessment.rules import submissions as rules
from nador.assessment.rules.submissions import FilePurpose, SubmissionStatus
from nador.assessment.service.grading import GradeEntry, set_grade
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import audit, clock, events
from nador.kernel.db import command
from nador.kernel.text import clean, clean_block

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from nador.assessment.models import Assignment, Submission, SubmissionAuthor
    from nador.assessment.queries.handed_in import Work
    from nador.assessment.service.submissions import Stored
    from nador.kernel.access import Actor


@command
def return_work(
    session: Session,
    actor: Actor,
    *,
    submission_id: int,
    feedback: str,
    files: Sequence[Stored] = (),
    value: Decimal | None = None,
    reason: str = "",
    seen: str | None = None,
) -> Submission:
    """Give a work back with feedback, and grade it where a value is given; its authors are told.

    It can be given back again: what was said before is replaced, files are added; `seen` says when it
    was given back last, as the page knew it (`given_back`). Raises ReturnedMeanwhile, FeedbackMissing,
    NamesHidden, OwnCase, and what `set_grade` raises.
    """
    work = handed_in.work_to_return(session, submission_id)
    policy.require_may_see(actor, work.run)
    policy.require_may_grade(actor, work.run)
    handed_in.require_names_shown(session, work.assessment.id)
    submission = work.submission
    for author in submission.authors:
        policy.require_not_own(actor, author.enrolment.person_id)
    if seen is not None and seen != given_back(submission):
        raise rules.ReturnedMeanwhile
    said = clean_block(feedback)
    if not said and not files:
        raise rules.FeedbackMissing(field="feedback")
    now = clock.now()
    _give_files(submission, actor, files)
    submission.feedback, submission.status = said, SubmissionStatus.RETURNED
    submission.returned_at, submission.returned_by_id = now, actor.person_id
    if value is not None:
        grade_work(session, actor, submission_id=submission_id, value=value, reason=reason)
    session.flush()
    audit.record(
        session,
        actor,
        "submission.returned",
        f"enrolment:{submission.enrolment_id}",
        institute_id=work.run.institute_id,
        submission=submission.id,
    )
    events.emit(session, actor, rules.SubmissionReturned(submission.id))
    return submission


def given_back(submission: Submission) -> str:
    """Write when a work was given back last, empty where it never was."""
    return submission.returned_at.isoformat() if submission.returned_at is not None else ""


def _give_files(submission: Submission, actor: Actor, files: Sequence[Stored]) -> None:
    given = [file.name for file in submission.files if file.purpose is FilePurpose.FEEDBACK]
    for stored in files:
        row = stored.beside(given)
        row.purpose, row.stored_at = FilePurpose.FEEDBACK, clock.now()
        row.stored_by_id = actor.person_id or 0
        submission.files.append(row)
        given.append(row.name)


@command
def grade_work(
    session: Session, actor: Actor, *, submission_id: int, value: Decimal, reason: str = ""
) -> None:
    """Write what a work is worth into the grade of each author, less what lateness costs them.

    Raises what `set_grade` raises.
    """
    work = handed_in.work_to_return(session, submission_id)
    authors = {each.enrolment_id for each in work.submission.authors}
    queries.hold_learners(session, work.run.id, authors)
    for author in work.submission.authors:
        if author.enrolment.status is not EnrolmentStatus.ACTIVE:
            continue
        net = _less_lateness(session, work.assignment, work.submission, author, value)
        _require_reason(session, work, author, net, reason=reason)
        set_grade(
            session,
            actor,
            assessment_id=work.assessment.id,
            enrolment_id=author.enrolment_id,
            value=net,
            reason=_with_sum(clean(reason), author),
        )


def _require_reason(
    session: Session, work: Work, author: SubmissionAuthor, net: Decimal, *, reason: str
) -> None:
    """Ask for a person's reason where the learner has seen another grade: the sum alone is none."""
    grade = queries.grade_of(
        session, assessment_id=work.assessment.id, enrolment_id=author.enrolment_id
    )
    if grade is None or grade.value == net or clean(reason):
        return
    released = work.assessment.released_at is not None
    if was_seen(grade.state, released=released) or queries.was_released(session, grade.id):
        raise ReasonNeeded(field="reason")


def net_of_lateness(
    session: Session, entry: GradeEntry, *, submission_id: int | None = None
) -> GradeEntry:
    """Give a grade less what lateness costs, as part of a command; without a handed-in work as it is.

    For grades that rest on the newest version, or on the one that is named: whoever agrees on a
    mark judges the work, not the day on which it came.
    """
    found = handed_in.authored(
        session, entry.assessment_id, entry.enrolment_id, submission_id=submission_id
    )
    if found is None or entry.value is None:
        return entry
    assignment, submission, author = found
    net = _less_lateness(session, assignment, submission, author, entry.value)
    return replace(entry, value=net, reason=_with_sum(entry.reason, author))


def _less_lateness(
    session: Session,
    assignment: Assignment,
    submission: Submission,
    author: SubmissionAuthor,
    value: Decimal,
) -> Decimal:
    """Keep with the author how the grade comes about; the extension that holds now counts."""
    assessment = queries.assessment_of(session, submission.assessment_id)
    given = eases(session, assessment, [author.enrolment_id]).get(author.enrolment_id, [])
    at = submission.handed_in_at or submission.saved_at
    late = window_for(assignment, given).late(at, told=submission.due_at)
    author.value = check_mark(value, out_of=assessment.out_of, field="value")
    author.deducted = rules.deduction(
        author.value, out_of=assessment.out_of, policy=assignment.late_policy, late=late
    )
    return author.value - author.deducted


def _with_sum(reason: str, author: SubmissionAuthor) -> str:
    """Let the grade's history tell what lateness took, in figures that every language reads."""
    if not author.deducted:
        return reason
    return " · ".join(part for part in (reason, f"{author.value} − {author.deducted}") if part)
