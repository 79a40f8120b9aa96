"""GIFT: the files of others, our own there and back, and files that nobody meant to be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import parse
from nador.assessment.questions.formats import gift, gift_writing
from nador.assessment.questions.formats.report import Leaving
from nador.kernel import text
from tests.assessment.questions.samples import CALM, CONTENTS, LINES, SAMPLES

ROOT = Path(__file__).resolve().parents[3]
FILES = ROOT.parent / "shared" / "data" / "questions" / "gift" / "fuhrmanator"
REVIEWED = json.loads((Path(__file__).parent / "gift_reviewed.json").read_text("utf-8"))
CARRIED = ("single", "multiple", "true_false", "short", "numerical", "matching", "essay")
NAMES = LINES.map(lambda said: said[:60].strip()).filter(bool)


def told(content: bytes) -> dict[str, Any]:
    """What is read of a file, without the names that hashes made."""
    reading = gift.read(content, language="en")
    return {
        "items": [
            [each.line, each.name, "/".join(each.path), list(each.tags), list(map(str, each.remarks)),
             without_ids(each.content)]
            for each in reading.items
        ],
        "refused": [[each.line, each.name, str(each.reason)] for each in reading.refused],
    }  # fmt: skip


def without_ids(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {name: without_ids(each) for name, each in thing.items() if name != "id"}
    return [without_ids(each) for each in thing] if isinstance(thing, list) else thing


@pytest.mark.parametrize("name", sorted(REVIEWED))
def test_files_of_others_are_read_as_a_person_read_them(name: str) -> None:
    """Expected values were reviewed by hand, file by file, beside the sources."""
    if not FILES.is_dir():
        pytest.skip("the GIFT files of others are not beside this checkout (../shared/data)")

    assert told((FILES / name).read_bytes()) == REVIEWED[name]


def test_every_file_of_others_was_reviewed() -> None:
    if not FILES.is_dir():
        pytest.skip("the GIFT files of others are not beside this checkout (../shared/data)")

    assert sorted(path.name for path in FILES.glob("*.gift")) == sorted(REVIEWED)


@pytest.mark.parametrize("kind", CARRIED)
@CALM
@given(
    data=st.data(), name=NAMES, path=st.lists(NAMES, max_size=2), tags=st.lists(NAMES, max_size=2)
)
def test_what_goes_out_comes_back(
    kind: str, data: st.DataObject, name: str, path: list[str], tags: list[str]
) -> None:
    """Nothing is lost that was not named as left out."""
    question = parse(data.draw(CONTENTS[kind]))
    leaving = Leaving(name, question.content(), tuple(path), tuple(tags))

    done = gift_writing.write([leaving])
    reading = gift.read(done.text.encode(), language=question.language)

    assert len(done.refused) + len(reading.items) == 1, (done.text, reading.refused)
    if done.refused:
        return
    (item,) = reading.items
    lost = {str(remark.params["what"]) for _, remark in done.remarks}
    back = parse(item.content)
    assert [
        part for part in differences(question.content(), back.content()) if part not in lost
    ] == []
    assert (item.name, item.tags) == (name, tuple(tags))
    assert "category /" in lost or [text.fold(each) for each in item.path] == [
        text.fold(each) for each in path if each.lower() not in gift.EDGES
    ]


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [part for part in one | other if one.get(part) != other.get(part)]


@pytest.mark.parametrize("kind", ["ordering", "cloze", "file"])
def test_what_the_format_cannot_say_is_named(kind: str) -> None:
    done = gift_writing.write([Leaving("Q", SAMPLES[kind])])

    assert done.text == ""
    assert [(name, reason.params["what"]) for name, reason in done.refused] == [("Q", kind)]


def test_what_is_left_out_is_named() -> None:
    content = SAMPLES["multiple"] | {"points": "2", "shuffle": False}

    done = gift_writing.write([Leaving("Q", parse(content).content())])

    assert [remark.params["what"] for _, remark in done.remarks] == [
        "points", "if_right", "if_partly", "if_wrong", "shuffle",
    ]  # fmt: skip


def test_what_is_wrong_is_named_with_its_line_and_the_rest_comes_in() -> None:
    source = b"""// a comment
::One::Is it? {T}

::Two::Which? {=a ~a}

::Three::Which? {=a ~%0.0000001%b}

::Four::How many? {#many}

::Five::Open {=a

::Six:: Loose a} brace {

::Seven::Said? {F}
"""

    reading = gift.read(source, language="en")

    assert [item.name for item in reading.items] == ["One", "Seven"]
    assert [(each.line, each.name, each.reason.code) for each in reading.refused] == [
        (4, "Two", "question_part_twice"),
        (6, "Three", "exchange_not_readable"),
        (8, "Four", "exchange_not_readable"),
        (10, "Five", "exchange_not_readable"),
        (12, "Six", "exchange_not_readable"),
    ]


def test_another_encoding_is_named_and_the_rest_is_read() -> None:
    reading = gift.read("::Un::Été ?{T}\n\n::Deux::ok{F}".encode("latin-1"), language="fr")

    assert [each.line for each in reading.refused] == [1]
    assert [item.name for item in reading.items] == ["Un", "Deux"]


PIECES = ["{", "}", "=", "~", "#", "####", "->", "::", "\\", "%50%", "T", "\n", "\n\n", "//", ":", "..", "1", "a ", "[html]", "<b>", "$CATEGORY: a/b"]  # fmt: skip


@CALM
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60))
def test_any_file_is_read_or_named(source: str) -> None:
    reading = gift.read(source.encode("utf-8", "surrogatepass"), language="en")

    for item in reading.items:
        assert parse(item.content).content() == item.content
    lines = [item.line for item in reading.items] + [each.line for each in reading.refused]
    assert all(1 <= line <= len(re.split("\n", source)) + 1 for line in lines)


@CALM
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_named(content: bytes) -> None:
    gift.read(content, language="en")
