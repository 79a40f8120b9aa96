"""Words for questions: their types and states, and what an answer earns."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from nador.assessment.labels.trace import share
from nador.assessment.questions import TYPES
from nador.assessment.rules import QuestionState

if TYPE_CHECKING:
    from fractions import Fraction

    from nador.kernel.i18n import Translator


def question_state(state: QuestionState, words: Translator) -> str:
    """Say how a question stands."""
    match state:
        case QuestionState.DRAFT:
            return words.gettext("Draft")
        case QuestionState.READY:
            return words.gettext("Ready")
        case QuestionState.RETIRED:
            return words.gettext("Retired")


def question_state_look(state: QuestionState) -> str:
    """Choose the look of a question's tag."""
    match state:
        case QuestionState.DRAFT:
            return "info"
        case QuestionState.READY:
            return "ok"
        case QuestionState.RETIRED:
            return ""


def question_kind(kind: str, words: Translator) -> str:
    """Name a type of question."""
    return words.gettext(TYPES[kind].title)


def credit(value: Fraction | None, words: Translator) -> str:
    """Say what an answer earns."""
    if value is None:
        return words.gettext("A person has to mark this.")
    percent = Decimal(value.numerator) * 100 / value.denominator
    return share(percent.quantize(Decimal("0.01")), words)
