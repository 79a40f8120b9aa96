"""Multiple choice: any number of answers, with a rule for answers that are partly right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from nador.assessment.questions import refusals
from nador.assessment.questions.base import FULL, NONE, Answer, Question, Raw, known, listed
from nador.assessment.questions.options import (
    Option,
    ShownChoices,
    dump_options,
    read_options,
    show_options,
)
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from nador.assessment.questions.door import Door
    from nador.assessment.questions.texts import Text
    from nador.kernel.i18n import Translator


class PartialCredit(StrEnum):
    """What an answer earns that is partly right."""

    SUM = "sum"
    """The credits of what was chosen, together; never less than nothing."""
    NOTHING = "nothing"
    """Only exactly the right choices earn anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleChoice(Question):
    """Any number of answers: those with a credit above zero are the right ones."""

    kind: ClassVar[str] = "multiple"
    title: ClassVar[str] = msgid("Multiple choice")
    template: ClassVar[str] = "assessment/questions/multiple.html"

    options: tuple[Option, ...]
    shuffle: bool
    partial: PartialCredit

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        options = read_options(door)
        earned = [option.credit for option in options if option.credit > 0]
        if not earned:
            raise refusals.NoRightAnswer(field=door.named("options"))
        if sum(earned) != FULL:
            raise refusals.CreditsUneven(field=door.named("options"))
        partial = PartialCredit(
            door.one_of("partial", tuple(PartialCredit), default=PartialCredit.SUM)
        )
        if partial is PartialCredit.NOTHING:
            options = _evened(options)
        return {
            "options": options,
            "shuffle": door.flag("shuffle", default=True),
            "partial": partial,
        }

    def parts(self) -> dict[str, Any]:
        return {
            "options": dump_options(self.options, self.language),
            "shuffle": self.shuffle,
            "partial": self.partial.value,
        }

    def present(self, seed: int) -> ShownChoices:
        options = show_options(self.options, seed=seed, shuffle=self.shuffle)
        return ShownChoices(self.template, self.prompt, self.files, options)

    def read(self, raw: Raw) -> Answer:
        ids = [option.id for option in self.options]
        chosen = {known(each, ids, field="choice") for each in raw.get("choice", ())}
        return {"choices": sorted(chosen)} if chosen else {}

    def grade(self, answer: Answer) -> Fraction:
        chosen = self._chosen(answer)
        if self.partial is PartialCredit.NOTHING:
            return FULL if chosen == self._right() else NONE
        return max(NONE, sum((option.credit for option in chosen), NONE))

    def is_complete(self, answer: Answer) -> bool:
        return bool(self._chosen(answer))

    def remarks(self, answer: Answer) -> tuple[Text, ...]:
        return tuple(option.feedback for option in self._chosen(answer) if option.feedback)

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        return tuple(option.text for option in self._right())

    def _right(self) -> list[Option]:
        return [option for option in self.options if option.credit > 0]

    def _chosen(self, answer: Answer) -> list[Option]:
        kept = listed(answer, "choices")
        return [option for option in self.options if option.id in kept]


def _evened(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Give right choices the same share and wrong ones none, where only the whole counts."""
    rights = sum(option.credit > 0 for option in options)
    return tuple(
        replace(option, credit=Fraction(1, rights) if option.credit > 0 else NONE)
        for option in options
    )
