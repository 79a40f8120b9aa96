"""Commands on grades and results."""

from nador.assessment.service.grading import (
    GradeEntry,
    GradesRefused,
    release,
    set_grade,
    set_grades,
)
from nador.assessment.service.results import Preview, conclude, preview, reopen

__all__ = [
    "GradeEntry",
    "GradesRefused",
    "Preview",
    "conclude",
    "preview",
    "release",
    "reopen",
    "set_grade",
    "set_grades",
]
