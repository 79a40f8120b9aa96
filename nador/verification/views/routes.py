"""The blueprint that the public pages share, and what they all keep to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

if TYPE_CHECKING:
    from nador.web.request import Answer

blueprint = Blueprint("verification", __name__)

QUIET = (
    ("X-Robots-Tag", "noindex"),
    ("Cache-Control", "no-store"),
    ("Vary", "Accept, Accept-Language"),
)


@blueprint.after_request
def keep_quiet(response: Answer) -> Answer:
    """Keep the answer out of search engines and caches."""
    response.fixed += QUIET
    return response
