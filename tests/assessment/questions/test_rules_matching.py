"""Matching."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.matching import ShownMatching, matched
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

QUESTION = parse(SAMPLES["matching"])
MOROCCO, TUNISIA, FRANCE = (each["id"] for each in QUESTION.content()["pairs"])


@pytest.mark.parametrize(
    ("pairs", "grade"),
    [
        ({MOROCCO: "r", TUNISIA: "t", FRANCE: "p"}, 1),
        ({MOROCCO: "r", TUNISIA: "p", FRANCE: "t"}, Fraction(1, 3)),
        ({MOROCCO: "m"}, 0),
        ({"gone": "r"}, 0),
        ("r", 0),
    ],
)
def test_each_right_match_earns_its_share(pairs: Any, grade: Fraction) -> None:
    assert QUESTION.grade({"pairs": pairs}) == grade


def test_matches_are_read_one_by_one() -> None:
    half = QUESTION.read({f"pair-{MOROCCO}": ["r"], f"pair-{TUNISIA}": [""]})
    whole = QUESTION.read({f"pair-{each}": ["m"] for each in (MOROCCO, TUNISIA, FRANCE)})

    assert half == {"pairs": {MOROCCO: "r"}}
    assert not QUESTION.is_complete(half)
    assert QUESTION.is_complete(whole)
    with pytest.raises(refusals.AnswerUnreadable):
        QUESTION.read({f"pair-{MOROCCO}": ["x"]})


def test_no_name_stands_on_both_sides() -> None:
    """Where entry and choice say the same, a name made of the text would be the key."""
    question = parse(SAMPLES["matching"] | matched([("a", "a"), ("b", "b")], []))
    content = question.content()

    assert not {each["id"] for each in content["pairs"]} & {
        each["id"] for each in content["choices"]
    }


@pytest.mark.parametrize("shuffle", [True, False])
def test_choices_are_always_shuffled_entries_where_asked(*, shuffle: bool) -> None:
    question = parse(SAMPLES["matching"] | {"shuffle": shuffle})
    shown = [question.present(seed) for seed in range(20)]

    assert all(isinstance(each, ShownMatching) for each in shown)
    entries = {each.entries for each in shown if isinstance(each, ShownMatching)}
    choices = {each.choices for each in shown if isinstance(each, ShownMatching)}
    assert (len(entries) > 1) is shuffle
    assert len(choices) > 1


@pytest.mark.parametrize(("text", "lettered"), [("Rabat", False), ("$x^2$", True)])
def test_choices_with_formulas_get_numbers(text: str, *, lettered: bool) -> None:
    shown = parse(SAMPLES["matching"] | matched([("a", text), ("b", "c")], [])).present(1)

    assert isinstance(shown, ShownMatching)
    assert shown.lettered is lettered


def test_the_right_matches_are_said() -> None:
    said = [text.source for text in QUESTION.right_answer(translator("fr"))]

    assert said == ["Maroc → Rabat", "Tunisie → Tunis", "France → Paris"]


def test_equal_choices_are_one() -> None:
    made = matched([("one", "odd"), ("two", "even"), ("three", "odd")], ["even", "prime"])

    assert [each["text"] for each in made["choices"]] == ["odd", "even", "prime"]
    assert made["pairs"][0]["choice"] == made["pairs"][2]["choice"]


@pytest.mark.parametrize(
    ("parts", "refusal", "field"),
    [
        ({"pairs": [{"text": "a", "choice": "r"}]}, refusals.TooFewParts, "pairs"),
        ({"choices": [{"text": "a"}]}, refusals.TooFewParts, "choices"),
        ({"pairs": [{"text": "a"}] * 2}, refusals.PartMissing, "pairs.1.choice"),
        (
            {"pairs": [{"text": "a", "choice": "x"}] * 2},
            refusals.PartUnreadable,
            "pairs.1.choice",
        ),
        (
            {"pairs": [{"text": "a", "choice": "r"}] * 2},
            refusals.PartTwice,
            "pairs.2.text",
        ),
    ],
)
def test_the_door_names_what_is_wrong(
    parts: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        parse(SAMPLES["matching"] | parts)

    assert getattr(refused.value, "field", None) == field
