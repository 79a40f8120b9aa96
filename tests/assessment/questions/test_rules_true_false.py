"""True or false."""

from __future__ import annotations

import pytest

from nador.assessment.questions import parse, refusals
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

TRUE = parse(SAMPLES["true_false"])
FALSE = parse(SAMPLES["true_false"] | {"right": False, "feedback_true": None})


@pytest.mark.parametrize(
    ("chosen", "of_true", "of_false"), [("true", 1, 0), ("false", 0, 1), ("maybe", 0, 0)]
)
def test_the_right_one_earns_everything(chosen: str, of_true: int, of_false: int) -> None:
    assert TRUE.grade({"choice": chosen}) == of_true
    assert FALSE.grade({"choice": chosen}) == of_false


@pytest.mark.parametrize(
    ("chosen", "said"), [("true", ["نعم."]), ("false", ["يراجع الدرس."]), (7, []), (None, [])]
)
def test_each_choice_has_its_word(chosen: object, said: list[str]) -> None:
    assert [text.source for text in TRUE.remarks({"choice": chosen})] == said


def test_a_choice_is_read() -> None:
    assert TRUE.read({"choice": ["false"]}) == {"choice": "false"}
    assert TRUE.is_complete({"choice": "false"})
    with pytest.raises(refusals.AnswerUnreadable):
        TRUE.read({"choice": ["perhaps"]})


def test_the_right_one_is_said_in_the_readers_language() -> None:
    assert [text.source for text in TRUE.right_answer(translator("fr"))] == ["Vrai"]
    assert [text.source for text in FALSE.right_answer(translator("ar"))] == ["خطأ"]


@pytest.mark.parametrize(
    ("right", "refusal"), [(None, refusals.PartMissing), ("yes", refusals.PartUnreadable)]
)
def test_it_has_to_be_one_of_both(right: object, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        parse(SAMPLES["true_false"] | {"right": right})
