"""What accounts ask us: whether somebody still teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, select

from nador.accounts.rules import ErasureAsked, Obstacle
from nador.catalogue.models import Run, RunStaff
from nador.catalogue.rules import RunStatus

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor
    from nador.kernel.events import Handler


def name_runs_they_teach(session: Session, _actor: Actor, event: ErasureAsked) -> None:
    """Say when somebody is staff of a run that is not over."""
    teaches = exists().where(
        RunStaff.person_id == event.person_id,
        RunStaff.ended_at.is_(None),
        Run.id == RunStaff.run_id,
        Run.status.in_((RunStatus.DRAFT, RunStatus.PUBLISHED)),
    )
    if session.scalar(select(teaches)):
        event.obstacles.append(Obstacle.TEACHES)


HANDLERS: Final[tuple[tuple[type[Any], Handler], ...]] = ((ErasureAsked, name_runs_they_teach),)
