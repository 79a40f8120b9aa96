"""The gradebook of a run in four queries, whole or by the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, func, or_, select

from nador.accounts.models import Person
from nador.assessment import rules
from nador.assessment.models import Assessment, Grade, Result
from nador.assessment.queries.facts import (
    FEW,
    Cell,
    Marks,
    attendance_of,
    marks,
    pass_rules,
    plan_of,
    presence_of,
    standings,
    titles_of,
)
from nador.assessment.queries.grades import run_of
from nador.assessment.rules import (
    Decision,
    Given,
    GradeState,
    Outcome,
    PassRules,
    PlanLine,
    Presence,
    RowFilter,
    RuleKind,
    Standstill,
    TraceLine,
    Verdict,
)
from nador.catalogue.models import Meeting, Run
from nador.catalogue.rules import DocumentKind, MeetingStatus
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus
from nador.kernel import clock
from nador.kernel.errors import NotFound
from nador.kernel.text import search_terms

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.db import Words
    from nador.kernel.errors import Conflict

PAGE_SIZE = FEW
LISTED = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
"""Who stands in a gradebook: learners with a seat, and those whose result is final."""


@dataclass(frozen=True, slots=True)
class Column:
    """One assessment, and how far its grading is."""

    assessment: Assessment
    graded: int
    provisional: int

    @property
    def released(self) -> bool:
        """Whether learners see everything that was graded in it."""
        return self.assessment.released_at is not None and not self.provisional


@dataclass(frozen=True, slots=True)
class Row:
    """One learner: who, attendance, grades by assessment, and what the rules say now."""

    enrolment_id: int
    reference: str
    person_id: int
    name_latin: str | None
    name_arabic: str | None
    status: EnrolmentStatus
    given: Given
    """What the rules are given today; a final result may rest on something older."""
    cells: dict[int, Cell]
    outcome: Outcome
    confirmed_at: datetime | None
    final: bool
    """Whether the outcome is what was recorded, not what today's grades would give."""

    @property
    def failing(self) -> bool:
        """Whether a rule is not met already, or the recorded decision is a fail."""
        return self.outcome.decision is Decision.FAIL or any(
            line.verdict is Verdict.UNMET for line in self.outcome.trace
        )

    @property
    def presence(self) -> Presence:
        """The learner's attendance."""
        return self.given.presence

    def category(self, code: str) -> TraceLine | None:
        """What a category comes to; None in results of courses that had none."""
        return self._about(RuleKind.CATEGORY, code)

    def line(self, code: str) -> TraceLine | None:
        """What the rules say of one assessment."""
        return self._about(RuleKind.MINIMUM, code)

    @property
    def final_line(self) -> TraceLine | None:
        """What the rules say of the final mark; None where a result was recorded elsewhere."""
        return self._about(RuleKind.PASS_MARK, "")

    def _about(self, kind: RuleKind, subject: str) -> TraceLine | None:
        found = (
            line for line in self.outcome.trace if line.rule is kind and line.subject == subject
        )
        return next(found, None)

    @property
    def overridden(self) -> list[TraceLine]:
        """The marks that a person set over the computed ones."""
        return [line for line in self.outcome.trace if line.reason]


@dataclass(frozen=True, slots=True)
class Group:
    """A category as the course version keeps it, and its columns."""

    category: dict[str, Any] | None
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A run, its columns, and the rows asked for; `total` counts those of all pages."""

    run: Run
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: int
    page: int

    @property
    def overridden(self) -> bool:
        """Whether a person set any mark of these rows."""
        return any(row.overridden for row in self.rows)

    @property
    def titles(self) -> dict[str, Words]:
        """The names of assessments and categories, as traces call them."""
        return titles_of(self.run, [column.assessment for column in self.columns])

    @property
    def groups(self) -> list[Group]:
        """The columns by category, in the course's order; one nameless group where it has none."""
        categories = self.run.version.categories
        if not categories:
            return [Group(None, self.columns)]
        return [
            Group(each, [one for one in self.columns if one.assessment.category == each["code"]])
            for each in categories
        ]

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.page * PAGE_SIZE < self.total


def gradebook(
    session: Session,
    run_id: int,
    *,
    show: RowFilter = RowFilter.ALL,
    typed: str = "",
    page: int | None = None,
    only: Collection[int] | None = None,
) -> Gradebook:
    """Read a run's gradebook by name, in four queries; `page` counts from 1, None is the whole.

    `only` asks for these enrolments. Raises NotFound.
    """
    run = run_of(session, run_id)
    columns = _columns(session, run)
    asked = _learners(run_id, show=show, typed=typed, assessments=len(columns))
    if only is not None:
        asked = asked.where(Enrolment.id.in_(only))
    # Who fails is decided by rules that no database knows: those are read whole.
    cut = page is not None and show is not RowFilter.FAILING
    if cut and page is not None:
        asked = asked.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    found = session.execute(asked).all()
    rows = _rows(session, run, columns, found)
    total = (found[0].total if found else 0) if cut else len(rows)
    if show is RowFilter.FAILING:
        rows = [row for row in rows if row.failing]
        total = len(rows)
        if page is not None:
            rows = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Gradebook(run=run, columns=columns, rows=rows, total=total, page=page or 1)


def learner_row(session: Session, run_id: int, enrolment_id: int) -> tuple[Row, Sequence[Column]]:
    """Read one learner's row of a run's gradebook, with its columns; raises NotFound."""
    run = run_of(session, run_id)
    columns = _columns(session, run)
    asked = _learners(run_id, show=RowFilter.ALL, typed="", assessments=len(columns))
    found = session.execute(asked.where(Enrolment.id == enrolment_id)).all()
    if not found:
        raise NotFound
    return _rows(session, run, columns, found)[0], columns


def obstacles(session: Session, book: Gradebook) -> list[Conflict]:
    """List what keeps the run of a whole gradebook from being concluded."""
    run = book.run
    attested = run.version.document is DocumentKind.ATTESTATION
    return rules.obstacles(
        Standstill(
            status=run.status,
            ended=run.ends_on < clock.today(),
            open_learners=sum(row.status is EnrolmentStatus.ACTIVE for row in book.rows),
            meetings_unsettled=_unsettled(session, run.id),
            assessments_unreleased=0
            if attested
            else sum(not column.released for column in book.columns),
        )
    )


def _unsettled(session: Session, run_id: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Meeting)
            .where(
                Meeting.run_id == run_id,
                Meeting.status == MeetingStatus.PLANNED,
                Meeting.ends_at < clock.now(),
            )
        )
        or 0
    )


def _columns(session: Session, run: Run) -> list[Column]:
    counts = (
        select(
            Grade.assessment_id,
            func.sum(case((Grade.state != GradeState.UNGRADED, 1), else_=0)).label("graded"),
            func.sum(case((Grade.state == GradeState.PROVISIONAL, 1), else_=0)).label(
                "provisional"
            ),
        )
        .join(Enrolment, Enrolment.id == Grade.enrolment_id)
        .where(Enrolment.run_id == run.id, Enrolment.status.in_(LISTED))
        .group_by(Grade.assessment_id)
        .subquery()
    )
    found = session.execute(
        select(Assessment, counts.c.graded, counts.c.provisional)
        .outerjoin(counts, counts.c.assessment_id == Assessment.id)
        .where(Assessment.run_id == run.id)
        .order_by(Assessment.position)
    )
    columns = [Column(each, int(graded or 0), int(waiting or 0)) for each, graded, waiting in found]
    # Assessments of one category stand together, in the order of the course's categories.
    order = [each["code"] for each in run.version.categories]
    return sorted(
        columns,
        key=lambda column: (
            order.index(column.assessment.category)
            if column.assessment.category in order
            else len(order)
        ),
    )


def _learners(
    run_id: int, *, show: RowFilter, typed: str, assessments: int
) -> Select[*tuple[Any, ...]]:
    marked = attendance_of(run_id)
    held = (
        select(func.count())
        .select_from(Meeting)
        .where(Meeting.run_id == run_id, Meeting.status == MeetingStatus.HELD)
        .scalar_subquery()
    )
    asked = (
        select(
            Enrolment.id,
            Enrolment.reference,
            Enrolment.person_id,
            Enrolment.status,
            Person.name_latin,
            Person.name_arabic,
            held.label("held"),
            marked.c.attended,
            marked.c.excused,
            marked.c.late,
            marked.c.marked,
            Result.decision,
            Result.mark,
            Result.attendance,
            Result.mention,
            Result.trace,
            Result.source,
            Result.confirmed_at,
            func.count().over().label("total"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(marked, marked.c.enrolment_id == Enrolment.id)
        .outerjoin(Result, Result.enrolment_id == Enrolment.id)
        .where(Enrolment.run_id == run_id, Enrolment.status.in_(LISTED))
        .order_by(Person.name_folded, Enrolment.id)
    )
    for term in search_terms(typed):
        asked = asked.where(
            or_(
                Person.name_folded.contains(term, autoescape=True),
                func.lower(Enrolment.reference).contains(term, autoescape=True),
            )
        )
    if show is RowFilter.UNGRADED:
        settled = (
            select(func.count())
            .select_from(Grade)
            .where(Grade.enrolment_id == Enrolment.id, Grade.state != GradeState.UNGRADED)
            .scalar_subquery()
        )
        asked = asked.where(settled < assessments)
    return asked


def _rows(session: Session, run: Run, columns: Sequence[Column], found: Sequence[Any]) -> list[Row]:
    asked = pass_rules(run)
    plan = plan_of(column.assessment for column in columns)
    known = marks(session, run.id, [row.id for row in found])
    points = run.version.attendance_points
    return [_row(row, asked, plan, known[row.id], presence_of(row, points)) for row in found]


def _row(row: Any, asked: PassRules, plan: list[PlanLine], known: Marks, presence: Presence) -> Row:
    given = Given(
        rules=asked,
        plan=plan,
        standings=standings(known.cells),
        presence=presence,
        overrides=known.overrides,
    )
    # A final or imported result is what was recorded, never what today's grades would give.
    final = row.decision is not None and (
        row.source is rules.ResultSource.RECORDED or row.status is not EnrolmentStatus.ACTIVE
    )
    return Row(
        enrolment_id=row.id,
        reference=row.reference,
        person_id=row.person_id,
        name_latin=row.name_latin,
        name_arabic=row.name_arabic,
        status=row.status,
        given=given,
        cells=known.cells,
        outcome=rules.recorded_outcome(
            row.decision,
            mark=row.mark,
            attendance=row.attendance,
            mention=row.mention,
            trace=row.trace,
        )
        if final
        else rules.decide_given(given),
        confirmed_at=row.confirmed_at,
        final=final,
    )
