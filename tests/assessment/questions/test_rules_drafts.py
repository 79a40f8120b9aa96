"""Questions as fields of a form, and fields that no form has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import TYPES, parse
from nador.assessment.questions.drafts import content_of, tidied, values_of
from nador.kernel.errors import Invalid
from tests.assessment.questions.samples import CALM, CONTENTS

NAMES = st.lists(
    st.sampled_from(
        ["options", "pairs", "others", "answers", "prompt", "text", "right", "credit", "1", "2", "id",
         "choice", "answer", "language", "text_language", "prompt_language", "points", "shuffle", "gaps"]
    ),
    min_size=1,
    max_size=4,
).map(".".join)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(TYPES))
@CALM
@given(data=st.data())
def test_what_a_form_shows_it_keeps(kind: str, data: st.DataObject) -> None:
    content = parse(data.draw(CONTENTS[kind])).content()
    try:
        values = values_of(content)
    except Invalid:
        assert kind == "cloze"  # its text holds what would be read as another gap
        return

    assert parse(content_of(tidied(values) | {"kind": kind}, {})) == parse(content)


@pytest.mark.parametrize("kind", sorted(TYPES))
@CALM
@given(values=st.dictionaries(NAMES, st.sampled_from(["", "a", "1", "yes", "{1:SA:=x}", "50"])))
def test_any_fields_are_read_or_refused(kind: str, values: dict[str, str]) -> None:
    try:
        parse(content_of(tidied(values | {"prompt": "x", "language": "fr"}) | {"kind": kind}, {}))
    except Invalid:
        return


@pytest.mark.parametrize(
    ("kind", "partial", "rights", "earned"),
    [
        ("single", "", "yn", ["1", "0"]),
        ("multiple", "sum", "yyn", ["1/2", "1/2", "-1"]),
        ("multiple", "nothing", "yyn", ["1/2", "1/2", "0"]),
        ("multiple", "nothing", "yn", ["1", "0"]),
    ],
)
def test_ticks_share_the_points(kind: str, partial: str, rights: str, earned: list[str]) -> None:
    values = {"kind": kind, "partial": partial}
    for number, right in enumerate(rights, start=1):
        values |= {
            f"options.{number}.text": str(number),
            f"options.{number}.right": "yes" if right == "y" else "no",
        }

    assert [each["credit"] for each in content_of(values, {})["options"]] == earned


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("33,33333", "1/3"), ("٥٠", "1/2"), ("-25 %", "-1/4"), ("half", "half"), ("", None)],
)
def test_shares_are_typed_in_per_cent(typed: str, kept: str | None) -> None:
    content: dict[str, Any] = content_of(
        {"kind": "short", "answers.1.pattern": "a", "answers.1.credit": typed}, {}
    )

    assert content["answers"][0].get("credit") == kept


def test_empty_rows_are_left_out_and_the_others_numbered_anew() -> None:
    values = {"options.1.text": " ", "options.1.right": "no", "options.3.text": "b", "prompt": "x"}

    assert tidied(values) == {"options.1.text": "b", "prompt": "x"}


def test_equal_choices_become_one_and_keep_their_name() -> None:
    content = content_of(
        {
            "kind": "matching",
            "pairs.1.text": "one",
            "pairs.1.answer": "odd",
            "pairs.1.choice": "aa",
            "pairs.2.text": "two",
            "pairs.2.answer": "even",
            "pairs.2.choice": "aa",
            "pairs.3.text": "three",
            "pairs.3.answer": "odd",
        },
        {"a.png": "0"},
    )

    names = [each["choice"] for each in content["pairs"]]
    assert names[0] == names[2] == "aa" != names[1]
    assert content["files"] == {"a.png": "0"}
