"""Short answer: a word or a few, compared with patterns."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final

from nador.assessment.questions import refusals
from nador.assessment.questions.base import FULL, NONE, Answer, Question, Raw, Shown, typed
from nador.assessment.questions.door import dumped
from nador.assessment.questions.patterns import Compare, matches, shown
from nador.assessment.questions.texts import Text, plain
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator

ANSWER_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class Expected:
    """One pattern (a star stands for anything) with what it earns."""

    pattern: str
    credit: Fraction
    feedback: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortAnswer(Question):
    """A typed answer: the first pattern that it matches decides."""

    kind: ClassVar[str] = "short"
    title: ClassVar[str] = msgid("Short answer")
    template: ClassVar[str] = "assessment/questions/short.html"

    answers: tuple[Expected, ...]
    compare: Compare

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        return {"answers": read_expected(door), "compare": read_compare(door)}

    def parts(self) -> dict[str, Any]:
        return {
            "answers": dump_expected(self.answers, self.language),
            "compare": self.compare.value,
        }

    def present(self, seed: int) -> Shown:
        return Shown(self.template, self.prompt, self.files)

    def read(self, raw: Raw) -> Answer:
        text = typed(raw, "text", limit=ANSWER_LIMIT)
        return {"text": text} if text else {}

    def grade(self, answer: Answer) -> Fraction:
        met = self._met(answer)
        return met.credit if met else NONE

    def is_complete(self, answer: Answer) -> bool:
        text = answer.get("text")
        return isinstance(text, str) and bool(text)

    def remarks(self, answer: Answer) -> tuple[Text, ...]:
        met = self._met(answer)
        return (met.feedback,) if met and met.feedback else ()

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        return (best(self.answers, self.language),)

    def _met(self, answer: Answer) -> Expected | None:
        return first_met(self.answers, answer.get("text"), self.compare)


def first_met(answers: Sequence[Expected], text: object, compare: Compare) -> Expected | None:
    """Find the first pattern that a typed text matches."""
    if not isinstance(text, str):
        return None
    return next((each for each in answers if matches(each.pattern, text, compare)), None)


def best(answers: Sequence[Expected], language: str) -> Text:
    """Say the first answer that earns everything."""
    right = next(each for each in answers if each.credit == FULL)
    return plain(shown(right.pattern), language)


def read_compare(door: Door) -> Compare:
    """Take how closely answers are compared."""
    return Compare(door.one_of("compare", tuple(Compare), default=Compare.LOOSE))


def read_expected(door: Door) -> tuple[Expected, ...]:
    """Take the patterns from the door; one at least earns everything."""
    answers = tuple(_expected(each) for each in door.doors("answers", least=1))
    if all(each.credit != FULL for each in answers):
        raise refusals.NoRightAnswer(field=door.named("answers"))
    seen: set[str] = set()
    for number, each in enumerate(answers, start=1):
        if each.pattern in seen:
            raise refusals.PartTwice(field=f"{door.named('answers')}.{number}.pattern")
        seen.add(each.pattern)
    return answers


def _expected(door: Door) -> Expected:
    pattern = door.line("pattern", limit=ANSWER_LIMIT)
    if not pattern:
        raise refusals.PartMissing(field=door.named("pattern"))
    made = Expected(
        pattern=pattern,
        credit=door.credit(default=FULL),
        feedback=door.maybe_text("feedback"),
    )
    door.close()
    return made


def dump_expected(answers: Sequence[Expected], language: str) -> list[dict[str, Any]]:
    """Write the patterns as `read_expected` takes them."""
    return [_dumped(each, language) for each in answers]


def _dumped(each: Expected, language: str) -> dict[str, Any]:
    kept: dict[str, Any] = {"pattern": each.pattern, "credit": str(each.credit)}
    if each.feedback is not None:
        kept["feedback"] = dumped(each.feedback, language)
    return kept
