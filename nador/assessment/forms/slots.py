"""The form of times for an oral or practical examination."""

from __future__ import annotations

from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from nador.assessment.forms.accommodations import REASON_LIMIT, instant
from nador.assessment.rules.slots import Series
from nador.kernel import clock
from nador.kernel.i18n import msgid
from nador.web.forms import REQUIRED, Form

PLACE_LIMIT = 200


class SlotsForm(Form):
    """A series of times, one after the other."""

    first = DateTimeLocalField(msgid("The first begins at"), validators=[InputRequired(REQUIRED)])
    count = IntegerField(msgid("How many, one after the other"), [InputRequired(REQUIRED)])
    minutes = IntegerField(msgid("Minutes for each"), [InputRequired(REQUIRED)])
    pause = IntegerField(msgid("Minutes of pause between them"), [InputRequired(REQUIRED)])
    capacity = IntegerField(msgid("Learners for each"), [InputRequired(REQUIRED)])
    hours_before = IntegerField(
        msgid("Booked or given back until so many hours before"), [InputRequired(REQUIRED)]
    )
    examiner_id = SelectField(msgid("Who examines"), coerce=int)
    place = StringField(msgid("Place"), [Length(max=PLACE_LIMIT)])

    @property
    def series(self) -> Series:
        """What was typed."""
        return Series(
            first=instant(self.first.data) or clock.now(),
            minutes=self.minutes.data or 0,
            count=self.count.data or 0,
            pause=self.pause.data or 0,
            capacity=self.capacity.data or 0,
            hours_before=self.hours_before.data or 0,
        )


class BookForForm(Form):
    """For whom staff books a time, and why."""

    # Nobody is chosen until somebody is: the first of a list is too easily booked for.
    enrolment_id = SelectField(
        msgid("For whom"), [InputRequired(REQUIRED)], coerce=lambda typed: int(typed or 0)
    )
    reason = TextAreaField(
        msgid("Reason"),
        [InputRequired(REQUIRED), Length(max=REASON_LIMIT)],
        description=msgid("It stays in the audit trail; the learner does not see it."),
    )
