"""Pages of assessment: for teachers, for the jury, and for learners."""

from nador.assessment.views import (
    accommodations,
    appeals,
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
