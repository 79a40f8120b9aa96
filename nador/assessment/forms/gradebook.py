"""The gradebook as a form: which cells were changed, and what was typed in each."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import request
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from nador.assessment.rules import GradeStale, GradeState, MarkAndExcuse, parse_mark
from nador.assessment.service import GradeEntry
from nador.kernel import text
from nador.kernel.errors import DomainError, Invalid, describe
from nador.kernel.i18n import msgid
from nador.web.forms import REQUIRED, Form
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nador.assessment.models import Assessment
    from nador.assessment.queries import Cell, Gradebook, Row
    from nador.assessment.service import GradesRefused

REASON_LIMIT = 500
TYPED_LIMIT = 40
APPEAL_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class CellInput:
    """One grade being edited: what stood there when the page was made, and what stands there now."""

    key: str
    typed: str
    before: str
    excused: bool
    excused_before: bool
    version: int
    error: str = ""
    theirs: str = ""
    """The value that somebody else saved meanwhile, in words."""

    @property
    def changed(self) -> bool:
        """Whether the grader wants something else than what stood there."""
        return (self.typed, self.excused) != (self.before, self.excused_before)


def key_of(assessment_id: int, enrolment_id: int) -> str:
    """Name a cell's inputs."""
    return f"{assessment_id}-{enrolment_id}"


class GradesForm(Form):
    """The cells of one learner, or of a whole page, with one reason for all changes."""

    reason = StringField(msgid("Reason for the change"), [Length(max=REASON_LIMIT)])

    def __init__(self, book: Gradebook, edited: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edited = frozenset(edited)
        self.stale = False
        self._asked: dict[int, Assessment] = {
            column.assessment.id: column.assessment for column in book.columns
        }
        self.cells: dict[str, CellInput] = {
            key_of(assessment_id, row.enrolment_id): self._cell(row, assessment_id)
            for row in book.rows
            if row.enrolment_id in self.edited
            for assessment_id in self._asked
        }

    def _cell(self, row: Row, assessment_id: int) -> CellInput:
        key = key_of(assessment_id, row.enrolment_id)
        kept = row.cells.get(assessment_id)
        now = _from_kept(key, kept)
        if not self.is_submitted() or f"v-{key}" not in request.form:
            return now
        return CellInput(
            key=key,
            typed=request.form.get(f"g-{key}", "").strip(),
            before=request.form.get(f"b-{key}", ""),
            excused=f"x-{key}" in request.form,
            excused_before=f"y-{key}" in request.form,
            version=text.number(request.form[f"v-{key}"]) or 0,
        )

    def entries(self) -> list[GradeEntry]:
        """Give the changes as the service takes them; notes the error of each unreadable cell."""
        found = [self._entry(cell) for cell in self.cells.values() if cell.changed]
        return [entry for entry in found if entry is not None]

    def _entry(self, cell: CellInput) -> GradeEntry | None:
        assessment_id, enrolment_id = (int(part) for part in cell.key.split("-"))
        typed = "" if cell.excused and cell.typed == cell.before else cell.typed
        try:
            if cell.excused and typed:
                raise MarkAndExcuse
            out_of = self._asked[assessment_id].out_of
            value = parse_mark(typed, out_of=out_of) if typed else None
        except Invalid as error:
            self._note(cell.key, error)
            return None
        return GradeEntry(
            assessment_id=assessment_id,
            enrolment_id=enrolment_id,
            value=value,
            excused=cell.excused,
            reason=self.reason.data or "",
            expected_version=cell.version,
        )

    def refuse_cells(self, refused: GradesRefused) -> None:
        """Put each refusal at its cell; a stale cell takes the new version, so that saving again decides."""
        for entry, error in refused.refusals:
            if getattr(error, "field", None) == "reason":
                if not self.reason.errors:
                    self.refuse(error)
                continue
            self._note(key_of(entry.assessment_id, entry.enrolment_id), error)

    def _note(self, key: str, error: DomainError) -> None:
        said = describe(error, translator())
        cell = replace(self.cells[key], error=said)
        if isinstance(error, GradeStale):
            self.stale = True
            theirs = error.params["theirs"]
            cell = replace(
                cell,
                version=error.params["version"],
                before=in_field(theirs) if isinstance(theirs, Decimal) else "",
                theirs=translator().say(theirs),
            )
        self.cells[key] = cell

    @property
    def cell_errors(self) -> list[CellInput]:
        """The cells that were refused."""
        return [cell for cell in self.cells.values() if cell.error]

    def summary(self) -> list[tuple[str | None, str]]:
        """List every error with the id of its field or cell."""
        return super().summary() + [(f"g-{cell.key}", cell.error) for cell in self.cell_errors]


def _from_kept(key: str, kept: Cell | None) -> CellInput:
    value = kept.value if kept is not None else None
    shown = in_field(value) if value is not None else ""
    excused = kept is not None and kept.state is GradeState.EXCUSED
    version = kept.version if kept is not None else 0
    return CellInput(key, shown, shown, excused, excused, version)


def in_field(value: Decimal) -> str:
    """Write a mark as one types it in the page's language: no needless zeros."""
    return translator().number(value).replace("\u202f", "").replace("\u00a0", "")


def one_entry(assessment: Assessment, enrolment_id: int) -> GradeEntry:
    """Read one cell that the page's script sends on its own."""
    typed = request.form.get("value", "").strip()
    return GradeEntry(
        assessment_id=assessment.id,
        enrolment_id=enrolment_id,
        value=parse_mark(typed, out_of=assessment.out_of, field="value") if typed else None,
        reason=request.form.get("reason", "")[:REASON_LIMIT],
        expected_version=text.number(request.form.get("version", "")) or 0,
    )


class SuppositionForm:
    """Marks that a learner supposes, as the address has them: `m<assessment id>=14,5`."""

    def __init__(self, open_ones: Iterable[Assessment], args: Mapping[str, str]) -> None:
        self.supposed: dict[int, Decimal] = {}
        self.typed: dict[int, str] = {}
        self.errors: dict[int, str] = {}
        for each in open_ones:
            typed = self.typed[each.id] = args.get(f"m{each.id}", "").strip()[:TYPED_LIMIT]
            if not typed:
                continue
            try:
                self.supposed[each.id] = parse_mark(typed, out_of=each.out_of)
            except Invalid as error:
                self.errors[each.id] = describe(error, translator())

    def summary(self) -> list[tuple[str | None, str]]:
        """List the errors with the ids of their fields."""
        return [(f"m{key}", said) for key, said in self.errors.items()]


class OverrideForm(Form):
    """Which mark of a learner another one replaces, and why."""

    category = SelectField(msgid("Which mark"))
    value = StringField(
        msgid("Mark"),
        [Length(max=TYPED_LIMIT)],
        description=msgid("Leave empty to go back to the computed mark."),
    )
    reason = TextAreaField(
        msgid("Reason"),
        [Length(max=REASON_LIMIT)],
        description=msgid("The learner reads it in the trace, and it stays in the history."),
    )

    def mark(self, out_of: Decimal) -> Decimal | None:
        """Give the mark that was typed; raises MarkUnreadable, MarkTooFine, MarkOutOfRange."""
        typed = (self.value.data or "").strip()
        return parse_mark(typed, out_of=out_of, field="value") if typed else None


class HideForm(Form):
    """Why grades that learners have seen are hidden again."""

    reason = TextAreaField(msgid("Reason"), [InputRequired(REQUIRED), Length(max=REASON_LIMIT)])


class ReopenForm(Form):
    """Why results that were confirmed are open again."""

    reason = TextAreaField(msgid("Reason"), [InputRequired(REQUIRED), Length(max=REASON_LIMIT)])


class AppealForm(Form):
    """Why a learner contests a grade or a result."""

    reason = TextAreaField(
        msgid("What should be looked at again, and why?"),
        [InputRequired(REQUIRED), Length(max=APPEAL_LIMIT)],
    )


class AssignForm(Form):
    """Who is to decide an appeal."""

    assignee = SelectField(msgid("Who decides"), coerce=int)


class DecideForm(Form):
    """What is decided about an appeal, and why."""

    value = StringField(
        msgid("New grade"),
        [Length(max=TYPED_LIMIT)],
        description=msgid("Only where the appeal is approved."),
    )
    answer = TextAreaField(
        msgid("Answer to the learner"), [InputRequired(REQUIRED), Length(max=APPEAL_LIMIT)]
    )


class NoSheet(Invalid):
    """No file was chosen."""

    code = "no_sheet"


class SheetForm(Form):
    """A gradebook as a file, or the very content of one that was shown before."""

    file = FileField(msgid("File"), description=msgid("CSV or XLSX, at most 5,000 learners."))
    content = HiddenField()
    fingerprint = HiddenField()
    reason = StringField(
        msgid("Reason for the change"),
        [Length(max=REASON_LIMIT)],
        description=msgid("It stays in the history of every grade that changes."),
    )

    def sheet(self) -> bytes:
        """Give the chosen file, or the content that the preview carried along; raises NoSheet."""
        if self.file.data:
            kept: bytes = self.file.data.read()
            if not kept:
                raise NoSheet(field="file")
            return kept
        try:
            kept = base64.b64decode(self.content.data or "", validate=True)
        except binascii.Error:
            raise NoSheet(field="file") from None
        if not kept:
            raise NoSheet(field="file")
        return kept
