"""Texts with gaps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.cloze import ShownCloze
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

QUESTION = parse(SAMPLES["cloze"])
ONE, TWO = (each["id"] for each in QUESTION.content()["gaps"][2]["options"])


@pytest.mark.parametrize(
    ("gaps", "grade"),
    [
        pytest.param({"1": "rabat", "2": "12", "3": ONE}, 1, id="all right"),
        pytest.param({"1": "Rabat"}, Fraction(1, 2), id="by weight"),
        pytest.param({"2": "12,0"}, Fraction(1, 4), id="a number"),
        pytest.param({"2": "12 regions"}, 0, id="a number with a word"),
        pytest.param({"3": TWO}, Fraction(-1, 4), id="a choice that costs"),
        pytest.param({"1": "Fès", "2": "many", "3": "gone"}, 0, id="all wrong"),
        pytest.param({"4": "12"}, 0, id="no such gap"),
        pytest.param({"1": 7}, 0, id="no text"),
    ],
)
def test_gaps_earn_by_their_weights(gaps: dict[str, Any], grade: Fraction) -> None:
    assert QUESTION.grade({"gaps": gaps}) == grade


def test_gaps_are_read_one_by_one() -> None:
    half = QUESTION.read({"gap-1": ["Rabat "], "gap-2": [""]})
    whole = QUESTION.read({"gap-1": ["Rabat"], "gap-2": ["12"], "gap-3": [TWO]})

    assert half == {"gaps": {"1": "Rabat"}}
    assert not QUESTION.is_complete(half)
    assert QUESTION.is_complete(whole)
    assert not QUESTION.is_complete({"gaps": {"1": "a", "2": "b", "3": TWO}})


def test_a_choice_that_was_not_offered_is_refused() -> None:
    with pytest.raises(refusals.AnswerUnreadable) as refused:
        QUESTION.read({"gap-3": ["gone"]})

    assert refused.value.field == "gap-3"


def test_feedback_of_a_gap_is_said() -> None:
    assert [t.source for t in QUESTION.remarks({"gaps": {"1": "Rabat", "2": "12"}})] == ["Yes."]


def test_gaps_are_shown_without_their_answers() -> None:
    shown = QUESTION.present(3)

    assert isinstance(shown, ShownCloze)
    assert [(gap.id, len(gap.options), gap.numeric) for gap in shown.gaps] == [
        ("1", 0, False),
        ("2", 0, True),
        ("3", 2, False),
    ]


def test_the_right_answers_are_said_gap_by_gap() -> None:
    assert [t.source for t in QUESTION.right_answer(translator("en"))] == ["Rabat", "12", "one"]


def gap(**parts: Any) -> dict[str, Any]:
    return {"kind": "short", "answers": [{"pattern": "a"}]} | parts


@pytest.mark.parametrize(
    ("prompt", "gaps", "refusal", "field"),
    [
        pytest.param("no gap", [gap()], refusals.GapUnplaced, "prompt", id="not placed"),
        pytest.param("[[1]] [[1]]", [gap()], refusals.GapUnplaced, "prompt", id="placed twice"),
        pytest.param("[[1]] [[2]]", [gap()], refusals.GapUnplaced, "prompt", id="one too many"),
        pytest.param("[[1]]", [], refusals.TooFewParts, "gaps", id="none"),
        pytest.param("[[1]]", [gap(kind="x")], refusals.PartUnreadable, "gaps.1.kind", id="kind"),
        pytest.param("[[1]]", [gap(kind=1)], refusals.PartUnreadable, "gaps.1.kind", id="no kind"),
        pytest.param(
            "[[1]]", [gap(weight=0)], refusals.NumberOutOfRange, "gaps.1.weight", id="weight"
        ),
        pytest.param(
            "[[1]]", [gap(answers=[])], refusals.TooFewParts, "gaps.1.answers", id="no answer"
        ),
        pytest.param(
            "[[1]]",
            [{"kind": "choice", "options": [{"text": "a"}, {"text": "b"}]}],
            refusals.NoRightAnswer,
            "gaps.1.options",
            id="none right",
        ),
    ],
)
def test_the_door_names_what_is_wrong(
    prompt: str, gaps: list[Any], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        parse(SAMPLES["cloze"] | {"prompt": prompt, "gaps": gaps})

    assert getattr(refused.value, "field", None) == field
