"""Pages of certification."""

from nador.certification.views import (
    credentials,
    issuing,
    log,
    mine,
    programmes,
    registry,
    templates,
    trust,
)
from nador.certification.views.routes import blueprint

__all__ = [
    "blueprint",
    "credentials",
    "issuing",
    "log",
    "mine",
    "programmes",
    "registry",
    "templates",
    "trust",
]
