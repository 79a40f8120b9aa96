"""Single choice."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.options import ShownChoices
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

QUESTION = parse(SAMPLES["single"])
RABAT, CASABLANCA, FES = (each["id"] for each in QUESTION.content()["options"])


@pytest.mark.parametrize(
    ("chosen", "grade", "said"),
    [
        pytest.param(RABAT, 1, ["Oui.", "Depuis 1912."], id="right"),
        pytest.param(
            CASABLANCA,
            Fraction(-1, 4),
            ["La plus grande ville.", "Depuis 1912."],
            id="wrong, and it costs",
        ),
        pytest.param(FES, 0, ["Depuis 1912."], id="wrong"),
        pytest.param("ffff", 0, ["Depuis 1912."], id="of another version"),
    ],
)
def test_the_choice_earns_its_credit(chosen: str, grade: Fraction, said: list[str]) -> None:
    answer = {"choice": chosen}

    assert QUESTION.grade(answer) == grade
    assert [text.source for text in QUESTION.feedback(answer)] == said


def test_a_choice_that_was_offered_is_read() -> None:
    answer = QUESTION.read({"choice": [FES]})

    assert answer == {"choice": FES}
    assert QUESTION.is_complete(answer)


def test_leaving_it_open_is_no_answer() -> None:
    assert QUESTION.read({"choice": [""]}) == {}


@pytest.mark.parametrize("values", [["ffff"], [RABAT, FES]])
def test_what_the_page_did_not_offer_is_refused(values: list[str]) -> None:
    with pytest.raises(refusals.AnswerUnreadable) as refused:
        QUESTION.read({"choice": values})

    assert refused.value.field == "choice"


def test_choices_stand_in_an_order_of_the_attempt() -> None:
    orders = {shown(seed) for seed in range(40)}

    assert len(orders) == 6
    assert shown(7) == shown(7)


def test_choices_that_are_not_shuffled_stand_as_written() -> None:
    fixed = parse(SAMPLES["single"] | {"shuffle": False}).present(3)

    assert isinstance(fixed, ShownChoices)
    assert [option.id for option in fixed.options] == [RABAT, CASABLANCA, FES]


def shown(seed: int) -> tuple[str, ...]:
    found = QUESTION.present(seed)
    assert isinstance(found, ShownChoices)
    return tuple(option.id for option in found.options)


def test_a_choice_has_its_own_language() -> None:
    found = QUESTION.present(0)
    assert isinstance(found, ShownChoices)

    assert {(o.text.language, o.text.direction) for o in found.options} == {
        ("fr", "ltr"),
        ("ar", "rtl"),
    }


def test_the_right_answer_is_said() -> None:
    assert [text.source for text in QUESTION.right_answer(translator("fr"))] == ["Rabat"]


def option(text: Any, credit: Any = "0", **more: Any) -> dict[str, Any]:
    return {"text": text, "credit": credit, **more}


@pytest.mark.parametrize(
    ("options", "refusal", "field"),
    [
        pytest.param([option("a", "1")], refusals.TooFewParts, "options", id="one"),
        pytest.param([], refusals.TooFewParts, "options", id="none"),
        pytest.param(None, refusals.TooFewParts, "options", id="no list"),
        pytest.param("ab", refusals.PartUnreadable, "options", id="a text"),
        pytest.param(
            [option(str(n), "1") for n in range(61)], refusals.TooManyParts, "options", id="many"
        ),
        pytest.param(
            [option("a"), option("b", "0.99")], refusals.NoRightAnswer, "options", id="none right"
        ),
        pytest.param(
            [option("a", "1"), option("a")], refusals.PartTwice, "options.2.text", id="twins"
        ),
        pytest.param(
            [option("a", "1", id="x"), option("b", id="x")],
            refusals.PartTwice,
            "options.2.id",
            id="one name for two",
        ),
        pytest.param(
            [option("a", "1", id="X!"), option("b")],
            refusals.PartUnreadable,
            "options.1.id",
            id="no name",
        ),
        pytest.param(
            [option("a", "1"), option(" ")], refusals.PartMissing, "options.2.text", id="empty"
        ),
        pytest.param(
            [option("a", "1"), option("b", "1.5")],
            refusals.NumberOutOfRange,
            "options.2.credit",
            id="more than all",
        ),
        pytest.param(
            [option("a", "1"), option("b", "1/37")],
            refusals.CreditTooFine,
            "options.2.credit",
            id="odd",
        ),
        pytest.param(
            [option("a", "1"), option("b", 0.5)],
            refusals.PartUnreadable,
            "options.2.credit",
            id="a float",
        ),
        pytest.param(
            [option("a", "1"), option("b", bonus=1)],
            refusals.PartUnknown,
            "options.2.bonus",
            id="unknown",
        ),
        pytest.param([option("a", "1"), 7], refusals.PartUnreadable, "options.2", id="a number"),
    ],
)
def test_what_could_not_be_answered_is_refused(
    options: Any, refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        parse(SAMPLES["single"] | {"options": options})

    assert getattr(refused.value, "field", None) == field


def test_names_of_choices_tell_nothing_of_their_place() -> None:
    content = SAMPLES["single"]
    turned = parse(content | {"options": content["options"][::-1]})

    assert {each["id"] for each in turned.content()["options"]} == {RABAT, CASABLANCA, FES}
