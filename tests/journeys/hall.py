"""An examination hall: a house of its own with a quiz in it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nador.assessment.models import AttemptAnswer
from tests.assessment.exam import Exam, open_exam
from tests.journeys.house import House, open_house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Hall:
    """A house with one exam."""

    house: House
    exam: Exam

    def answers(self) -> list[dict[str, Any]]:
        """What the database holds, question by question."""
        self.house.refresh()
        rows = self.house.session.scalars(select(AttemptAnswer).order_by(AttemptAnswer.id))
        return [each.answer for each in rows]


@contextlib.contextmanager
def hall(folder: Path, *contents: dict[str, Any], **settings: Any) -> Iterator[Hall]:
    """Open a hall with a quiz of these questions."""
    with open_house(folder) as house:
        exam = open_exam(house.session, *contents, **settings)
        house.start()
        yield Hall(house, exam)
