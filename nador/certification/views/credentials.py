"""Credentials for whom the holder gave the link, and the lists that tell whether they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, request

from nador.certification import queries
from nador.certification.views.routes import blueprint, publish
from nador.web.access import PUBLIC, access
from nador.web.request import db

if TYPE_CHECKING:
    import uuid

_KINDS: Final = ("application/vc", "application/ld+json", "application/json")
"""What a credential is called, and by what older programs ask for it."""
_SIGNED: Final = "application/vc+jwt"


@blueprint.get("/credentials/<uuid:name>")
@access(PUBLIC, faceless=True)
def credential(name: uuid.UUID) -> Response:
    """Hand out a credential with its proof; nobody can guess its address."""
    document, _token = queries.served_credential(db(), str(name))
    return _private(document, _kind())


@blueprint.get("/credentials/<uuid:name>.jwt")
@access(PUBLIC, faceless=True)
def token(name: uuid.UUID) -> Response:
    """Hand out the same credential as a signed token."""
    _document, signed = queries.served_credential(db(), str(name))
    return _private(signed, _SIGNED)


@blueprint.get("/credentials/status/<int:number>")
@access(PUBLIC, faceless=True)
def status_list(number: int) -> Response:
    """Say which credentials of a list no longer stand."""
    response = publish(queries.signed_list(db(), number), _kind())
    response.vary.add("Accept")
    return response


def _kind() -> str:
    return request.accept_mimetypes.best_match(_KINDS, default=_KINDS[0])


def _private(content: str, kind: str) -> Response:
    """Answer who has the link, and no search engine; it may be signed anew, so it is asked for again."""
    response = publish(content, kind, cached="private, no-cache")
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.add("Accept")
    return response
