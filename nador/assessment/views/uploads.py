"""Resumable uploads: the core of tus 1.0, so that a broken line costs a piece and not the file."""

from __future__ import annotations

import base64
import binascii
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from flask import Response, request, url_for

from nador.assessment.queries import submissions as queries
from nador.assessment.queries.attempts import own_sitting
from nador.assessment.service import answer_files, uploads
from nador.assessment.views.routes import blueprint
from nador.assessment.views.submissions import scan_state
from nador.kernel import text
from nador.kernel.errors import Invalid
from nador.web.access import SIGNED_IN, access
from nador.web.request import actor, db, files

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.assessment.models import Upload

TUS = "1.0.0"
P = ParamSpec("P")


class UploadUnreadable(Invalid):
    """The headers of an upload don't say what they should."""

    code = "upload_unreadable"


def _speaking_tus(view: Callable[P, Response]) -> Callable[P, Response]:
    """Name the version of the protocol on every answer."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = view(*args, **kwargs)
        response.headers["Tus-Resumable"] = TUS
        return response

    return answer


@blueprint.post("/me/assignments/<int:assessment_id>/uploads")
@access(SIGNED_IN)
@_speaking_tus
def begin_upload(assessment_id: int) -> Response:
    """Announce a file; its address comes back."""
    queries.own_assignment(db(), actor().person_id or 0, assessment_id)
    upload = uploads.begin_upload(
        db(), actor(), assessment_id=assessment_id, name=_name(), size=_number("Upload-Length")
    )
    return _begun(upload)


@blueprint.post("/me/attempts/<int:attempt_id>/answers/<int:position>/uploads")
@access(SIGNED_IN)
@_speaking_tus
def begin_answer_upload(attempt_id: int, position: int) -> Response:
    """Announce a file of an answer; its address comes back."""
    own_sitting(db(), actor().person_id or 0, attempt_id)
    upload = answer_files.begin_upload(
        db(),
        actor(),
        attempt_id=attempt_id,
        position=position,
        name=_name(),
        size=_number("Upload-Length"),
    )
    return _begun(upload)


def _begun(upload: Upload) -> Response:
    where = url_for("assessment.upload", name_on_disk=upload.name_on_disk)
    return Response(status=201, headers={"Location": where, "Upload-Offset": "0"})


@blueprint.get("/me/uploads/<name_on_disk>")
@access(SIGNED_IN)
@_speaking_tus
def upload(name_on_disk: str) -> Response:
    """Say how much has arrived."""
    found = queries.upload_of(db(), actor().person_id or 0, name_on_disk)
    here = uploads.arrived(found, files())
    return Response(headers={"Upload-Offset": str(here), "Upload-Length": str(found.size)})


@blueprint.patch("/me/uploads/<name_on_disk>")
@access(SIGNED_IN)
@_speaking_tus
def go_on(name_on_disk: str) -> Response:
    """Take the next piece; with the last one the file is looked at and joins the draft or the answer."""
    found = queries.upload_of(db(), actor().person_id or 0, name_on_disk)
    here = uploads.arrived(found, files())
    if found.ended_at is None:
        piece = request.get_data()
        if piece:
            here = uploads.append(found, files(), offset=_number("Upload-Offset"), piece=piece)
        if here == found.size and found.answer_id is not None:
            answer_files.finish_upload(db(), actor(), files(), upload=found, scan=scan_state())
        elif here == found.size:
            uploads.finish_upload(db(), actor(), files(), upload=found, scan=scan_state())
    return Response(status=204, headers={"Upload-Offset": str(here)})


def _number(header: str) -> int:
    number = text.number(request.headers.get(header, ""))
    if number is None:
        raise UploadUnreadable(field=header)
    return number


def _name() -> str:
    """Read the name out of `Upload-Metadata`: pairs of a key and a value in base 64."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return text.clean(base64.b64decode(value, validate=True).decode()) or "file"
            except (binascii.Error, ValueError):
                raise UploadUnreadable(field="Upload-Metadata") from None
    raise UploadUnreadable(field="Upload-Metadata")
