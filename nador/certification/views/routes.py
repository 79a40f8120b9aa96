"""What certification's pages share: their blueprint, and how what was decided, or is for everybody, is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Response, request, url_for

from nador.certification.changes.models import Proposal
from nador.certification.rules import possible
from nador.kernel import clock
from nador.web.rendering import note
from nador.web.request import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.certification.models import Certificate
    from nador.certification.rules import ActKind

Done = TypeVar("Done")

blueprint = Blueprint("certification", __name__)


def possible_with(one: Certificate) -> frozenset[ActKind]:
    """Tell what can be done with a certificate today."""
    return possible(one.status, expires_on=one.expires_on, today=clock.today())


def settled(done: Done | Proposal, *, place: Callable[[Done], str], said: str = "") -> str:
    """Say what was carried out and return the page that shows it, or the page where it waits."""
    if isinstance(done, Proposal):
        words = translator()
        note(words.gettext("Proposed. It is done once another certifier confirms."), "info")
        return url_for("certification.proposal", proposal_id=done.id)
    if said:
        note(said)
    return place(done)


def publish(content: str | bytes, kind: str, *, cached: str = "public, max-age=300") -> Response:
    """Answer anybody from anywhere, who may keep it for some minutes, or as told."""
    response = Response(content, content_type=kind)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = cached
    response.add_etag()
    response.make_conditional(request)
    return response
