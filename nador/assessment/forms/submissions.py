"""The forms of assignments: a learner's draft, handing in, and what staff settles."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional

from nador.accounts.forms import TicksField
from nador.assessment.forms.accommodations import instant
from nador.assessment.labels import file_kind
from nador.assessment.rules import parse_mark
from nador.assessment.rules.submissions import Asked, FileKind, LatePolicy, PenaltyUnit, Window
from nador.assessment.service.assignments import Settings
from nador.kernel import clock
from nador.kernel.i18n import msgid
from nador.kernel.text import number
from nador.web.forms import Form, options

if TYPE_CHECKING:
    from datetime import datetime

    from nador.assessment.models import Assignment
    from nador.kernel.i18n import Translator

INSTRUCTIONS_LIMIT = 20_000
FEEDBACK_LIMIT = 20_000
REASON_LIMIT = 500
MEGABYTE = 1024 * 1024


class DraftForm(Form):
    """A draft: its text and files; `seen` is the number of the text that the page showed."""

    text = TextAreaField(msgid("Your text"))
    seen = HiddenField()
    files = MultipleFileField(msgid("Add files"))

    @property
    def sequence(self) -> int:
        """The number that came back; what is none was never shown by us."""
        read = number(str(self.seen.data or ""))
        return -1 if read is None else read


class HandInForm(Form):
    """The last look: what was looked at, and the statement that it is one's own work."""

    submission_id = HiddenField()
    looked_at = HiddenField()
    own_work = BooleanField(
        msgid("This is my own work. What I took from others, I have named with its source.")
    )


class AssignmentForm(Form):
    """What is to be handed in, until when, and what lateness costs."""

    instructions = TextAreaField(
        msgid("What is asked"),
        [Length(max=INSTRUCTIONS_LIMIT)],
        description=msgid("Markdown, in the language of the run."),
    )
    opens_at = DateTimeLocalField(msgid("Opens at"), validators=[Optional()])
    due_at = DateTimeLocalField(msgid("Due at"), validators=[Optional()])
    cut_off_at = DateTimeLocalField(
        msgid("Nothing is taken after"),
        validators=[Optional()],
        description=msgid("Between the due date and this moment, work is taken and is late."),
    )
    late_percent = StringField(
        msgid("What lateness costs, in per cent"),
        description=msgid("Of the whole mark, for each day or hour begun. 0: nothing."),
    )
    late_unit = SelectField(msgid("For each"))
    late_floor = StringField(
        msgid("Not below, in per cent"),
        description=msgid("Lateness alone brings nobody below this share of the mark."),
    )
    takes_text = BooleanField(msgid("A text is taken"))
    takes_files = BooleanField(msgid("Files are taken"))
    kinds = TicksField(
        msgid("Kinds of files"), description=msgid("Judged by their content, whatever their name.")
    )
    most_files = IntegerField(msgid("How many files"), [Optional()])
    largest = IntegerField(msgid("Largest file, in MB"), [Optional()])
    resubmission = BooleanField(msgid("Learners may hand in again until nothing is taken"))
    by_group = BooleanField(msgid("Groups hand in together"))
    own_work = BooleanField(msgid("Ask for the statement that it is one’s own work"))

    def __init__(self, words: Translator, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds.choices = [(kind.value, file_kind(kind, words)) for kind in FileKind]
        self.late_unit.choices = options(
            [
                (PenaltyUnit.DAY.value, words.gettext("day begun")),
                (PenaltyUnit.HOUR.value, words.gettext("hour begun")),
            ]
        )

    @classmethod
    def of(cls, words: Translator, kept: Assignment | None) -> AssignmentForm:
        """Show an assignment as it stands, or what a new one would be."""
        if kept is None:
            return cls(
                words,
                formdata=None,
                late_percent="0",
                late_floor="0",
                takes_text=True,
                takes_files=True,
                kinds=[FileKind.PDF.value],
                most_files=5,
                largest=10,
                resubmission=True,
                own_work=True,
            )
        return cls(
            words,
            formdata=None,
            instructions=kept.instructions,
            opens_at=on_the_clock(kept.opens_at),
            due_at=on_the_clock(kept.due_at),
            cut_off_at=on_the_clock(kept.cut_off_at),
            late_percent=f"{kept.late_percent.normalize():f}",
            late_unit=kept.late_unit.value,
            late_floor=f"{kept.late_floor.normalize():f}",
            takes_text=kept.takes_text,
            takes_files=kept.takes_files,
            kinds=kept.kinds,
            most_files=kept.most_files,
            largest=max(1, round(kept.largest / MEGABYTE)),
            resubmission=kept.resubmission,
            by_group=kept.by_group,
            own_work=kept.own_work,
        )

    def settings(self) -> Settings:
        """Give what was typed; raises MarkUnreadable and its like for what is no percentage."""
        return Settings(
            instructions=self.instructions.data or "",
            window=Window(
                opens_at=instant(self.opens_at.data),
                due_at=instant(self.due_at.data),
                cut_off_at=instant(self.cut_off_at.data),
            ),
            late_policy=LatePolicy(
                percent=_percent(self.late_percent),
                unit=PenaltyUnit(self.late_unit.data),
                floor=_percent(self.late_floor),
            ),
            asked=Asked(
                takes_text=bool(self.takes_text.data),
                takes_files=bool(self.takes_files.data),
                kinds=frozenset(FileKind(kind) for kind in self.kinds.data or []),
                most_files=self.most_files.data or 0 if self.takes_files.data else 1,
                largest=(self.largest.data or 0 if self.takes_files.data else 1) * MEGABYTE,
                own_work=bool(self.own_work.data),
            ),
            resubmission=bool(self.resubmission.data),
            by_group=bool(self.by_group.data),
        )


class ReturnForm(Form):
    """What goes back with a work: words, files, and the mark that it is worth."""

    seen = HiddenField()
    feedback = TextAreaField(
        msgid("Feedback"),
        [Length(max=FEEDBACK_LIMIT)],
        description=msgid("The learner reads it at once; a grade is seen when it is released."),
    )
    files = MultipleFileField(msgid("Files to give back"))
    value = StringField(
        msgid("What the work is worth"),
        description=msgid("Before lateness is taken off. Empty: the grade stays as it is."),
    )
    reason = StringField(
        msgid("Reason for the change"),
        [Length(max=REASON_LIMIT)],
        description=msgid("Only needed where the learner has seen a grade already."),
    )


def on_the_clock(at: datetime | None) -> datetime | None:
    """Give an instant as a form shows it: the clock on the wall, to the minute."""
    return clock.local(at).replace(tzinfo=None, second=0, microsecond=0) if at else None


def _percent(field: StringField) -> Decimal:
    return parse_mark(field.data or "0", out_of=Decimal(100), field=field.name)
