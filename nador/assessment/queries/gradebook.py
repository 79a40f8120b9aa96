"""The gradebook of a run in four queries, whole or by the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CTE, Select, func, or_, select

from nador.accounts.models import Person
from nador.assessment import rules
from nador.assessment.models import Grade, Result
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
from nador.assessment.queries.figures import LISTED, Column, columns_of, run_with_figures
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
    run, figures = run_with_figures(session, run_id)
    columns = columns_of(session, run, figures)
    return book_of(session, run, columns, show=show, typed=typed, page=page, only=only)


def book_of(
    session: Session,
    run: Run,
    columns: Sequence[Column],
    *,
    show: RowFilter = RowFilter.ALL,
    typed: str = "",
    page: int | None = None,
    only: Collection[int] | None = None,
) -> Gradebook:
    """Read the rows of a run's gradebook, in two queries."""
    # Who fails is decided by rules that no database knows: those are read whole.
    cut = page if show is not RowFilter.FAILING else None
    asked = _chosen(run.id, show=show, typed=typed, assessments=len(columns))
    if only is not None:
        asked = asked.where(Enrolment.id.in_(only))
    if cut is not None:
        by_name = asked.order_by(Person.name_folded, Enrolment.id)
        asked = by_name.limit(PAGE_SIZE).offset((cut - 1) * PAGE_SIZE)
    found = session.execute(_details(run.id, asked.cte("shown"))).all()
    rows = _rows(session, run, columns, found)
    total = found[0].total if found else 0
    if show is RowFilter.FAILING:
        rows = [row for row in rows if row.failing]
        total = len(rows)
        if page is not None:
            rows = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Gradebook(run=run, columns=columns, rows=rows, total=total, page=page or 1)


def learner_row(session: Session, run_id: int, enrolment_id: int) -> tuple[Row, Sequence[Column]]:
    """Read one learner's row of a run's gradebook, with its columns; raises NotFound."""
    run, figures = run_with_figures(session, run_id)
    columns = columns_of(session, run, figures)
    one = _chosen(run_id, show=RowFilter.ALL, typed="", assessments=0).where(
        Enrolment.id == enrolment_id
    )
    found = session.execute(_details(run_id, one.cte("shown"))).all()
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


def _chosen(run_id: int, *, show: RowFilter, typed: str, assessments: int) -> Select[int, int]:
    """Choose who stands in the gradebook, and count them all."""
    asked = (
        select(Enrolment.id, func.count().over().label("total"))
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.run_id == run_id, Enrolment.status.in_(LISTED))
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


def _details(run_id: int, shown: CTE) -> Select[*tuple[Any, ...]]:
    """Read what a page says of those who were chosen, and of nobody else."""
    marked = attendance_of(select(shown.c.id))
    held = (
        select(func.count())
        .select_from(Meeting)
        .where(Meeting.run_id == run_id, Meeting.status == MeetingStatus.HELD)
        .scalar_subquery()
    )
    return (
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
            shown.c.total,
        )
        .select_from(shown)
        .join(Enrolment, Enrolment.id == shown.c.id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(marked, marked.c.enrolment_id == Enrolment.id)
        .outerjoin(Result, Result.enrolment_id == Enrolment.id)
        .order_by(Person.name_folded, Enrolment.id)
    )


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
