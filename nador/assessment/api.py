"""Gradebooks, grades and results for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for
from marshmallow import Schema, fields

from nador.assessment import policy, queries, service
from nador.assessment.rules import GradeState, MarkUnreadable, read_mark
from nador.kernel import text
from nador.kernel.errors import Invalid
from nador.web import api
from nador.web.access import STAFF, access
from nador.web.request import actor, db

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from flask import Response

    from nador.assessment.models import Assessment, Grade, Result
    from nador.assessment.queries import Cell, Column, Row
    from nador.assessment.rules import Outcome

blueprint = api.blueprint("assessment", "Gradebooks, grades and results.")


class NotAFlag(Invalid):
    """`excused` must be true or false."""

    code = "not_a_flag"


class NotIds(Invalid):
    """`assessments` must be a list of ids."""

    code = "not_ids"


class AssessmentSchema(Schema):
    """One item of a run's plan; numbers as text with two decimals."""

    id = fields.Integer()
    code = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    weight = fields.Float()
    out_of = fields.Float()
    minimum = fields.Float()
    category = fields.String()
    released = fields.Boolean()


class GradeSchema(Schema):
    """One grade in its assessment's `out_of`; version 0 means that none was ever given."""

    value = fields.Float(allow_none=True)
    state = fields.Enum(GradeState, by_value=True)
    version = fields.Integer()


class PersonSchema(Schema):
    """Who a learner is."""

    id = fields.Integer()
    name_latin = fields.String(allow_none=True)
    name_arabic = fields.String(allow_none=True)


class RowSchema(Schema):
    """One learner's grades, by the assessment's id."""

    enrolment_id = fields.Integer()
    reference = fields.String()
    person = fields.Nested(PersonSchema)
    grades = fields.Dict(keys=fields.String(), values=fields.Nested(GradeSchema))


class GradebookSchema(Schema):
    """A page of a run's gradebook."""

    assessments = fields.List(fields.Nested(AssessmentSchema))
    rows = fields.List(fields.Nested(RowSchema))
    next = fields.String(allow_none=True)


class ResultSchema(Schema):
    """What is decided about a learner, and every rule of it."""

    enrolment_id = fields.Integer()
    decision = fields.String()
    mark = fields.Float(allow_none=True)
    attendance = fields.Float(allow_none=True)
    mention = fields.Dict(allow_none=True)
    trace = fields.List(fields.Dict())


class ResultsSchema(Schema):
    """The results of a run; `obstacles` are the codes of what keeps it from being concluded."""

    results = fields.List(fields.Nested(ResultSchema))
    obstacles = fields.List(fields.String())


@blueprint.get("/runs/<int:run_id>/gradebook")
@access(*STAFF)
@blueprint.doc(summary="The gradebook of a run, by name, 50 learners a page (`page`)")
@blueprint.response(200, GradebookSchema)
def gradebook(run_id: int) -> dict[str, Any]:
    """Give a page of the gradebook."""
    page = text.number(request.args.get("page", "")) or 1
    book = queries.gradebook(db(), run_id, page=page)
    policy.require_may_see(actor(), book.run)
    here = request.endpoint or ""
    return {
        "assessments": [_column(column) for column in book.columns],
        "rows": [_row(row, book.columns) for row in book.rows],
        "next": url_for(here, run_id=run_id, page=page + 1) if book.has_next else None,
    }


@blueprint.put("/assessments/<int:assessment_id>/grades/<int:enrolment_id>")
@access(*STAFF)
@blueprint.doc(
    summary="Set, excuse or clear a grade; `If-Match` or `If-None-Match: *` guard against others",
    requestBody={
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "value": {"type": ["number", "string", "null"]},
                        "excused": {"type": "boolean"},
                        "reason": {"type": "string"},
                    },
                }
            }
        }
    },
)
@blueprint.response(200, GradeSchema)
def put_grade(assessment_id: int, enrolment_id: int) -> Response:
    """Set one grade."""
    body = api.body()
    given, excused = body.get("value"), body.get("excused", False)
    if not isinstance(excused, bool):
        raise NotAFlag(field="excused")
    if "value" not in body and not excused:
        # Only null clears: a misspelt name must not.
        raise MarkUnreadable(field="value", typed="")
    out_of = queries.assessment_for(db(), actor(), assessment_id).out_of
    grade = service.set_grade(
        db(),
        actor(),
        assessment_id=assessment_id,
        enrolment_id=enrolment_id,
        value=None if given is None else read_mark(given, out_of=out_of, field="value"),
        excused=excused,
        reason=str(body.get("reason") or ""),
        expected_version=_expected_version(),
        must_be_new=request.headers.get("If-None-Match", "").strip() == "*",
    )
    return api.answer(_grade(grade), ETag=f'"{grade.version}"')


@blueprint.post("/runs/<int:run_id>/release")
@access(*STAFF)
@blueprint.doc(summary="Show learners their grades: of `assessments` (ids), or of all")
def release(run_id: int) -> Response:
    """Release grades."""
    wanted = api.body().get("assessments")
    if not (wanted is None or (isinstance(wanted, list) and all(map(_is_id, wanted)))):
        raise NotIds(field="assessments")

    def present(released: Sequence[Assessment]) -> dict[str, Any]:
        return {"released": [each.id for each in released]}

    return api.once(
        lambda: service.release(db(), actor(), run_id=run_id, assessment_ids=wanted),
        present=present,
    )


@blueprint.post("/assessments/<int:assessment_id>/release")
@access(*STAFF)
@blueprint.doc(summary="Show learners their grades in one assessment")
def release_one(assessment_id: int) -> Response:
    """Release the grades of one assessment."""
    return api.once(
        lambda: service.release_one(db(), actor(), assessment_id=assessment_id), present=_shown
    )


@blueprint.post("/assessments/<int:assessment_id>/hide")
@access(*STAFF)
@blueprint.doc(
    summary="Hide the grades of one assessment again, with a `reason`; not under confirmed results"
)
def hide(assessment_id: int) -> Response:
    """Hide the grades of one assessment."""
    reason = str(api.body().get("reason") or "")
    return api.once(
        lambda: service.hide(db(), actor(), assessment_id=assessment_id, reason=reason),
        present=_shown,
    )


@blueprint.get("/runs/<int:run_id>/results")
@access(*STAFF)
@blueprint.doc(summary="What concluding would decide for everybody; writes nothing")
@blueprint.response(200, ResultsSchema)
def results(run_id: int) -> dict[str, Any]:
    """Give the results as the rules see them now, or as they were confirmed."""
    seen = service.preview(db(), actor(), run_id=run_id)
    return {
        "results": [
            _decided(row.enrolment_id, row.outcome, trace=row.outcome.rows())
            for row in seen.book.rows
        ],
        "obstacles": [each.code for each in seen.obstacles],
    }


@blueprint.post("/runs/<int:run_id>/conclude")
@access(*STAFF)
@blueprint.doc(summary="Confirm the results of a run in the caller's name")
def conclude(run_id: int) -> Response:
    """Confirm results."""
    return api.once(lambda: service.conclude(db(), actor(), run_id=run_id), present=_confirmed)


def _shown(assessment: Assessment) -> dict[str, Any]:
    return {"id": assessment.id, "released": assessment.released_at is not None}


def _is_id(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)


def _expected_version() -> int | None:
    """Read the version that the caller saw; one that we never gave matches nothing."""
    tag = request.headers.get("If-Match", "").strip()
    if not tag or tag == "*":
        return None
    version = text.number(tag.removeprefix("W/").strip('"'))
    return -1 if version is None else version


def _number(value: Decimal | None) -> float | None:
    # Hundredths below a million are exact enough in JSON's numbers: they print as they are.
    return None if value is None else float(value)


def _column(column: Column) -> dict[str, Any]:
    each = column.assessment
    return {
        "id": each.id,
        "code": each.code,
        "title": each.title,
        "weight": _number(each.weight),
        "out_of": _number(each.out_of),
        "minimum": _number(each.minimum),
        "category": each.category,
        "released": column.released,
    }


def _row(row: Row, columns: Sequence[Column]) -> dict[str, Any]:
    empty = queries.Cell()
    return {
        "enrolment_id": row.enrolment_id,
        "reference": row.reference,
        "person": {
            "id": row.person_id,
            "name_latin": row.name_latin,
            "name_arabic": row.name_arabic,
        },
        "grades": {
            str(column.assessment.id): _cell(row.cells.get(column.assessment.id, empty))
            for column in columns
        },
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {"value": _number(cell.value), "state": cell.state, "version": cell.version}


def _grade(grade: Grade) -> dict[str, Any]:
    return {
        "value": _number(grade.value),
        "state": grade.state.value,
        "version": grade.version,
    }


def _decided(
    enrolment_id: int, decided: Outcome | Result, *, trace: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "enrolment_id": enrolment_id,
        "decision": decided.decision.value,
        "mark": _number(decided.mark),
        "attendance": _number(decided.attendance),
        "mention": decided.mention,
        "trace": trace,
    }


def _confirmed(confirmed: Sequence[Result]) -> dict[str, Any]:
    return {"results": [_decided(each.enrolment_id, each, trace=each.trace) for each in confirmed]}
