"""Rubrics, plans and marks as forms: what was typed is kept, and refused at its field."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from flask import request
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from nador.assessment.forms.gradebook import TYPED_LIMIT, in_field
from nador.assessment.rules import parse_mark
from nador.assessment.rules.marking import (
    Criterion,
    Level,
    LevelUnreadable,
    MarkRole,
    Plan,
    Rubric,
    RubricKind,
    SecondMarking,
    read_points,
)
from nador.assessment.service.marking import MarkEntry
from nador.kernel import text
from nador.kernel.errors import DomainError, Invalid, describe
from nador.kernel.i18n import msgid
from nador.web.forms import Form
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nador.assessment.models import Mark, RubricVersion

TITLE_LIMIT: Final = 200
COMMENT_LIMIT: Final = 5000
NOTE_LIMIT: Final = 500
ROWS_MORE: Final = 3
MOST_POINTS: Final = Decimal(1000)
_LEVEL: Final = re.compile(r"\s*([0-9٠-٩]+(?:[.,٫،][0-9٠-٩]+)?)\s*[:=–—-]?\s*(.*)")


@dataclass(slots=True)
class CriterionRow:
    """One criterion as it is typed: levels one a line, the points first."""

    id: str
    title: str = ""
    hint: str = ""
    points: str = ""
    levels: str = ""
    error: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.title or self.hint or self.points or self.levels)


class RubricForm:
    """A rubric being written."""

    def __init__(self, kind: RubricKind, rows: list[CriterionRow], number: int) -> None:
        self.kind = kind
        self.rows = rows
        self.number = number
        """Of the version that the author saw, 0 where there was none."""
        self.refusals: list[str] = []

    @classmethod
    def of(cls, rubric: Rubric | None, kind: RubricKind, number: int) -> RubricForm:
        """Show a rubric as it stands, with an empty criterion below."""
        rows = [_row(each) for each in rubric.criteria] if rubric is not None else []
        made = cls(kind, rows, number)
        made.add(ROWS_MORE if not rows else 1)
        return made

    @classmethod
    def sent(cls) -> RubricForm:
        """Read what was typed."""
        typed = request.form
        kind = RubricKind.GUIDE if typed.get("kind") == RubricKind.GUIDE else RubricKind.RUBRIC
        rows = [
            CriterionRow(
                id=key,
                title=text.clean(typed.get(f"title-{key}", "")[:TITLE_LIMIT]),
                hint=text.clean(typed.get(f"hint-{key}", "")[:TITLE_LIMIT]),
                points=typed.get(f"points-{key}", "").strip()[:TYPED_LIMIT],
                levels=text.clean_block(typed.get(f"levels-{key}", "")[:COMMENT_LIMIT]),
            )
            for key in dict.fromkeys(typed.getlist("row"))
            if re.fullmatch("[0-9a-z]{1,12}", key)
        ]
        return cls(kind, rows, text.number(typed.get("number", "")) or 0)

    def add(self, count: int) -> None:
        """Put empty criteria below."""
        self.rows += [CriterionRow(secrets.token_hex(3)) for _ in range(count)]

    def rubric(self) -> Rubric | None:
        """Give what was typed; None where every row is empty. Notes what can't be read at its row."""
        criteria = [self._criterion(row) for row in self.rows if not row.blank]
        if any(row.error for row in self.rows):
            raise LevelUnreadable
        found = tuple(each for each in criteria if each is not None)
        return Rubric(self.kind, found) if found else None

    def _criterion(self, row: CriterionRow) -> Criterion | None:
        try:
            if self.kind is RubricKind.GUIDE:
                points = parse_mark(row.points, out_of=MOST_POINTS)
                return Criterion(row.id, row.title, row.hint, points)
            levels = tuple(_level(line) for line in row.levels.splitlines() if line.strip())
        except Invalid as error:
            row.error = describe(error, translator())
            return None
        top = max((each.points for each in levels), default=Decimal(0))
        return Criterion(row.id, row.title, row.hint, top, levels)

    def refuse(self, error: DomainError) -> None:
        """Put a refusal at the criterion that it is about, else on top."""
        said = describe(error, translator())
        field = getattr(error, "field", None)
        rows = [row for row in self.rows if not row.blank]
        if field and field[1:].isdecimal() and int(field[1:]) < len(rows):
            rows[int(field[1:])].error = said
        elif not any(row.error for row in rows):
            self.refusals.append(said)

    def summary(self) -> list[tuple[str | None, str]]:
        """List every error with the id of its field."""
        on_top: list[tuple[str | None, str]] = [(None, said) for said in self.refusals]
        at_rows = [(f"title-{row.id}", row.error) for row in self.rows if row.error]
        return [*on_top, *at_rows]


def _row(criterion: Criterion) -> CriterionRow:
    lines = [f"{in_field(each.points)} {each.title}" for each in criterion.levels]
    return CriterionRow(
        criterion.id,
        criterion.title,
        criterion.hint,
        in_field(criterion.points),
        "\n".join(lines),
    )


def _level(line: str) -> Level:
    found = _LEVEL.fullmatch(line)
    if found is None:
        raise LevelUnreadable
    points = parse_mark(found[1], out_of=MOST_POINTS)
    return Level(points, text.clean(found[2])[:TITLE_LIMIT])


class PlanForm(Form):
    """How an assessment is marked."""

    anonymous = BooleanField(
        msgid("Hide the names while marking"),
        description=msgid("They are shown once every mark is agreed and you ask for it."),
    )
    second = RadioField(msgid("A second person marks"), default=SecondMarking.NONE.value)
    threshold = StringField(
        msgid("A third person decides beyond a difference of"),
        [Length(max=TYPED_LIMIT)],
        description=msgid("Within it, the mean of both marks counts."),
    )
    borderline = StringField(
        msgid("Sample: marks this near to the pass mark"), [Length(max=TYPED_LIMIT)]
    )
    percent = StringField(msgid("Sample: per cent of all, drawn by lot"), [Length(max=TYPED_LIMIT)])

    def plan(self, out_of: Decimal) -> Plan:
        """Give what was typed; raises MarkUnreadable, MarkTooFine, MarkOutOfRange."""

        def number(typed: str | None, field: str, most: Decimal = out_of) -> Decimal | None:
            typed = (typed or "").strip()
            return parse_mark(typed, out_of=most, field=field) if typed else None

        percent = number(self.percent.data, "percent", Decimal(100))
        return Plan(
            anonymous=bool(self.anonymous.data),
            second=SecondMarking(self.second.data or SecondMarking.NONE),
            threshold=number(self.threshold.data, "threshold") or Decimal(0),
            borderline=number(self.borderline.data, "borderline"),
            percent=int(percent) if percent is not None else None,
        )


@dataclass(slots=True)
class PointsInput:
    """A criterion on the page: its points as typed or chosen, and what the marker says of it."""

    criterion: Criterion
    typed: str
    note: str
    error: str = ""


class MarkForm(Form):
    """A mark: points by criterion or one value, and words for the learner."""

    value = StringField(msgid("Mark"), [Length(max=TYPED_LIMIT)])
    comment = TextAreaField(msgid("Comment for the learner"), [Length(max=COMMENT_LIMIT)])
    version = HiddenField()
    rubric = HiddenField()
    submission = HiddenField()

    def __init__(
        self,
        version: RubricVersion | None,
        rubric: Rubric | None,
        own: Mark | None,
        *,
        submission_id: int | None = None,
        blank: bool = False,
    ) -> None:
        super().__init__(
            **({"formdata": None} if blank else {}),
            data={
                "value": in_field(own.value) if own is not None and own.value is not None else "",
                "comment": own.comment if own is not None else "",
                "version": str(own.version if own is not None else 0),
                "rubric": str(version.id) if version is not None and rubric is not None else "",
                "submission": str(submission_id or ""),
            },
        )
        self._rubric = rubric
        sent = self.is_submitted() and not blank
        criteria = rubric.criteria if rubric is not None else ()
        self.points: list[PointsInput] = [self._input(each, own, sent=sent) for each in criteria]
        self.theirs = ""
        """What stands there by somebody else's hand, in words."""
        self.taken = False
        """Whether somebody else began this mark: it could be taken over."""

    def _input(self, criterion: Criterion, own: Mark | None, *, sent: bool) -> PointsInput:
        key = criterion.id
        if sent:
            typed = request.form.get(f"p-{key}", "").strip()[:TYPED_LIMIT]
            note = request.form.get(f"n-{key}", "")[:NOTE_LIMIT]
            return PointsInput(criterion, typed, note)
        kept = own.points.get(key) if own is not None else None
        typed = in_field(Decimal(kept)) if kept is not None else ""
        return PointsInput(criterion, typed, own.notes.get(key, "") if own is not None else "")

    def entry(self, assessment_id: int, sign: str, *, out_of: Decimal, final: bool) -> MarkEntry:
        """Give the mark as the service takes it; raises the first refusal of what was typed."""
        typed = (self.value.data or "").strip() if self._rubric is None else ""
        value = parse_mark(typed, out_of=out_of, field="value") if typed else None
        return MarkEntry(
            assessment_id=assessment_id,
            sign=sign,
            value=value,
            rubric_id=text.number(self.rubric.data or "") if self._rubric is not None else None,
            points=self._points(),
            notes={each.criterion.id: each.note for each in self.points},
            comment=self.comment.data or "",
            final=final,
            take_over="take" in request.form,
            expected_version=text.number(self.version.data or "") or 0,
            submission_id=text.number(self.submission.data or ""),
        )

    def add_comment(self, said: str) -> None:
        """Put a comment of the bank below what was typed."""
        if said:
            self.comment.data = f"{self.comment.data or ''}\n{said}".strip()

    def _points(self) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        refused: Invalid | None = None
        for each in self.points:
            if not each.typed:
                continue
            try:
                found[each.criterion.id] = read_points(each.criterion, each.typed)
            except Invalid as error:
                each.error = describe(error, translator())
                refused = refused or error
        if refused is not None:
            raise refused
        return found

    def refuse(self, error: DomainError) -> None:
        """Put a refusal at its field; one about points stands at the criterion already."""
        if not any(each.error for each in self.points):
            super().refuse(error)

    def summary(self) -> list[tuple[str | None, str]]:
        """List every error with the id of its field."""
        at_points = [(f"p-{each.criterion.id}", each.error) for each in self.points if each.error]
        return super().summary() + at_points


class AllotForm(Form):
    """Who shares the work that nobody has been named for."""

    role = SelectField(msgid("Role"))

    def marker_ids(self) -> list[int]:
        """Who was ticked."""
        found = map(text.number, request.form.getlist("marker"))
        return [each for each in found if each is not None]

    def chosen_role(self) -> MarkRole:
        """The role that was chosen."""
        return MarkRole(self.role.data)


class CommentForm(Form):
    """A comment to use again."""

    text = TextAreaField(msgid("Comment"), [Length(max=COMMENT_LIMIT)])
    institute_id = SelectField(msgid("Institute"), coerce=int)
    shared = BooleanField(msgid("For everybody who marks here"))


def named_markers(
    form: Mapping[str, str], signs: Iterable[str], role: MarkRole
) -> dict[str, int | None]:
    """Read who was named for each piece of work in a role; what was not on the page is left out."""
    return {
        sign: text.number(form[f"{role.value}-{sign}"])
        for sign in signs
        if f"{role.value}-{sign}" in form
    }
