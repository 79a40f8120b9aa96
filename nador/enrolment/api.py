"""Places and attendance, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields

from nador.enrolment import queries, service
from nador.enrolment.rules import AttendanceStatus
from nador.kernel.errors import Invalid
from nador.web import api
from nador.web.access import SIGNED_IN, STAFF, access
from nador.web.request import actor, db

if TYPE_CHECKING:
    from flask import Response

    from nador.enrolment.models import Enrolment

blueprint = api.blueprint("enrolment", "Places on runs, and who came.")


class PersonUnreadable(Invalid):
    """`person` is not an object of texts."""

    code = "person_unreadable"


class StatusUnknown(Invalid):
    """The attendance status is none of `known`."""

    code = "attendance_status_unknown"


class PlaceSchema(Schema):
    """A place on a run; `position` in the queue, null for who does not wait."""

    id = fields.Integer()
    reference = fields.String()
    status = fields.String()
    position = fields.Integer(allow_none=True)


class MarkSchema(Schema):
    """Who came to a meeting."""

    meeting_id = fields.Integer()
    enrolment_id = fields.Integer()
    status = fields.String()


def _place(enrolment: Enrolment) -> dict[str, Any]:
    return {
        "id": enrolment.id,
        "reference": enrolment.reference,
        "status": enrolment.status.value,
        "position": queries.position(db(), enrolment),
    }


@blueprint.post("/runs/<int:run_id>/enrolments")
@access(SIGNED_IN)
@blueprint.doc(summary="Enrol oneself (no body), or somebody (staff)")
@blueprint.alt_response(201, schema=PlaceSchema)
def enrol(run_id: int) -> Response:
    """Give a seat, or a place in the queue."""
    person = _person(api.body().get("person"))

    def call() -> Enrolment:
        if person is None:
            own = actor().person_id or 0
            return service.enrol(db(), actor(), run_id=run_id, learner_id=own)
        return service.enrol_someone(db(), actor(), run_id=run_id, **person)

    return api.once(call, present=_place, status=201)


def _person(given: object) -> dict[str, str] | None:
    if given is None:
        return None
    known = {"reference", "email", "name_latin", "name_arabic", "phone", "locale"}
    if not isinstance(given, dict) or set(given) - known:
        raise PersonUnreadable(field="person")
    texts = {name: value for name, value in given.items() if value is not None}
    if not all(isinstance(value, str) for value in texts.values()):
        raise PersonUnreadable(field="person")
    return texts


@blueprint.delete("/enrolments/<int:enrolment_id>")
@access(SIGNED_IN)
@blueprint.doc(summary="Withdraw: frees the seat, and offers it to the next")
@blueprint.alt_response(200, schema=PlaceSchema)
def withdraw(enrolment_id: int) -> Response:
    """Give the place back."""
    return api.answer(_place(service.withdraw(db(), actor(), enrolment_id=enrolment_id)))


@blueprint.put("/meetings/<int:meeting_id>/attendance/<int:enrolment_id>")
@access(*STAFF)
@blueprint.doc(summary="Mark one learner at one meeting")
@blueprint.alt_response(200, schema=MarkSchema)
def mark(meeting_id: int, enrolment_id: int) -> Response:
    """Mark one learner at one meeting; "unmarked" takes the mark back."""
    given = api.body().get("status")
    if given not in set(AttendanceStatus):
        raise StatusUnknown(field="status", known=list(AttendanceStatus))
    status = service.mark_attendance(
        db(),
        actor(),
        meeting_id=meeting_id,
        enrolment_id=enrolment_id,
        status=AttendanceStatus(given),
    )
    marked = {"meeting_id": meeting_id, "enrolment_id": enrolment_id, "status": status.value}
    return api.answer(marked)
