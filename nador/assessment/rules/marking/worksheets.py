"""Marks that come back as a file: what each row would change, and everything that is wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from nador.assessment.rules.columns import Header, cell_at, read_header
from nador.assessment.rules.marking.refusals import (
    MarkStale,
    NoMarkColumn,
    NoPaperColumn,
    PaperUnknown,
)
from nador.assessment.rules.marking.rubrics import Criterion, read_points
from nador.assessment.rules.marks import parse_mark
from nador.assessment.rules.sheets import VERSIONS, LearnerTwice
from nador.kernel.errors import DomainError
from nador.kernel.text import clean

VALUE: Final = "value"
PAPER: Final = "paper"
COMMENT: Final = "comment"
_WHOLE: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class WorksheetColumn:
    """What a column can hold: the points of a criterion, or the mark where there is no rubric."""

    key: str
    names: frozenset[str]
    """Folded."""
    criterion: Criterion | None = None


@dataclass(frozen=True, slots=True)
class WorksheetNames:
    """How files name what is no mark, in every language, folded."""

    paper: frozenset[str]
    comment: frozenset[str]
    versions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A piece of work as its marker has marked it so far."""

    sign: str
    label: str
    points: Mapping[str, Decimal]
    value: Decimal | None
    comment: str
    version: int
    refusal: DomainError | None = None
    """Why this marker can't mark it."""


@dataclass(frozen=True, slots=True)
class WorksheetChange:
    """What a row would change of one mark: `cells` by column, from and to."""

    line: int
    paper: Paper
    points: Mapping[str, Decimal]
    value: Decimal | None
    comment: str
    cells: Sequence[tuple[str, Decimal | str | None, Decimal | str]]


@dataclass(frozen=True, slots=True)
class WorksheetError:
    """What is wrong on a line; `column` where one cell is."""

    line: int
    label: str
    column: str
    error: DomainError


@dataclass(slots=True)
class WorksheetPlan:
    """What a file would do, and why it does nothing at all where it has errors."""

    changes: list[WorksheetChange] = field(default_factory=list)
    errors: list[WorksheetError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    unchanged: int = 0
    """Rows that say what stands there already."""

    def fingerprint(self) -> str:
        """Tell this plan from another: of the same file, after a mark was changed."""
        said = [
            (one.paper.sign, one.paper.version, sorted(one.points.items()), one.value, one.comment)
            for one in self.changes
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def plan_worksheet(
    lines: Iterable[tuple[int, Sequence[str]]],
    *,
    columns: Sequence[WorksheetColumn],
    names: WorksheetNames,
    papers: Mapping[str, Paper],
    out_of: Decimal,
) -> WorksheetPlan:
    """Compare a file with the marks given so far; an empty cell leaves what is there as it is.

    `papers` by what rows may name them by, in capitals. Raises NoPaperColumn, NoMarkColumn, ColumnOfTwo.
    """
    rows = iter(lines)
    _, first = next(rows, (0, ()))
    others = {PAPER: names.paper, VERSIONS: names.versions, COMMENT: names.comment}
    header = read_header(first, columns, others)
    if PAPER not in header.places:
        raise NoPaperColumn
    if not header.marks and COMMENT not in header.places:
        raise NoMarkColumn
    plan = WorksheetPlan(ignored=header.ignored)
    seen: dict[str, int] = {}
    for line, cells in rows:
        typed = cell_at(cells, header.places[PAPER])
        paper = papers.get(typed.upper())
        if paper is None:
            error: DomainError = PaperUnknown(sign=typed)
            plan.errors.append(WorksheetError(line, typed, "", error))
        elif paper.sign in seen:
            error = LearnerTwice(line=seen[paper.sign])
            plan.errors.append(WorksheetError(line, paper.label, "", error))
        else:
            seen[paper.sign] = line
            _plan_row(plan, line, cells, header, paper, out_of)
    return plan


def _plan_row(
    plan: WorksheetPlan,
    line: int,
    cells: Sequence[str],
    header: Header[WorksheetColumn],
    paper: Paper,
    out_of: Decimal,
) -> None:
    points, value, comment = dict(paper.points), paper.value, paper.comment
    changed: list[tuple[str, Decimal | str | None, Decimal | str]] = []
    wrong = False
    for at, column in header.marks.items():
        typed = cell_at(cells, at)
        if not typed:
            continue
        try:
            read = _read(column, typed, out_of)
        except DomainError as error:
            plan.errors.append(WorksheetError(line, paper.label, column.key, error))
            wrong = True
            continue
        was = paper.points.get(column.key) if column.criterion else paper.value
        if read == was:
            continue
        changed.append((column.key, was, read))
        if column.criterion:
            points[column.key] = read
        else:
            value = read
    said = cell_at(cells, header.places.get(COMMENT))
    # A spreadsheet's cell is one line: a comment of several comes back as it went.
    if said and said != clean(paper.comment):
        changed.append((COMMENT, paper.comment or None, said))
        comment = said
    if wrong:
        return
    if not changed:
        plan.unchanged += 1
        return
    refusal = _refusal(paper, value, cell_at(cells, header.places.get(VERSIONS)))
    if refusal is not None:
        plan.errors.append(WorksheetError(line, paper.label, "", refusal))
        return
    plan.changes.append(WorksheetChange(line, paper, points, value, comment, changed))


def _read(column: WorksheetColumn, typed: str, out_of: Decimal) -> Decimal:
    if column.criterion is not None:
        return read_points(column.criterion, typed)
    return parse_mark(typed, out_of=out_of)


def _refusal(paper: Paper, value: Decimal | None, typed: str) -> DomainError | None:
    """Why a row can't be kept: not this marker's, or changed since the file was taken."""
    if paper.refusal is not None:
        return paper.refusal
    if _WHOLE.fullmatch(typed) and int(typed) != paper.version:
        return MarkStale(yours=value, theirs=paper.value, version=paper.version)
    return None
