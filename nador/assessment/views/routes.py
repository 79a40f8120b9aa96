"""The blueprint of the pages, and what all of them show."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from nador.assessment import labels, policy
from nador.kernel.access import Action
from nador.web.access import STAFF
from nador.web.rendering import render
from nador.web.request import actor, translator

blueprint = Blueprint("assessment", __name__)
READERS = STAFF


def page(template: str, **context: Any) -> str:
    """Render a page with the words of assessment and with what its reader may do on the run."""
    run = context.get("run")
    may = {
        action.value: run is not None and policy.may(actor(), action, run)
        for action in (Action.GRADE, Action.RELEASE, Action.CONCLUDE)
    }
    return render(template, labels=labels, words=translator(), may=may, **context)
