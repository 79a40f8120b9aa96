"""What an assessment asks to be handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nador.assessment import policy, queries
from nador.assessment.models import Assignment
from nador.assessment.queries import handed_in
from nador.assessment.rules import submissions as rules
from nador.kernel import audit
from nador.kernel.db import command
from nador.kernel.text import clean_block

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """An assignment as staff wants it."""

    window: rules.Window
    late_policy: rules.LatePolicy = field(default_factory=rules.LatePolicy)
    asked: rules.Asked
    instructions: str = ""
    resubmission: bool = True
    by_group: bool = False

    def columns(self) -> dict[str, Any]:
        """Give the columns of the row."""
        return {
            "instructions": clean_block(self.instructions),
            "opens_at": self.window.opens_at,
            "due_at": self.window.due_at,
            "cut_off_at": self.window.cut_off_at,
            "late_percent": self.late_policy.percent,
            "late_unit": self.late_policy.unit,
            "late_floor": self.late_policy.floor,
            "takes_text": self.asked.takes_text,
            "takes_files": self.asked.takes_files,
            "kinds": [kind.value for kind in rules.FileKind if kind in self.asked.kinds],
            "most_files": self.asked.most_files,
            "largest": self.asked.largest,
            "own_work": self.asked.own_work,
            "resubmission": self.resubmission,
            "by_group": self.by_group,
        }


@command
def set_assignment(
    session: Session, actor: Actor, *, assessment_id: int, settings: Settings
) -> Assignment:
    """Say what is to be handed in, until when; drafts are judged by it from now on.

    Raises NotToHandIn, DatesOutOfOrder, TakesNothing, LimitOutOfRange, MarkOutOfRange, GroupsFixed.
    """
    assessment = queries.assessment_of(session, assessment_id)
    run = queries.run_to_grade(session, assessment.run_id)
    policy.require_may_see(actor, run)
    policy.require_may_grade(actor, run)
    if assessment.kind not in rules.HANDED_IN:
        raise rules.NotToHandIn
    rules.check_window(settings.window)
    rules.check_asked(settings.asked)
    rules.check_late_policy(settings.late_policy)
    kept = session.get(Assignment, assessment_id)
    if kept is None:
        kept = Assignment(assessment_id=assessment_id)
        session.add(kept)
    elif kept.by_group != settings.by_group and handed_in.any_of(session, assessment_id):
        raise rules.GroupsFixed(field="by_group")
    for name, value in settings.columns().items():
        setattr(kept, name, value)
    session.flush()
    audit.record(
        session,
        actor,
        "assignment.set",
        f"assessment:{assessment_id}",
        institute_id=run.institute_id,
    )
    return kept
