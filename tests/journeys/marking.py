"""A marking room: a server of its own with work that was handed in, three markers and a rubric."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from nador.app import create_app
from nador.kernel import clock, schema
from nador.kernel.access import Actor
from nador.kernel.db import make_engine, make_sessions
from nador.settings import Settings
from tests.assessment.test_marking import Room, give_rubric, open_room
from tests.factories import sign_in
from tests.factories.marking import ask_for_work, hand_in
from tests.journeys.hall import Hall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from nador.assessment.rules.marking import Plan


@dataclass
class MarkingRoom:
    """The room and its server; `cookies` of the markers, then of the learners."""

    hall: Hall
    room: Room
    cookies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it can be reached."""
        return self.hall.url

    @property
    def base(self) -> str:
        """Where the marking of the assessment begins."""
        return f"/teach/assessments/{self.room.assessment_id}"

    def learner(self, number: int) -> dict[str, Any]:
        """The cookie of a learner."""
        return self.cookies[len(self.room.markers) + number]

    def refresh(self) -> None:
        """Look at the database anew."""
        self.room.session.rollback()
        self.room.session.expire_all()


@contextlib.contextmanager
def marking_room(folder: Path, *, learners: int, plan: Plan | None = None) -> Iterator[MarkingRoom]:
    """Open a room in which so many learners have handed in, one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Settings.from_environment({"NADOR_INSTANCE": str(folder)})
    made.make_secret_key()
    engine = make_engine(made.database_url)
    schema.upgrade(engine)
    app = create_app(made)
    with make_sessions(engine)() as session:
        room = open_room(session, learners=learners)
        ask_for_work(session, room.assessment_id)
        for place, learner in enumerate(room.school.learners):
            at = clock.now() - timedelta(hours=learners - place)
            hand_in(session, room.assessment_id, learner, at=at)
        give_rubric(room)
        if plan is not None:
            room.plan(plan)
        opened = MarkingRoom(Hall(folder, cast("Any", None), []), room)
        people = [*room.markers, *(Actor(person_id=each.id) for each in room.school.people)]
        opened.cookies = [_cookie(app, room, each, opened.url) for each in people]
        try:
            opened.hall.start()
            yield opened
        finally:
            opened.hall.stop()
    app.extensions["nador"].engine.dispose()
    engine.dispose()


def _cookie(app: Flask, room: Room, who: Actor, url: str) -> dict[str, Any]:
    client = app.test_client()
    sign_in(client, room.session, who)
    kept = client.get_cookie("nador")
    assert kept is not None
    return {"name": "nador", "value": kept.value, "url": url}
