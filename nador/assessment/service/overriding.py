"""Setting a mark over the computed one: in a person's name, with a reason, and never forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment import policy, queries, rules
from nador.assessment.models import MarkOverride
from nador.assessment.service.grading import require_open
from nador.catalogue.rules import DocumentKind
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.text import clean

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor


@command
def override_mark(
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    enrolment_id: int,
    category: str = "",
    value: Decimal | None,
    reason: str,
) -> MarkOverride | None:
    """Set a category's mark, or the final one (no category), over what is computed; None takes it back.

    Who grades sets a category's, who concludes the final one. Minimums and attendance are held against
    it as before, and it stands in for no missing grade. Raises OverrideReasonNeeded, NoSuchMark,
    MarkOutOfRange, ResultConfirmed, LearnerNotActive, OwnCase.
    """
    run = queries.run_to_grade(session, run_id)
    _require_may(actor, run, category)
    enrolment = queries.enrolment_to_grade(session, enrolment_id, run_id=run_id)
    policy.require_not_own(actor, enrolment.person_id)
    require_open(enrolment)
    if value is not None:
        value = rules.check_mark(value, out_of=run.version.mark_scale, field="value")
    last = queries.last_override(session, enrolment_id=enrolment_id, category=category)
    if (last.value if last is not None else None) == value:
        return last
    reason = clean(reason)
    if not reason:
        raise rules.OverrideReasonNeeded(field="reason")
    written = MarkOverride(
        enrolment_id=enrolment_id,
        category=category,
        value=value,
        reason=reason,
        at=clock.now(),
        by_id=actor.person_id,
    )
    session.add(written)
    audit.record(
        session,
        actor,
        "mark.overridden",
        f"enrolment:{enrolment_id}",
        institute_id=run.institute_id,
        category=category,
        value=None if value is None else str(value),
        reason=reason,
    )
    return written


def _require_may(actor: Actor, run: Run, category: str) -> None:
    """Let those who grade set a category's mark, and those who conclude the final one."""
    policy.require_may_see(actor, run)
    if category:
        policy.require_may_grade(actor, run)
    else:
        policy.require_may_conclude(actor, run)
    known = {"", *(each["code"] for each in run.version.categories)}
    if category not in known or run.version.document is DocumentKind.ATTESTATION:
        raise rules.NoSuchMark(field="category")
