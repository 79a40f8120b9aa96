"""Rubrics and marking guides: criteria, their points, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Self

from nador.assessment.rules.marking.refusals import (
    CriteriaTooMany,
    CriterionUntitled,
    LevelMissing,
    LevelTwice,
    NoPointsLikeThat,
    RubricEmpty,
)
from nador.assessment.rules.marking.states import RubricKind
from nador.assessment.rules.marks import parse_mark, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_CRITERIA: Final = 20
MOST_LEVELS: Final = 9
"""A digit of the keyboard chooses one."""
FEWEST_LEVELS: Final = 2


@dataclass(frozen=True, slots=True)
class Level:
    """How well a criterion is met, and what that is worth."""

    points: Decimal
    title: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is looked at; in a rubric by its levels, in a guide up to its points."""

    id: str
    title: str
    hint: str
    points: Decimal
    levels: tuple[Level, ...] = ()

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Take a criterion as a version keeps it."""
        levels = tuple(
            Level(Decimal(each["points"]), each["title"]) for each in kept.get("levels", ())
        )
        return cls(kept["id"], kept["title"], kept["hint"], Decimal(kept["points"]), levels)

    def kept(self) -> dict[str, Any]:
        """Give the criterion as a version keeps it."""
        return {
            "id": self.id,
            "title": self.title,
            "hint": self.hint,
            "points": str(self.points),
            "levels": [{"points": str(each.points), "title": each.title} for each in self.levels],
        }


@dataclass(frozen=True, slots=True)
class Rubric:
    """By what a piece of work is marked."""

    kind: RubricKind
    criteria: tuple[Criterion, ...]

    @property
    def top(self) -> Decimal:
        """The points of a perfect piece of work."""
        return sum((each.points for each in self.criteria), Decimal(0))

    def criterion(self, key: str) -> Criterion | None:
        """Find a criterion by its id."""
        return next((each for each in self.criteria if each.id == key), None)


def check_rubric(rubric: Rubric) -> Rubric:
    """Refuse a rubric by which nobody could mark; the points of levels go up or down as they stand."""
    if not rubric.criteria or not rubric.top:
        raise RubricEmpty
    if len(rubric.criteria) > MOST_CRITERIA:
        raise CriteriaTooMany(limit=MOST_CRITERIA)
    for place, criterion in enumerate(rubric.criteria):
        _check_criterion(criterion, rubric.kind, f"c{place}")
    return rubric


def _check_criterion(criterion: Criterion, kind: RubricKind, field: str) -> None:
    if not criterion.title or not all(each.title for each in criterion.levels):
        raise CriterionUntitled(field=field)
    if kind is RubricKind.GUIDE:
        return
    if len(criterion.levels) < FEWEST_LEVELS:
        raise LevelMissing(field=field)
    if len(criterion.levels) > MOST_LEVELS:
        raise CriteriaTooMany(limit=MOST_LEVELS, field=field)
    if len({each.points for each in criterion.levels}) < len(criterion.levels):
        raise LevelTwice(field=field)


def read_points(criterion: Criterion, typed: str, *, field: str | None = None) -> Decimal:
    """Read the points of a criterion as they were typed or chosen; of a rubric, a level has them.

    Raises MarkUnreadable, MarkTooFine, MarkOutOfRange, NoPointsLikeThat.
    """
    points = parse_mark(typed, out_of=criterion.points, field=field)
    if criterion.levels and points not in {each.points for each in criterion.levels}:
        raise NoPointsLikeThat(field=field, points=[each.points for each in criterion.levels])
    return points


def total(rubric: Rubric, points: Mapping[str, Decimal], *, out_of: Decimal) -> Decimal | None:
    """Add up the points and bring them to `out_of`; None while a criterion has none."""
    given = [points.get(each.id) for each in rubric.criteria]
    found = [each for each in given if each is not None]
    if len(found) < len(given):
        return None
    return rounded(Fraction(sum(found, Decimal(0))) * Fraction(out_of) / Fraction(rubric.top))
