"""Grading again after a key was mended: who would get what, and how a report is told from another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from nador.assessment.rules.quizzes import to_cent
from nador.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer that earns something else by the newest key; None: a person has to mark it."""

    answer_id: int
    position: int
    version_id: int
    points: Decimal
    """What the question is worth."""
    before: Fraction | None
    after: Fraction | None


@dataclass(frozen=True, slots=True)
class Regrade:
    """An attempt that some newest key would change."""

    attempt_id: int
    person_id: int
    latin: str | None
    arabic: str | None
    before: Decimal | None
    after: Decimal | None
    changes: list[AnswerChange]

    @property
    def points_before(self) -> Decimal | None:
        """What the answers that would change earn now; None: one of them waits for a person."""
        return _sum((each.points, each.before) for each in self.changes)

    @property
    def points_after(self) -> Decimal | None:
        """What the same answers would earn."""
        return _sum((each.points, each.after) for each in self.changes)


def _sum(earned: Iterable[tuple[Decimal, Fraction | None]]) -> Decimal | None:
    total = Fraction(0)
    for points, share in earned:
        if share is None:
            return None
        total += Fraction(points) * share
    return to_cent(total)


class RegradeMoved(Conflict):
    """Attempts or keys changed after the report that was agreed to."""

    code = "regrade_moved"


def report_fingerprint(report: Iterable[Regrade]) -> str:
    """Tell what a report would change from what another would, whatever people are called."""
    said = sorted(
        [one.answer_id, one.version_id, *map(str, (one.before, one.after, each.before, each.after))]
        for each in report
        for one in each.changes
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
