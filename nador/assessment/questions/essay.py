"""Essay: a text that a person marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from nador.assessment.questions import refusals
from nador.assessment.questions.base import Answer, Question, Raw, Shown, only
from nador.assessment.questions.texts import Text
from nador.kernel import text as kernel_text
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator

ANSWER_LIMIT: Final = 50_000
MOST_WORDS: Final = 20_000


@dataclass(frozen=True, slots=True)
class ShownEssay(Shown):
    """An essay's frame: what to begin with, how much to write."""

    beginning: Text | None
    lines: int
    least_words: int
    most_words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Essay(Question):
    """A written text; `guide` is for those who mark it."""

    kind: ClassVar[str] = "essay"
    title: ClassVar[str] = msgid("Essay")
    template: ClassVar[str] = "assessment/questions/essay.html"
    by_person: ClassVar[bool] = True

    guide: Text | None
    beginning: Text | None
    """What stands in the field at first."""
    lines: int
    least_words: int
    """0: no minimum."""
    most_words: int
    """0: no maximum."""

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        least = door.whole("least_words", least=0, most=MOST_WORDS, default=0)
        most = door.whole("most_words", least=0, most=MOST_WORDS, default=0)
        if most and most < least:
            raise refusals.NumberOutOfRange(
                field=door.named("most_words"), least=least, most=MOST_WORDS
            )
        return {
            "guide": door.maybe_text("guide"),
            "beginning": door.maybe_text("beginning"),
            "lines": door.whole("lines", least=1, most=100, default=15),
            "least_words": least,
            "most_words": most,
        }

    def parts(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"lines": self.lines}
        kept |= {
            name: number
            for name in ("least_words", "most_words")
            if (number := getattr(self, name))
        }
        return kept | {
            name: self.dumped(text)
            for name in ("guide", "beginning")
            if (text := getattr(self, name)) is not None
        }

    def present(self, seed: int) -> ShownEssay:
        return ShownEssay(
            self.template,
            self.prompt,
            self.files,
            beginning=self.beginning,
            lines=self.lines,
            least_words=self.least_words,
            most_words=self.most_words,
        )

    def read(self, raw: Raw) -> Answer:
        given = only(raw, "text")
        # Measured before it is cleaned: what is endless costs nothing.
        if (
            len(given) > 2 * ANSWER_LIMIT
            or len(kept := kernel_text.clean_block(given)) > ANSWER_LIMIT
        ):
            raise refusals.AnswerTooLong(field="text", limit=ANSWER_LIMIT)
        untouched = self.beginning is not None and kept == self.beginning.source
        return {"text": kept} if kept.strip() and not untouched else {}

    def grade(self, answer: Answer) -> None:
        return None

    def is_complete(self, answer: Answer) -> bool:
        text = answer.get("text")
        words = len(text.split()) if isinstance(text, str) else 0
        return words >= max(self.least_words, 1) and (
            not self.most_words or words <= self.most_words
        )

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        return ()
