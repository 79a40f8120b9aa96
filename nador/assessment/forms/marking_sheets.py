"""Marks for many learners at once: a table on a page, a file, a package."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from flask import request
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from nador.assessment.forms.gradebook import TYPED_LIMIT, NoSheet, SheetForm, in_field
from nador.assessment.queries.marking import Work
from nador.assessment.rules import parse_mark
from nador.assessment.rules.marking import Criterion, MarkStale, read_points
from nador.assessment.rules.marking.worksheets import VALUE
from nador.assessment.service.marking import MarkEntry
from nador.kernel import text
from nador.kernel.errors import Invalid, describe
from nador.kernel.i18n import msgid
from nador.web.forms import Form
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nador.assessment.models import Mark, RubricVersion
    from nador.assessment.queries.marking import Bench
    from nador.assessment.rules.marking import Rubric
    from nador.assessment.service.marking import MarksRefused


class WorksheetForm(SheetForm):
    """Marks as a file, or the very content of one that was shown before."""

    final = BooleanField(
        msgid("Complete marks are final"),
        description=msgid("Otherwise they stay drafts, and count for nothing yet."),
    )


class ParcelForm(Form):
    """A package of feedback files, or the print of what its preview showed."""

    file = FileField(
        msgid("ZIP file"), description=msgid("At most 100 MB, each file at most 20 MB.")
    )
    fingerprint = HiddenField()

    def parcel(self) -> bytes:
        """Give the chosen file; raises NoSheet."""
        sent = self.file.data
        content: bytes = sent.read() if sent else b""
        if not content:
            raise NoSheet(field="file")
        sent.close()
        return content


@dataclass(slots=True)
class EntryCell:
    """One input of the table: what stood there when the page was made, and what was typed."""

    key: str
    criterion: Criterion | None
    typed: str
    before: str
    error: str = ""


@dataclass(slots=True)
class EntryRow:
    """One piece of work in the table."""

    work: Work
    version: int
    final: bool
    cells: list[EntryCell]
    error: str = ""

    @property
    def changed(self) -> bool:
        """Whether the marker wants something else than what stood there."""
        return any(cell.typed != cell.before for cell in self.cells)


class EntryForm(Form):
    """The marks of one page of work."""

    final = BooleanField(
        msgid("Complete marks are final"),
        default=True,
        description=msgid("Otherwise they stay drafts, and count for nothing yet."),
    )

    def __init__(
        self,
        bench: Bench,
        works: Sequence[tuple[Work, Mark | None]],
        version: RubricVersion | None,
        rubric: Rubric | None,
    ) -> None:
        super().__init__()
        self._bench = bench
        self._version = version
        self.rubric = rubric
        self.stale = False
        self.rows = [self._row(work, own) for work, own in works]

    def _row(self, work: Work, own: Mark | None) -> EntryRow:
        sent = self.is_submitted() and f"v-{work.sign}" in request.form
        version = own.version if own is not None else 0
        if sent:
            version = text.number(request.form[f"v-{work.sign}"]) or 0
        criteria: Sequence[Criterion | None] = self.rubric.criteria if self.rubric else [None]
        cells = [self._cell(work.sign, each, own, sent=sent) for each in criteria]
        return EntryRow(work, version, own is not None and own.final_at is not None, cells)

    def _cell(
        self, sign: str, criterion: Criterion | None, own: Mark | None, *, sent: bool
    ) -> EntryCell:
        key = f"{sign}-{criterion.id if criterion is not None else VALUE}"
        if sent:
            typed = request.form.get(f"g-{key}", "").strip()[:TYPED_LIMIT]
            return EntryCell(key, criterion, typed, request.form.get(f"b-{key}", ""))
        kept = own.value if own is not None else None
        if criterion is not None:
            points = own.points.get(criterion.id) if own is not None else None
            kept = Decimal(points) if points is not None else None
        shown = in_field(kept) if kept is not None else ""
        return EntryCell(key, criterion, shown, shown)

    def entries(self) -> list[MarkEntry]:
        """Give the changes as the service takes them; notes the error of each unreadable cell."""
        found = [self._entry(row) for row in self.rows if row.changed]
        return [entry for entry in found if entry is not None]

    def _entry(self, row: EntryRow) -> MarkEntry | None:
        points: dict[str, Decimal] = {}
        value: Decimal | None = None
        for cell in row.cells:
            if not cell.typed:
                continue
            try:
                if cell.criterion is not None:
                    points[cell.criterion.id] = read_points(cell.criterion, cell.typed)
                else:
                    value = parse_mark(cell.typed, out_of=self._bench.assessment.out_of)
            except Invalid as error:
                cell.error = describe(error, translator())
        if any(cell.error for cell in row.cells):
            return None
        complete = all(cell.typed for cell in row.cells)
        return MarkEntry(
            assessment_id=self._bench.assessment.id,
            sign=row.work.sign,
            value=value,
            rubric_id=self._version.id if self._version is not None and self.rubric else None,
            points=points,
            final=complete and bool(self.final.data),
            expected_version=row.version,
        )

    def refuse_rows(self, refused: MarksRefused) -> None:
        """Put each refusal at its row; a stale row takes the new version, so that saving again decides."""
        rows = {row.work.sign: row for row in self.rows}
        for entry, error in refused.refusals:
            row = rows[entry.sign]
            row.error = describe(error, translator())
            if isinstance(error, MarkStale):
                self.stale = True
                row.version = error.params["version"]

    @property
    def cell_errors(self) -> list[EntryCell]:
        """The cells that were refused."""
        return [cell for row in self.rows for cell in row.cells if cell.error]

    def summary(self) -> list[tuple[str | None, str]]:
        """List every error with the id of its field."""
        at_cells = [(f"g-{cell.key}", cell.error) for cell in self.cell_errors]
        at_rows = [(f"g-{row.cells[0].key}", row.error) for row in self.rows if row.error]
        return [*super().summary(), *at_cells, *at_rows]
