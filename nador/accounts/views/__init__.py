"""Pages about accounts: the ways in, one's own profile, the people of the centre."""

from nador.accounts.views import signing_in
from nador.accounts.views.door import doorkeeper, find_visitor
from nador.accounts.views.routes import blueprint

__all__ = ["blueprint", "doorkeeper", "find_visitor", "signing_in"]
