"""What the catalogue tells us: seats appear, runs disappear; and accounts: somebody is to be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, select

from nador.accounts.rules import ErasureAsked, Obstacle
from nador.catalogue.rules import RunCancelled, RunChanged
from nador.enrolment import service
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import EnrolmentStatus

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.events import Handler

OPEN: Final = (
    EnrolmentStatus.APPLIED,
    EnrolmentStatus.WAITLISTED,
    EnrolmentStatus.OFFERED,
    EnrolmentStatus.ACTIVE,
)
"""As long as one has such a place, the run is not over for them."""


def promote_when_capacity_changes(session: Session, actor: Actor, event: RunChanged) -> None:
    """Offer the new seats to those who wait."""
    if "capacity" in event.changed:
        service.promote(session, actor, run_id=event.run_id)


def empty_cancelled_run(session: Session, actor: Actor, event: RunCancelled) -> None:
    """End every claim on the run."""
    service.empty_run(session, actor, run_id=event.run_id, reason=event.reason)


def name_open_enrolments(session: Session, _actor: Actor, event: ErasureAsked) -> None:
    """Say when somebody still has a place on a run, or waits for one."""
    open_ones = exists().where(Enrolment.person_id == event.person_id, Enrolment.status.in_(OPEN))
    if session.scalar(select(open_ones)):
        event.obstacles.append(Obstacle.OPEN_ENROLMENT)


HANDLERS: Final[tuple[tuple[type[Any], Handler], ...]] = (
    (RunChanged, promote_when_capacity_changes),
    (RunCancelled, empty_cancelled_run),
    (ErasureAsked, name_open_enrolments),
)
