"""Pages of assessment: for teachers, for the jury, and for learners."""

from nador.assessment.views import (
    accommodations,
    appeals,
    assignments,
    attempts,
    banks,
    changing,
    exchange,
    grading,
    learning,
    marking,
    quiz_marking,
    quizzes,
    results,
    sheets,
    slots,
    submissions,
    uploads,
)
from nador.assessment.views.routes import blueprint

__all__ = [
    "accommodations",
    "appeals",
    "assignments",
    "attempts",
    "banks",
    "blueprint",
    "changing",
    "exchange",
    "grading",
    "learning",
    "marking",
    "quiz_marking",
    "quizzes",
    "results",
    "sheets",
    "slots",
    "submissions",
    "uploads",
]
