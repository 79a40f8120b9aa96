"""What people type about places."""

from __future__ import annotations

from wtforms import FileField, HiddenField, SelectField, StringField
from wtforms.validators import Length

from nador.kernel.errors import Invalid
from nador.kernel.i18n import LANGUAGES, msgid
from nador.kernel.text import EMAIL_LIMIT, NAME_LIMIT
from nador.web.forms import Form, options


class Withdraw(Form):
    """The question before a place is given back."""

    reason = StringField(
        msgid("Reason"),
        description=msgid("Optional. Only the centre reads it."),
        validators=[Length(max=500)],
    )


class SomeoneForm(Form):
    """A person whom staff enrols: by reference or e-mail when known, else with a name."""

    reference = StringField(
        msgid("Reference number"),
        description=msgid(
            "For someone whom the centre knows already. Then the rest can stay empty."
        ),
    )
    email = StringField(
        msgid("E-mail"), description=msgid("Optional."), validators=[Length(max=EMAIL_LIMIT)]
    )
    name_arabic = StringField(msgid("Name in Arabic"), validators=[Length(max=NAME_LIMIT)])
    name_latin = StringField(msgid("Name in Latin letters"), validators=[Length(max=NAME_LIMIT)])
    phone = StringField(msgid("Phone"), description=msgid("Optional. Example: +212 6 12 34 56 78"))
    locale = SelectField(
        msgid("Language of mails"),
        choices=options((language.code, language.own_name) for language in LANGUAGES.values()),
    )


class NoFile(Invalid):
    """No file was chosen."""

    code = "no_file"


class ImportForm(Form):
    """A file of people, or the very content of one that was shown before."""

    file = FileField(msgid("File"), description=msgid("CSV or XLSX, at most 5,000 people."))
    content = HiddenField()
    step = HiddenField()
