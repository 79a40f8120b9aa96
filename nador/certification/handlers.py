"""What accounts tell us: somebody is to be erased, or was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nador.accounts.rules import ErasureAsked, Obstacle, PersonErased
from nador.certification import queries, service
from nador.certification.changes import queries as changes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.events import Handler


def name_what_is_being_made(session: Session, _actor: Actor, event: ErasureAsked) -> None:
    """Say when a worker is about to write the name into a document or a file to print."""
    if queries.is_being_made(session, event.person_id):
        event.obstacles.append(Obstacle.CERTIFICATE_BEING_MADE)
    if queries.is_being_printed(session, event.person_id):
        event.obstacles.append(Obstacle.PRINT_BEING_MADE)
    if changes.decision_waits(session, event.person_id):
        event.obstacles.append(Obstacle.DECISION_WAITS)


def erase_holder(session: Session, actor: Actor, event: PersonErased) -> None:
    """Take the name out of what the person holds."""
    service.erase_holder(session, actor, person_id=event.person_id)


HANDLERS: Final[tuple[tuple[type[Any], Handler], ...]] = (
    (ErasureAsked, name_what_is_being_made),
    (PersonErased, erase_holder),
)
