"""The blueprint that certification's pages share, and how what is for everybody is answered."""

from __future__ import annotations

from flask import Blueprint, Response, request

blueprint = Blueprint("certification", __name__)


def publish(content: str | bytes, kind: str, *, cached: str = "public, max-age=300") -> Response:
    """Answer anybody from anywhere, who may keep it for some minutes, or as told."""
    response = Response(content, content_type=kind)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = cached
    response.add_etag()
    response.make_conditional(request)
    return response
