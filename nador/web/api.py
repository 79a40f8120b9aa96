"""The JSON interface: schemas and documents by flask-smorest, errors and repeated requests ours.

A view of the interface looks like this::

    blueprint = api.blueprint("catalogue", "Courses and runs.")

    @blueprint.get("/runs/<int:run_id>")
    @access(PUBLIC)
    @blueprint.response(200, RunSchema)
    def show_run(run_id: int) -> Run:
        '''One run.'''

and a POST that may come twice returns `once(lambda: command(…), present=Schema().dump, status=201)`.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, Response, current_app, json, request
from flask_smorest import Api, Blueprint
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from nador.kernel import clock
from nador.kernel.db import before_commit
from nador.kernel.errors import Conflict, Invalid
from nador.web.access import PUBLIC, access
from nador.web.models import KeptAnswer
from nador.web.rendering import render
from nador.web.request import actor, db
from nador.web.security import csrf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.orm import Session

PREFIX = "/api/v1"
KEPT_FOR = timedelta(hours=24)
PAGE_SIZE = 50


class KeyReused(Invalid):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"


class NotAnObject(Invalid):
    """The body is not a JSON object."""

    code = "not_a_json_object"


class Documents(Api):
    """flask-smorest's documents, with our own errors and our own page instead of a script's."""

    def _register_doc_blueprint(self) -> None:
        """Leave the routes to `documents` below: they declare who may enter."""

    def _register_error_handlers(self) -> None:
        """Leave errors to `nador.web.errors`: one table for pages and programs."""


def blueprint(name: str, description: str) -> Blueprint:
    """Make a feature's part of the interface."""
    return Blueprint(f"api_{name}", __name__, url_prefix=PREFIX, description=description)


documents = blueprint("documents", "This description.")


@documents.get("/openapi.json")
@access(PUBLIC, faceless=True)
@documents.doc(summary="This interface, as OpenAPI")
def openapi() -> Response:
    """Describe every call, for programs."""
    return answer(_spec())


@documents.get("/docs")
@access(PUBLIC)
@documents.doc(summary="This interface, as a page")
def docs() -> str:
    """Describe every call, for people."""
    return render("api/docs.html", spec=_spec())


def _spec() -> dict[str, Any]:
    api: Documents = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return cast("dict[str, Any]", api.spec.to_dict())


def install(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Register the features' parts: bearer tokens only, so no forgery check."""
    app.config.update(API_TITLE="Nador", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = Documents(
        app,
        spec_kwargs={
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    )
    for one in (documents, *blueprints):
        csrf.exempt(one)
        api.register_blueprint(one)


def answer(content: Mapping[str, Any], status: int = 200, **headers: str) -> Response:
    """Build a JSON answer."""
    return Response(
        json.dumps(content),
        status=status,
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def body() -> dict[str, Any]:
    """Return the request's JSON object; an empty body is an empty object."""
    if not request.get_data():
        return {}
    content = request.get_json(silent=True, force=True)
    if not isinstance(content, dict):
        raise NotAnObject
    return content


R = TypeVar("R")


def once(
    call: Callable[[], R],
    *,
    present: Callable[[R], Mapping[str, Any]],
    status: int | Callable[[R], int] = 200,
) -> Response:
    """Run a command for a POST; the same Idempotency-Key again gives the kept answer, and runs nothing.

    `status` may depend on what the command has returned.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        result = call()
        return answer(present(result), _status(status, result))
    kept = _kept(key)
    if kept is not None:
        return _replay(kept)
    said: list[tuple[Mapping[str, Any], int]] = []

    def keep(session: Session, result: R) -> None:
        said.append((present(result), _status(status, result)))
        _keep(session, key, *said[0])

    before_commit(db(), keep)
    try:
        call()
    except (IntegrityError, Conflict):
        # The same request came twice at once: the other one has committed first.
        db().rollback()
        kept = _kept(key)
        if kept is None:
            raise
        return _replay(kept)
    # Said as it is kept: a place in a queue may have moved since the commit.
    return answer(*said[0])


def _status(status: int | Callable[[R], int], result: R) -> int:
    return status if isinstance(status, int) else status(result)


def _kept(key: str) -> KeptAnswer | None:
    return db().scalar(
        select(KeptAnswer).where(
            KeptAnswer.token_id == (actor().token_id or 0),
            KeptAnswer.route == _route(),
            KeptAnswer.key == key,
            KeptAnswer.kept_at > clock.now() - KEPT_FOR,
        )
    )


def _keep(session: Session, key: str, content: Mapping[str, Any], status: int) -> None:
    now = clock.now()
    session.execute(delete(KeptAnswer).where(KeptAnswer.kept_at <= now - KEPT_FOR))
    session.add(
        KeptAnswer(
            token_id=actor().token_id or 0,
            route=_route(),
            key=key,
            body_sha256=_body_hash(),
            status=status,
            answer=json.loads(json.dumps(content)),
            kept_at=now,
        )
    )
    session.flush()


def _replay(kept: KeptAnswer) -> Response:
    if kept.body_sha256 != _body_hash():
        raise KeyReused(field="Idempotency-Key")
    return answer(kept.answer, kept.status)


def _route() -> str:
    return f"{request.method} {request.path}"


def _body_hash() -> str:
    return hashlib.sha256(request.get_data()).hexdigest()
