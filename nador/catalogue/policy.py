"""Who may see and change courses, runs and meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.kernel.access import Action, Actor, require

if TYPE_CHECKING:
    from nador.catalogue.models import Run


def may_manage(actor: Actor, institute_id: int) -> bool:
    """Whether the actor may change the institute's courses and runs."""
    return actor.may(Action.MANAGE_CATALOGUE, institute_id=institute_id)


def manages_somewhere(actor: Actor) -> bool:
    """Whether the actor may change the courses and runs of any institute."""
    return bool(actor.institutes(Action.MANAGE_CATALOGUE))


def require_may_manage(actor: Actor, institute_id: int) -> None:
    """Refuse those who may not change the institute's courses and runs."""
    require(actor, Action.MANAGE_CATALOGUE, institute_id=institute_id, seen=Action.SEE_CATALOGUE)


def require_may_manage_run(actor: Actor, run: Run) -> None:
    """Refuse those who may not change the run; to strangers it does not exist."""
    _require(actor, Action.MANAGE_CATALOGUE, run)


def require_may_hold(actor: Actor, run: Run) -> None:
    """Refuse those who may not say that a meeting took place."""
    _require(actor, Action.MARK_ATTENDANCE, run)


def require_may_conclude(actor: Actor, run: Run) -> None:
    """Refuse those who may not conclude the run or reopen it."""
    _require(actor, Action.CONCLUDE, run)


def _require(actor: Actor, action: Action, run: Run) -> None:
    require(
        actor,
        action,
        institute_id=run.institute_id,
        run_id=run.id,
        seen=Action.SEE_CATALOGUE,
    )
