"""Cloze: a text with gaps, each a small question of its own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final

from nador.assessment.questions import refusals
from nador.assessment.questions.base import Answer, Question, Raw, Shown, mapped, typed
from nador.assessment.questions.gaps import GAPS, Gap, ShownGap, credit_of
from nador.assessment.questions.short import ANSWER_LIMIT
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nador.assessment.questions.door import Door
    from nador.assessment.questions.texts import Text
    from nador.kernel.i18n import Translator

PLACE: Final = re.compile(r"\[\[([1-9][0-9]?)\]\]")
"""Where a gap stands in the text: [[1]]."""


@dataclass(frozen=True, slots=True)
class ShownCloze(Shown):
    """The text, with a place for each gap."""

    gaps: tuple[ShownGap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloze(Question):
    """A text in which [[1]], [[2]] … are gaps; together they earn by their weights."""

    kind: ClassVar[str] = "cloze"
    title: ClassVar[str] = msgid("Text with gaps")
    template: ClassVar[str] = "assessment/questions/cloze.html"

    gaps: tuple[Gap, ...]

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        gaps = [
            _gap(each, number)
            for number, each in enumerate(door.doors("gaps", least=1, limit=40), start=1)
        ]
        return {"gaps": tuple(gaps)}

    def require_sound(self) -> None:
        """Ask besides that each gap stands in the text once, and no other does."""
        Question.require_sound(self)
        placed = Counter(PLACE.findall(self.prompt.source))
        for gap in self.gaps:
            if placed.pop(gap.id, 0) != 1:
                raise refusals.GapUnplaced(field="prompt", place=f"[[{gap.id}]]")
        for other in placed:
            raise refusals.GapUnplaced(field="prompt", place=f"[[{other}]]")

    def parts(self) -> dict[str, Any]:
        return {"gaps": [gap.content(self.language) for gap in self.gaps]}

    def present(self, seed: int) -> ShownCloze:
        gaps = tuple(gap.present(seed) for gap in self.gaps)
        return ShownCloze(self.template, self.prompt, self.files, gaps)

    def read(self, raw: Raw) -> Answer:
        filled = {}
        for gap in self.gaps:
            value = typed(raw, f"gap-{gap.id}", limit=ANSWER_LIMIT)
            if value:
                filled[gap.id] = gap.check(value)
        return {"gaps": filled} if filled else {}

    def grade(self, answer: Answer) -> Fraction:
        earned = sum(
            (
                gap.weight * Fraction(credit_of(gap.met(value)))
                for gap, value in self._filled(answer)
            ),
            Fraction(0),
        )
        return earned / sum(gap.weight for gap in self.gaps)

    def is_complete(self, answer: Answer) -> bool:
        filled = {gap.id: gap.is_complete(value) for gap, value in self._filled(answer)}
        return all(filled.get(gap.id, False) for gap in self.gaps)

    def remarks(self, answer: Answer) -> tuple[Text, ...]:
        found = (gap.met(value) for gap, value in self._filled(answer))
        return tuple(met.feedback for met in found if met is not None and met.feedback)

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        return tuple(gap.right_answer(self.language, words) for gap in self.gaps)

    def _filled(self, answer: Answer) -> Iterator[tuple[Gap, str]]:
        filled = mapped(answer, "gaps")
        for gap in self.gaps:
            value = filled.get(gap.id)
            if isinstance(value, str):
                yield gap, value


def _gap(door: Door, number: int) -> Gap:
    kind = door.take("kind")
    if not isinstance(kind, str) or kind not in GAPS:
        raise refusals.PartUnreadable(field=door.named("kind"))
    return GAPS[kind].take(door, number)
