"""The gaps of a cloze text: a word, a number, or one of several choices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from nador.assessment.questions import refusals
from nador.assessment.questions.base import FULL, ShownOption, known
from nador.assessment.questions.numbers import read_measure
from nador.assessment.questions.numerical import (
    Target,
    dump_targets,
    read_targets,
    say_best,
)
from nador.assessment.questions.options import (
    Option,
    dump_options,
    read_options,
    show_options,
)
from nador.assessment.questions.patterns import Compare
from nador.assessment.questions.short import (
    Expected,
    best,
    dump_expected,
    first_met,
    read_compare,
    read_expected,
)
from nador.assessment.questions.texts import Text, plain

if TYPE_CHECKING:
    from fractions import Fraction

    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator

HEAVIEST: Final = 100


@dataclass(frozen=True, slots=True)
class ShownGap:
    """A gap as a learner may see it; without options it is typed."""

    id: str
    options: tuple[ShownOption, ...]
    numeric: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(ABC):
    """One gap; `weight` is its share of the whole text."""

    kind: ClassVar[str]
    id: str
    weight: int

    @classmethod
    @abstractmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        """Take the parts of this kind of gap from the door."""

    @abstractmethod
    def parts(self, language: str) -> dict[str, Any]:
        """Write them."""

    @abstractmethod
    def present(self, seed: int) -> ShownGap:
        """Give what a learner may see."""

    @abstractmethod
    def met(self, value: str) -> Expected | Option | Target | None:
        """Find what the author expected of just this answer."""

    @abstractmethod
    def right_answer(self, language: str, words: Translator) -> Text:
        """Say what would have earned everything."""

    def check(self, value: str) -> str:
        """Refuse what the page could not have sent."""
        return value

    def is_complete(self, value: str) -> bool:
        """Tell whether the gap is filled."""
        return bool(value)

    @classmethod
    def take(cls, door: Door, number: int) -> Self:
        """Read a gap of this kind."""
        made = cls(
            id=str(number),
            weight=door.whole("weight", least=1, most=HEAVIEST, default=1),
            **cls.read_parts(door),
        )
        door.close()
        return made

    def content(self, language: str) -> dict[str, Any]:
        """Write the gap as `take` reads it."""
        return {"kind": self.kind, "weight": self.weight} | self.parts(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortGap(Gap):
    """A gap for a word, compared with patterns."""

    kind: ClassVar[str] = "short"
    answers: tuple[Expected, ...]
    compare: Compare

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        return {"answers": read_expected(door), "compare": read_compare(door)}

    def parts(self, language: str) -> dict[str, Any]:
        return {"answers": dump_expected(self.answers, language), "compare": self.compare.value}

    def present(self, seed: int) -> ShownGap:
        return ShownGap(self.id, (), numeric=False)

    def met(self, value: str) -> Expected | None:
        return first_met(self.answers, value, self.compare)

    def right_answer(self, language: str, words: Translator) -> Text:
        return best(self.answers, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberGap(Gap):
    """A gap for a number within a tolerance."""

    kind: ClassVar[str] = "number"
    answers: tuple[Target, ...]

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        return {"answers": read_targets(door)}

    def parts(self, language: str) -> dict[str, Any]:
        return {"answers": dump_targets(self.answers, language)}

    def present(self, seed: int) -> ShownGap:
        return ShownGap(self.id, (), numeric=True)

    def met(self, value: str) -> Target | None:
        found = read_measure(value)
        if found is None or found.unit:
            return None
        return next((each for each in self.answers if each.holds(found.value)), None)

    def is_complete(self, value: str) -> bool:
        return read_measure(value) is not None

    def right_answer(self, language: str, words: Translator) -> Text:
        return plain(say_best(self.answers, words), words.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceGap(Gap):
    """A gap for one of several choices."""

    kind: ClassVar[str] = "choice"
    options: tuple[Option, ...]
    shuffle: bool

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        options = read_options(door)
        if all(option.credit != FULL for option in options):
            raise refusals.NoRightAnswer(field=door.named("options"))
        return {"options": options, "shuffle": door.flag("shuffle", default=False)}

    def parts(self, language: str) -> dict[str, Any]:
        return {"options": dump_options(self.options, language), "shuffle": self.shuffle}

    def present(self, seed: int) -> ShownGap:
        options = show_options(self.options, seed=seed, shuffle=self.shuffle)
        return ShownGap(self.id, options, numeric=False)

    def met(self, value: str) -> Option | None:
        return next((option for option in self.options if option.id == value), None)

    def check(self, value: str) -> str:
        return known(value, (option.id for option in self.options), field=f"gap-{self.id}")

    def right_answer(self, language: str, words: Translator) -> Text:
        return next(option.text for option in self.options if option.credit == FULL)


GAPS: Final[dict[str, type[Gap]]] = {each.kind: each for each in (ShortGap, NumberGap, ChoiceGap)}


def credit_of(met: Expected | Option | Target | None) -> Fraction | int:
    """Give what a gap earns."""
    return met.credit if met is not None else 0
