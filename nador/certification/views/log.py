"""The public log as static files, which anybody may read, keep and check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.certification.log import queries
from nador.certification.log.note import log_name
from nador.certification.log.tiles import NoTile
from nador.certification.views.routes import blueprint, publish
from nador.kernel.errors import NotFound
from nador.web.access import PUBLIC, access
from nador.web.request import db, settings

if TYPE_CHECKING:
    from flask import Response

_TEXT: Final = "text/plain; charset=utf-8"
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@blueprint.get("/log/checkpoint")
@access(PUBLIC, faceless=True)
def log_checkpoint() -> Response:
    """Say how large the log is, and its root: signed."""
    return publish(_read("checkpoint"), _TEXT, cached="public, max-age=5")


@blueprint.get("/log/keys")
@access(PUBLIC, faceless=True)
def log_keys() -> Response:
    """List the keys that the log is to be believed for, one a line."""
    return publish(_read("keys"), _TEXT)


@blueprint.get("/log/tile/<path:place>")
@access(PUBLIC, faceless=True)
def log_tile(place: str) -> Response:
    """Hand out hashes of the tree, or entries; what a tile holds once, it holds for ever."""
    return publish(_read(f"tile/{place}"), "application/octet-stream", cached=_FOR_EVER)


def _read(path: str) -> bytes:
    try:
        return queries.published(db(), path, name=log_name(settings().public_url))
    except NoTile:
        raise NotFound from None
