"""Grading again after a key was mended: who would get what, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from nador.assessment.questions import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.assessment.questions import Question


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer to the question, by the id of what keeps it."""

    id: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Regraded:
    """One answer that earns something else by the new version; None: a person has to mark it."""

    id: int
    before: Fraction | None
    after: Fraction | None


@dataclass(frozen=True, slots=True)
class RegradeReport:
    """What grading again would change, in the order in which answers came."""

    changed: tuple[Regraded, ...]
    unchanged: int

    @property
    def gaining(self) -> int:
        """How many would get more."""
        return sum(
            each.before is not None and each.after is not None and each.after > each.before
            for each in self.changed
        )

    @property
    def losing(self) -> int:
        """How many would get less."""
        return sum(
            each.before is not None and each.after is not None and each.after < each.before
            for each in self.changed
        )


def regrade(old: Question, new: Question, kept: Iterable[KeptAnswer]) -> RegradeReport:
    """Compare what each answer earns by both versions; nothing is written."""
    changed = []
    unchanged = 0
    for each in kept:
        before, after = old.grade(each.answer), new.grade(each.answer)
        if before == after:
            unchanged += 1
        else:
            changed.append(Regraded(each.id, before, after))
    return RegradeReport(tuple(changed), unchanged)
