"""Pages of assessment: for teachers, for the jury, and for learners."""

from nador.assessment.views import appeals, changing, grading, learning, results, sheets
from nador.assessment.views.routes import blueprint

__all__ = ["appeals", "blueprint", "changing", "grading", "learning", "results", "sheets"]
