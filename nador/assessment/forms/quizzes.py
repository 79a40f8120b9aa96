"""The forms by which staff sets up a quiz, marks answers and decides about attempts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flask import request
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from nador.assessment.forms.accommodations import REASON_LIMIT, instant
from nador.assessment.rules import parse_mark
from nador.assessment.rules.banks import TAG_LIMIT
from nador.assessment.rules.quizzes import Counting, Ending, FeedbackTime, Settings, to_cent
from nador.assessment.service.quiz_marking import Marked
from nador.kernel import clock
from nador.kernel.errors import Invalid, describe
from nador.kernel.i18n import msgid
from nador.kernel.text import clean_block
from nador.web.forms import REQUIRED, Form
from nador.web.request import translator

if TYPE_CHECKING:
    from nador.assessment.models import Quiz
    from nador.assessment.queries.attempts import Asked
    from nador.assessment.rules.quizzes import AnswersMoved

MOST_POINTS = Decimal(1000)


class QuizForm(Form):
    """How a quiz is taken."""

    opens_at = DateTimeLocalField(msgid("Opens at"), validators=[Optional()])
    closes_at = DateTimeLocalField(msgid("Closes at"), validators=[Optional()])
    minutes = IntegerField(
        msgid("Time limit in minutes"),
        [Optional()],
        description=msgid("Left empty, there is no limit but the closing time."),
    )
    grace = IntegerField(
        msgid("Grace in seconds"),
        [InputRequired(REQUIRED)],
        description=msgid("Answers that are under way when the time ends still count."),
    )
    attempts = IntegerField(
        msgid("Attempts"), [Optional()], description=msgid("Left empty: any number.")
    )
    delay = IntegerField(
        msgid("Minutes between attempts"),
        [Optional()],
        description=msgid(
            "From the end of one to the beginning of the next. Left empty, nobody waits."
        ),
    )
    counting = SelectField(msgid("What counts"))
    ending = SelectField(msgid("An attempt that nobody hands in"))
    feedback = SelectField(msgid("Learners see what was right"))
    shuffle = BooleanField(msgid("Shuffle the questions"))
    paged = BooleanField(msgid("One question a page"))

    @property
    def settings(self) -> Settings:
        """What was typed."""
        return Settings(
            opens_at=instant(self.opens_at.data),
            closes_at=instant(self.closes_at.data),
            minutes=self.minutes.data,
            attempts=self.attempts.data,
            delay=self.delay.data or 0,
            counting=Counting(self.counting.data),
            grace=self.grace.data or 0,
            ending=Ending(self.ending.data),
            shuffle=bool(self.shuffle.data),
            feedback=FeedbackTime(self.feedback.data),
            paged=bool(self.paged.data),
        )


def shown(quiz: Quiz | None) -> dict[str, Any]:
    """Give the settings of a quiz as the form shows them; of none yet, the usual ones."""
    settings = quiz.settings if quiz is not None else Settings()
    return {
        "opens_at": _wall(settings.opens_at),
        "closes_at": _wall(settings.closes_at),
        "minutes": settings.minutes,
        "grace": settings.grace,
        "attempts": settings.attempts,
        "delay": settings.delay or None,
        "counting": settings.counting.value,
        "ending": settings.ending.value,
        "feedback": settings.feedback.value,
        "shuffle": settings.shuffle,
        "paged": settings.paged,
    }


def _wall(moment: Any) -> Any:
    return None if moment is None else clock.local(moment).replace(tzinfo=None)


class DrawForm(Form):
    """Questions to be drawn from a category."""

    category_id = SelectField(msgid("Category"), coerce=int)
    tag = StringField(
        msgid("Tag"), [Length(max=TAG_LIMIT)], description=msgid("Only questions that have it.")
    )
    count = IntegerField(msgid("How many"), [InputRequired(REQUIRED)])
    draw_points = StringField(msgid("Points each"), [InputRequired(REQUIRED), Length(max=20)])

    @property
    def points(self) -> Decimal:
        """The points that were typed; raises a refusal of marks."""
        return parse_mark(self.draw_points.data or "", out_of=MOST_POINTS, field="draw_points")


class ReasonForm(Form):
    """Why something is decided."""

    reason = TextAreaField(msgid("Reason"), [InputRequired(REQUIRED), Length(max=REASON_LIMIT)])


class RegradeForm(ReasonForm):
    """Why attempts are graded again, and which report that was said of."""

    seen = HiddenField()


class MarksForm:
    """Points and comments for the answers of an attempt, as typed: `p3`, `c3`."""

    def __init__(self, asked: list[Asked]) -> None:
        self.typed = {each.position: request.form.get(f"p{each.position}", "") for each in asked}
        self.comments = {each.position: request.form.get(f"c{each.position}", "") for each in asked}
        self.seen = {each.position: request.form.get(f"w{each.position}", "") for each in asked}
        self.errors: dict[int, str] = {}
        self.moved: set[int] = set()
        self.marks: list[Marked] = []
        for each in asked:
            typed = self.typed[each.position].strip()
            # Words without points are no mark, but they are not dropped either.
            said = request.form.get(f"c{each.position}", each.comment)
            if typed or clean_block(said) != each.comment:
                self._read(each, typed)

    def _read(self, asked: Asked, typed: str) -> None:
        try:
            points = parse_mark(typed, out_of=asked.points, field="points")
        except Invalid as refused:
            self.errors[asked.position] = describe(refused, translator())
            return
        said = self.comments[asked.position]
        self.marks.append(Marked(asked.position, points, said, self.seen[asked.position]))

    def meet(self, moved: AnswersMoved, asked: list[Asked]) -> None:
        """Show what somebody else gave meanwhile beside what was typed; saving again decides."""
        words = translator()
        self.moved = set(moved.params["positions"])
        for each in asked:
            self.seen[each.position] = each.marked
            if each.position in self.moved:
                share = each.earned.share or 0
                points = words.number(to_cent(share * Fraction(each.points)).normalize())
                self.errors[each.position] = words.gettext(
                    "Meanwhile somebody else gave: %(points)s. Save again to put yours in its place.",
                    points=points,
                )

    def summary(self) -> list[tuple[str | None, str]]:
        """List the errors with the ids of their fields."""
        return [(f"p{position}", said) for position, said in self.errors.items()]
