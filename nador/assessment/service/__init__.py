"""Commands on grades and results."""

from nador.assessment.service.appeals import (
    approve_appeal,
    assign_appeal,
    deny_appeal,
    open_appeal,
    reopen_for_appeal,
)
from nador.assessment.service.grading import GradeEntry, GradesRefused, set_grade, set_grades
from nador.assessment.service.overriding import override_mark
from nador.assessment.service.releasing import hide, release, release_one
from nador.assessment.service.results import Preview, conclude, preview, reopen
from nador.assessment.service.sheets import (
    GradebookMoved,
    SheetHasErrors,
    apply_sheet,
    preview_sheet,
)

__all__ = [
    "GradeEntry",
    "GradebookMoved",
    "GradesRefused",
    "Preview",
    "SheetHasErrors",
    "apply_sheet",
    "approve_appeal",
    "assign_appeal",
    "conclude",
    "deny_appeal",
    "hide",
    "open_appeal",
    "override_mark",
    "preview",
    "preview_sheet",
    "release",
    "release_one",
    "reopen",
    "reopen_for_appeal",
    "set_grade",
    "set_grades",
]
