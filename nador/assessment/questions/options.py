"""Choices with a credit and a word of feedback each, as several types have them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from nador.assessment.questions import refusals
from nador.assessment.questions.base import NONE, Shown, ShownOption, shuffled
from nador.assessment.questions.door import dumped
from nador.assessment.questions.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nador.assessment.questions.door import Door


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: what it says, what choosing it earns, and what is said about it afterwards."""

    id: str
    text: Text
    credit: Fraction
    feedback: Text | None


@dataclass(frozen=True, slots=True)
class ShownChoices(Shown):
    """A question with its choices, in the order of this attempt."""

    options: tuple[ShownOption, ...]


def read_options(door: Door, *, least: int = 2) -> tuple[Option, ...]:
    """Take the choices from the door."""
    taken: set[str] = set()
    options = tuple(_option(each, taken) for each in door.doors("options", least=least))
    refuse_twins((option.text for option in options), field=door.named("options"))
    return options


def _option(door: Door, taken: set[str]) -> Option:
    text = door.text("text")
    option = Option(
        id=door.identity(text.source, taken),
        text=text,
        credit=door.credit(default=NONE),
        feedback=door.maybe_text("feedback"),
    )
    door.close()
    return option


def refuse_twins(texts: Iterable[Text], *, field: str) -> None:
    """Refuse two entries that say the same."""
    seen: set[Text] = set()
    for number, text in enumerate(texts, start=1):
        if text in seen:
            raise refusals.PartTwice(field=f"{field}.{number}.text")
        seen.add(text)


def dump_options(options: Sequence[Option], language: str) -> list[dict[str, Any]]:
    """Write the choices as `read_options` takes them."""
    return [_dumped(option, language) for option in options]


def _dumped(option: Option, language: str) -> dict[str, Any]:
    kept: dict[str, Any] = {"id": option.id, "text": dumped(option.text, language)}
    if option.credit:
        kept["credit"] = str(option.credit)
    if option.feedback is not None:
        kept["feedback"] = dumped(option.feedback, language)
    return kept


def show_options(options: Sequence[Option], *, seed: int, shuffle: bool) -> tuple[ShownOption, ...]:
    """Give the choices as a learner may see them."""
    ordered = shuffled(options, seed) if shuffle else tuple(options)
    return tuple(ShownOption(option.id, option.text) for option in ordered)


def shares(right: Sequence[bool]) -> list[Fraction]:
    """Share the whole credit among the right choices, and the same loss among the wrong ones.

    Choosing everything then earns nothing, and so does choosing nothing.
    """
    rights, wrongs = sum(right), len(right) - sum(right)
    return (
        [Fraction(1, rights) if each else -Fraction(1, wrongs) for each in right]
        if rights
        else [NONE for _ in right]
    )
