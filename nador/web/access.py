"""Every route declares who may enter, or the application refuses to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from flask import Flask, current_app, redirect, request, url_for

from nador.kernel.access import Forbidden, Role
from nador.kernel.errors import NotFound
from nador.web.request import actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue


class Everyone:
    """The public, signed in or not."""


class SignedIn:
    """Anybody with an account; the policy then decides per object."""


PUBLIC: Final = Everyone()
SIGNED_IN: Final = SignedIn()
STAFF: Final = (
    Role.INSTRUCTOR,
    Role.REGISTRAR,
    Role.CERTIFIER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

Who = Everyone | SignedIn | Role
P = ParamSpec("P")
R = TypeVar("R")


def access(
    *who: Who, faceless: bool = False, by_view: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare who may enter a route; whose object it is, the policy decides.

    `faceless` marks a public page that reads no cookie and no account. `by_view`: the view's own
    statement asks who it is, and sends whoever it does not find through `enter`.
    """
    if not who:
        raise ValueError("say who may enter: PUBLIC, SIGNED_IN, or roles")

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        view.__dict__["access"] = who
        view.__dict__["faceless"] = faceless
        view.__dict__["by_view"] = by_view
        return view

    return declare


def install(app: Flask) -> None:
    """Check every request against the declaration of its route."""
    access(PUBLIC, faceless=True)(app.view_functions["static"])

    @app.before_request
    def check() -> ResponseReturnValue | None:
        endpoint = request.endpoint
        if endpoint is None:
            return None
        declared = app.view_functions[endpoint].__dict__
        return None if declared["by_view"] or PUBLIC in declared["access"] else enter()


def enter() -> ResponseReturnValue | None:
    """Hold who asks against what the route declares; returns the way to the door for strangers."""
    view = current_app.view_functions[request.endpoint or ""]
    who: tuple[Who, ...] = view.__dict__["access"]
    if not actor().signed_in:
        return _ask_to_sign_in()
    if SIGNED_IN in who or actor().roles() & set(who):
        return None
    raise NotFound


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        raise NotSignedIn
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)


class NotSignedIn(Forbidden):
    """A token is needed, and none that lives was given."""

    code = "not_signed_in"


def require_declared(app: Flask) -> None:
    """Refuse to start with a route that does not say who may enter."""
    bare = sorted(
        name for name, view in app.view_functions.items() if "access" not in view.__dict__
    )
    if bare:
        raise RuntimeError(f"routes without @access: {', '.join(bare)}")
