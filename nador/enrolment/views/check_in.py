"""Self check-in: the wall with its code, and what a phone opens that has read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import redirect, request, url_for
from markupsafe import Markup

from nador.enrolment import policy, queries
from nador.enrolment.rules import check_in as codes
from nador.enrolment.service import check_in as service
from nador.enrolment.views.routes import blueprint
from nador.kernel import clock, text
from nador.kernel.errors import Conflict, Invalid, NotFound
from nador.web.access import SIGNED_IN, STAFF, access
from nador.web.forms import Form
from nador.web.rendering import note, render
from nador.web.request import actor, db, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.catalogue.models import Meeting
    from nador.enrolment.models import CheckIn
    from nador.enrolment.rules import AttendanceStatus


@blueprint.post("/teach/meetings/<int:meeting_id>/check-in/open")
@access(*STAFF)
def open_check_in(meeting_id: int) -> ResponseReturnValue:
    """Put the code on the wall."""
    late_after = text.number(request.form.get("late_after", "").strip())
    try:
        service.open_check_in(
            db(),
            actor(),
            meeting_id=meeting_id,
            late_after=-1 if late_after is None else late_after,
        )
    except codes.LateAfterOutOfRange as refused:
        note(
            translator().gettext(
                "Write a number of minutes from 0 to %(limit)s.", **refused.params
            ),
            "bad",
        )
        return redirect(url_for("enrolment.meeting", meeting_id=meeting_id), 303)
    return redirect(url_for("enrolment.wall", meeting_id=meeting_id), 303)


@blueprint.post("/teach/meetings/<int:meeting_id>/check-in/close")
@access(*STAFF)
def close_check_in(meeting_id: int) -> ResponseReturnValue:
    """Take the code off the wall."""
    service.close_check_in(db(), actor(), meeting_id=meeting_id)
    note(translator().gettext("Self check-in is closed."))
    return redirect(url_for("enrolment.meeting", meeting_id=meeting_id), 303)


@blueprint.get("/teach/meetings/<int:meeting_id>/check-in")
@access(*STAFF)
def wall(meeting_id: int) -> ResponseReturnValue:
    """Show the room the code of this moment; the page brings the next one by itself."""
    meeting = queries.meeting_with_run(db(), meeting_id)
    policy.require_mark(actor(), institute_id=meeting.run.institute_id, run_id=meeting.run_id)
    opened = queries.check_in_of(db(), meeting_id)
    if opened is None:
        return redirect(url_for("enrolment.meeting", meeting_id=meeting_id), 303)
    address = _address(meeting, opened)
    return render(
        "enrolment/wall.html",
        meeting=meeting,
        run=meeting.run,
        here=queries.here(db(), meeting_id),
        drawn=Markup(_drawn(address)),  # noqa: S704 - drawn by segno from an address of our own
        seconds=int(codes.STEP.total_seconds()),
    )


def _address(meeting: Meeting, opened: CheckIn) -> str:
    step = codes.step_of(clock.now())
    code = codes.code_of(opened.secret, meeting_id=meeting.id, step=step)
    path = url_for("enrolment.check_in", meeting_id=meeting.id, step=step, code=code)
    return settings().public_url + path


def _drawn(address: str) -> str:
    return segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, light="#fff", svgclass="scan", lineclass=None, border=4
    )


@blueprint.get("/check-in/<int:meeting_id>/<int:step>/<code>")
@access(SIGNED_IN)
def check_in(meeting_id: int, step: int, code: str) -> str:
    """Ask whoever has read the code to say that they are here."""
    return _ask(meeting_id, step, code, Form())


@blueprint.post("/check-in/<int:meeting_id>/<int:step>/<code>")
@access(SIGNED_IN)
def say_here(meeting_id: int, step: int, code: str) -> ResponseReturnValue:
    """Mark oneself."""
    form = Form()
    try:
        status = service.check_in(db(), actor(), meeting_id=meeting_id, step=step, code=code)
    except (Conflict, Invalid) as refused:
        form.refuse(refused)
        return _ask(meeting_id, step, code, form), 409
    return _told(meeting_id, status)


def _ask(meeting_id: int, step: int, code: str, form: Form) -> str:
    meeting = _own(meeting_id)
    return render(
        "enrolment/check_in.html",
        meeting=meeting,
        run=meeting.run,
        form=form,
        step=step,
        code=code,
        status=None,
    )


def _told(meeting_id: int, status: AttendanceStatus) -> str:
    meeting = _own(meeting_id)
    return render("enrolment/check_in.html", meeting=meeting, run=meeting.run, status=status)


def _own(meeting_id: int) -> Meeting:
    """Find a meeting of a run on which the actor has a place; to others there is none."""
    meeting = queries.meeting_with_run(db(), meeting_id)
    if actor().person_id is None:
        raise NotFound
    queries.place_at_meeting(db(), meeting, actor().person_id or 0)
    return meeting
