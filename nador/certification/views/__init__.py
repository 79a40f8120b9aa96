"""Pages of certification."""

from nador.certification.views import issuing, log, registry, trust
from nador.certification.views.routes import blueprint

__all__ = ["blueprint", "issuing", "log", "registry", "trust"]
