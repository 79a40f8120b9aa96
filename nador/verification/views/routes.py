"""The blueprint that the public pages share, and what they all keep to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("verification", __name__)

QUIET = [
    ("X-Robots-Tag", "noindex"),
    ("Cache-Control", "no-store"),
    ("Vary", "Accept, Accept-Language"),
]


@blueprint.after_request
def keep_quiet(response: Response) -> Response:
    """Keep the answer out of search engines and caches."""
    response.headers.extend(QUIET)
    return response
