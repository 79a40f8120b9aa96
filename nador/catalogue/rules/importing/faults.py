"""What can be wrong in a catalogue file, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable


class FaultKind(StrEnum):
    """What can be wrong in a catalogue file."""

    SYNTAX = "syntax"
    MISSING = "missing"
    UNKNOWN_KEY = "unknown_key"
    WRONG_TYPE = "wrong_type"
    NO_WORDS = "no_words"
    OUT_OF_RANGE = "out_of_range"
    NOT_ONE_OF = "not_one_of"
    BAD_CODE = "bad_code"
    TWICE = "twice"
    UNKNOWN_SKILL = "unknown_skill"
    UNKNOWN_COURSE = "unknown_course"
    CIRCLE = "circle"
    WEIGHTS = "weights"
    NOT_ASSESSED = "not_assessed"
    MENTION_ORDER = "mention_order"
    UNKNOWN_CATEGORY = "unknown_category"
    NO_CATEGORY = "no_category"
    NOT_WEIGHED = "not_weighed"
    DROPS_ALL = "drops_all"
    LETTERS_WITHOUT_SCALE = "letters_without_scale"
    LETTERS_NOT_TO_ZERO = "letters_not_to_zero"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, on one line; the params fill in its sentence."""

    line: int
    kind: FaultKind
    params: dict[str, str] = field(default_factory=dict, compare=False)


class CatalogueRefused(Invalid):
    """The file has faults (`count`), so nothing of it was imported."""

    code = "catalogue_refused"

    def __init__(self, *, faults: Iterable[Fault] = (), **params: Any) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(**{"count": len(self.faults), **params})
