"""Short answers and the patterns that they are compared with."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.patterns import Compare, matches, shown
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

QUESTION = parse(SAMPLES["short"])
EXACT = parse(SAMPLES["short"] | {"compare": "exact"})


@pytest.mark.parametrize(
    ("typed", "loose", "exact"),
    [
        pytest.param("Ibn Khaldoun", 1, 1, id="as written"),
        pytest.param("ibn khaldoûn", 1, 0, id="case and accents"),
        pytest.param("إبن خَلدون", 1, 0, id="hamza and vowel marks"),
        pytest.param("ibn-khaldoun", 1, 0, id="a hyphen"),
        pytest.param("Abd al-Rahman Khaldun", Fraction(1, 2), Fraction(1, 2), id="by a star"),
        pytest.param("Averroès", 0, 0, id="somebody else"),
    ],
)
def test_the_first_pattern_that_fits_decides(typed: str, loose: Fraction, exact: Fraction) -> None:
    answer = QUESTION.read({"text": [typed]})

    assert QUESTION.grade(answer) == loose
    assert EXACT.grade(answer) == exact


def test_what_the_pattern_says_is_said() -> None:
    assert [t.source for t in QUESTION.remarks({"text": "khaldun"})] == ["Presque."]
    assert QUESTION.remarks({"text": "ابن خلدون"}) == ()


@pytest.mark.parametrize(
    ("pattern", "typed", "fits"),
    [
        ("*", "anything", True),
        ("*", "", False),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("a*c", "abcd", False),
        ("a*a", "a", False),
        ("*b*", "abc", True),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "acb", False),
        (r"2\*3", "2*3", True),
        (r"2\*3", "2x3", False),
        ("-", "-", True),
        ("-", "+", False),
        ("-*", "-", True),
        ("C++", "c++", True),
        ("ة", "ه", True),
        ("١٢", "12", True),
    ],
)
def test_a_star_stands_for_anything(pattern: str, typed: str, *, fits: bool) -> None:
    assert matches(pattern, typed, Compare.LOOSE) is fits


@pytest.mark.parametrize(("typed", "fits"), [("Rabat", True), ("rabat", False), (" Rabat ", True)])
def test_exactly_is_exactly(typed: str, *, fits: bool) -> None:
    assert matches("Rab*", typed, Compare.EXACT) is fits


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_text_between_stars_is_found(before: str, after: str) -> None:
    assert matches("*b*", f"{before}b{after}", Compare.EXACT)


def test_many_stars_are_quick() -> None:
    assert not matches("*a" * 250, "a" * 249, Compare.LOOSE)


def test_patterns_are_shown_without_their_signs() -> None:
    assert shown(r"2\*3*") == "2*3…"
    assert [t.source for t in QUESTION.right_answer(translator("en"))] == ["Ibn Khaldoun"]


def test_too_long_an_answer_is_refused() -> None:
    with pytest.raises(refusals.AnswerTooLong) as refused:
        QUESTION.read({"text": ["a" * 501]})

    assert refused.value.params == {"limit": 500}


@pytest.mark.parametrize("text", [7, None, ["a"]])
def test_what_is_no_text_earns_nothing(text: object) -> None:
    assert QUESTION.grade({"text": text}) == 0
    assert not QUESTION.is_complete({"text": text})


@pytest.mark.parametrize(
    ("answers", "refusal", "field"),
    [
        ([], refusals.TooFewParts, "answers"),
        ([{"pattern": " "}], refusals.PartMissing, "answers.1.pattern"),
        ([{"pattern": "a", "credit": "1/2"}], refusals.NoRightAnswer, "answers"),
        ([{"pattern": "a"}, {"pattern": "a"}], refusals.PartTwice, "answers.2.pattern"),
    ],
)
def test_what_could_not_be_met_is_refused(
    answers: list[dict[str, Any]], refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        parse(SAMPLES["short"] | {"answers": answers})

    assert getattr(refused.value, "field", None) == field
