"""Forms of certification."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from nador.kernel.i18n import msgid
from nador.web.forms import REQUIRED, Form


class OrderForm(Form):
    """Press to issue; the ticked names are those that were checked."""


class RevokeForm(Form):
    """Why a certificate is revoked."""

    reason = TextAreaField(
        msgid("Reason, for the file"),
        description=msgid("Only staff can read it."),
        validators=[InputRequired(REQUIRED), Length(max=1000)],
    )
    public_reason = StringField(
        msgid("Reason that the public reads"),
        description=msgid("It stands on the verification page. Name nobody in it."),
        validators=[InputRequired(REQUIRED), Length(max=200)],
    )
