"""Finds what a template version could not show as it is: before it is used, and before each issue."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from unicodedata import name as name_of_character

from nador.certification.facts import CertificateFacts
from nador.certification.pdf.fit import unprintable
from nador.certification.pdf.places import Line, all_lines
from nador.certification.template import (
    Flaw,
    FlawKind,
    TemplateOptions,
    flaws_of,
)


def flaws(facts: CertificateFacts, options: TemplateOptions) -> list[Flaw]:
    """List what is wrong with the template's texts on this sheet, by name and language, each once."""
    wrong = flaws_of(options)
    if not wrong:
        wrong = [flaw for line in all_lines(facts, options) for flaw in _flaws_on(line)]
    return list(dict.fromkeys(wrong))


def _flaws_on(line: Line) -> Iterator[Flaw]:
    for part in line.parts:
        for character in unprintable(part.text.replace("\n", "")):
            name = name_of_character(character, f"U+{ord(character):04X}")
            yield Flaw(FlawKind.UNPRINTABLE, part.slot, part.language, f"{character} ({name})")
    if line.crowded:
        yield Flaw(FlawKind.CROWDED, line.widest.slot, line.widest.language)


def first_flaw(facts: CertificateFacts, options: TemplateOptions) -> Flaw | None:
    """Return what is wrong first; quickly for the certificates of a run."""
    # Only a text that names the holder differs within a run.
    asked = facts if options.names_holder else replace(facts, holder_latin="-", holder_arabic=None)
    return _first(replace(asked, code="-", number="-", verify_url="-"), options)


@lru_cache(maxsize=64)
def _first(facts: CertificateFacts, options: TemplateOptions) -> Flaw | None:
    return next(iter(flaws(facts, options)), None)
