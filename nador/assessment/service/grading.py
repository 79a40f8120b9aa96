"""Setting grades; every change leaves who, when, from, to and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment import policy, queries, rules
from nador.assessment.models import Assessment, Grade, GradeChange
from nador.assessment.queries.marking import plans
from nador.assessment.rules import GradeState
from nador.assessment.rules.marking import MarkedElsewhere
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.errors import DomainError, Invalid, NotFound
from nador.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.enrolment.models import Enrolment
    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeEntry:
    """One grade as somebody wants it; `value` None and not excused clears it.

    `expected_version` is what the grader saw, None where they don't say; `must_be_new` means that
    they saw no grade at all.
    """

    assessment_id: int
    enrolment_id: int
    value: Decimal | None = None
    excused: bool = False
    reason: str = ""
    expected_version: int | None = None
    must_be_new: bool = False


class GradesRefused(Invalid):
    """Some of many grades were refused, so none was kept; `refusals` says which and why."""

    code = "grades_refused"

    def __init__(self, refusals: Sequence[tuple[GradeEntry, DomainError]]) -> None:
        self.refusals = list(refusals)
        super().__init__(count=len(self.refusals))

    def __reduce__(self) -> tuple[type[GradesRefused], tuple[object, ...]]:
        """Go between processes with the refusals, not with the count alone."""
        return type(self), (self.refusals,)


@command
def set_grade(  # noqa: PLR0913 - each argument is a fact of the grade, and all are named
    session: Session,
    actor: Actor,
    *,
    assessment_id: int,
    enrolment_id: int,
    value: Decimal | None,
    excused: bool = False,
    reason: str = "",
    expected_version: int | None = None,
    must_be_new: bool = False,
) -> Grade:
    """Set, excuse or clear one grade, unless somebody changed it since the grader looked.

    Raises GradeStale, MarkOutOfRange, ReasonNeeded, LearnerNotActive, ResultConfirmed, OwnCase.
    """
    entry = GradeEntry(
        assessment_id=assessment_id,
        enrolment_id=enrolment_id,
        value=value,
        excused=excused,
        reason=reason,
        expected_version=expected_version,
        must_be_new=must_be_new,
    )
    assessment, run = gradable(session, actor, assessment_id)
    bound = plans.bound_to_marks(session, assessment_id)
    return _set(session, actor, entry, assessment=assessment, run=run, bound=bound)


@command
def set_grades(session: Session, actor: Actor, *, entries: Sequence[GradeEntry]) -> list[Grade]:
    """Set many grades, all or none; raises GradesRefused with the reason of each refusal."""
    grades: list[Grade] = []
    refusals: list[tuple[GradeEntry, DomainError]] = []
    found: dict[int, tuple[Assessment, Run, bool]] = {}
    for assessment_id in dict.fromkeys(entry.assessment_id for entry in entries):
        bound = plans.bound_to_marks(session, assessment_id)
        found[assessment_id] = *gradable(session, actor, assessment_id), bound
    for run_id in sorted({run.id for _, run, _ in found.values()}):
        queries.hold_learners(session, run_id, {entry.enrolment_id for entry in entries})
    for entry in entries:
        assessment, run, bound = found[entry.assessment_id]
        try:
            grades.append(_set(session, actor, entry, assessment=assessment, run=run, bound=bound))
        except NotFound:
            raise
        except DomainError as error:
            refusals.append((entry, error))
    if refusals:
        raise GradesRefused(refusals)
    return grades


def gradable(session: Session, actor: Actor, assessment_id: int) -> tuple[Assessment, Run]:
    """Find what is to be graded, with its run; raises NotFound, NotAllowed."""
    assessment = queries.assessment_of(session, assessment_id)
    run = queries.run_to_grade(session, assessment.run_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    return assessment, run


def write_agreed(
    session: Session, actor: Actor, entry: GradeEntry, *, assessment: Assessment, run: Run
) -> Grade:
    """Write what the marks of an assessment agree on; only marking calls it, in its own command."""
    return _set(session, actor, entry, assessment=assessment, run=run, bound=False)


def _set(
    session: Session,
    actor: Actor,
    entry: GradeEntry,
    *,
    assessment: Assessment,
    run: Run,
    bound: bool,
) -> Grade:
    enrolment = queries.enrolment_to_grade(session, entry.enrolment_id, run_id=run.id)
    policy.require_not_own(actor, enrolment.person_id)
    require_open(enrolment)
    value = entry.value
    if value is not None:
        value = rules.check_mark(value, out_of=assessment.out_of, field="value")
    grade = queries.grade_of(
        session, assessment_id=entry.assessment_id, enrolment_id=entry.enrolment_id
    )
    was = grade.state if grade is not None else GradeState.UNGRADED
    if bound and value is not None and was is GradeState.UNGRADED:
        raise MarkedElsewhere
    new = rules.change_of(value, excused=entry.excused, was=was)
    if grade is not None and (grade.value, grade.state) == (new.value, new.state):
        # The same request again: RFC 9110, 13.1.1 lets it succeed whatever version it names.
        return grade
    _require_fresh(entry, grade, value)
    reason = clean(entry.reason)
    if not reason and _was_seen(session, grade, assessment):
        raise rules.ReasonNeeded(field="reason")
    change = write_change(session, actor, entry, grade=grade, new=new, reason=reason)
    session.flush()
    return change.grade


def write_change(
    session: Session,
    actor: Actor,
    entry: GradeEntry,
    *,
    grade: Grade | None,
    new: rules.Change,
    reason: str,
) -> GradeChange:
    """Write a grade and its line of history, as part of a command that flushes them."""
    now = clock.now()
    before = (grade.value, grade.state) if grade is not None else (None, GradeState.UNGRADED)
    if grade is None:
        grade = Grade(
            assessment_id=entry.assessment_id,
            enrolment_id=entry.enrolment_id,
            version=0,
            changed_at=now,
        )
        session.add(grade)
    grade.value, grade.state = new.value, new.state
    grade.version += 1
    grade.changed_at, grade.changed_by_id = now, actor.person_id
    change = GradeChange(
        grade=grade,
        at=now,
        by_id=actor.person_id,
        from_value=before[0],
        from_state=before[1],
        to_value=new.value,
        to_state=new.state,
        reason=reason,
    )
    session.add(change)
    return change


def _was_seen(session: Session, grade: Grade | None, assessment: Assessment) -> bool:
    """Whether the learner sees the grade, or saw it before it was hidden again."""
    if grade is None:
        return False
    if rules.was_seen(grade.state, released=assessment.released_at is not None):
        return True
    return grade.state is GradeState.PROVISIONAL and queries.was_released(session, grade.id)


def require_open(enrolment: Enrolment) -> None:
    """Refuse to change what a confirmed result rests on, or the marks of who has no place."""
    if enrolment.status in {EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED}:
        raise rules.ResultConfirmed
    if enrolment.status is not EnrolmentStatus.ACTIVE:
        raise rules.LearnerNotActive


def _require_fresh(entry: GradeEntry, grade: Grade | None, value: Decimal | None) -> None:
    """Refuse what was decided while looking at another grade than the one that stands."""
    seen = entry.expected_version
    version = grade.version if grade is not None else 0
    if (entry.must_be_new and grade is not None) or (seen is not None and seen != version):
        theirs = grade.value if grade is not None else None
        raise rules.GradeStale(yours=value, theirs=theirs, version=version)
