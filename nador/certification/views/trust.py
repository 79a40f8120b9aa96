"""What the world reads to check our signatures: public keys and roots."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nador.accounts import queries as accounts
from nador.certification.keys import did, queries
from nador.certification.views.routes import blueprint, publish
from nador.kernel.errors import NotFound
from nador.web.access import PUBLIC, access
from nador.web.request import db, parts

if TYPE_CHECKING:
    from flask import Response

    from nador.accounts.models import Institute


@blueprint.get("/trust/root.pem")
@access(PUBLIC, faceless=True)
def roots() -> Response:
    """Hand out the roots that our seals are to be believed for."""
    return publish("".join(queries.trusted_roots(db())), "application/x-pem-file")


@blueprint.get("/.well-known/did.json")
@access(PUBLIC, faceless=True)
def did_document() -> Response:
    """Say which keys the first institute signs with."""
    return _document(_first())


@blueprint.get("/.well-known/jwks.json")
@access(PUBLIC, faceless=True)
def jwks() -> Response:
    """Say the same as a JSON Web Key Set."""
    return _key_set(_first())


@blueprint.get("/institutes/<prefix>/did.json")
@access(PUBLIC, faceless=True)
def did_document_of(prefix: str) -> Response:
    """Say which keys another institute signs with."""
    return _document(queries.institute_by_prefix(db(), prefix))


@blueprint.get("/institutes/<prefix>/jwks.json")
@access(PUBLIC, faceless=True)
def jwks_of(prefix: str) -> Response:
    """Say the same of another institute as a JSON Web Key Set."""
    return _key_set(queries.institute_by_prefix(db(), prefix))


def _first() -> Institute:
    institute = accounts.first_institute(db())
    if institute is None:
        raise NotFound
    return institute


def _document(institute: Institute) -> Response:
    return _json(did.document(_issuer(institute), _keys(institute)), "application/did+json")


def _key_set(institute: Institute) -> Response:
    return _json(did.jwks(_issuer(institute), _keys(institute)), "application/jwk-set+json")


def _issuer(institute: Institute) -> str:
    return queries.issuer_did(db(), institute, origin=parts().settings.public_url)


def _keys(institute: Institute) -> list[did.PublishedKey]:
    return queries.published(queries.issuer_keys(db(), institute.id))


def _json(content: dict[str, Any], kind: str) -> Response:
    return publish(json.dumps(content, indent=1), kind)
