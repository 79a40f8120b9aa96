"""Pages that bring several features together: what a person is learning, what a centre must decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, url_for

from nador.accounts.policy import require_may_erase
from nador.accounts.queries import person as person_seen
from nador.assessment import labels as assessment_labels
from nador.certification import labels as certification_labels
from nador.kernel import clock
from nador.kernel.access import Action, Role
from nador.reporting import labels, queries
from nador.reporting.rules import Task
from nador.web.access import SIGNED_IN, STAFF, access
from nador.web.rendering import render
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from nador.reporting.queries import ToDo

blueprint = Blueprint("reporting", __name__)


@blueprint.get("/me")
@access(SIGNED_IN)
def me() -> str:
    """My learning: the next thing first, then every run, and the certificates."""
    learning = queries.my_learning(db(), actor())
    return render(
        "reporting/me.html",
        learning=learning,
        next_place=queries.next_place([one.place for one in learning]),
        certificates=queries.my_certificates(db(), actor()),
        results=assessment_labels,
        documents=certification_labels,
        words=translator(),
        now=clock.now(),
    )


@blueprint.get("/manage/people/<int:person_id>/mentions")
@access(Role.ADMINISTRATOR)
def mentions(person_id: int) -> str:
    """List the texts that name a person, to be mended by hand before they are erased."""
    found = person_seen(db(), actor(), person_id)
    require_may_erase(actor(), person_id)
    return render(
        "reporting/mentions.html",
        person=found,
        mentions=queries.mentions(db(), found),
        labels=labels,
        words=translator(),
    )


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


_PLACES = {
    Task.WORK_DEAD: "accounts.dead_work",
    Task.INSTITUTE_INCOMPLETE: "accounts.institute",
    Task.BATCH_FAILED: "certification.batch",
    Task.PROGRAMME_IN_DOUBT: "certification.programme",
    Task.APPEAL: "assessment.appeals",
    Task.ATTENDANCE: "enrolment.meetings",
    Task.GRADE: "assessment.gradebook",
    Task.RELEASE: "assessment.gradebook",
    Task.CONCLUDE: "assessment.results",
    Task.CONFIRM: "certification.decisions",
    Task.CORRECT: "certification.decisions",
    Task.CERTIFY: "certification.certify",
    Task.CERTIFY_PROGRAMME: "certification.programme",
    Task.WAITLIST: "enrolment.people",
}


def _place(row: ToDo) -> str:
    """Return the page where a row of the board is settled."""
    return url_for(_PLACES[row.task], **dict[str, Any](row.where))
