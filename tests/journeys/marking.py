"""A marking room: a house of its own with work that was handed in, three markers and a rubric."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from nador.kernel import clock
from tests.assessment.test_marking import Room, give_rubric, open_room
from tests.factories.marking import ask_for_work, hand_in
from tests.journeys.house import House, open_house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nador.assessment.rules.marking import Plan


@dataclass
class MarkingRoom:
    """The room and its house."""

    house: House
    room: Room

    @property
    def base(self) -> str:
        """Where the marking of the assessment begins."""
        return f"/teach/assessments/{self.room.assessment_id}"


@contextlib.contextmanager
def marking_room(folder: Path, *, learners: int, plan: Plan | None = None) -> Iterator[MarkingRoom]:
    """Open a room in which so many learners have handed in, one after the other."""
    with open_house(folder) as house:
        room = open_room(house.session, learners=learners)
        ask_for_work(house.session, room.assessment_id)
        for place, learner in enumerate(room.school.learners):
            at = clock.now() - timedelta(hours=learners - place)
            hand_in(house.session, room.assessment_id, learner, at=at)
        give_rubric(room)
        if plan is not None:
            room.plan(plan)
        house.start()
        yield MarkingRoom(house, room)
