"""Words of marks as a file, out and back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment.rules.marking import WorksheetNames
from nador.assessment.rules.marking.worksheets import COMMENT, VALUE
from nador.kernel.i18n import LANGUAGES, translator
from nador.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nador.assessment.models import Mark
    from nador.assessment.queries.marking import Bench, Work
    from nador.assessment.rules.marking import Rubric
    from nador.kernel.i18n import Translator


def worksheet_columns(bench: Bench, rubric: Rubric | None, words: Translator) -> list[str]:
    """Head the columns of a worksheet."""
    who = [] if bench.hidden else [words.gettext("Reference"), words.gettext("Learner’s name")]
    out_of = words.number(bench.assessment.out_of.normalize())
    marks = [f"{words.gettext('Mark')} /{out_of}"]
    if rubric is not None:
        marks = [
            f"{place}. {each.title} /{words.number(each.points.normalize())}"
            for place, each in enumerate(rubric.criteria, start=1)
        ]
    return [
        words.gettext("Paper"),
        *who,
        *marks,
        words.gettext("Comment"),
        words.gettext("Versions (leave as they are)"),
    ]


def worksheet_lines(
    bench: Bench, rubric: Rubric | None, works: Sequence[tuple[Work, Mark | None]]
) -> Iterator[list[str | Decimal | int | None]]:
    """Give the rows of a worksheet."""
    for work, own in works:
        names = [each.name_latin or each.name_arabic or each.reference for each in work.authors]
        references = [each.reference for each in work.authors]
        who = [] if bench.hidden else [" ".join(references), " · ".join(names)]
        yield [
            work.sign,
            *who,
            *_marks(rubric, own),
            own.comment if own is not None else "",
            own.version if own is not None else 0,
        ]


def _marks(rubric: Rubric | None, own: Mark | None) -> list[Decimal | None]:
    if rubric is None:
        return [own.value if own is not None else None]
    points = own.points if own is not None else {}
    return [Decimal(points[each.id]) if each.id in points else None for each in rubric.criteria]


def worksheet_names() -> WorksheetNames:
    """Say how files call what is no mark: as we write it, in every language."""
    return WorksheetNames(
        paper=_folded("Paper") | _folded("Reference") | _folded("Reference number"),
        comment=_folded("Comment") | _folded("Comment for the learner"),
        versions=_folded("Versions (leave as they are)"),
    )


def mark_names() -> frozenset[str]:
    """Say how files call the mark where there is no rubric."""
    return _folded("Mark")


def _folded(message: str) -> frozenset[str]:
    return frozenset(fold(translator(code).gettext(message)) for code in LANGUAGES)


def column_titles(rubric: Rubric | None, words: Translator) -> dict[str, str]:
    """Name the columns of a preview or of a table."""
    titles = {each.id: each.title for each in rubric.criteria} if rubric is not None else {}
    return titles | {VALUE: words.gettext("Mark"), COMMENT: words.gettext("Comment")}


def cell(value: Decimal | str | None, words: Translator) -> str:
    """Write a cell of a preview."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else words.number(value.normalize())
