"""Who came: the list of a meeting, and the sheet to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from nador.enrolment import policy, queries, service
from nador.enrolment.rules import AttendanceStatus
from nador.enrolment.views.routes import blueprint
from nador.kernel import clock, text
from nador.web.access import STAFF, access
from nador.web.rendering import note, render
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.catalogue.models import Meeting


@blueprint.get("/teach/runs/<int:run_id>/meetings")
@access(*STAFF)
def meetings(run_id: int) -> str:
    """List a run's meetings, each with its attendance."""
    run = queries.run_with_course(db(), run_id)
    policy.require_see_attendance(actor(), institute_id=run.institute_id, run_id=run.id)
    return render(
        "enrolment/meetings.html",
        run=run,
        meetings=queries.meetings_of(db(), run_id),
        marked=queries.marked_meetings(db(), run_id),
        now=clock.now(),
    )


@blueprint.get("/teach/meetings/<int:meeting_id>")
@access(*STAFF)
def meeting(meeting_id: int) -> str:
    """Show the list of a meeting, one press per learner."""
    shown = _seen(meeting_id)
    return render(
        "enrolment/meeting.html",
        meeting=shown,
        run=shown.run,
        people=queries.expected(db(), shown.run_id),
        marks=queries.marks_of(db(), meeting_id),
        may_mark=policy.may_mark(actor(), institute_id=shown.run.institute_id, run_id=shown.run_id),
        statuses=list(AttendanceStatus),
        now=clock.now(),
        check_in=queries.check_in_of(db(), meeting_id),
    )


@blueprint.post("/teach/meetings/<int:meeting_id>")
@access(*STAFF)
def mark(meeting_id: int) -> ResponseReturnValue:
    """Save the whole list at once."""
    service.save_attendance(
        db(),
        actor(),
        meeting_id=meeting_id,
        statuses=_pressed(),
        held=request.form.get("held") == "1",
    )
    note(translator().gettext("The attendance is saved."))
    return redirect(url_for("enrolment.meeting", meeting_id=meeting_id), 303)


def _pressed() -> dict[int, AttendanceStatus]:
    """Read one status per learner (`a12=present`); what is neither is left out."""
    return {
        enrolment_id: AttendanceStatus(value)
        for name, value in request.form.items()
        if name[:1] == "a" and (enrolment_id := text.number(name[1:])) is not None
        if value in set(AttendanceStatus)
    }


@blueprint.get("/teach/meetings/<int:meeting_id>/sheet.pdf")
@access(*STAFF)
def sheet(meeting_id: int) -> Response:
    """Give the sheet that everybody signs, in the page's language."""
    # WeasyPrint takes a second to import: only who asks for paper waits for it.
    from nador.kernel.paper import plain_paper, render_document

    shown = _seen(meeting_id)
    page = render("enrolment/sheet.html", **queries.sheet(db(), shown))
    db().rollback()  # the slow part holds no transaction
    name = f"{shown.run.code}-{clock.local(shown.starts_at):%Y-%m-%d}.pdf"
    return Response(
        render_document(page, plain_paper(), dated=clock.now(), identifier=name),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _seen(meeting_id: int) -> Meeting:
    shown = queries.meeting_with_run(db(), meeting_id)
    policy.require_see_attendance(actor(), institute_id=shown.run.institute_id, run_id=shown.run_id)
    return shown
