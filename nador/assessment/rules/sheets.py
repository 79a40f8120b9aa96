"""A gradebook that comes back as a file: what each cell would change, and everything that is wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from nador.assessment.rules.columns import Header, cell_at, read_header
from nador.assessment.rules.marks import parse_mark
from nador.assessment.rules.refusals import (
    GradeStale,
    LearnerNotActive,
    ReasonNeeded,
    ResultConfirmed,
)
from nador.assessment.rules.states import GradeState
from nador.kernel.errors import DomainError, Invalid
from nador.kernel.text import fold

REFERENCE: Final = "reference"
VERSIONS: Final = "versions"
CLEARS: Final = frozenset({"-", "–", "—", "−"})
_VERSION: Final = re.compile(r"([^\s=]+)=([0-9]{1,9})")


class NoReferenceColumn(Invalid):
    """No column of the file names learners by their reference."""

    code = "no_reference_column"


class NoGradeColumn(Invalid):
    """No column of the file is an assessment of the run."""

    code = "no_grade_column"


class LearnerUnknown(Invalid):
    """Nobody on the run has this `reference`."""

    code = "learner_unknown"


class LearnerTwice(Invalid):
    """The same learner stands on an earlier `line` too."""

    code = "learner_twice"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """An assessment as a file may name it: by its code, or by a title that no other has."""

    assessment_id: int
    code: str
    names: frozenset[str]
    """Folded."""
    out_of: Decimal


@dataclass(frozen=True, slots=True)
class SheetNames:
    """How files name what is not an assessment, in every language, folded."""

    reference: frozenset[str]
    versions: frozenset[str]
    excused: frozenset[str]


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A grade as it stands."""

    value: Decimal | None = None
    state: GradeState = GradeState.UNGRADED
    version: int = 0
    seen: bool = False
    """Whether the learner saw it: then a change needs a reason."""


@dataclass(frozen=True, slots=True)
class SheetLearner:
    """A learner of the run, by whose reference a row is recognised."""

    enrolment_id: int
    name: str
    active: bool
    final: bool
    cells: Mapping[int, SheetCell]


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One grade that the file would change; `value` None and not excused clears it."""

    line: int
    name: str
    enrolment_id: int
    assessment_id: int
    was: SheetCell
    value: Decimal | None
    excused: bool


@dataclass(frozen=True, slots=True)
class SheetError:
    """What is wrong on a line; `assessment_id` where one cell is."""

    line: int
    name: str
    assessment_id: int | None
    error: DomainError


@dataclass(slots=True)
class SheetPlan:
    """What a file would do, and why it does nothing at all where it has errors."""

    changes: list[SheetChange] = field(default_factory=list)
    errors: list[SheetError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """The columns that are no assessment of the run: means, totals, notes."""
    unchanged: int = 0

    @property
    def needs_reason(self) -> bool:
        """Whether it changes a grade that a learner has seen."""
        return any(change.was.seen for change in self.changes)

    def fingerprint(self) -> str:
        """Tell this plan from another: of the same file, after somebody else changed a grade."""
        said = [
            (one.enrolment_id, one.assessment_id, one.was.version, str(one.value), one.excused)
            for one in self.changes
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def plan_sheet(
    lines: Iterable[tuple[int, Sequence[str]]],
    *,
    columns: Sequence[SheetColumn],
    names: SheetNames,
    learners: Mapping[str, SheetLearner],
) -> SheetPlan:
    """Compare a file with the gradebook: an empty cell leaves a grade as it is, a dash clears it.

    Columns stand in any order. Raises NoReferenceColumn, NoGradeColumn, ColumnOfTwo.
    """
    rows = iter(lines)
    _, first = next(rows, (0, ()))
    others = {REFERENCE: names.reference, VERSIONS: names.versions}
    header = read_header(first, columns, others)
    if REFERENCE not in header.places:
        raise NoReferenceColumn
    if not header.marks:
        raise NoGradeColumn
    plan = SheetPlan(ignored=header.ignored)
    seen: dict[str, int] = {}
    for line, cells in rows:
        reference = cell_at(cells, header.places[REFERENCE]).upper()
        learner = learners.get(reference)
        if learner is None:
            error: DomainError = LearnerUnknown(reference=reference)
            plan.errors.append(SheetError(line, reference, None, error))
        elif reference in seen:
            error = LearnerTwice(line=seen[reference])
            plan.errors.append(SheetError(line, learner.name, None, error))
        else:
            seen[reference] = line
            _plan_row(plan, line, cells, header, learner, names)
    return plan


def _plan_row(
    plan: SheetPlan,
    line: int,
    cells: Sequence[str],
    header: Header[SheetColumn],
    learner: SheetLearner,
    names: SheetNames,
) -> None:
    typed_versions = cell_at(cells, header.places.get(VERSIONS))
    versions = {code: int(number) for code, number in _VERSION.findall(typed_versions)}
    for at, column in header.marks.items():
        typed = cell_at(cells, at)
        if not typed:
            plan.unchanged += 1
            continue
        was = learner.cells.get(column.assessment_id, SheetCell())
        try:
            value, excused = _wanted(typed, column, names)
            if (value, excused) == (was.value, was.state is GradeState.EXCUSED):
                plan.unchanged += 1
                continue
            _require_changeable(learner, was, value, versions.get(column.code))
        except DomainError as error:
            plan.errors.append(SheetError(line, learner.name, column.assessment_id, error))
            continue
        plan.changes.append(
            SheetChange(
                line=line,
                name=learner.name,
                enrolment_id=learner.enrolment_id,
                assessment_id=column.assessment_id,
                was=was,
                value=value,
                excused=excused,
            )
        )


def _wanted(typed: str, column: SheetColumn, names: SheetNames) -> tuple[Decimal | None, bool]:
    """Read a cell: a mark, a dash that clears, or the word for excused."""
    if typed in CLEARS:
        return None, False
    if fold(typed) in names.excused:
        return None, True
    return parse_mark(typed, out_of=column.out_of), False


def _require_changeable(
    learner: SheetLearner, was: SheetCell, value: Decimal | None, version: int | None
) -> None:
    if learner.final:
        raise ResultConfirmed
    if not learner.active:
        raise LearnerNotActive
    if version is not None and version != was.version:
        raise GradeStale(yours=value, theirs=was.value, version=was.version)


def require_reason(plan: SheetPlan, reason: str) -> None:
    """Ask why, where learners have seen what changes."""
    if plan.needs_reason and not reason:
        raise ReasonNeeded(field="reason")
