"""Pages of assessment: for teachers, for the jury, and for learners."""

from nador.assessment.views import (
    accommodations,
    appeals,
    assignments,
    banks,
    changing,
    exchange,
    grading,
    learning,
    results,
    sheets,
    submissions,
    uploads,
)
from nador.assessment.views.routes import blueprint

__all__ = [
    "accommodations",
    "appeals",
    "assignments",
    "banks",
    "blueprint",
    "changing",
    "exchange",
    "grading",
    "learning",
    "results",
    "sheets",
    "submissions",
    "uploads",
]
