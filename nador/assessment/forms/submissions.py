"""The forms of assignments: a learner's draft, handing in, and what staff settles."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, TextAreaField

from nador.kernel.i18n import msgid
from nador.web.forms import Form


class DraftForm(Form):
    """A draft: its text and files; `seen` is the number of the text that the page showed."""

    text = TextAreaField(msgid("Your text"))
    seen = HiddenField()
    files = MultipleFileField(msgid("Add files"))

    @property
    def sequence(self) -> int:
        """The number that came back; what is none was never shown by us."""
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else -1  # noqa: PLR2004 - what a row can have


class HandInForm(Form):
    """The last look: what was looked at, and the statement that it is one's own work."""

    submission_id = HiddenField()
    looked_at = HiddenField()
    own_work = BooleanField(
        msgid("This is my own work. What I took from others, I have named with its source.")
    )
