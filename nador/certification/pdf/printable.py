"""What the bundled faces can draw, asked before anything is drawn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from unicodedata import name as name_of_character

from nador.certification.facts import CertificateFacts
from nador.certification.template import TemplateFlawed, TemplateOptions
from nador.kernel.errors import Invalid


class Unprintable(Invalid):
    """A text has a character that no bundled face can draw: `text`, `character`, `name`."""

    code = "unprintable"


def require_printable(facts: CertificateFacts) -> None:
    """Refuse a character outside the bundled faces by its name, before anything is drawn."""
    for text in _texts(_printed(facts)):
        require_printable_text(text)


def require_printable_text(text: str, *, field: str | None = None) -> None:
    """Refuse one text likewise; `field` names the input that it was typed into."""
    # A web process reads the faces only when somebody orders.
    from nador.certification.pdf.fit import unprintable

    for character in unprintable(text):
        name = name_of_character(character, f"U+{ord(character):04X}")
        raise Unprintable(field=field, text=text, character=character, name=name)


def require_sound(facts: CertificateFacts, options: TemplateOptions) -> None:
    """Refuse a sheet whose template has a flaw on it; raises TemplateFlawed with the first."""
    from nador.certification.pdf.flaws import first_flaw  # It reads the faces too.

    flaw = first_flaw(facts, options)
    if flaw is not None:
        raise TemplateFlawed(flaw)


def require_room(drafts: Iterable[CertificateFacts]) -> None:
    """Refuse supplements that can't be printed, or that no page has room for.

    What they say is the same for all of a run, but for the marks, so hardly more than one is tried.
    """
    told = [(one.supplement, one) for one in drafts if one.supplement]
    if told:
        from nador.certification.pdf.supplement import compose_supplement, without_marks

        for one in {(without_marks(said), one.skills): one for said, one in told}.values():
            compose_supplement(one)


def _printed(facts: CertificateFacts) -> Mapping[str, Any]:
    """Give what paper says of the facts: of the skills, only a supplement says something."""
    said = asdict(facts)
    return said if facts.supplement else said | {"skills": ()}


def _texts(said: object) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for value in said.values():
            yield from _texts(value)
    elif isinstance(said, Sequence):
        for value in said:
            yield from _texts(value)
