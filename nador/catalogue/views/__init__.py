"""Pages of the catalogue: the public's, and the staff's."""

from nador.catalogue.views import manage, public
from nador.catalogue.views.public import MET_COURSES, blueprint

__all__ = ["MET_COURSES", "blueprint", "manage", "public"]
