"""True or false."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from nador.assessment.questions import refusals
from nador.assessment.questions.base import FULL, NONE, Answer, Question, Raw, Shown, known, only
from nador.assessment.questions.texts import Text, plain
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from fractions import Fraction

    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator

CHOICES: Final = ("true", "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalse(Question):
    """A statement that is true or false, with a word about either choice."""

    kind: ClassVar[str] = "true_false"
    title: ClassVar[str] = msgid("True or false")
    template: ClassVar[str] = "assessment/questions/true_false.html"

    right: bool
    feedback_true: Text | None
    feedback_false: Text | None

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        right = door.take("right")
        if right is None:
            raise refusals.PartMissing(field=door.named("right"))
        if not isinstance(right, bool):
            raise refusals.PartUnreadable(field=door.named("right"))
        return {
            "right": right,
            "feedback_true": door.maybe_text("feedback_true"),
            "feedback_false": door.maybe_text("feedback_false"),
        }

    def parts(self) -> dict[str, Any]:
        said = {"feedback_true": self.feedback_true, "feedback_false": self.feedback_false}
        return {"right": self.right} | {
            name: self.dumped(text) for name, text in said.items() if text is not None
        }

    def present(self, seed: int) -> Shown:
        return Shown(self.template, self.prompt, self.files)

    def read(self, raw: Raw) -> Answer:
        chosen = only(raw, "choice")
        return {"choice": known(chosen, CHOICES, field="choice")} if chosen else {}

    def grade(self, answer: Answer) -> Fraction:
        return FULL if answer.get("choice") == self._key() else NONE

    def is_complete(self, answer: Answer) -> bool:
        return answer.get("choice") in CHOICES

    def remarks(self, answer: Answer) -> tuple[Text, ...]:
        said = {"true": self.feedback_true, "false": self.feedback_false}
        chosen = answer.get("choice")
        text = said.get(chosen) if isinstance(chosen, str) else None
        return (text,) if text is not None else ()

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        said = words.gettext("True") if self.right else words.gettext("False")
        return (plain(said, words.code),)

    def _key(self) -> str:
        return "true" if self.right else "false"
