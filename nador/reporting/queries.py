"""Reads for pages that bring several features together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.enrolment import queries as enrolment_queries
from nador.kernel import clock
from nador.reporting.rules import Due, first_due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nador.enrolment.queries import Place
    from nador.kernel.access import Actor


def my_places(session: Session, actor: Actor) -> list[Place]:
    """List the actor's places on runs, newest run first."""
    return enrolment_queries.my_enrolments(session, actor.person_id or 0, now=clock.now())


def next_place(places: Sequence[Place]) -> Place | None:
    """Choose the place that asks for something first."""
    due = first_due(
        [
            Due(
                index,
                place.offer.expires_at if place.offer else None,
                place.next_meeting.starts_at if place.next_meeting else None,
            )
            for index, place in enumerate(places)
        ]
    )
    return places[due.index] if due else None
