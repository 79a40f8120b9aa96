"""Who may see, grade, release and conclude; the same answers for pages, API and command line."""

from __future__ import annotations

from typing import Protocol

from nador.kernel.access import TABLE, Action, Actor, Forbidden, require, require_not_own_case
from nador.kernel.errors import NotFound

GRADE = Action.GRADE
"""Who may grade writes questions too."""


class OnRun(Protocol):
    """A run, as far as permission asks: its own id, and whose it is."""

    @property
    def id(self) -> int:
        """The run."""

    @property
    def institute_id(self) -> int:
        """The institute that delivers it."""


def may(actor: Actor, action: Action, run: OnRun) -> bool:
    """Whether the actor may do this on the run."""
    return actor.may(action, institute_id=run.institute_id, run_id=run.id)


def require_may_see(actor: Actor, run: OnRun) -> None:
    """Hide the gradebook from those who may not know it."""
    require(actor, Action.SEE_GRADEBOOK, institute_id=run.institute_id, run_id=run.id)


def require_may_grade(actor: Actor, run: OnRun) -> None:
    """Let instructors of the run and administrators grade."""
    _require(actor, Action.GRADE, run)


def require_may_release(actor: Actor, run: OnRun) -> None:
    """Let the run's staff show grades to learners."""
    _require(actor, Action.RELEASE, run)


def require_may_conclude(actor: Actor, run: OnRun) -> None:
    """Let registrars and administrators confirm results."""
    _require(actor, Action.CONCLUDE, run)


def may_manage_banks(actor: Actor, institute_id: int) -> bool:
    """Whether the actor may write the institute's questions: who may grade there, on any run."""
    return institute_id in bank_institutes(actor, Action.GRADE)


def bank_institutes(actor: Actor, action: Action = Action.SEE_GRADEBOOK) -> frozenset[int]:
    """Whose banks the actor may see, or manage (GRADE); a grant on one run counts for its institute."""
    return frozenset(grant.institute_id for grant in actor.grants if grant.role in TABLE[action])


def require_may_see_bank(actor: Actor, institute_id: int) -> None:
    """Hide questions, which are keys to examinations, from everybody else."""
    if institute_id not in bank_institutes(actor):
        raise NotFound


def require_may_manage_bank(actor: Actor, institute_id: int) -> None:
    """Let who may grade write questions."""
    require_may_see_bank(actor, institute_id)
    if not may_manage_banks(actor, institute_id):
        raise Forbidden


def require_may_override(actor: Actor, run: OnRun) -> None:
    """Let those who grade or conclude set marks over computed ones; which of them, the service says."""
    require_may_see(actor, run)
    if not may(actor, Action.GRADE, run):
        require_may_conclude(actor, run)


def may_arrange(actor: Actor, run: OnRun) -> bool:
    """Whether the actor may make groups and ease what is asked: who grades or concludes."""
    return may(actor, Action.GRADE, run) or may(actor, Action.CONCLUDE, run)


def require_may_arrange(actor: Actor, run: OnRun) -> None:
    """Let instructors, registrars and administrators make groups and ease what is asked."""
    require_may_see(actor, run)
    if not may_arrange(actor, run):
        raise Forbidden


def require_not_own(actor: Actor, learner_id: int) -> None:
    """Nobody grades or concludes for themselves."""
    require_not_own_case(actor, learner_id)


def _require(actor: Actor, action: Action, run: OnRun) -> None:
    require(
        actor,
        action,
        institute_id=run.institute_id,
        run_id=run.id,
        seen=Action.SEE_GRADEBOOK,
    )
