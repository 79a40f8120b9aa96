"""Forms of certification."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from nador.accounts.forms import TicksField
from nador.certification import labels
from nador.certification.facts import Words
from nador.certification.rules import DraftChanged
from nador.certification.template import (
    LINES,
    MOST_SIGNATORIES,
    SLOTS,
    Accent,
    Annex,
    BadPicture,
    Frame,
    OnSheet,
    Picture,
    TemplateFlawed,
    TemplateOptions,
    Texts,
)
from nador.kernel import text
from nador.kernel.i18n import msgid
from nador.web.forms import REQUIRED, Form, options
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wtforms import Field

    from nador.certification.facts import Kind
    from nador.kernel.errors import DomainError


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


class LetStandForm(Form):
    """Why a certificate may do without what it rested on."""

    why = TextAreaField(
        msgid("Why it still stands"),
        description=msgid("Only staff can read it."),
        validators=[InputRequired(REQUIRED), Length(max=1000)],
    )


LONGEST_VALIDITY: Final = 600
"""Months."""
PLACES: Final = range(1, MOST_SIGNATORIES + 1)
CODES: Final = ("ar", "fr", "en")
FRAMES: Final = (
    ("", msgid("As usual for this document")),
    (Frame.STARS.value, msgid("A band of stars")),
    (Frame.RULES.value, msgid("Two lines")),
    (Frame.NONE.value, msgid("No frame")),
)
ACCENTS: Final = (
    ("", msgid("As usual for this document")),
    (Accent.GREEN.value, msgid("Green")),
    (Accent.BLUE.value, msgid("Blue")),
    (Accent.RED.value, msgid("Red")),
    (Accent.BROWN.value, msgid("Brown")),
    (Accent.GREY.value, msgid("Grey")),
)
PICTURE_HINT: Final = msgid("PNG up to 1 MB, or SVG up to 200 kB made of shapes only.")
PICTURES: Final = ("logo", *(f"hand_{place}" for place in PLACES))


class BeginForm(Form):
    """Press to take a step with a version of a template."""

    def refuse(self, error: DomainError) -> None:
        """Say which text it is that stands in the way."""
        if isinstance(error, TemplateFlawed):
            self.refusals.append(labels.flaw(translator(), error.flaw))
        else:
            super().refuse(error)


class TemplateForm(Form):
    """What a draft decides; its texts stand in `text_<slot>_<language>`, as many as there are."""

    languages = TicksField(msgid("Languages of the document"))
    tifinagh = BooleanField(msgid("Show the institute's name in Tifinagh"))
    show_hours = BooleanField(msgid("Show the hours"))
    show_dates = BooleanField(msgid("Show the dates of the course"))
    show_mention = BooleanField(msgid("Show the mention"))
    frame = SelectField(msgid("Frame"))
    accent = SelectField(msgid("Colour"))
    valid_months = IntegerField(
        msgid("Validity in months"),
        description=msgid("Leave it empty for documents that never expire."),
        validators=[Optional(), NumberRange(min=1, max=LONGEST_VALIDITY)],
    )
    supplement = SelectField(
        msgid("Supplement on a second page"),
        description=msgid(
            "What the course teaches and how it is assessed. The marks stand in the file only: "
            "neither the public page nor the digital credential says them."
        ),
    )
    logo = FileField(msgid("Logo"), description=PICTURE_HINT)
    logo_away = BooleanField(msgid("Take the logo away"))
    edition = HiddenField()
    stale = False
    """Somebody else saved the draft meanwhile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = translator()
        self.languages.choices = options(
            (code, words.gettext(labels.LANGUAGES[code])) for code in CODES
        )
        self.frame.choices = options((value, words.gettext(said)) for value, said in FRAMES)
        self.supplement.choices = options((one.value, labels.annex(words, one)) for one in Annex)
        self.accent.choices = options((value, words.gettext(said)) for value, said in ACCENTS)

    def refuse(self, error: DomainError) -> None:
        """Say at its field what is wrong with a picture, and on top that another was faster."""
        if isinstance(error, DraftChanged):
            self.stale, self.status = True, HTTPStatus.CONFLICT
        if isinstance(error, BadPicture) and error.field:
            self[error.field].errors = [labels.picture(translator(), error)]
        else:
            super().refuse(error)

    @classmethod
    def of(cls, said: TemplateOptions, kind: Kind) -> TemplateForm:
        """Make the form with what a version says, bundled texts included."""
        filled: dict[str, Any] = {
            "languages": list(said.languages),
            "tifinagh": said.tifinagh,
            "show_hours": said.show_hours,
            "show_dates": said.show_dates,
            "show_mention": said.show_mention,
            "frame": said.frame or "",
            "accent": said.accent or "",
            "valid_months": said.valid_months,
            "supplement": said.supplement,
            "edition": said.edition,
        }
        for slot in SLOTS:
            for code in CODES:
                filled[f"text_{slot}_{code}"] = said.text(slot, code, kind=kind)
        for place, one in zip(PLACES, said.signatories, strict=False):
            filled |= {f"latin_{place}": one.latin, f"arabic_{place}": one.arabic}
            filled |= {f"office_{place}_{code}": getattr(one.office, code) for code in CODES}
        return cls(formdata=None, data=filled)

    def beside(self, theirs: TemplateForm) -> list[tuple[str, str, str]]:
        """List what another's form says differently: the field, what it says there, and here."""
        found = []
        for field in self:
            if isinstance(field, FileField) or field.name in {"csrf_token", "edition"}:
                continue
            there, here = _said(theirs[field.name]), _said(field)
            if there != here:
                found.append((_name_of(field), there, here))
        return found

    def decided(
        self, before: TemplateOptions, pictures: Mapping[str, Picture], kind: Kind
    ) -> TemplateOptions:
        """Read what the form decides; a picture that was neither given anew nor taken away stays."""
        return TemplateOptions(
            languages=tuple(code for code in CODES if code in (self.languages.data or ())),
            tifinagh=self.tifinagh.data,
            texts=Texts(**{slot: self._words(slot, kind) for slot in SLOTS}),
            logo=pictures.get("logo") or (None if self.logo_away.data else before.logo),
            signatories=tuple(
                one for place in PLACES if (one := self._signatory(place, before, pictures))
            ),
            frame=Frame(self.frame.data) if self.frame.data else None,
            accent=Accent(self.accent.data) if self.accent.data else None,
            show_mention=self.show_mention.data,
            show_hours=self.show_hours.data,
            show_dates=self.show_dates.data,
            valid_months=self.valid_months.data,
            supplement=Annex(self.supplement.data),
        )

    def _words(self, slot: str, kind: Kind) -> Words:
        """Read a text; what is typed as it is bundled stays bundled."""
        bundled = TemplateOptions()
        typed = {code: _cleaned(self[f"text_{slot}_{code}"].data or "") for code in CODES}
        return Words(
            **{
                code: "" if said == _cleaned(bundled.text(slot, code, kind=kind)) else said
                for code, said in typed.items()
            }
        )

    def _signatory(
        self, place: int, before: TemplateOptions, pictures: Mapping[str, Picture]
    ) -> OnSheet | None:
        latin, arabic = (
            text.clean(self[f"{script}_{place}"].data or "") for script in ("latin", "arabic")
        )
        office = {code: text.clean(self[f"office_{place}_{code}"].data or "") for code in CODES}
        if not (latin or arabic or any(office.values())):
            return None
        known = before.signatories[place - 1 : place]
        kept = known[0].signature if known and not self[f"hand_away_{place}"].data else None
        return OnSheet(latin, arabic, Words(**office), pictures.get(f"hand_{place}") or kept)


def _said(field: Field) -> str:
    """Write what a field holds as its reader sees it."""
    if isinstance(field, BooleanField):
        return translator().gettext("Yes") if field.data else translator().gettext("No")
    if isinstance(field, TicksField | SelectField):
        chosen = field.data if isinstance(field, TicksField) else [field.data]
        return ", ".join(str(one[1]) for one in field.iter_choices() if one[0] in (chosen or ()))
    return _cleaned(str(field.data if field.data is not None else ""))


def _name_of(field: Field) -> str:
    """Name a field where it stands alone: a text by its place and its language."""
    kind, _, rest = field.name.partition("_")
    if kind == "text":
        slot, _, language = rest.rpartition("_")
        return labels.in_language(translator(), slot, language)
    place = next((one for one in rest.split("_") if one.isdecimal()), "")
    return f"{field.label.text} {place}".strip()


def _cleaned(typed: str) -> str:
    lines = text.clean_block(typed).split("\n")
    return "\n".join(text.clean(line) for line in lines).strip()


_WHO_SIGNS: Final = {
    "latin_{}": msgid("Name in Latin letters"),
    "arabic_{}": msgid("Name in Arabic letters"),
    "office_{}_ar": msgid("Office in Arabic"),
    "office_{}_fr": msgid("Office in French"),
    "office_{}_en": msgid("Office in English"),
}


def _add_fields() -> None:
    """Give the form a field for each text in each language, and those for each who signs."""
    short = [Length(max=1000)]
    for slot in SLOTS:
        kind = TextAreaField if LINES.get(slot, 1) > 1 else StringField
        for code in CODES:
            setattr(
                TemplateForm, f"text_{slot}_{code}", kind(labels.LANGUAGES[code], validators=short)
            )
    for place in PLACES:
        for name, label in _WHO_SIGNS.items():
            setattr(TemplateForm, name.format(place), StringField(label, validators=short))
        hand = FileField(msgid("Picture of the signature"), description=PICTURE_HINT)
        away = BooleanField(msgid("Take the signature away"))
        setattr(TemplateForm, f"hand_{place}", hand)
        setattr(TemplateForm, f"hand_away_{place}", away)


_add_fields()


class NamesForm(Form):
    """How a certificate is to spell its holder's name, and why."""

    name_latin = StringField(
        msgid("Name in Latin letters"), description=msgid("As on the identity card.")
    )
    name_arabic = StringField(
        msgid("Name in Arabic letters"),
        description=msgid("Both names stand on the certificate; leave out the one there is not."),
    )
    reason = TextAreaField(
        msgid("Reason"),
        description=msgid(
            "For example: a letter is missing. The paper that shows it is brought along."
        ),
        validators=[InputRequired(REQUIRED), Length(max=1000)],
    )


class CorrectionForm(NamesForm):
    """What a certifier corrects of their own accord."""

    reason = TextAreaField(
        msgid("Reason, for the file"),
        description=msgid("Only staff can read it."),
        validators=[InputRequired(REQUIRED), Length(max=1000)],
    )


class RenewForm(Form):
    """Press to renew."""


class ConfirmForm(Form):
    """Press to confirm what was proposed or asked."""


class DenyForm(Form):
    """Why a proposal is refused."""

    reason = TextAreaField(
        msgid("Reason for refusing"),
        description=msgid("Who proposed it reads it."),
        validators=[InputRequired(REQUIRED), Length(max=1000)],
    )


class DenyCorrectionForm(Form):
    """Why a holder's request is refused."""

    reason = TextAreaField(
        msgid("Reason for refusing"),
        description=msgid("The holder reads it, also in a mail."),
        validators=[InputRequired(REQUIRED), Length(max=1000)],
    )
