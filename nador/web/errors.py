"""One table turns refusals into pages and problem documents."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, json, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from nador.kernel.access import NOBODY
from nador.kernel.db import is_away
from nador.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, describe
from nador.kernel.i18n import msgid
from nador.web.rendering import render
from nador.web.request import db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

log = structlog.get_logger(__name__)
SECONDS_TO_WAIT = 5
"""What whoever meets a database that is away is asked to wait."""
STATUS: dict[type[DomainError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}
STATUS_BY_CODE = {
    "gone": 410,
    "stale": 412,
    "not_signed_in": 401,
    "too_many_requests": 429,
    "busy_with_files": 503,
}

PAGES: dict[int, tuple[str, str]] = {
    400: (msgid("This request could not be read"), msgid("Go back and try again.")),
    401: (msgid("Please sign in"), msgid("Sign in, then try again.")),
    403: (
        msgid("You may not do this"),
        msgid("If you should, ask the centre for the role that allows it."),
    ),
    404: (
        msgid("There is nothing here"),
        msgid("Check the address, or start again from the catalogue."),
    ),
    405: (msgid("This can't be done here"), msgid("Go back and use the buttons of the page.")),
    409: (msgid("This is not possible now"), msgid("Go back: the page shows how things stand.")),
    410: (
        msgid("This is gone"),
        msgid("It was erased at somebody’s request, and nobody can bring it back."),
    ),
    412: (msgid("Somebody else changed this"), msgid("Go back: the page shows both values.")),
    413: (msgid("This is too large"), msgid("Send a smaller file.")),
    422: (msgid("Something needs correcting"), msgid("Go back and correct what you typed.")),
    429: (msgid("Too many attempts"), msgid("Wait a minute, then try again.")),
    500: (
        msgid("Something broke on our side"),
        msgid("Nothing that you saved is lost. Try again in a moment."),
    ),
    503: (msgid("We are busy"), msgid("Try again in a moment.")),
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    if error.code in STATUS_BY_CODE:
        return STATUS_BY_CODE[error.code]
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def wants_json() -> bool:
    """Whether the caller is a program."""
    return request.path.startswith("/api/") or (
        "json" in request.headers.get("Accept", "")
        and request.accept_mimetypes.best_match(["text/html", "application/json"])
        == "application/json"
    )


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Build an `application/problem+json` answer (RFC 9457)."""
    title = translator().gettext(PAGES[status][0]) if status in PAGES else detail
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(json.dumps(body), status=status, content_type="application/problem+json")


def page(status: int, detail: str = "") -> ResponseReturnValue:
    """Show what went wrong, and what to do next."""
    heading, next_step = PAGES.get(status, PAGES[500])
    words = translator()
    return (
        render(
            "errors/error.html",
            status=status,
            heading=words.gettext(heading),
            detail=detail,
            next_step=words.gettext(next_step),
        ),
        status,
    )


def install(app: Flask) -> None:
    """Answer refusals and faults in the caller's language and form."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> ResponseReturnValue:
        status, detail = status_of(error), describe(error, translator())
        if wants_json():
            return problem(status, error.code, detail, **_details(error))
        return page(status, detail)

    @app.errorhandler(DBAPIError)
    def away(error: DBAPIError) -> ResponseReturnValue:
        if not is_away(error):
            raise error
        log.warning("the database can't be asked", error=type(error.orig).__name__)
        # The page that says so must not ask it again who reads.
        g.setdefault("actor", NOBODY)
        said = translator().gettext(PAGES[503][1])
        answer = problem(503, "database_away", said) if wants_json() else page(503)
        response = app.make_response(answer)
        response.headers["Retry-After"] = str(SECONDS_TO_WAIT)
        return response

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if status < 400:  # noqa: PLR2004 - a redirect raised by the router
            return error.get_response()
        _leave_transaction()
        if wants_json():
            answer: ResponseReturnValue = problem(
                status, _code(error), error.description or "", **_fields(error)
            )
        else:
            answer = page(status)
        response = app.make_response(answer)
        for name, value in error.get_headers():
            if name not in {"Content-Type", "Content-Length"}:
                response.headers[name] = value
        return response


def _leave_transaction() -> None:
    """Let the page of a refusal be read: after a failed statement PostgreSQL refuses the next one."""
    with suppress(DBAPIError):
        db().rollback()


def _details(error: DomainError) -> dict[str, Any]:
    params = {name: _plain(value) for name, value in error.params.items()}
    field = getattr(error, "field", None)
    return {"params": params} | ({"field": field} if field else {})


def _plain(value: object) -> object:
    match value:
        case int() | float() | str() | None:
            return value
        case list() | tuple():
            return [_plain(each) for each in value]
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _fields(error: HTTPException) -> dict[str, Any]:
    # webargs hangs what a schema refused on the exception, by place and field.
    messages = getattr(error, "data", {}).get("messages")
    return {"errors": messages} if messages else {}


def _code(error: HTTPException) -> str:
    return error.name.lower().replace(" ", "_")
