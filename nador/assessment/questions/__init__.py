"""Questions: each type is one file here, one template and one test; all are pure.

`parse` reads content at the door; what it gives is asked by attempts: `present`, `read`, `grade`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nador.assessment.questions import refusals
from nador.assessment.questions.base import Answer, Content, Question, Raw, Shown, StoredFile, under
from nador.assessment.questions.cloze import Cloze
from nador.assessment.questions.essay import Essay
from nador.assessment.questions.file import FileQuestion
from nador.assessment.questions.matching import Matching
from nador.assessment.questions.multiple import MultipleChoice
from nador.assessment.questions.numerical import Numerical
from nador.assessment.questions.ordering import Ordering
from nador.assessment.questions.short import ShortAnswer
from nador.assessment.questions.single import SingleChoice
from nador.assessment.questions.texts import Text
from nador.assessment.questions.true_false import TrueFalse

TYPES: Final[Mapping[str, type[Question]]] = {
    each.kind: each
    for each in (
        SingleChoice,
        MultipleChoice,
        TrueFalse,
        ShortAnswer,
        Numerical,
        Matching,
        Ordering,
        Cloze,
        Essay,
        FileQuestion,
    )
}
"""Every type of question, in the order in which they are offered."""

__all__ = [
    "TYPES",
    "Answer",
    "Content",
    "Question",
    "Raw",
    "Shown",
    "StoredFile",
    "Text",
    "parse",
    "under",
]


def parse(content: object) -> Question:
    """Read a question of any type; raises a refusal that names the part at fault."""
    if not isinstance(content, Mapping):
        raise refusals.PartUnreadable
    kind = content.get("kind")
    if not isinstance(kind, str) or kind not in TYPES:
        raise refusals.KindUnknown(field="kind", kind=str(kind)[:40])
    return TYPES[kind].parse(content)
