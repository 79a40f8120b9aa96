"""The door of the application: cookies on pages, tokens in the API, never one for the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import flask
from flask import Flask, request
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from nador.accounts import queries, rules, service
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Grant
from nador.kernel.errors import NotAllowed
from nador.web.request import actor, db, first_page, forget_actor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from nador.accounts.queries import Visitor

    MoreGrants = Callable[[Session, int], Iterable[Grant]]


class TokenReadsOnly(NotAllowed):
    """A token of scope `read` was used to change something."""

    code = "token_reads_only"


class SignedInBrowser(UserMixin):
    """What Flask-Login keeps in the cookie: the secret of a row, worth nothing once it ended."""

    def __init__(self, secret: str) -> None:
        self.id = secret


class Doorkeeper(LoginManager):
    """Flask-Login without its remember cookie, whose upkeep reads the cookies of public pages."""

    def init_app(self, app: Flask, add_context_processor: bool = False) -> None:
        """Join the application; no hook after requests, no `current_user` in templates."""
        app.login_manager = self  # type: ignore[attr-defined] # where Flask-Login looks for it
        self.session_protection = None


doorkeeper = Doorkeeper()
doorkeeper.user_loader(SignedInBrowser)


def find_visitor(session: Session, *, also: MoreGrants) -> Actor:
    """Find who sent this request; `also` finds grants that the features above keep."""
    visitor = _with_token(session) if request.path.startswith("/api/") else _with_cookie(session)
    if visitor is None:
        return NOBODY
    found = visitor.actor
    if visitor.last_seen_at is None or clock.now() - visitor.last_seen_at >= rules.SEEN_EVERY:
        service.note_seen(session, found)
    grants = found.grants | frozenset(also(session, found.person_id or 0))
    return replace(found, grants=rules.scoped(grants, visitor.scopes))


def shown_secret() -> str:
    """Return the secret that the cookie shows, whatever it is worth; nothing without one."""
    return str(current_user.get_id()) if current_user.is_authenticated else ""


def _with_cookie(session: Session) -> Visitor | None:
    if not current_user.is_authenticated:
        return None
    return queries.visitor_with_cookie(session, current_user.get_id(), now=clock.now())


def _with_token(session: Session) -> Visitor | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return None
    visitor = queries.visitor_with_token(session, secret.strip())
    if visitor and not rules.scopes_allow(visitor.scopes, changes=request.method not in _SAFE):
        raise TokenReadsOnly
    return visitor


_SAFE = {"GET", "HEAD", "OPTIONS"}


def remember(secret: str) -> None:
    """Put the sign-in's secret in the cookie; what an anonymous visitor had there is dropped."""
    flask.session.clear()
    login_user(SignedInBrowser(secret))
    forget_actor()


def leave() -> None:
    """End the session's row, and empty the cookie."""
    service.end_sign_in(db(), actor())
    logout_user()
    flask.session.clear()


def device() -> str:
    """Name the browser, so that its owner recognises it in the list of sessions."""
    return request.user_agent.string[:200]


def next_page() -> str:
    """Return where the visitor wanted to go: a page of this site, or else what suits their roles."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    ours = not parts.scheme and not parts.netloc and wanted.startswith("/")
    hidden = wanted.startswith("//") or "\\" in wanted or any(sign < " " for sign in wanted)
    if ours and not hidden and _is_a_page(parts.path):
        return wanted
    return flask.url_for(first_page())


def _is_a_page(path: str) -> bool:
    """Whether one can go there: whoever was asked to sign in on pressing a button can't press it now."""
    return flask.current_app.url_map.bind("").test(path, method="GET")
