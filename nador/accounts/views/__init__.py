"""Pages about accounts: the ways in, one's own profile, the people, the centre."""

from nador.accounts.views import centre, joining, people, profile, signing_in
from nador.accounts.views.door import doorkeeper, find_visitor
from nador.accounts.views.routes import blueprint

__all__ = [
    "blueprint",
    "centre",
    "doorkeeper",
    "find_visitor",
    "joining",
    "people",
    "profile",
    "signing_in",
]
