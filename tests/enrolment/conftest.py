"""A centre with a run, and an ear for what the service tells the features above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.orm import Session

from nador.app import HANDLERS, wire
from nador.catalogue.models import CourseVersion
from nador.enrolment.rules import EnrolmentEnded, EnrolmentPlaced, OfferAccepted, SeatOffered
from nador.kernel import events
from nador.kernel.access import Actor, Role
from tests.factories import make_actor, make_course, make_institute, make_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nador.catalogue.models import Run


@dataclass
class Centre:
    """One institute with a course and its registrar; runs are made as a test needs them."""

    session: Session
    institute_id: int
    version: CourseVersion
    registrar: Actor

    def run(self, **given: Any) -> Run:
        return make_run(self.session, self.version, institute_id=self.institute_id, **given)

    def learner(self) -> tuple[Actor, int]:
        actor = make_actor(self.session, Role.LEARNER)
        assert actor.person_id is not None
        return actor, actor.person_id


@pytest.fixture
def centre(session: Session) -> Centre:
    institute = make_institute(session)
    return Centre(
        session=session,
        institute_id=institute.id,
        version=make_course(session, institute_id=institute.id),
        registrar=make_actor(session, Role.REGISTRAR, institute_id=institute.id),
    )


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """Everything that the service tells, in order."""
    heard: list[Any] = []

    def listen(_session: Session, _actor: Actor, event: Any) -> None:
        heard.append(event)

    kinds = (EnrolmentPlaced, SeatOffered, OfferAccepted, EnrolmentEnded)
    pairs = [pair for pairs in HANDLERS for pair in pairs]
    events.connect([*pairs, *((kind, listen) for kind in kinds)])
    yield heard
    wire()
