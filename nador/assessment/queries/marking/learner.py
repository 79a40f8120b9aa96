"""What a learner sees of marking: nothing before the grade is released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from nador.assessment.models import (
    Assessment,
    FeedbackFile,
    Grade,
    Mark,
    SubmissionAuthor,
)
from nador.assessment.queries.marking.feedback import feedback_files
from nador.assessment.queries.marking.marks import ORDER
from nador.assessment.queries.marking.rubrics import criteria_of
from nador.assessment.rules import GradeState
from nador.assessment.rules.marking import Criterion, MarkStatus
from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Feedback:
    """What came back to a learner in an assessment."""

    assessment: Assessment
    run: Run
    reference: str
    value: Decimal | None
    deducted: Decimal | None
    marks: Sequence[Mark]
    criteria: Sequence[Criterion]
    files: Sequence[FeedbackFile]


def feedback_of(
    session: Session, person_id: int, *, reference: str, assessment_id: int
) -> Feedback:
    """The feedback of a learner's released grade; raises NotFound before, and to anybody else."""
    found = session.execute(
        select(Assessment, Run, Enrolment.id, Grade.value)
        .join(Run, Run.id == Assessment.run_id)
        .join(Enrolment, Enrolment.run_id == Run.id)
        .join(Grade, and_(Grade.assessment_id == Assessment.id, Grade.enrolment_id == Enrolment.id))
        .where(
            Assessment.id == assessment_id,
            Enrolment.reference == reference,
            Enrolment.person_id == person_id,
            Grade.state == GradeState.RELEASED,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    assessment, run, enrolment_id, value = found
    holder = _marked_under(session, assessment_id, enrolment_id)
    marks = sorted(
        session.scalars(
            select(Mark).where(
                Mark.assessment_id == assessment_id,
                Mark.enrolment_id == holder,
                Mark.status == MarkStatus.FINAL,
            )
        ),
        key=lambda each: ORDER.index(each.role),
    )
    return Feedback(
        assessment=assessment,
        run=run,
        reference=reference,
        value=value,
        deducted=_deducted(session, assessment_id, enrolment_id),
        marks=marks,
        criteria=criteria_of(session, marks),
        files=feedback_files(session, assessment_id, holder),
    )


def _marked_under(session: Session, assessment_id: int, enrolment_id: int) -> int:
    """Under whose enrolment the newest work was marked: a group's is marked once."""
    together = _together(enrolment_id)
    found = session.scalar(
        select(Mark.enrolment_id)
        .where(
            Mark.assessment_id == assessment_id,
            or_(Mark.enrolment_id == enrolment_id, Mark.submission_id.in_(together)),
        )
        .order_by(Mark.submission_id.desc().nulls_last(), Mark.enrolment_id)
        .limit(1)
    )
    return found if found is not None else enrolment_id


def _together(enrolment_id: int) -> Select[int]:
    return select(SubmissionAuthor.submission_id).where(
        SubmissionAuthor.enrolment_id == enrolment_id
    )


def _deducted(session: Session, assessment_id: int, enrolment_id: int) -> Decimal | None:
    marked = select(Mark.submission_id).where(
        Mark.assessment_id == assessment_id, Mark.submission_id.is_not(None)
    )
    return session.scalar(
        select(SubmissionAuthor.deducted)
        .where(
            SubmissionAuthor.enrolment_id == enrolment_id,
            SubmissionAuthor.submission_id.in_(marked),
        )
        .order_by(SubmissionAuthor.submission_id.desc())
        .limit(1)
    )


def with_feedback(session: Session, enrolment_id: int) -> frozenset[int]:
    """In which assessments something came back to a learner."""
    marks = (
        select(Mark.assessment_id)
        .outerjoin(SubmissionAuthor, SubmissionAuthor.submission_id == Mark.submission_id)
        .where(
            Mark.status == MarkStatus.FINAL,
            or_(
                Mark.enrolment_id == enrolment_id,
                SubmissionAuthor.enrolment_id == enrolment_id,
            ),
        )
    )
    files = select(FeedbackFile.assessment_id).where(FeedbackFile.enrolment_id == enrolment_id)
    return frozenset(session.scalars(marks.union(files)))
