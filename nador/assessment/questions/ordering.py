"""Ordering: entries are put into their right order."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from nador.assessment.questions import refusals
from nador.assessment.questions.base import (
    FULL,
    NONE,
    Answer,
    Question,
    Raw,
    Shown,
    ShownOption,
    mapped,
    only,
    shuffled,
)
from nador.assessment.questions.options import refuse_twins
from nador.assessment.questions.texts import Text
from nador.kernel import text as kernel_text
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator


class OrderCredit(StrEnum):
    """What an order earns that is partly right."""

    NOTHING = "nothing"
    """Only the right order earns anything."""
    PLACES = "places"
    """Each entry in its right place earns its share."""
    LONGEST = "longest"
    """The longest run of entries that follow each other rightly, with others between them or not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be put into its place."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class ShownOrdering(Shown):
    """The entries, in the order of this attempt."""

    entries: tuple[ShownOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering(Question):
    """Entries, written in the right order and shown in another."""

    kind: ClassVar[str] = "ordering"
    title: ClassVar[str] = msgid("Ordering")
    template: ClassVar[str] = "assessment/questions/ordering.html"

    items: tuple[Entry, ...]
    partial: OrderCredit

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        taken: set[str] = set()
        items = tuple(_entry(each, taken) for each in door.doors("items", least=2, limit=20))
        refuse_twins((each.text for each in items), field=door.named("items"))
        partial = door.one_of("partial", tuple(OrderCredit), default=OrderCredit.NOTHING)
        return {"items": items, "partial": OrderCredit(partial)}

    def parts(self) -> dict[str, Any]:
        return {
            "items": [{"id": each.id, "text": self.dumped(each.text)} for each in self.items],
            "partial": self.partial.value,
        }

    def present(self, seed: int) -> ShownOrdering:
        entries = tuple(ShownOption(each.id, each.text) for each in shuffled(self.items, seed))
        return ShownOrdering(self.template, self.prompt, self.files, entries)

    def read(self, raw: Raw) -> Answer:
        places = {}
        for item in self.items:
            field = f"place-{item.id}"
            chosen = only(raw, field)
            if chosen:
                place = kernel_text.number(chosen)
                if place is None or not 1 <= place <= len(self.items):
                    raise refusals.AnswerUnreadable(field=field)
                places[item.id] = place
        return {"places": places} if places else {}

    def grade(self, answer: Answer) -> Fraction:
        places = self._places(answer)
        if self.partial is OrderCredit.NOTHING:
            return FULL if places == list(range(1, len(self.items) + 1)) else NONE
        if self.partial is OrderCredit.PLACES:
            right = sum(place == number for number, place in enumerate(places, start=1))
        else:
            right = longest_run([place for place in places if place is not None])
            # One entry alone follows nothing.
            right = 0 if right == 1 else right
        return Fraction(right, len(self.items))

    def is_complete(self, answer: Answer) -> bool:
        given = [place for place in self._places(answer) if place is not None]
        return sorted(given) == list(range(1, len(self.items) + 1))

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        return tuple(item.text for item in self.items)

    def _places(self, answer: Answer) -> list[int | None]:
        """Give the place that each entry got, entries in their right order."""
        places = mapped(answer, "places")
        found = [places.get(item.id) for item in self.items]
        return [
            place if isinstance(place, int) and not isinstance(place, bool) else None
            for place in found
        ]


def _entry(door: Door, taken: set[str]) -> Entry:
    text = door.text("text")
    made = Entry(door.identity(text.source, taken), text)
    door.close()
    return made


def longest_run(places: list[int]) -> int:
    """Count the longest strictly rising selection of places."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)
