"""Commands of marking."""

from nador.assessment.service.marking.comments import add_comment, change_comment, drop_comment
from nador.assessment.service.marking.feedback import add_feedback, drop_feedback
from nador.assessment.service.marking.parcels import (
    apply_upload,
    drop_upload,
    keep_upload,
    preview_upload,
)
from nador.assessment.service.marking.planning import (
    allot_by_hand,
    allot_rest,
    reveal,
    set_plan,
    set_rubric,
    take_over_rubrics,
)
from nador.assessment.service.marking.saving import (
    MarkEntry,
    MarksRefused,
    Saved,
    save_mark,
    save_marks,
)
from nador.assessment.service.marking.worksheets import (
    apply_worksheet,
    own_works,
    preview_worksheet,
)

__all__ = [
    "MarkEntry",
    "MarksRefused",
    "Saved",
    "add_comment",
    "add_feedback",
    "allot_by_hand",
    "allot_rest",
    "apply_upload",
    "apply_worksheet",
    "change_comment",
    "drop_comment",
    "drop_feedback",
    "drop_upload",
    "keep_upload",
    "own_works",
    "preview_upload",
    "preview_worksheet",
    "reveal",
    "save_mark",
    "save_marks",
    "set_plan",
    "set_rubric",
    "take_over_rubrics",
]
