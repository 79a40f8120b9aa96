"""Multiple choice and its rules for answers that are partly right."""

from __future__ import annotations

from fractions import Fraction

import pytest

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.options import ShownChoices, shares
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

SUM = parse(SAMPLES["multiple"])
NOTHING = parse(SAMPLES["multiple"] | {"partial": "nothing"})
TWO, THREE, FOUR, SIX = (each["id"] for each in SUM.content()["options"])


@pytest.mark.parametrize(
    ("chosen", "by_sum", "by_all_or_nothing"),
    [
        pytest.param([TWO, THREE], 1, 1, id="exactly the right ones"),
        pytest.param([TWO], Fraction(1, 2), 0, id="half of them"),
        pytest.param([TWO, THREE, FOUR], Fraction(1, 2), 0, id="one too many"),
        pytest.param([TWO, THREE, FOUR, SIX], 0, 0, id="everything"),
        pytest.param([FOUR, SIX], 0, 0, id="never below nothing"),
        pytest.param([TWO, THREE, "ffff"], 1, 1, id="one of another version"),
    ],
)
def test_what_is_partly_right_earns_by_the_rule(
    chosen: list[str], by_sum: Fraction, by_all_or_nothing: int
) -> None:
    assert SUM.grade({"choices": chosen}) == by_sum
    assert NOTHING.grade({"choices": chosen}) == by_all_or_nothing


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([TWO, THREE], ["The first odd one.", "All right."]),
        ([TWO], ["Partly."]),
        ([SIX], ["Twice three.", "No."]),
        ([], ["No."]),
    ],
)
def test_feedback_speaks_of_the_choices_and_of_the_whole(
    chosen: list[str], said: list[str]
) -> None:
    assert [text.source for text in SUM.feedback({"choices": chosen})] == said


def test_choices_are_read_once_and_in_one_order() -> None:
    assert SUM.read({"choice": [THREE, TWO, TWO]}) == {"choices": sorted([TWO, THREE])}
    assert SUM.is_complete({"choices": [TWO]})


def test_what_the_page_did_not_offer_is_refused() -> None:
    with pytest.raises(refusals.AnswerUnreadable):
        SUM.read({"choice": [TWO, "ffff"]})


def test_the_right_answers_are_said() -> None:
    assert [text.source for text in SUM.right_answer(translator("ar"))] == ["2", "3"]


def test_choices_are_shuffled_unless_they_are_not_to_be() -> None:
    fixed = parse(SAMPLES["multiple"] | {"shuffle": False}).present(5)
    mixed = {str(SUM.present(seed)) for seed in range(9)}

    assert isinstance(fixed, ShownChoices)
    assert [each.id for each in fixed.options] == [TWO, THREE, FOUR, SIX]
    assert len(mixed) > 1


@pytest.mark.parametrize(
    ("earned", "refusal"),
    [
        pytest.param(["0", "-1"], refusals.NoRightAnswer, id="none right"),
        pytest.param(["1/2", "1/4"], refusals.CreditsUneven, id="too little"),
        pytest.param(["1", "1"], refusals.CreditsUneven, id="too much"),
    ],
)
def test_right_choices_share_the_whole(earned: list[str], refusal: type[Exception]) -> None:
    options = [{"text": str(n), "credit": credit} for n, credit in enumerate(earned)]

    with pytest.raises(refusal):
        parse(SAMPLES["multiple"] | {"options": options})


def test_three_thirds_in_per_cent_are_the_whole() -> None:
    options = [{"text": str(n), "credit": "0.3333333"} for n in range(3)]

    question = parse(SAMPLES["multiple"] | {"options": options})

    assert question.grade({"choices": [each["id"] for each in question.content()["options"]]}) == 1


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(refusals.PartUnreadable) as refused:
        parse(SAMPLES["multiple"] | {"partial": "luck"})

    assert refused.value.field == "partial"


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ([True, True, False], [Fraction(1, 2), Fraction(1, 2), -1]),
        ([True, False, False], [1, Fraction(-1, 2), Fraction(-1, 2)]),
        ([True, True], [Fraction(1, 2), Fraction(1, 2)]),
        ([False, False], [0, 0]),
    ],
)
def test_credits_are_shared_evenly(right: list[bool], expected: list[Fraction]) -> None:
    assert shares(right) == expected
