"""Single choice: one of several answers; a wrong one may earn a part of the points, or cost some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from nador.assessment.questions import refusals
from nador.assessment.questions.base import FULL, NONE, Answer, Question, Raw, known, only
from nador.assessment.questions.options import (
    Option,
    ShownChoices,
    dump_options,
    read_options,
    show_options,
)
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from fractions import Fraction

    from nador.assessment.questions.door import Door
    from nador.assessment.questions.texts import Text
    from nador.kernel.i18n import Translator


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleChoice(Question):
    """One of several answers; at least one of them earns the whole credit."""

    kind: ClassVar[str] = "single"
    title: ClassVar[str] = msgid("Single choice")
    template: ClassVar[str] = "assessment/questions/single.html"

    options: tuple[Option, ...]
    shuffle: bool

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        options = read_options(door)
        if all(option.credit != FULL for option in options):
            raise refusals.NoRightAnswer(field=door.named("options"))
        return {"options": options, "shuffle": door.flag("shuffle", default=True)}

    def parts(self) -> dict[str, Any]:
        return {"options": dump_options(self.options, self.language), "shuffle": self.shuffle}

    def present(self, seed: int) -> ShownChoices:
        options = show_options(self.options, seed=seed, shuffle=self.shuffle)
        return ShownChoices(self.template, self.prompt, self.files, options)

    def read(self, raw: Raw) -> Answer:
        chosen = only(raw, "choice")
        if not chosen:
            return {}
        return {"choice": known(chosen, (each.id for each in self.options), field="choice")}

    def grade(self, answer: Answer) -> Fraction:
        chosen = self._chosen(answer)
        return chosen.credit if chosen else NONE

    def is_complete(self, answer: Answer) -> bool:
        return self._chosen(answer) is not None

    def remarks(self, answer: Answer) -> tuple[Text, ...]:
        chosen = self._chosen(answer)
        return (chosen.feedback,) if chosen and chosen.feedback else ()

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        return tuple(option.text for option in self.options if option.credit == FULL)

    def _chosen(self, answer: Answer) -> Option | None:
        return next((each for each in self.options if each.id == answer.get("choice")), None)
