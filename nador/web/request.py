"""What a view needs of the request: its session, its actor, its language, the settings."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter, IntegerConverter

from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import Words
from nador.kernel.files import FileStore
from nador.kernel.i18n import LANGUAGES, Translator, negotiate
from nador.kernel.i18n import translator as translator_for
from nador.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from itsdangerous import URLSafeTimedSerializer

LANGUAGE_COOKIE = "nador_lang"
BRAND_LASTS = 60
"""Seconds."""


class RowNumber(IntegerConverter):
    """A number in an address; one that no row can have leads nowhere."""

    regex = "[0-9]{1,15}"


class Word(BaseConverter):
    """A text in an address; PostgreSQL keeps no NUL, so one that holds it leads nowhere."""

    regex = r"[^/\0]+"
    part_isolating = True


@dataclass(frozen=True, slots=True)
class Brand:
    """In whose name the pages speak: the institute's name, and its declaration to the CNDP."""

    name: Words = field(default_factory=dict)
    cndp_number: str | None = None


@dataclass(slots=True)
class Parts:
    """What `app.py` puts together for the views."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    files: FileStore
    load_actor: Callable[[Session], Actor]
    load_brand: Callable[[Session], Brand]
    first_page: Callable[[Actor], str]
    brand: Brand = field(default_factory=Brand)
    brand_read_at: float = -math.inf
    demo: bool = False


def parts() -> Parts:
    """Return the parts of the running application."""
    found: Parts = current_app.extensions["nador"]
    return found


def settings() -> Settings:
    """Return the settings of the running application."""
    return parts().settings


def files() -> FileStore:
    """Return the store of files."""
    return parts().files


def db() -> Session:
    """Return this request's database session."""
    if "db" not in g:
        g.db = parts().sessions()
    return cast("Session", g.db)


def engine() -> Engine:
    """Return the database, for the one page that asks it without a session."""
    return parts().engine


def reading() -> Connection:
    """Return a connection for a page that reads once; it costs less than a session."""
    if "reading" not in g:
        g.reading = parts().engine.connect()
    return cast("Connection", g.reading)


def actor() -> Actor:
    """Return who acts in this request."""
    if "actor" not in g:
        g.actor = NOBODY
        g.actor = parts().load_actor(db())
    return cast("Actor", g.actor)


def forget_actor() -> None:
    """Find out anew who acts: somebody has just come in."""
    g.pop("actor", None)


def first_page() -> str:
    """Return the endpoint of the page that whoever has just come in wants to see."""
    return parts().first_page(actor())


def is_public_page() -> bool:
    """Whether the view knows no visitor: no session, no cookie, no account."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "faceless", False)


def asked_language() -> str | None:
    """Return the language that the address asks for, if it asks for one of ours."""
    # Most addresses ask for nothing, and finding that out by its arguments costs Werkzeug more.
    asked = request.args.get("lang") if request.query_string else None
    return asked if asked in LANGUAGES else None


def locale() -> str:
    """Choose the page's language: asked for, chosen before, the account's, the browser's."""
    chosen: str | None = g.get("locale")
    if chosen is None:
        chosen = g.locale = _locale()
    return chosen


def _locale() -> str:
    if asked := asked_language():
        return asked
    if not is_public_page():
        chosen = request.cookies.get(LANGUAGE_COOKIE) or actor().locale or ""
        if chosen in LANGUAGES:
            return chosen
    return negotiate(request.headers.get("Accept-Language", ""))


def translator() -> Translator:
    """Return the words of the page's language."""
    return translator_for(locale())


def brand() -> Brand:
    """Return in whose name the pages speak; read again once a minute, for it may be edited."""
    here, now = parts(), time.monotonic()
    if now - here.brand_read_at > BRAND_LASTS:
        here.brand_read_at = now
        # The page that says that the database is away has a head too.
        with suppress(DBAPIError), here.sessions() as session:
            here.brand = here.load_brand(session)
    return here.brand


class Answer(Response):
    """An answer with headers that are the same on thousands: Werkzeug checks any other twice each time."""

    fixed: tuple[tuple[str, str], ...] = ()

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return body, status and headers, the fixed ones behind the others."""
        body, status, headers = super().get_wsgi_response(environ)
        return body, status, [*headers, *self.fixed]


class Application(Flask):
    """Flask, whose functions are all plain here: it asks at each call whether they are coroutines."""

    response_class = Answer

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


class CookiesForFaces(SecureCookieSessionInterface):
    """Flask's signed cookie, left alone where pages know nobody: it is not even read there."""

    def __init__(self) -> None:
        self._faceless: tuple[tuple[str, ...], frozenset[str]] | None = None
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie; Flask makes one anew for each request, twice."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open nothing at the addresses of faceless views: the route is not chosen yet here."""
        if self._faceless is None:
            self._faceless = _faceless_addresses(app)
        prefixes, whole = self._faceless
        if request.path in whole or request.path.startswith(prefixes):
            return None
        return super().open_session(app, request)


def _faceless_addresses(app: Flask) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the beginnings of addresses with arguments, and the addresses without."""
    rules = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "faceless", False)
    ]
    prefixes = {rule.partition("<")[0] for rule in rules if "<" in rule}
    return tuple(sorted(prefixes)), frozenset(rule for rule in rules if "<" not in rule)


def install(app: Flask) -> None:
    """Close the session at the end of each request, and remember a chosen language."""
    app.session_interface = CookiesForFaces()
    app.url_map.converters |= {"int": RowNumber, "default": Word}

    @app.before_request
    def refuse_unspeakable() -> None:
        # PostgreSQL keeps no NUL: a query that holds one would be our fault and not the asker's.
        if b"%00" in request.query_string:
            raise BadRequest

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        for opened in (g.pop("db", None), g.pop("reading", None)):
            if opened is not None:
                # A connection may have died since: what was read is still good, and the pool drops it.
                with suppress(DBAPIError):
                    opened.close()

    @app.after_request
    def remember_language(response: Response) -> Response:
        asked = asked_language()
        if asked and not is_public_page():
            response.set_cookie(
                LANGUAGE_COOKIE,
                asked,
                max_age=365 * 86400,
                samesite="Lax",
                httponly=True,
                secure=request.is_secure,
            )
        return response
