"""Courses and runs for programs, open to everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for
from marshmallow import Schema, fields

from nador.catalogue import queries
from nador.catalogue.rules import enrolling, shown_state
from nador.kernel import clock, text
from nador.web import api
from nador.web.access import PUBLIC, access
from nador.web.request import db

if TYPE_CHECKING:
    from nador.catalogue.models import CourseVersion, Run

blueprint = api.blueprint("catalogue", "Courses and runs.")


class CourseSchema(Schema):
    """A course, in every language that it is described in."""

    code = fields.String()
    status = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    summary = fields.Dict(keys=fields.String(), values=fields.String())
    domain = fields.String()
    level = fields.Integer()
    hours = fields.Integer()
    mode = fields.String()
    languages = fields.List(fields.String())
    fee = fields.Integer(metadata={"description": "in whole dirhams"})
    document = fields.String()
    version = fields.Integer()


class CoursesSchema(Schema):
    """One page of courses; `next` is the path of the following one, or null."""

    items = fields.List(fields.Nested(CourseSchema))
    next = fields.String(allow_none=True)


class RunSchema(Schema):
    """A run, and how it stands now."""

    id = fields.Integer()
    code = fields.String()
    course = fields.String()
    status = fields.String()
    enrolling = fields.Boolean()
    language = fields.String()
    mode = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    capacity = fields.Integer()
    seats_left = fields.Integer()
    waiting = fields.Integer()


class RunsSchema(Schema):
    """One page of runs; `next` is the path of the following one, or null."""

    items = fields.List(fields.Nested(RunSchema))
    next = fields.String(allow_none=True)


def show_course(version: CourseVersion) -> dict[str, Any]:
    """Say what a program needs of a course."""
    same = ("title", "summary", "domain", "level", "hours", "mode", "languages", "fee", "document")
    return {
        "code": version.course.code,
        "status": version.course.status,
        "version": version.number,
        **{name: getattr(version, name) for name in same},
    }


def show_run(run: Run) -> dict[str, Any]:
    """Say what a program needs of a run; `run` has its course loaded."""
    now = clock.now()
    same = [
        "id",
        "code",
        "language",
        "mode",
        "starts_on",
        "ends_on",
        "opens_at",
        "closes_at",
        "capacity",
        "seats_left",
        "waiting",
    ]
    return {
        "course": run.course.code,
        "status": shown_state(run.status, run.schedule, now=now).value,
        "enrolling": enrolling(run.status, run.schedule, now=now),
        **{name: getattr(run, name) for name in same},
    }


@blueprint.get("/courses")
@access(PUBLIC)
@blueprint.response(200, CoursesSchema)
@blueprint.doc(summary="The published courses, by code")
def list_courses() -> dict[str, Any]:
    """List the published courses."""
    after = request.args.get("after", "")
    versions = queries.courses_after(db(), after, limit=api.PAGE_SIZE + 1)
    shown, more = versions[: api.PAGE_SIZE], len(versions) > api.PAGE_SIZE
    following = url_for(".list_courses", after=shown[-1].course.code) if more else None
    return {"items": [show_course(version) for version in shown], "next": following}


@blueprint.get("/courses/<code>")
@access(PUBLIC)
@blueprint.response(200, CourseSchema)
@blueprint.doc(summary="One course")
def get_course(code: str) -> dict[str, Any]:
    """One course."""
    return show_course(queries.course_page(db(), code, now=clock.now()).version)


@blueprint.get("/runs")
@access(PUBLIC)
@blueprint.response(200, RunsSchema)
@blueprint.doc(summary="The runs, of one course where `course` names it")
def list_runs() -> dict[str, Any]:
    """List the runs that are not drafts."""
    course = request.args.get("course")
    after = text.number(request.args.get("after", "")) or 0
    runs = queries.runs_after(db(), after, course=course, limit=api.PAGE_SIZE + 1)
    shown, more = runs[: api.PAGE_SIZE], len(runs) > api.PAGE_SIZE
    following = url_for(".list_runs", course=course, after=shown[-1].id) if more else None
    return {"items": [show_run(run) for run in shown], "next": following}


@blueprint.get("/runs/<int:run_id>")
@access(PUBLIC)
@blueprint.response(200, RunSchema)
@blueprint.doc(summary="One run")
def get_run(run_id: int) -> dict[str, Any]:
    """One run."""
    return show_run(queries.run_page(db(), run_id))
