"""What a run's grades say as a whole: one distribution for each assessment, and how they go together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from nador.assessment.queries.figures import Figures, columns_of, run_with_figures
from nador.assessment.queries.gradebook import book_of
from nador.assessment.queries.grades import run_of
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
    """What a run's grades say as a whole: as it is kept, or counted anew; raises NotFound."""
    run, figures = run_with_figures(session, run_id)
    columns = columns_of(session, run, figures)
    figures = figures or _count(book_of(session, run, columns))
    summaries = iter(figures.summaries)
    found = [
        Distribution(one.code, one.title, one.out_of, next(summaries, None))
        for one in (column.assessment for column in columns)
    ]
    scale, parts = run.version.mark_scale, list(found)
    if run.version.categories:
        parts = [
            Distribution(each["code"], each["title"], scale, next(summaries, None))
            for each in run.version.categories
        ]
        found += parts
    found.append(Distribution("", None, scale, next(summaries, None)))
    return Statistics(run=run, distributions=found, parts=parts, together=figures.together)


def counted(session: Session, run_id: int) -> Figures:
    """Count the figures of a run from its grades, whatever is kept; raises NotFound."""
    run = run_of(session, run_id)
    return _count(book_of(session, run, columns_of(session, run, None)))


def _count(book: Gradebook) -> Figures:
    version = book.run.version
    ratio = Fraction(version.pass_mark) / Fraction(version.mark_scale)

    def summed(marks: Iterable[Decimal], out_of: Decimal) -> Summary | None:
        return summary(list(marks), out_of=out_of, pass_mark=ratio * Fraction(out_of))

    of_items = {
        column.assessment.code: _of_assessment(book, column.assessment.id)
        for column in book.columns
    }
    of_categories = {each["code"]: _of_category(book, each["code"]) for each in version.categories}
    finals = [mark for row in book.rows if (mark := _final(row)) is not None]
    return Figures(
        grades={
            column.assessment.id: (column.graded, column.provisional) for column in book.columns
        },
        summaries=[
            *(
                summed(marks.values(), column.assessment.out_of)
                for column, marks in zip(book.columns, of_items.values(), strict=True)
            ),
            *(summed(marks.values(), version.mark_scale) for marks in of_categories.values()),
            summed(finals, version.mark_scale),
        ],
        together=_together(of_categories or of_items),
    )


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
    marks: dict[str, dict[int, Decimal]],
) -> dict[tuple[str, str], Decimal | None]:
    """Correlate each part with those before it, over the learners who have both marks."""
    found = {}
    for at, (code, first) in enumerate(marks.items()):
        for other, second in islice(marks.items(), at):
            pairs = [(mark, second[key]) for key, mark in first.items() if key in second]
            found[code, other] = correlation(pairs)
    return found
