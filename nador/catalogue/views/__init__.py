"""Pages of the catalogue: the public's, and the staff's."""

from nador.catalogue.views import manage, public
from nador.catalogue.views.public import blueprint

__all__ = ["blueprint", "manage", "public"]
