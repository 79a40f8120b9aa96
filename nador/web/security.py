"""Headers, cross-site request forgery, rate limits, and what is logged and counted."""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import structlog
from flask import Flask, Response, g, make_response, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from limits import parse
from prometheus_client import Counter, Histogram
from werkzeug.middleware.proxy_fix import ProxyFix

from nador.kernel import clock
from nador.web import errors
from nador.web.rendering import public_style_hash
from nador.web.request import Answer, is_public_page, translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from nador.settings import Settings

LARGEST_REQUEST = 6 * 1024 * 1024
P = ParamSpec("P")
R = TypeVar("R")
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address, strategy="fixed-window")
log = structlog.get_logger("nador.request")

REQUESTS = Counter("nador_requests", "Requests answered.", ["endpoint", "method", "status"])
SECONDS = Histogram("nador_request_seconds", "Time to answer.", ["endpoint"])

POLICY = (
    "default-src 'none'; style-src {style}; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-src {frames}; frame-ancestors {ancestors}; manifest-src 'self'"
)


def install(app: Flask, settings: Settings) -> None:
    """Protect every answer."""
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_NAME="__Host-nador" if secure else "nador",
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        # A file of people comes back as a field once it was looked at.
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
        RATELIMIT_STORAGE_URI=settings.limits_url,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign] # how Werkzeug is meant to be wrapped
    csrf.init_app(app)
    limiter.init_app(app)
    settle_limits = _only_where_declared(app)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(RateLimitExceeded, _slow_down)
    app.register_error_handler(TooMany, _wait)

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        if request.method not in app.config["WTF_CSRF_METHODS"]:
            return
        # Before anything reads the form: that is when its size is judged.
        if request.mimetype == "multipart/form-data":
            view = app.view_functions.get(request.endpoint or "")
            request.max_content_length = getattr(view, "largest", LARGEST_REQUEST)
        # A page that knows nobody has nobody in whose name something could be forged.
        if app.config["WTF_CSRF_ENABLED"] and not is_public_page():
            csrf.protect(apply_exemptions=True)

    always: tuple[tuple[str, str], ...] = (
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    )
    if secure:
        always += (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)
    for_faceless = (
        *always,
        ("Referrer-Policy", "no-referrer"),
        (
            "Content-Security-Policy",
            POLICY.format(style=public_style_hash(), frames="'none'", ancestors="'none'"),
        ),
    )
    for_pages = (
        *always,
        ("Referrer-Policy", "same-origin"),
        (
            "Content-Security-Policy",
            POLICY.format(style="'self'", frames="'self'", ancestors="'none'"),
        ),
    )
    # A page of ours may show a document of ours; nobody else's may.
    for_documents = (
        *for_pages[:-1],
        (
            "Content-Security-Policy",
            POLICY.format(style="'self'", frames="'none'", ancestors="'self'"),
        ),
    )

    @app.after_request
    def finish(response: Answer) -> Answer:
        if is_public_page():
            response.fixed += for_faceless
        else:
            is_document = response.mimetype == "application/pdf"
            response.fixed += for_documents if is_document else for_pages
            settle_limits(response)
            if request.endpoint != "static":
                response.headers.setdefault("Cache-Control", "no-store")
        _count(response)
        return response


def takes_up_to(size: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view take requests of up to so many bytes, because files come with them."""

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        view.__dict__["largest"] = size
        return view

    return declare


def _only_where_declared(app: Flask) -> Callable[[Response], Response]:
    """Take Flask-Limiter's hooks off requests without a limit; returns what settles those with one.

    Our limits stand on their routes and are checked there; it has no setting that says so.
    """
    app.before_request_funcs[None].pop()
    app.teardown_request_funcs[None].pop()
    return cast("Callable[[Response], Response]", app.after_request_funcs[None].pop())


# The endpoints, methods and statuses are few; finding their counters again is slow.
_counter = cache(REQUESTS.labels)
_histogram = cache(SECONDS.labels)


def _count(response: Response) -> None:
    endpoint, method, status = request.endpoint or "none", request.method, response.status_code
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    _counter(endpoint, method, status).inc()
    _histogram(endpoint).observe(seconds)
    # The path of a public page holds a certificate's code: the log keeps the endpoint only.
    log.info("request", endpoint=endpoint, method=method, status=status, ms=round(seconds * 1e3, 1))


def _csrf_failed(_error: CSRFError) -> ResponseReturnValue:
    return errors.page(400)


def charge(limit: str, what: str) -> None:
    """Count one event against the asker's address; raises TooMany when that is over the limit.

    For limits that count outcomes: whoever causes none is never stopped.
    """
    item, address = parse(limit), get_remote_address()
    if not limiter.limiter.hit(item, what, address):
        window = limiter.limiter.get_window_stats(item, what, address)
        raise TooMany(wait=_until(window.reset_time))


class TooMany(Exception):
    """An address did something too often; `wait` is in seconds."""

    def __init__(self, *, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def _until(reset_at: float) -> int:
    return max(1, math.ceil(reset_at - clock.now().timestamp()))


def _slow_down(_error: RateLimitExceeded) -> ResponseReturnValue:
    limit = limiter.current_limit
    return _wait(TooMany(wait=_until(limit.reset_at) if limit else 60))


def _wait(error: TooMany) -> ResponseReturnValue:
    detail = translator().ngettext(
        "Try again in %(count)s second.",
        "Try again in %(count)s seconds.",
        error.wait,
        count=error.wait,
    )
    told = (
        errors.problem(429, "too_many_requests", detail)
        if errors.wants_json()
        else errors.page(429, detail)
    )
    response = make_response(told)
    response.headers["Retry-After"] = str(error.wait)
    return response


def _as_json(event: dict[str, Any], **_options: Any) -> str:
    return _ENCODER.encode(event)


# `json.dumps` makes one anew for every line.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=repr)


def set_up_logging(least: int = logging.INFO) -> None:
    """Write one JSON line an event of at least this level to standard error, the libraries' too."""
    shared: list[structlog.types.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer(serializer=_as_json)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
