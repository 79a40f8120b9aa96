"""All that is public of keys, lists and log, as files that lie where our addresses point."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from nador.accounts.models import Institute
from nador.certification.keys import did
from nador.certification.keys import queries as keys
from nador.certification.log import queries as logged
from nador.certification.log import tiles
from nador.certification.log.note import log_name
from nador.certification.models import StatusList

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

ROOTS = "trust/root.pem"
LOG_KEYS = "log/keys"


def files(session: Session, *, origin: str) -> Iterator[tuple[str, bytes]]:
    """Give each file by its path: roots, keys of issuers, status lists, and the whole log."""
    yield ROOTS, "".join(keys.trusted_roots(session)).encode()
    yield from _issuers(session, origin)
    for listed in session.scalars(
        select(StatusList).options(undefer(StatusList.document)).order_by(StatusList.id)
    ):
        if listed.document is not None:
            yield f"credentials/status/{listed.id}", listed.document.encode()
    for path in _log(session):
        yield f"log/{path}", logged.published(session, path, name=log_name(origin))


def did_path(number: int, prefix: str) -> str:
    """Say where an institute's DID document lies: the first one answers for the whole address."""
    return f"institutes/{prefix}/did.json" if number else ".well-known/did.json"


def _issuers(session: Session, origin: str) -> Iterator[tuple[str, bytes]]:
    institutes = session.scalars(select(Institute).order_by(Institute.id))
    for number, institute in enumerate(institutes):
        issuer = keys.issuer_did(session, institute, origin=origin)
        public = keys.published(keys.issuer_keys(session, institute.id))
        path = did_path(number, institute.prefix)
        yield path, _json(did.document(issuer, public))
        yield path.replace("did.json", "jwks.json"), _json(did.jwks(issuer, public))


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1).encode()


def _log(session: Session) -> Iterator[str]:
    yield "keys"
    size = logged.size(session)
    if size:
        yield "checkpoint"
    for level in tiles.levels(size):
        for tile in tiles.of_size(size, level=level):
            yield tile.path
            if level == 0:
                yield tile.entries_path
