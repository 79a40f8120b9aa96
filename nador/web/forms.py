"""Forms: refused input is shown again with the reason, at the field and on top."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flask import redirect
from flask_wtf import FlaskForm
from wtforms.fields import choices

from nador.kernel.access import Forbidden
from nador.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, describe
from nador.kernel.i18n import msgid
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask.typing import ResponseReturnValue

REQUIRED = msgid("Fill in this field.")
# What WTForms says by itself: named here, so that it is said in every language.
WTFORMS = (
    msgid("Not a valid choice."),
    msgid("Not a valid date value."),
    msgid("Not a valid datetime value."),
    msgid("Not a valid integer value."),
    msgid("Not a valid time value."),
)


def options(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Make the choices of a select field from (value, text)."""
    return [
        choices.SelectChoice(value, text)  # type: ignore[attr-defined] # newer than its stubs
        for value, text in pairs
    ]


class _Words:
    """WTForms' own sentences, said by our translator."""

    def gettext(self, text: str) -> str:
        return translator().gettext(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return translator().ngettext(singular, plural, number)


class Form(FlaskForm):
    """A form of ours: labels are English msgids, translated when it is made."""

    status = 422
    """With which HTTP status a refused form is shown again."""

    class Meta(FlaskForm.Meta):
        """Say WTForms' messages in the page's language."""

        def get_translations(self, _form: Any) -> _Words:
            """Return the page's words."""
            return _Words()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusals: list[str] = []
        for field in self:
            field.label.text = translator().gettext(field.label.text) if field.label.text else ""
            field.description = translator().gettext(field.description) if field.description else ""

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Judge the form, and say what is wrong in the page's language."""
        valid = bool(super().validate(*args, **kwargs))
        for field in self:
            field.errors = [translator().gettext(str(said)) for said in field.errors]
        return valid

    def refuse(self, error: DomainError) -> None:
        """Put the words of a refusal at the field that it names, else on top."""
        said = describe(error, translator())
        name = getattr(error, "field", None)
        if name and name in self._fields:
            self._fields[name].errors = [*self._fields[name].errors, said]
        else:
            self.refusals.append(said)

    def summary(self) -> list[tuple[str | None, str]]:
        """List every error with the id of its field, for the head of the page.

        Words that several fields share (“fill in this field”) say which field is meant.
        """
        found = [(field, str(said)) for field in self for said in field.errors]
        times = Counter(said for _, said in found)
        words = translator()
        at_fields = [
            (
                field.id,
                words.gettext("%(field)s: %(error)s", field=field.label.text, error=said)
                if times[said] > 1
                else said,
            )
            for field, said in found
        ]
        return [(None, said) for said in self.refusals] + at_fields


def process(form: Form, *, do: Callable[[], str], page: Callable[[], str]) -> ResponseReturnValue:
    """Run `do` on a valid form and go on to the URL it returns; else show `page` again with its status.

    Who may not do this at all meets the page of that refusal, not a form to fill in again.
    """
    if form.validate_on_submit():
        try:
            return redirect(do(), 303)
        except Forbidden:
            raise
        except (Invalid, Conflict, NotAllowed) as error:
            form.refuse(error)
    return page(), form.status
