"""The forms of accounts: labels are English msgids; what they hold is judged by the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    widgets,
)
from wtforms.validators import InputRequired

from nador.accounts import labels
from nador.accounts.rules import GRANTABLE, Scope
from nador.kernel.i18n import LANGUAGES, msgid
from nador.web.forms import REQUIRED, Form, options
from nador.web.request import translator

if TYPE_CHECKING:
    from nador.accounts.models import Institute, Person
    from nador.kernel.db import Words

_NEEDED: Final = InputRequired(REQUIRED)
_LANGUAGES: Final = options((one.code, one.own_name) for one in LANGUAGES.values())


def _typed(label: str, hint: str = "") -> StringField:
    return StringField(label, validators=[_NEEDED], description=hint)


def _password(label: str, hint: str = "") -> PasswordField:
    return PasswordField(label, validators=[_NEEDED], description=hint)


class TicksField(SelectMultipleField):
    """Several of a few choices, as ticks."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class SignInForm(Form):
    """Who one is, and the password."""

    email = _typed(msgid("E-mail address or reference number"))
    password = _password(msgid("Password"))


class CodeForm(Form):
    """What stands on a printed sheet."""

    reference = _typed(msgid("Reference number"))
    code = _typed(msgid("Sign-in code"), msgid("12 letters and figures, from the sheet."))


class NamesForm(Form):
    """A name in two scripts; one of them is enough."""

    name_latin = StringField(
        msgid("Name in Latin letters"), description=msgid("As on the identity card.")
    )
    name_arabic = StringField(
        msgid("Name in Arabic letters"),
        description=msgid("The certificate carries both names. One is enough to begin."),
    )


class SignUpForm(NamesForm):
    """What an account needs."""

    email = _typed(msgid("E-mail address"))
    password = _password(
        msgid("Password"),
        msgid("At least 10 characters. Three or four words that do not belong together are good."),
    )
    consent = BooleanField(
        msgid("I have read what happens with my data"),
        validators=[InputRequired(msgid("Read the notice about your data, then tick the box."))],
    )


class ResetForm(Form):
    """Where to send a link."""

    email = _typed(msgid("E-mail address"))


class NewPasswordForm(Form):
    """A new password."""

    password = _password(
        msgid("New password"),
        msgid("At least 10 characters. Three or four words that do not belong together are good."),
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the one that it replaces."""

    present = PasswordField(msgid("Present password"))


class ProfileForm(NamesForm):
    """What people say about themselves."""

    phone = StringField(msgid("Phone"), description=msgid("Optional. Example: 06 12 34 56 78"))
    locale = SelectField(msgid("Language of pages and mails"), choices=_LANGUAGES)

    @classmethod
    def of(cls, person: Person) -> ProfileForm:
        """Make the form with what is known."""
        return cls(obj=person)


class PersonForm(ProfileForm):
    """What the register says of somebody."""

    email = StringField(
        msgid("E-mail address"), description=msgid("Leave empty for somebody without e-mail.")
    )


class TokenForm(Form):
    """A new API token."""

    name = _typed(msgid("What the token is for"))
    scopes = TicksField(
        msgid("Limit the token to"),
        choices=options((scope.value, labels.scope(scope)) for scope in Scope),
        description=msgid("Nothing ticked: it may do all that this account may do."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scopes.choices = _said(self.scopes)


class RoleForm(Form):
    """A role at an institute."""

    institute_id = HiddenField(validators=[_NEEDED])
    role = SelectField(
        msgid("Role"),
        choices=options((role.value, labels.role(role)) for role in GRANTABLE),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = _said(self.role)


def _said(field: Any) -> list[Any]:
    return options((one.value, translator().gettext(one.label)) for one in field.choices)


class InstituteForm(Form):
    """What an institute says of itself, on every certificate."""

    name_ar = StringField(msgid("Name in Arabic"))
    name_fr = StringField(msgid("Name in French"))
    name_en = StringField(msgid("Name in English"))
    name_zgh = StringField(msgid("Name in Tifinagh"))
    city_ar = StringField(msgid("City in Arabic"))
    city_fr = StringField(msgid("City in French"))
    city_en = StringField(msgid("City in English"))
    authority_ar = StringField(msgid("Authority in Arabic"))
    authority_fr = StringField(msgid("Authority in French"))
    authority_en = StringField(msgid("Authority in English"))
    signatory_ar = StringField(msgid("Signatory in Arabic letters"))
    signatory_fr = StringField(msgid("Signatory in Latin letters"))
    signatory_title_ar = StringField(msgid("Title of the signatory in Arabic"))
    signatory_title_fr = StringField(msgid("Title of the signatory in French"))
    signatory_title_en = StringField(msgid("Title of the signatory in English"))
    prefix = _typed(
        msgid("Prefix of certificate codes"),
        msgid("Two to five letters. It cannot change once there is a certificate."),
    )
    cndp_number = StringField(
        msgid("Number of the CNDP declaration"),
        description=msgid("It is shown wherever personal data is asked for."),
    )

    second_person = BooleanField(
        msgid("A second certifier confirms what one decides"),
        description=msgid(
            "Issuing, revoking, correcting and renewing certificates then wait until another certifier confirms."
        ),
    )

    GROUPS = ("name", "city", "authority", "signatory", "signatory_title")

    @classmethod
    def of(cls, institute: Institute) -> InstituteForm:
        """Make the form with what the institute says."""
        said_so = {
            f"{group}_{code}": typed
            for group in cls.GROUPS
            for code, typed in getattr(institute, group).items()
        }
        # As one mapping: `prefix` alone would be WTForms' own prefix of field names.
        return cls(
            data={
                "prefix": institute.prefix,
                "cndp_number": institute.cndp_number,
                "second_person": institute.second_person,
                **said_so,
            }
        )

    def words(self) -> dict[str, Words]:
        """Give what was typed, by group and language."""
        return {
            group: {
                code: str(self._fields[f"{group}_{code}"].data or "")
                for code in ("ar", "fr", "en", "zgh")
                if f"{group}_{code}" in self._fields
            }
            for group in self.GROUPS
        }
