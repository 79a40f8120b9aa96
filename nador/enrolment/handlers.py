"""What the catalogue tells us: seats appear, runs disappear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nador.catalogue.rules import RunCancelled, RunChanged
from nador.enrolment import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.events import Handler


def promote_when_capacity_changes(session: Session, actor: Actor, event: RunChanged) -> None:
    """Offer the new seats to those who wait."""
    if "capacity" in event.changed:
        service.promote(session, actor, run_id=event.run_id)


def empty_cancelled_run(session: Session, actor: Actor, event: RunCancelled) -> None:
    """End every claim on the run."""
    service.empty_run(session, actor, run_id=event.run_id, reason=event.reason)


HANDLERS: Final[tuple[tuple[type[Any], Handler], ...]] = (
    (RunChanged, promote_when_capacity_changes),
    (RunCancelled, empty_cancelled_run),
)
