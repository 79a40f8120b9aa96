"""Words of the gradebook as a file, out and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment.labels.states import grade_state, row_state
from nador.assessment.rules import GradeState, SheetNames
from nador.kernel.i18n import LANGUAGES, pick, translator
from nador.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from nador.assessment.queries import Column, Gradebook, Group, Row
    from nador.kernel.i18n import Translator


def gradebook_columns(book: Gradebook, words: Translator) -> list[str]:
    """Head the columns of the gradebook's file."""
    return [
        words.gettext("Reference"),
        words.gettext("Name in Latin letters"),
        words.gettext("Name in Arabic letters"),
        words.gettext("Attendance in per cent"),
        *(head for group in book.groups for head in _group_heads(group, book, words)),
        words.gettext("Average"),
        words.gettext("Result"),
        words.gettext("Versions (leave as they are)"),
    ]


def _group_heads(group: Group, book: Gradebook, words: Translator) -> list[str]:
    titles = [pick(column.assessment.title, words.code) for column in book.columns]
    heads = []
    for column in group.columns:
        title = pick(column.assessment.title, words.code)
        # Two assessments of one name would be nobody's when the file comes back.
        named = title if titles.count(title) == 1 else column.assessment.code
        heads.append(f"{named} /{words.number(column.assessment.out_of)}")
    if group.category is not None:
        title = pick(group.category["title"], words.code)
        heads.append(words.gettext("Mean: %(title)s", title=title))
    return heads


def gradebook_lines(book: Gradebook, words: Translator) -> Iterator[list[str | Decimal | None]]:
    """Give the rows of the gradebook's file."""
    for row in book.rows:
        yield [
            row.reference,
            row.name_latin,
            row.name_arabic,
            row.outcome.attendance,
            *(cell for group in book.groups for cell in _group_cells(row, group, words)),
            row.outcome.mark,
            row_state(row, words)[0],
            " ".join(
                f"{column.assessment.code}={cell.version}"
                for column in book.columns
                if (cell := row.cells.get(column.assessment.id)) is not None
            ),
        ]


def _group_cells(row: Row, group: Group, words: Translator) -> list[str | Decimal | None]:
    cells = [_cell(row, column, words) for column in group.columns]
    if group.category is not None:
        line = row.category(group.category["code"])
        cells.append(line.value if line is not None else None)
    return cells


def _cell(row: Row, column: Column, words: Translator) -> str | Decimal | None:
    kept = row.cells.get(column.assessment.id)
    if kept is not None and kept.state is GradeState.EXCUSED:
        return grade_state(kept.state, words)
    return kept.value if kept is not None else None


def sheet_names() -> SheetNames:
    """Say how files call what is no assessment: as we write it, in every language."""
    spoken = [translator(code) for code in LANGUAGES]

    def folded(message: str) -> frozenset[str]:
        return frozenset(fold(words.gettext(message)) for words in spoken)

    return SheetNames(
        reference=folded("Reference") | folded("Reference number"),
        versions=folded("Versions (leave as they are)"),
        excused=frozenset(fold(grade_state(GradeState.EXCUSED, words)) for words in spoken),
    )


def sheet_value(value: Decimal | None, words: Translator, *, excused: bool) -> str:
    """Write a grade of a preview: a mark, excused, or none."""
    if excused:
        return grade_state(GradeState.EXCUSED, words)
    return "–" if value is None else words.mark(value)
