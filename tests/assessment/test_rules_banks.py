"""Draws, tags and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import PoolTooSmall, draw
from nador.assessment.rules.banks import a_name, check_depth, image_type, name_from, tags_from
from nador.assessment.rules.refusals import NameMissing, TagsTooMany, TooDeep
from tests.assessment.questions.samples import CALM


@CALM
@given(st.sets(st.integers(1, 10**9), min_size=1, max_size=30), st.integers(0, 2**32), st.data())
def test_a_draw_depends_on_pool_and_seed_alone(
    pool: set[int], seed: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, len(pool)))
    mixed = data.draw(st.permutations(sorted(pool)))

    drawn = draw(mixed, count, seed=seed)

    assert drawn == draw(sorted(pool), count, seed=seed)
    assert len(set(drawn)) == count
    assert set(drawn) <= pool


def test_each_is_drawn_about_as_often() -> None:
    often = [question for seed in range(600) for question in draw(range(1, 7), 2, seed=seed)]

    assert all(150 <= often.count(each) <= 250 for each in range(1, 7))


def test_more_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(PoolTooSmall) as refused:
        draw([1, 1, 2], 3, seed=0)

    assert refused.value.params == {"count": 2, "asked": 3}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (["a", " a ", "A", "b"], ["a", "b"]),
        (["", " "], []),
        (["-", "+"], ["-", "+"]),
        (["x" * 99], ["x" * 60]),
    ],
)
def test_tags_are_kept_once(typed: list[str], kept: list[str]) -> None:
    assert tags_from(typed) == kept


def test_there_are_limits() -> None:
    check_depth(6)
    with pytest.raises(TooDeep):
        check_depth(7)
    with pytest.raises(TagsTooMany):
        tags_from(str(n) for n in range(21))
    with pytest.raises(NameMissing):
        a_name(" \u200b")


def test_a_text_gives_a_name() -> None:
    assert name_from("  two\nlines ") == "two lines"
    assert name_from("\u200b") == "?"
    assert len(a_name("x" * 999)) == 200


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"GIF87a", "image/gif"),
        (b"RIFF....WEBP", "image/webp"),
        (b"RIFF....WAVE", None),
        (b"<svg xmlns=", None),
        (b"", None),
    ],
)
def test_an_image_is_known_by_its_first_bytes(start: bytes, kind: str | None) -> None:
    assert image_type(start) == kind
