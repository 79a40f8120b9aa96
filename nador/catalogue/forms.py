"""What readers and staff type or tick about courses, runs and meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from nador.accounts.forms import TicksField
from nador.catalogue.rules import Mode, RunChangedMeanwhile, Wish
from nador.kernel import clock
from nador.kernel.i18n import msgid
from nador.kernel.text import search_terms
from nador.web.forms import REQUIRED, Form
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from werkzeug.datastructures import MultiDict

    from nador.catalogue.models import CourseVersion, Meeting, Run
    from nador.kernel.errors import DomainError

LINE = 200


def read_wish(args: MultiDict[str, str]) -> Wish:
    """Read what somebody asks of the list; what is not understood asks nothing."""
    return Wish(
        terms=tuple(search_terms(args.get("q", "")[:200])),
        domains=frozenset(args.getlist("domain")),
        levels=frozenset(int(each) for each in args.getlist("level") if each in {"1", "2", "3"}),
        languages=frozenset(args.getlist("language")),
        modes=frozenset(args.getlist("mode")),
        free="free" in args,
        open_seats="open" in args,
        no_prerequisites="start" in args,
    )


def _required() -> list[Any]:
    return [InputRequired(REQUIRED)]


def _at_most(limit: int) -> Callable[[Any, Any], None]:
    """Refuse a text that no page could show."""

    def check(_form: Any, field: Any) -> None:
        if len(field.data or "") > limit:
            raise ValidationError(
                translator().gettext("At most %(limit)s characters.", limit=limit)
            )

    return check


class RunForm(Form):
    """The facts of a run; times are those of the wall clock."""

    code = StringField(
        msgid("Code of the run"),
        validators=[*_required(), _at_most(48)],
        description=msgid("Latin letters, digits and dashes. It stands on lists and certificates."),
    )
    language = SelectField(msgid("Language"), validators=_required())
    mode = SelectField(msgid("How it is taught"), validators=_required())
    place = StringField(msgid("Place"), validators=[_at_most(LINE)])
    starts_on = DateField(msgid("First day"), validators=_required())
    ends_on = DateField(msgid("Last day"), validators=_required())
    opens_at = DateTimeLocalField(msgid("Enrolment opens"), validators=_required())
    closes_at = DateTimeLocalField(msgid("Enrolment closes"), validators=_required())
    capacity = IntegerField(msgid("Number of seats"), validators=_required())
    offer_hours = IntegerField(
        msgid("Hours to accept an offered seat"),
        validators=_required(),
        description=msgid("A seat offered to someone on the waitlist is held for so long."),
    )
    appeal_days = IntegerField(
        msgid("Days to contest a grade or a result"),
        validators=[Optional()],
        description=msgid("Learners have so many whole days to ask, and staff to answer."),
    )
    version_counter = IntegerField(widget=HiddenInput(), validators=[Optional()])
    publish = BooleanField(msgid("Publish at once"))

    def offer(self, languages: list[tuple[str, str]], modes: list[tuple[str, str]]) -> None:
        """Set what can be chosen, in the words of the page."""
        self.language.choices = languages
        self.mode.choices = modes

    def refuse(self, error: DomainError) -> None:
        """Keep what was typed when somebody else was faster, and say so with the right status."""
        super().refuse(error)
        if isinstance(error, RunChangedMeanwhile):
            self.status = 409

    def facts(self) -> dict[str, Any]:
        """Give what was typed, as the service takes it."""
        return {
            "language": self.language.data,
            "mode": Mode(self.mode.data),
            "place": self.place.data or "",
            "starts_on": self.starts_on.data,
            "ends_on": self.ends_on.data,
            "opens_at": _instant(self.opens_at.data),
            "closes_at": _instant(self.closes_at.data),
            "capacity": self.capacity.data,
            "offer_hours": self.offer_hours.data,
            **({} if self.appeal_days.data is None else {"appeal_days": self.appeal_days.data}),
        }


def facts_of(run: Run) -> dict[str, Any]:
    """Give a run's facts, as the form shows them."""
    return {
        "code": run.code,
        "language": run.language,
        "mode": run.mode.value,
        "place": run.place,
        "starts_on": run.starts_on,
        "ends_on": run.ends_on,
        "opens_at": _wall(run.opens_at),
        "closes_at": _wall(run.closes_at),
        "capacity": run.capacity,
        "offer_hours": run.offer_hours,
        "appeal_days": run.appeal_days,
        "version_counter": run.version_counter,
    }


def facts_for_new(version: CourseVersion, code: str) -> dict[str, Any]:
    """Suggest the facts of a new run from those of its course."""
    return {
        "code": code,
        "language": version.languages[0],
        "mode": version.mode.value,
        "capacity": version.capacity,
        "offer_hours": 48,
        "appeal_days": 10,
        "opens_at": _wall(clock.now()).replace(hour=8, minute=0, second=0, microsecond=0),
    }


def _instant(typed: datetime | None) -> datetime | None:
    return clock.on_the_wall(typed) if typed else None


def _wall(instant: datetime) -> datetime:
    return clock.local(instant).replace(tzinfo=None)


class CancelForm(Form):
    """Why something will not take place."""

    reason = TextAreaField(
        msgid("Reason"),
        validators=[*_required(), _at_most(1000)],
        description=msgid("It is sent to everyone who has a place or waits for one."),
    )


class SeriesForm(Form):
    """One meeting, or one every week on some days."""

    first_day = DateField(msgid("First day"), validators=_required())
    last_day = DateField(
        msgid("Last day"),
        validators=[Optional()],
        description=msgid("Leave empty for a single meeting."),
    )
    weekdays = TicksField(
        msgid("Every week on"),
        coerce=int,
        description=msgid("Without a tick: on the weekday of the first day."),
    )
    starts = TimeField(msgid("From"), validators=_required())
    ends = TimeField(msgid("To"), validators=_required())
    place = StringField(msgid("Place"), validators=[_at_most(LINE)])
    topic = StringField(msgid("Topic"), validators=[_at_most(LINE)])

    def facts(self) -> dict[str, Any]:
        """Give what was typed, as the service takes it."""
        return {
            "first_day": self.first_day.data,
            "last_day": self.last_day.data or self.first_day.data,
            "weekdays": set(self.weekdays.data or ()) if self.last_day.data else set(),
            "starts": self.starts.data,
            "ends": self.ends.data,
            "place": self.place.data or "",
            "topic": self.topic.data or "",
        }


class MeetingForm(Form):
    """When and where one meeting takes place."""

    first_day = DateField(msgid("Day"), validators=_required())
    starts = TimeField(msgid("From"), validators=_required())
    ends = TimeField(msgid("To"), validators=_required())
    place = StringField(msgid("Place"), validators=[_at_most(LINE)])
    topic = StringField(msgid("Topic"), validators=[_at_most(LINE)])


def facts_of_meeting(meeting: Meeting) -> dict[str, Any]:
    """Give a meeting's facts, as the form shows them."""
    starts, ends = _wall(meeting.starts_at), _wall(meeting.ends_at)
    return {
        "first_day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "place": meeting.place,
        "topic": meeting.topic,
    }


class StaffForm(Form):
    """Who shall teach the run."""

    person = StringField(
        msgid("E-mail address or reference number"), validators=[*_required(), _at_most(254)]
    )
