"""Essays, which a person marks."""

from __future__ import annotations

import pytest

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.essay import ANSWER_LIMIT, ShownEssay
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

QUESTION = parse(SAMPLES["essay"])
FREE = parse({"kind": "essay", "language": "fr", "prompt": "Pourquoi ?"})


def test_only_a_person_marks_it() -> None:
    assert QUESTION.grade({"text": "…"}) is None
    assert QUESTION.by_person
    assert QUESTION.right_answer(translator("fr")) == ()


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("واحد اثنان", False),
        ("واحد اثنان ثلاثة", True),
        ("1 2 3 4 5 6", True),
        ("1 2 3 4 5 6 7", False),
        (7, False),
    ],
)
def test_it_is_whole_within_its_number_of_words(text: object, *, complete: bool) -> None:
    assert QUESTION.is_complete({"text": text}) is complete


def test_without_limits_a_word_is_enough() -> None:
    assert FREE.is_complete({"text": "Parce que."})


def test_lines_of_an_answer_stay() -> None:
    assert FREE.read({"text": ["a\r\n\r\n  b"]}) == {"text": "a\n\n  b"}


def test_what_the_field_began_with_is_no_answer() -> None:
    assert QUESTION.read({"text": ["الذكاء الاصطناعي هو"]}) == {}
    assert QUESTION.read({"text": ["الذكاء الاصطناعي هو كذا"]}) != {}


@pytest.mark.parametrize("length", [ANSWER_LIMIT + 1, 50 * 1024 * 1024])
def test_an_endless_answer_is_refused(length: int) -> None:
    with pytest.raises(refusals.AnswerTooLong) as refused:
        FREE.read({"text": ["a" * length]})

    assert (refused.value.field, refused.value.params) == ("text", {"limit": ANSWER_LIMIT})


def test_the_guide_is_for_those_who_mark() -> None:
    shown = QUESTION.present(1)

    assert isinstance(shown, ShownEssay)
    assert (shown.least_words, shown.most_words, shown.lines) == (3, 6, 15)
    assert "حدود" not in str(shown)


def test_the_most_is_not_below_the_least() -> None:
    with pytest.raises(refusals.NumberOutOfRange) as refused:
        parse(SAMPLES["essay"] | {"most_words": 2})

    assert refused.value.field == "most_words"
