"""Pages of certification."""

from nador.certification.views import (
    corrections,
    credentials,
    issuing,
    log,
    mine,
    programmes,
    proposals,
    registry,
    templates,
    trust,
)
from nador.certification.views.routes import blueprint

__all__ = [
    "blueprint",
    "corrections",
    "credentials",
    "issuing",
    "log",
    "mine",
    "programmes",
    "proposals",
    "registry",
    "templates",
    "trust",
]
