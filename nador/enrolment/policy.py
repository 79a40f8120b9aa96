"""Who may do what with places and attendance; the table is `kernel.access`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.catalogue.rules import RunStatus
from nador.kernel.access import Action, Actor, Forbidden, require, require_not_own_case
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from nador.catalogue.models import Run


def may_enrol_others(actor: Actor, *, institute_id: int) -> bool:
    """Whether the actor may give places to other people."""
    return actor.may(Action.MANAGE_ENROLMENTS, institute_id=institute_id)


def require_may_enrol(actor: Actor, learner_id: int, *, institute_id: int) -> None:
    """Let everybody enrol themselves, and staff enrol others."""
    if not actor.is_person(learner_id):
        require_may_enrol_others(actor, institute_id=institute_id)


def require_may_enrol_others(actor: Actor, *, institute_id: int) -> None:
    """Let the staff that manages enrolments enrol others. A public run is no secret: 403."""
    if not may_enrol_others(actor, institute_id=institute_id):
        raise Forbidden


def require_may_know(actor: Actor, run: Run) -> None:
    """Hide a draft from all but those who will enrol others on it."""
    draft = run.status is RunStatus.DRAFT
    if draft and not may_enrol_others(actor, institute_id=run.institute_id):
        raise NotFound


def require_manage(actor: Actor, *, institute_id: int, run_id: int | None = None) -> None:
    """Let the staff that manages enrolments act."""
    require(
        actor,
        Action.MANAGE_ENROLMENTS,
        institute_id=institute_id,
        run_id=run_id,
        seen=Action.SEE_ENROLMENTS,
    )


def require_owner_or_staff(
    actor: Actor, person_id: int, *, institute_id: int, run_id: int | None = None
) -> None:
    """Let the person whose enrolment it is act, and the staff that manages enrolments."""
    if not actor.is_person(person_id):
        require_manage(actor, institute_id=institute_id, run_id=run_id)


def require_see_people(actor: Actor, *, institute_id: int, run_id: int) -> None:
    """Let those who may see a run's people see them."""
    require(actor, Action.SEE_ENROLMENTS, institute_id=institute_id, run_id=run_id)


def require_see_attendance(actor: Actor, *, institute_id: int, run_id: int) -> None:
    """Let those who may see a run's attendance see it."""
    require(actor, Action.SEE_ATTENDANCE, institute_id=institute_id, run_id=run_id)


def may_mark(actor: Actor, *, institute_id: int, run_id: int) -> bool:
    """Whether the actor may mark who came to the run's meetings."""
    return actor.may(Action.MARK_ATTENDANCE, institute_id=institute_id, run_id=run_id)


def require_mark(actor: Actor, *, institute_id: int, run_id: int) -> None:
    """Let the run's staff mark who came."""
    require(
        actor,
        Action.MARK_ATTENDANCE,
        institute_id=institute_id,
        run_id=run_id,
        seen=Action.SEE_ATTENDANCE,
    )


def require_conclude(actor: Actor, person_id: int, *, institute_id: int) -> None:
    """Let the person in charge confirm a result, but never their own."""
    require(actor, Action.CONCLUDE, institute_id=institute_id, seen=Action.SEE_GRADEBOOK)
    require_not_own_case(actor, person_id)
