"""Pages about places: the learner's, the office's, the teacher's."""

from nador.enrolment.views import attendance, check_in, learner, staff
from nador.enrolment.views.routes import blueprint

__all__ = ["attendance", "blueprint", "check_in", "learner", "staff"]
