"""Commands of marking."""

from nador.assessment.service.marking.comments import add_comment, change_comment, drop_comment
from nador.assessment.service.marking.feedback import add_feedback, drop_feedback
from nador.assessment.service.marking.planning import (
    allot_by_hand,
    allot_rest,
    reveal,
    set_plan,
    set_rubric,
)
from nador.assessment.service.marking.saving import (
    MarkEntry,
    MarksRefused,
    Saved,
    save_mark,
    save_marks,
)

__all__ = [
    "MarkEntry",
    "MarksRefused",
    "Saved",
    "add_comment",
    "add_feedback",
    "allot_by_hand",
    "allot_rest",
    "change_comment",
    "drop_comment",
    "drop_feedback",
    "reveal",
    "save_mark",
    "save_marks",
    "set_plan",
    "set_rubric",
]
