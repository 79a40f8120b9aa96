"""Letters, and documents on paper: from a template, in the language of whoever gets them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

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


def sheet(template: str, locale: str, **context: Any) -> str:
    """Render a document on paper: an HTML template, outside of any request."""
    return _environment(locale).get_template(template).render(context)


@cache
def _environment(locale: str) -> Environment:
    words = translator(locale)
    # In plain text there is no markup to escape from, and an escaped name would be a wrong name.
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        words.gettext, words.ngettext, newstyle=True
    )
    environment.globals.update(locale=locale, direction=words.direction)
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
