"""The blueprint of the enrolment pages, and how their templates name states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from nador.enrolment import labels
from nador.kernel.errors import describe
from nador.web.request import translator

if TYPE_CHECKING:
    from nador.enrolment.rules import AttendanceStatus, EnrolmentStatus
    from nador.kernel.errors import DomainError

blueprint = Blueprint("enrolment", __name__)


@blueprint.app_template_filter("enrolment_status")
def enrolment_status(value: EnrolmentStatus) -> str:
    """Say where somebody stands, in the page's language."""
    return labels.status(translator(), value)


@blueprint.app_template_filter("attendance_status")
def attendance_status(value: AttendanceStatus) -> str:
    """Say whether somebody came, in the page's language."""
    return labels.attendance(translator(), value)


@blueprint.app_template_filter("refusal")
def refusal(error: DomainError) -> str:
    """Say why something was refused, in the page's language."""
    return describe(error, translator())


blueprint.add_app_template_filter(labels.look, "enrolment_look")
