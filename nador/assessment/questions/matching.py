"""Matching: to each entry belongs one of several choices, some of which may belong to none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from nador.assessment.questions import refusals
from nador.assessment.questions.base import (
    NONE,
    Answer,
    Question,
    Raw,
    Shown,
    ShownOption,
    known,
    mapped,
    only,
    shuffled,
)
from nador.assessment.questions.door import fresh_id
from nador.assessment.questions.options import refuse_twins
from nador.assessment.questions.texts import Text, joined
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator


@dataclass(frozen=True, slots=True)
class Choice:
    """What entries are matched with."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Pair:
    """One entry and the choice that belongs to it."""

    id: str
    text: Text
    choice: str


@dataclass(frozen=True, slots=True)
class ShownMatching(Shown):
    """The entries and the choices, each in the order of this attempt."""

    entries: tuple[ShownOption, ...]
    choices: tuple[ShownOption, ...]

    @property
    def lettered(self) -> bool:
        """Whether choices need Markdown, which no list to choose from can show: they get letters."""
        return any(set("$*`[_<\\\n") & set(choice.text.source) for choice in self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Question):
    """Entries to be matched; each right match earns the same share."""

    kind: ClassVar[str] = "matching"
    title: ClassVar[str] = msgid("Matching")
    template: ClassVar[str] = "assessment/questions/matching.html"

    pairs: tuple[Pair, ...]
    choices: tuple[Choice, ...]
    shuffle: bool
    """Whether the entries are shuffled; the choices always are."""

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        taken: set[str] = set()
        choices = tuple(_choice(each, taken) for each in door.doors("choices", least=2))
        refuse_twins((each.text for each in choices), field=door.named("choices"))
        named = {each.id for each in choices}
        # Entries and choices share no names: the same name on both sides would be the key.
        pairs = tuple(_pair(each, taken, named) for each in door.doors("pairs", least=2))
        refuse_twins((each.text for each in pairs), field=door.named("pairs"))
        return {
            "pairs": pairs,
            "choices": choices,
            "shuffle": door.flag("shuffle", default=True),
        }

    def parts(self) -> dict[str, Any]:
        return {
            "pairs": [
                {"id": each.id, "text": self.dumped(each.text), "choice": each.choice}
                for each in self.pairs
            ],
            "choices": [{"id": each.id, "text": self.dumped(each.text)} for each in self.choices],
            "shuffle": self.shuffle,
        }

    def present(self, seed: int) -> ShownMatching:
        pairs = shuffled(self.pairs, seed) if self.shuffle else self.pairs
        return ShownMatching(
            self.template,
            self.prompt,
            self.files,
            entries=tuple(ShownOption(each.id, each.text) for each in pairs),
            choices=tuple(ShownOption(each.id, each.text) for each in shuffled(self.choices, seed)),
        )

    def read(self, raw: Raw) -> Answer:
        ids = [choice.id for choice in self.choices]
        matched = {}
        for pair in self.pairs:
            chosen = only(raw, f"pair-{pair.id}")
            if chosen:
                matched[pair.id] = known(chosen, ids, field=f"pair-{pair.id}")
        return {"pairs": matched} if matched else {}

    def grade(self, answer: Answer) -> Fraction:
        matched = mapped(answer, "pairs")
        right = sum(matched.get(pair.id) == pair.choice for pair in self.pairs)
        return Fraction(right, len(self.pairs)) if right else NONE

    def is_complete(self, answer: Answer) -> bool:
        matched = mapped(answer, "pairs")
        ids = {choice.id for choice in self.choices}
        return all(matched.get(pair.id) in ids for pair in self.pairs)

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        said = {choice.id: choice.text for choice in self.choices}
        return tuple(joined(pair.text, said[pair.choice], " → ") for pair in self.pairs)


def _choice(door: Door, taken: set[str]) -> Choice:
    text = door.text("text")
    made = Choice(door.identity(f"choice\n{text.source}", taken), text)
    door.close()
    return made


def _pair(door: Door, taken: set[str], choices: set[str]) -> Pair:
    text = door.text("text")
    chosen = door.take("choice")
    if chosen is None:
        raise refusals.PartMissing(field=door.named("choice"))
    if not isinstance(chosen, str) or chosen not in choices:
        raise refusals.PartUnreadable(field=door.named("choice"))
    made = Pair(door.identity(f"entry\n{text.source}", taken), text, chosen)
    door.close()
    return made


def matched(pairs: list[tuple[Any, Any]], others: list[Any]) -> dict[str, Any]:
    """Make the parts of a matching question from (entry, its choice) and choices that fit none.

    Equal choices are one: several entries may have the same.
    """
    choices: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    taken: set[str] = set()
    for said in [choice for _, choice in pairs] + others:
        if repr(said) not in names:
            names[repr(said)] = fresh_id(f"choice\n{said}", taken)
            choices.append({"id": names[repr(said)], "text": said})
    return {
        "pairs": [{"text": entry, "choice": names[repr(choice)]} for entry, choice in pairs],
        "choices": choices,
    }
