"""The forms of accounts: labels are English msgids; what they hold is judged by the service."""

from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from nador.kernel.i18n import msgid
from nador.web.forms import REQUIRED, Form


def _typed(label: str, hint: str = "") -> StringField:
    return StringField(label, validators=[InputRequired(REQUIRED)], description=hint)


class SignInForm(Form):
    """Who one is, and the password."""

    email = _typed(msgid("E-mail address or reference number"))
    password = PasswordField(msgid("Password"), validators=[InputRequired(REQUIRED)])
