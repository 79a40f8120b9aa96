"""Banks of questions: states, tags, names of categories, and the draw from a pool."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from nador.assessment.rules.refusals import NameMissing, PoolTooSmall, TagsTooMany, TooDeep
from nador.kernel import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

NAME_LIMIT: Final = 200
NAMED_AFTER: Final = 80
TAG_LIMIT: Final = 60
MOST_TAGS: Final = 20
DEEPEST: Final = 6
_IMAGES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class QuestionState(StrEnum):
    """How a question stands: only a ready one is drawn."""

    DRAFT = "draft"
    READY = "ready"
    RETIRED = "retired"


def a_name(typed: str, *, field: str = "name") -> str:
    """Give a name as kept: one line, cut to what a list can show."""
    name = text.clean(typed)[:NAME_LIMIT].strip()
    if not name:
        raise NameMissing(field=field)
    return name


def name_from(prompt: str) -> str:
    """Name a question after its text, where nobody gave it a name."""
    return text.clean(prompt)[:NAMED_AFTER].strip() or "?"


def tags_from(typed: Iterable[str]) -> list[str]:
    """Give the tags that were meant, each once, in the order of writing."""
    kept: dict[str, str] = {}
    for each in typed:
        tag = text.clean(each)[:TAG_LIMIT].strip()
        if tag:
            kept.setdefault(text.fold(tag) or tag, tag)
    if len(kept) > MOST_TAGS:
        raise TagsTooMany(field="tags", limit=MOST_TAGS)
    return list(kept.values())


def check_depth(depth: int) -> None:
    """Refuse a category below the lowest level."""
    if depth > DEEPEST:
        raise TooDeep(field="parent", limit=DEEPEST)


def draw(pool: Collection[int], count: int, *, seed: int) -> list[int]:
    """Draw `count` questions by lot: the seed and the pool decide alone, in whatever order it comes.

    By hash and not by `random`: no Python version may change what an attempt was given.
    """
    if count > len(set(pool)):
        raise PoolTooSmall(count=len(set(pool)), asked=count)

    def lot(question_id: int) -> str:
        return sha256(f"{seed}:{question_id}".encode()).hexdigest()

    return sorted(set(pool), key=lot)[:count]


def image_type(content: bytes) -> str | None:
    """Recognise an image by its first bytes: what a file calls itself proves nothing."""
    for start, media_type in _IMAGES:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None
