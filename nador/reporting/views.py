"""Pages that bring several features together: what a person is learning."""

from __future__ import annotations

from flask import Blueprint

from nador.reporting import queries
from nador.web.access import SIGNED_IN, access
from nador.web.rendering import render
from nador.web.request import actor, db

blueprint = Blueprint("reporting", __name__)


@blueprint.get("/me")
@access(SIGNED_IN)
def me() -> str:
    """My learning: the next thing first, then every run."""
    places = queries.my_places(db(), actor())
    return render("reporting/me.html", places=places, next_place=queries.next_place(places))
