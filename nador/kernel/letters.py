"""Letters: the subject and the text of a mail, from a template, in the recipient's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nador.kernel.i18n import pick, translator
from nador.kernel.resources import folder


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, ready for the outbox."""

    locale: str
    subject: str
    body: str


def write(template: str, locale: str, **context: Any) -> Letter:
    """Render the blocks `subject` and `body` of a .txt template that extends `_layout/mail.txt`.

    It needs `institute_name`, the name of who writes; instants and numbers go through the same
    filters as on pages.
    """
    letter = _environment(locale).get_template(template)
    subject = "".join(letter.blocks["subject"](letter.new_context(context)))
    return Letter(locale, " ".join(subject.split()), letter.render(context).strip() + "\n")


@cache
def _environment(locale: str) -> Environment:
    words = translator(locale)
    # Plain text: there is no markup to escape from, and an escaped name would be a wrong name.
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=False,  # noqa: S701 - see above
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        words.gettext, words.ngettext, newstyle=True
    )
    environment.globals["locale"] = locale
    environment.filters.update(
        date=words.date,
        full_date=words.full_date,
        short_date=words.short_date,
        datetime=words.datetime_,
        time=words.time_,
        number=words.number,
        listing=words.listing,
        pick=lambda texts: pick(texts, locale),
    )
    return environment
