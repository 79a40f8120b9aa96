"""A question as a form, whatever its type: fields by name, rows that can be added, refusals at their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import request
from wtforms import FileField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from nador.assessment.questions import TYPES
from nador.assessment.questions.base import FILE_NAME
from nador.assessment.questions.drafts import Values, content_of, tidied, values_of
from nador.assessment.questions.formats.moodle import stored_name
from nador.assessment.rules.banks import NAME_LIMIT
from nador.kernel.errors import DomainError, Invalid, describe
from nador.kernel.i18n import msgid
from nador.kernel.text import number
from nador.web.forms import REQUIRED, Form
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nador.assessment.models import Question, QuestionVersion

MOST_ROWS = 60
ROWS_MORE = 2
_OURS = frozenset(("csrf_token", "more", "file", "drop", "image", "question_name"))


@dataclass(slots=True)
class QuestionForm:
    """The fields of one question, with what was refused of them."""

    kind: str
    name: str
    values: Values
    files: dict[str, str] = field(default_factory=dict)
    more: str = ""
    """The list that got empty rows."""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def blank(cls, kind: str, language: str) -> QuestionForm:
        """Begin a question."""
        return cls(kind, "", {"language": language, "shuffle": "yes"})

    @classmethod
    def of(cls, question: Question, version: QuestionVersion) -> QuestionForm:
        """Show a question as it stands."""
        content = version.content
        kind = str(content["kind"])
        return cls(kind, question.name, values_of(content), dict(content.get("files", {})))

    @classmethod
    def sent(cls, kind: str) -> QuestionForm:
        """Read what was typed: the last value of a field counts, so that a tick wins over its absence."""
        typed = {name: request.form.getlist(name)[-1] for name in request.form if name not in _OURS}
        dropped = set(request.form.getlist("drop"))
        files = {
            name: digest
            for name, _, digest in (each.partition(" ") for each in request.form.getlist("file"))
            if name not in dropped and FILE_NAME.fullmatch(name)
        }
        more = request.form.get("more", "")
        return cls(kind, request.form.get("question_name", ""), tidied(typed), files, more)

    @property
    def template(self) -> str:
        """The page of the type."""
        return TYPES[self.kind].template

    def content(self) -> dict[str, Any]:
        """Give the content that was typed, for the door."""
        return content_of(self.values | {"kind": self.kind}, self.files)

    def add_file(self, name: str, sha256: str) -> None:
        """List an image, under a name that texts can write."""
        self.files[stored_name(name, self.files)] = sha256

    def value(self, name: str) -> str:
        """Give what stands in a field."""
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        """Give what was refused of a field."""
        return self.errors.get(name, "")

    def rows(self, name: str, least: int) -> list[str]:
        """Give the beginnings of the names of a list's rows: those filled, and empty ones to fill."""
        start = f"{name}."
        filled = {
            int(each.removeprefix(start).partition(".")[0])
            for each in self.values
            if each.startswith(start) and each.removeprefix(start).partition(".")[0].isdigit()
        }
        last = max(filled, default=0)
        wanted = last + ROWS_MORE if self.more == name else last
        return [f"{start}{number}." for number in range(1, min(max(wanted, least), MOST_ROWS) + 1)]

    def refuse(self, refused: DomainError) -> None:
        """Put the words of a refusal at the field that it names."""
        name = getattr(refused, "field", None) or "prompt"
        self.errors.setdefault(name, describe(refused, translator()))

    def summary(self) -> list[tuple[str | None, str]]:
        """List what was refused, for the head of the page."""
        return [(name, said) for name, said in self.errors.items()]


class BankForm(Form):
    """A new bank."""

    institute_id = SelectField(msgid("Institute"), coerce=int)
    name = StringField(msgid("Name"), [InputRequired(REQUIRED), Length(max=NAME_LIMIT)])
    language = SelectField(msgid("Language of the questions"))


class CategoryForm(Form):
    """A new category."""

    name = StringField(msgid("Name"), [InputRequired(REQUIRED), Length(max=NAME_LIMIT)])
    parent_id = SelectField(msgid("Within"))


class PlaceForm(Form):
    """Where a question stands, and by which tags it is found."""

    category_id = SelectField(msgid("Category"))
    tags = StringField(
        msgid("Tags"), [Length(max=1500)], description=msgid("Several with commas between them.")
    )


class ImportForm(Form):
    """A file of questions."""

    file = FileField(msgid("File"), description=msgid("GIFT, Moodle XML, QTI, CSV or XLSX."))
    text = TextAreaField(msgid("Or paste GIFT here"))


def choose(select: SelectField, pairs: Sequence[tuple[Any, str]]) -> None:
    """Fill a select field; what was chosen stays chosen."""
    select.choices = list(pairs)


def refusals_of(reasons: Sequence[tuple[str, DomainError]]) -> list[tuple[str, str]]:
    """Say why questions were left out, by their names."""
    return [(name, said(reason)) for name, reason in reasons]


def said(reason: DomainError) -> str:
    """Say a refusal, with the part that it names."""
    words = describe(reason, translator())
    part = getattr(reason, "field", None) if isinstance(reason, Invalid) else None
    return f"{words} ({part})" if part else words


def asked(fields: Mapping[str, str], name: str) -> int | None:
    """Read an id out of a select that has an empty choice."""
    return number(fields.get(name, ""))
