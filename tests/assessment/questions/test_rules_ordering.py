"""Ordering."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.ordering import ShownOrdering, longest_run
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import CALM, SAMPLES

BY = {
    rule: parse(SAMPLES["ordering"] | {"partial": rule})
    for rule in ("nothing", "places", "longest")
}
QUESTION = BY["places"]
NAMES = [each["id"] for each in QUESTION.content()["items"]]


@pytest.mark.parametrize(
    ("places", "nothing", "by_place", "longest"),
    [
        pytest.param([1, 2, 3, 4], 1, 1, 1, id="right"),
        pytest.param([2, 1, 3, 4], 0, Fraction(1, 2), Fraction(3, 4), id="two swapped"),
        pytest.param([4, 1, 2, 3], 0, 0, Fraction(3, 4), id="the last one first"),
        pytest.param([4, 3, 2, 1], 0, 0, 0, id="backwards"),
        pytest.param([1, 1, 3, 4], 0, Fraction(3, 4), Fraction(3, 4), id="a place twice"),
        pytest.param([1, None, None, None], 0, Fraction(1, 4), 0, id="not all placed"),
    ],
)
def test_what_is_partly_right_earns_by_the_rule(
    places: list[int | None], nothing: int, by_place: Fraction, longest: Fraction
) -> None:
    kept = {name: place for name, place in zip(NAMES, places, strict=True) if place}

    assert BY["nothing"].grade({"places": kept}) == nothing
    assert BY["places"].grade({"places": kept}) == by_place
    assert BY["longest"].grade({"places": kept}) == longest


@CALM
@given(st.lists(st.integers(1, 9), max_size=7))
def test_the_longest_run_is_the_longest(places: list[int]) -> None:
    def runs(left: list[int], least: int) -> int:
        return max(
            [0, *(1 + runs(left[n + 1 :], each) for n, each in enumerate(left) if each > least)]
        )

    assert longest_run(places) == runs(places, 0)


def test_places_are_read() -> None:
    answer = QUESTION.read({f"place-{NAMES[0]}": ["2"], f"place-{NAMES[1]}": [""]})

    assert answer == {"places": {NAMES[0]: 2}}
    assert not QUESTION.is_complete(answer)
    assert QUESTION.is_complete({"places": {name: n for n, name in enumerate(NAMES, start=1)}})
    assert not QUESTION.is_complete({"places": dict.fromkeys(NAMES, 1)})


@pytest.mark.parametrize("place", ["0", "5", "first", "-1"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(refusals.AnswerUnreadable):
        QUESTION.read({f"place-{NAMES[0]}": [place]})


def test_places_that_are_no_numbers_count_for_nothing() -> None:
    assert QUESTION.grade({"places": {NAMES[0]: True, NAMES[1]: "2"}}) == 0


def test_entries_are_shown_in_an_order_of_the_attempt() -> None:
    shown = {QUESTION.present(seed) for seed in range(30)}

    assert all(isinstance(each, ShownOrdering) for each in shown)
    assert len(shown) > 6


def test_the_right_order_is_said() -> None:
    said = [text.source for text in QUESTION.right_answer(translator("en"))]

    assert said == ["ENIAC", "Unix", "Linux", "Python 3"]


def test_two_entries_must_differ() -> None:
    with pytest.raises(refusals.PartTwice):
        parse(SAMPLES["ordering"] | {"items": [{"text": "a"}, {"text": "a"}]})
