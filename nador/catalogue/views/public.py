"""The public catalogue: courses, runs, the calendar of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, redirect, request, url_for

from nador.catalogue import forms, labels, queries
from nador.catalogue.rules import RunStatus, meets
from nador.catalogue.views import filters
from nador.kernel import clock, text
from nador.web.access import PUBLIC, access
from nador.web.rendering import render
from nador.web.request import actor, db, locale, settings, translator

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("catalogue", __name__)

MET_COURSES = "nador.met_courses"
"""Where `app.py` puts what knows which courses a person has completed: (session, person) → ids."""


def _say(name: str, label: Callable[..., str]) -> None:
    """Let templates name a value of the catalogue in the page's language."""

    def said(*values: Any) -> str:
        return label(*values, translator())

    blueprint.add_app_template_filter(said, name)


_LABELS: dict[str, Callable[..., str]] = {
    "domain": labels.domain,
    "level": labels.level,
    "mode": labels.mode,
    "document_kind": labels.document,
    "assessment_kind": labels.assessment_kind,
    "course_state": labels.course_state,
    "run_state": labels.run_state,
    "meeting_state": labels.meeting_state,
    "language_name": labels.language,
    "weekday": labels.weekday,
    "timetable": labels.timetable,
    "period": labels.period,
    "plain": labels.plain,
    "attendance_asked": labels.attendance_asked,
    "attendance_points": labels.attendance_points,
    "share": labels.share,
    "seats": labels.seats,
    "queue": labels.queue,
}
for _name, _label in _LABELS.items():
    _say(_name, _label)
blueprint.add_app_template_filter(labels.run_tag, "run_tag")


@blueprint.get("/")
@access(PUBLIC)
def home() -> str:
    """The institute's front page: the search and the whole list."""
    return _list(hero=True)


@blueprint.get("/courses")
@access(PUBLIC)
def courses() -> str:
    """The list of courses."""
    return _list(hero=False)


def _list(*, hero: bool) -> str:
    every = queries.listings(db(), now=clock.now())
    wish = forms.read_wish(request.args)
    return render(
        "catalogue/list.html",
        hero=hero,
        typed=request.args.get("q", ""),
        listings=[listing for listing in every if meets(listing, wish)],
        empty_catalogue=not every,
        filters=filters.filters(every, wish, translator()),
        conditions=filters.conditions(every, wish, translator()),
    )


@blueprint.get("/courses/<code>")
@access(PUBLIC)
def course(code: str) -> str:
    """A course, with the runs that one can choose."""
    now = clock.now()
    return render(
        "catalogue/course.html",
        page=queries.course_page(db(), code, now=now),
        now=now,
        met=_met_courses(),
    )


def _met_courses() -> Collection[int] | None:
    """Ask which courses the visitor has completed; None where nobody is signed in."""
    person_id = actor().person_id
    if person_id is None:
        return None
    found: Collection[int] = current_app.extensions[MET_COURSES](db(), person_id)
    return found


@blueprint.get("/courses/<code>/enrol")
@access(PUBLIC)
def choose_run(code: str) -> ResponseReturnValue:
    """Go on with the run that was picked on the course page."""
    run_id = text.number(request.args.get("run", ""))
    if run_id is None:
        return redirect(url_for("catalogue.course", code=code, _anchor="runs"), 303)
    return redirect(f"{url_for('catalogue.run', run_id=run_id)}/enrol", 303)


@blueprint.get("/programmes/<code>")
@access(PUBLIC)
def programme(code: str) -> str:
    """A programme: what it is, and the courses that lead to its certificate."""
    found = queries.programme_page(db(), code)
    courses = queries.member_courses(db(), found.id)
    return render("catalogue/programme.html", programme=found, courses=courses)


@blueprint.get("/runs/<int:run_id>")
@access(PUBLIC)
def run(run_id: int) -> str:
    """A run: dates, place, seats, meetings."""
    found = queries.run_page(db(), run_id)
    now = clock.now()
    row = queries.run_row(found, now=now, meetings=found.meetings)
    return render(
        "catalogue/run.html", row=row, now=now, cancelled=found.status == RunStatus.CANCELLED
    )


@blueprint.get("/runs/<int:run_id>/calendar.ics")
@access(PUBLIC)
def run_calendar(run_id: int) -> Response:
    """The meetings of a run, for a calendar."""
    found = queries.run_page(db(), run_id)
    host = settings().public_url.partition("://")[2]
    return Response(
        labels.calendar(found, found.meetings, locale(), host=host),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.code}.ics"'},
    )
