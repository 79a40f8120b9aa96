"""Pages that bring several features together: what a person is learning, what a centre must decide."""

from __future__ import annotations

from flask import Blueprint, url_for

from nador.kernel.access import Action
from nador.reporting import labels, queries
from nador.reporting.queries import ToDo
from nador.reporting.rules import Task
from nador.web.access import SIGNED_IN, STAFF, access
from nador.web.rendering import render
from nador.web.request import actor, db, translator

blueprint = Blueprint("reporting", __name__)


@blueprint.get("/me")
@access(SIGNED_IN)
def me() -> str:
    """My learning: the next thing first, then every run."""
    places = queries.my_places(db(), actor())
    return render("reporting/me.html", places=places, next_place=queries.next_place(places))


@blueprint.get("/manage")
@access(*STAFF)
def manage() -> str:
    """The centre's board: what needs a decision today, then every list."""
    return render(
        "reporting/manage.html",
        rows=queries.board(db(), actor()),
        place=_place,
        labels=labels,
        words=translator(),
        may=lambda action: bool(actor().institutes(Action(action))),
    )


def _place(row: ToDo) -> str:
    """Return the page where a row of the board is settled."""
    match row.task:
        case Task.WORK_DEAD:
            return url_for("accounts.dead_work")
        case Task.INSTITUTE_INCOMPLETE:
            return url_for("accounts.institute")
        case Task.BATCH_FAILED:
            return url_for("certification.batch", batch_id=row.batch_id)
        case Task.ATTENDANCE:
            return url_for("catalogue.manage_run", run_id=row.run_id)
        case Task.GRADE | Task.RELEASE:
            return url_for("assessment.gradebook", run_id=row.run_id)
        case Task.CONCLUDE:
            return url_for("assessment.results", run_id=row.run_id)
        case Task.CERTIFY:
            return url_for("certification.certify", run_id=row.run_id)
        case Task.WAITLIST:
            return url_for("enrolment.people", run_id=row.run_id)
