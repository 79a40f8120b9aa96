"""The forms of groups, and of what is eased for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from nador.accounts.forms import TicksField
from nador.assessment.rules.accommodations import Ease
from nador.assessment.rules.banks import NAME_LIMIT
from nador.kernel import clock
from nador.kernel.i18n import msgid
from nador.web.forms import REQUIRED, Form

if TYPE_CHECKING:
    from datetime import datetime

REASON_LIMIT = 1000


class GroupForm(Form):
    """How a group is called."""

    name = StringField(msgid("Name"), [InputRequired(REQUIRED), Length(max=NAME_LIMIT)])


class MembersForm(GroupForm):
    """How a group is called, and who is in it."""

    enrolment_id = TicksField(msgid("Learners"), coerce=int)


class AccommodationForm(Form):
    """What is eased, for whom, and why."""

    whom = SelectField(msgid("For whom"), [InputRequired(REQUIRED)])
    assessment_id = SelectField(msgid("In which assessment"))
    extra_time = IntegerField(
        msgid("Extra time in per cent"),
        [Optional()],
        description=msgid("Of the time limit: 33 makes 80 minutes of 60."),
    )
    extra_attempts = IntegerField(msgid("Extra attempts"), [Optional()])
    extra_days = IntegerField(
        msgid("Extra days"),
        [Optional()],
        description=msgid("By so many days the due date and the end move."),
    )
    opens_at = DateTimeLocalField(msgid("Opens earlier, at"), validators=[Optional()])
    due_at = DateTimeLocalField(msgid("Due later, at"), validators=[Optional()])
    closes_at = DateTimeLocalField(msgid("Closes later, at"), validators=[Optional()])
    reason = TextAreaField(
        msgid("Reason"),
        [InputRequired(REQUIRED), Length(max=REASON_LIMIT)],
        description=msgid("Staff of the run read it, the learner does not."),
    )

    @property
    def ease(self) -> Ease:
        """What was typed."""
        return Ease(
            extra_time=self.extra_time.data or 0,
            extra_days=self.extra_days.data or 0,
            extra_attempts=self.extra_attempts.data or 0,
            opens_at=instant(self.opens_at.data),
            due_at=instant(self.due_at.data),
            closes_at=instant(self.closes_at.data),
        )

    @property
    def enrolment(self) -> int | None:
        """The learner that was chosen, where it is one."""
        return self._chosen("learner")

    @property
    def group(self) -> int | None:
        """The group that was chosen, where it is one."""
        return self._chosen("group")

    def _chosen(self, kind: str) -> int | None:
        chosen, _, number = (self.whom.data or "").partition("-")
        return int(number) if chosen == kind else None


def instant(typed: datetime | None) -> datetime | None:
    """Read a time of the wall clock."""
    return clock.on_the_wall(typed) if typed else None
