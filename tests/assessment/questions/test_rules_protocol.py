"""What every type of question keeps to."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import TYPES, parse, refusals, under
from nador.kernel.errors import Invalid
from nador.kernel.i18n import Translator, translator
from tests.assessment.questions.samples import CALM, CONTENTS, SAMPLES

ENGLISH: Translator = translator("en")
KINDS = sorted(TYPES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=9,
)


def test_there_is_a_sample_and_a_generator_of_every_type() -> None:
    assert KINDS == sorted(SAMPLES) == sorted(CONTENTS)


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(data=st.data())
def test_content_comes_back_as_it_was_written(kind: str, data: st.DataObject) -> None:
    question = parse(data.draw(CONTENTS[kind]))

    assert parse(json.loads(json.dumps(question.content()))) == question


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(data=st.data(), seed=st.integers(0, 2**63))
def test_what_is_shown_depends_on_the_seed_alone_and_holds_no_key(
    kind: str, data: st.DataObject, seed: int
) -> None:
    question = parse(data.draw(CONTENTS[kind]))

    shown = question.present(seed)

    assert shown == question.present(seed)
    assert not KEY & set(names(asdict(shown)))


KEY = {"credit", "feedback", "answers", "right", "explanation", "guide", "choice", "tolerance"}


def names(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        return [*thing, *(name for each in thing.values() for name in names(each))]
    return [name for each in thing for name in names(each)] if isinstance(thing, tuple) else []


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_no_whole_answer_and_earns_nothing(kind: str) -> None:
    question = parse(SAMPLES[kind])

    assert not question.is_complete({})
    assert question.grade({}) == (None if question.by_person else 0)
    assert question.read({}) == {}


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(answer=st.dictionaries(st.text(max_size=9), JSON))
def test_whatever_was_kept_as_an_answer_is_graded(kind: str, answer: dict[str, Any]) -> None:
    """A regrade meets answers to other versions, even to other types."""
    question = parse(SAMPLES[kind])

    for each in (answer, *({name: value} for name in ANSWER_PARTS for value in answer.values())):
        grade = question.grade(each)
        assert grade is None or (isinstance(grade, Fraction) and -1 <= grade <= 1)
        question.is_complete(each)
        question.feedback(each)


ANSWER_PARTS = ["choice", "choices", "text", "number", "unit", "pairs", "places", "gaps", "files"]


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(
    raw=st.dictionaries(
        st.sampled_from([*ANSWER_PARTS, "gap-1", "gap-3", "file"]),
        st.lists(st.text(max_size=30), max_size=3),
    )
)
def test_any_fields_are_read_or_refused(kind: str, raw: dict[str, list[str]]) -> None:
    question = parse(SAMPLES[kind])

    try:
        answer = question.read(raw)
    except Invalid:
        return

    assert json.loads(json.dumps(answer)) == answer
    question.grade(answer)


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(data=st.data())
def test_any_content_is_read_or_refused_by_name(kind: str, data: st.DataObject) -> None:
    """One part is spoiled; what is refused is refused with a word, never by accident."""
    content = json.loads(json.dumps(parse(SAMPLES[kind]).content()))
    part = data.draw(st.sampled_from(sorted(content)))
    content[part] = data.draw(JSON)

    try:
        question = parse(content)
    except Invalid:
        return

    assert parse(question.content()) == question


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_right_answer_in_words(kind: str) -> None:
    question = parse(SAMPLES[kind])

    said = question.right_answer(ENGLISH)

    assert question.by_person or said
    assert all(text.source for text in said)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        pytest.param({"prompt": ""}, refusals.PartMissing, "prompt", id="no text"),
        pytest.param({"prompt": "a" * 20_001}, refusals.PartTooLong, "prompt", id="long text"),
        pytest.param({"prompt": "a" * 10**6}, refusals.PartTooLong, "prompt", id="endless text"),
        pytest.param({"prompt": 7}, refusals.PartUnreadable, "prompt", id="no text at all"),
        pytest.param({"language": "français"}, refusals.PartUnreadable, "language", id="language"),
        pytest.param({"language": None}, refusals.PartUnreadable, "language", id="no language"),
        pytest.param({"points": "-1"}, refusals.NumberOutOfRange, "points", id="points below"),
        pytest.param({"points": "1e999999"}, refusals.NumberOutOfRange, "points", id="points"),
        pytest.param({"points": "NaN"}, refusals.PartUnreadable, "points", id="no points"),
        pytest.param({"points": "one"}, refusals.PartUnreadable, "points", id="words"),
        pytest.param({"colour": "red"}, refusals.PartUnknown, "colour", id="unknown part"),
        pytest.param(
            {"prompt": {"text": "a", "size": 3}}, refusals.PartUnknown, "prompt.size", id="deeper"
        ),
        pytest.param({"prompt": "![](a.png)"}, refusals.ImageMissing, "files", id="no image"),
        pytest.param({"files": {"a.png": "x"}}, refusals.PartUnreadable, "files", id="no hash"),
        pytest.param({"files": ["a.png"]}, refusals.PartUnreadable, "files", id="no files"),
        pytest.param(
            {"files": {"../a": "0" * 64}}, refusals.PartUnreadable, "files", id="a way out"
        ),
    ],
)
def test_the_door_names_the_part_at_fault(
    kind: str, change: dict[str, Any], refusal: type[Invalid], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        parse(SAMPLES[kind] | change)

    assert refused.value.field == field


@pytest.mark.parametrize("content", [None, [], "single", {}, {"kind": 1}, {"kind": "riddle"}])
def test_what_is_no_question_is_refused(content: object) -> None:
    with pytest.raises((refusals.PartUnreadable, refusals.KindUnknown)):
        parse(content)


def test_images_are_files_of_the_question_by_hash() -> None:
    question = parse(
        SAMPLES["single"] | {"prompt": "![A map](map.png)", "files": {"map.png": "a" * 64}}
    )

    address = question.present(1).images(lambda digest: f"/files/{digest}")

    assert question.content()["files"] == {"map.png": "a" * 64}
    assert address("map.png") == f"/files/{'a' * 64}"
    assert address("other.png") is None


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("fr", "ltr"), ("fr-MA", "ltr"), ("zgh", "ltr"), ("qaa", "auto")],
)
def test_a_text_has_the_direction_of_its_language(language: str, direction: str) -> None:
    question = parse(SAMPLES["single"] | {"language": language})

    assert question.prompt.direction == direction


def test_the_fields_of_one_question_are_found_by_its_prefix() -> None:
    page = {"q1-choice": ["a"], "q12-choice": ["b"], "csrf_token": ["c"]}

    assert under("q1-", page) == {"choice": ["a"]}
