"""Pages about places: the learner's, the office's, the teacher's."""

from nador.enrolment.views import attendance, learner, staff
from nador.enrolment.views.routes import blueprint

__all__ = ["attendance", "blueprint", "learner", "staff"]
