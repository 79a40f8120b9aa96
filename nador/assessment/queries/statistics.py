"""What a run's grades say as a whole: one distribution for each assessment, and how they go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from nador.assessment.queries.gradebook import gradebook
from nador.assessment.rules import Summary, correlation, summary
from nador.catalogue.models import Run
from nador.kernel.db import Words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.assessment.queries.gradebook import Gradebook, Row


@dataclass(frozen=True, slots=True)
class Distribution:
    """The marks of one assessment, of a category, or the final ones (no title)."""

    code: str
    title: Words | None
    out_of: Decimal
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """A run's distributions, and for each pair of parts how far their marks go together."""

    run: Run
    distributions: Sequence[Distribution]
    parts: Sequence[Distribution]
    """Categories where the course has some, else assessments."""
    together: dict[tuple[str, str], Decimal | None]


def statistics(session: Session, run_id: int) -> Statistics:
    """Read a run's grades once, in the gradebook's four queries, and sum them up; raises NotFound."""
    book = gradebook(session, run_id)
    run = book.run
    ratio = Fraction(run.version.pass_mark) / Fraction(run.version.mark_scale)
    marks = {
        column.assessment.code: _of_assessment(book, column.assessment.id)
        for column in book.columns
    }
    found = [
        Distribution(
            column.assessment.code,
            column.assessment.title,
            column.assessment.out_of,
            summary(
                list(marks[column.assessment.code].values()),
                out_of=column.assessment.out_of,
                pass_mark=ratio * Fraction(column.assessment.out_of),
            ),
        )
        for column in book.columns
    ]
    scale, asked = run.version.mark_scale, Fraction(run.version.pass_mark)
    parts = list(found)
    if run.version.categories:
        marks = {each["code"]: _of_category(book, each["code"]) for each in run.version.categories}
        parts = [
            Distribution(
                each["code"],
                each["title"],
                scale,
                summary(list(marks[each["code"]].values()), out_of=scale, pass_mark=asked),
            )
            for each in run.version.categories
        ]
        found += parts
    finals = [mark for row in book.rows if (mark := _final(row)) is not None]
    found.append(Distribution("", None, scale, summary(finals, out_of=scale, pass_mark=asked)))
    return Statistics(run=run, distributions=found, parts=parts, together=_together(parts, marks))


def _of_assessment(book: Gradebook, assessment_id: int) -> dict[int, Decimal]:
    return {
        row.enrolment_id: cell.value
        for row in book.rows
        if (cell := row.cells.get(assessment_id)) is not None and cell.value is not None
    }


def _of_category(book: Gradebook, code: str) -> dict[int, Decimal]:
    return {
        row.enrolment_id: line.value
        for row in book.rows
        if (line := row.category(code)) is not None and isinstance(line.value, Decimal)
    }


def _final(row: Row) -> Decimal | None:
    """The final mark; on a scale that shows none, the one that was held against the pass mark."""
    line = row.final_line
    return line.value if line is not None and isinstance(line.value, Decimal) else row.outcome.mark


def _together(
    parts: Sequence[Distribution], marks: dict[str, dict[int, Decimal]]
) -> dict[tuple[str, str], Decimal | None]:
    """Correlate each part with those before it, over the learners who have both marks."""
    found = {}
    for at, one in enumerate(parts):
        for other in parts[:at]:
            first, second = marks[one.code], marks[other.code]
            found[one.code, other.code] = correlation(
                [(first[key], second[key]) for key in first.keys() & second.keys()]
            )
    return found
