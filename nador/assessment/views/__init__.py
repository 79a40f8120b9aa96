"""Pages of assessment: for teachers, for the jury, and for learners."""

from nador.assessment.views import grading, learning, results
from nador.assessment.views.routes import blueprint

__all__ = ["blueprint", "grading", "learning", "results"]
