"""Booking a time for an oral or practical examination; staff's timetable and the examiner's sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, redirect, request, url_for

from nador.assessment import labels, policy, queries
from nador.assessment.forms.slots import BookForForm, SlotsForm
from nador.assessment.labels import person_in
from nador.assessment.queries import slots as booked
from nador.assessment.rules.slots import BOOKED
from nador.assessment.service import slots as service
from nador.assessment.views.routes import READERS, blueprint, page
from nador.catalogue.rules import CalendarEntry, calendar_file
from nador.kernel import clock, text
from nador.kernel.errors import Conflict, NotFound
from nador.kernel.i18n import pick
from nador.web.access import SIGNED_IN, access
from nador.web.forms import Form, options, process
from nador.web.rendering import note, render
from nador.web.request import actor, db, locale, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import Assessment, Slot
    from nador.assessment.queries.slots import OwnSlots
    from nador.catalogue.models import Run


@blueprint.get("/me/slots/<int:assessment_id>")
@access(SIGNED_IN)
def my_slots(assessment_id: int) -> str:
    """Show the times that can be booked, and the one that is the learner's."""
    return _choice(_own(assessment_id), Form(formdata=None))


@blueprint.post("/me/slots/<int:assessment_id>")
@access(SIGNED_IN)
def book_slot(assessment_id: int) -> ResponseReturnValue:
    """Take a time, or move to it."""
    _own(assessment_id)
    slot_id = text.number(request.form.get("slot", "")) or 0
    try:
        service.book(db(), actor(), assessment_id=assessment_id, slot_id=slot_id)
    except Conflict as refused:
        return _refused(assessment_id, refused), 409
    note(translator().gettext("Your time is booked."))
    return redirect(url_for("assessment.my_slots", assessment_id=assessment_id), 303)


@blueprint.post("/me/slots/<int:assessment_id>/give-back")
@access(SIGNED_IN)
def give_slot_back(assessment_id: int) -> ResponseReturnValue:
    """Give one's time back."""
    try:
        service.give_back(db(), actor(), assessment_id=assessment_id)
    except Conflict as refused:
        return _refused(assessment_id, refused), 409
    note(translator().gettext("Your time is free again. Book another one."))
    return redirect(url_for("assessment.my_slots", assessment_id=assessment_id), 303)


@blueprint.get("/me/slots/<int:assessment_id>/calendar.ics")
@access(SIGNED_IN)
def my_slot_calendar(assessment_id: int) -> Response:
    """Give one's time for a calendar."""
    own = _own(assessment_id)
    slot, host = own.booked, settings().public_url.partition("://")[2]
    if slot is None:
        raise NotFound
    title = pick(own.assessment.title, locale())
    entry = CalendarEntry(
        uid=f"slot-{own.assessment.id}-{own.enrolment.id}@{host}",
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        title=f"{title} – {pick(own.run.version.title, locale())}",
        place=slot.place or own.run.place,
        # Each move is another booking: calendars take the later one for the newer.
        sequence=own.booking.id if own.booking else 0,
    )
    return Response(
        calendar_file(title, [entry], now=clock.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{own.run.code}.ics"'},
    )


def _own(assessment_id: int) -> OwnSlots:
    return booked.own_slots(db(), actor().person_id or 0, assessment_id)


def _refused(assessment_id: int, refused: Conflict) -> str:
    form = Form(formdata=None)
    form.refuse(refused)
    return _choice(_own(assessment_id), form)


def _choice(own: OwnSlots, form: Form) -> str:
    return page("assessment/slots/own.html", own=own, form=form, now=clock.now())


@blueprint.get("/teach/assessments/<int:assessment_id>/slots")
@access(*READERS)
def slots(assessment_id: int) -> str:
    """Show an assessment's times with who booked each."""
    assessment = _bookable(assessment_id)
    first = {"count": 6, "minutes": 20, "pause": 0, "capacity": 1, "hours_before": 24}
    return _timetable(assessment, _form(assessment, formdata=None, **first))


@blueprint.post("/teach/assessments/<int:assessment_id>/slots")
@access(*READERS)
def offer_slots(assessment_id: int) -> ResponseReturnValue:
    """Offer times."""
    assessment = _bookable(assessment_id)
    policy.require_may_grade(actor(), queries.run_of(db(), assessment.run_id))
    form = _form(assessment)

    def do() -> str:
        service.offer_slots(
            db(),
            actor(),
            assessment_id=assessment_id,
            series=form.series,
            examiner_id=form.examiner_id.data,
            place=form.place.data or "",
        )
        note(translator().gettext("Learners can book these times now."))
        return url_for("assessment.slots", assessment_id=assessment_id)

    return process(form, do=do, page=lambda: _timetable(assessment, form))


@blueprint.post("/teach/slots/<int:slot_id>/cancel")
@access(*READERS)
def cancel_slot(slot_id: int) -> ResponseReturnValue:
    """Take a time back."""
    service.cancel_slot(db(), actor(), slot_id=slot_id)
    slot, _run = booked.slot_with_run(db(), slot_id)
    note(translator().gettext("The time is cancelled, and whoever had booked it is told."))
    return redirect(url_for("assessment.slots", assessment_id=slot.assessment_id), 303)


@blueprint.get("/teach/slots/<int:slot_id>/book")
@access(*READERS)
def ask_to_book_for(slot_id: int) -> str:
    """Ask for whom a time is booked, and why."""
    slot, run = _to_book_for(slot_id)
    return _booking(slot, run, _book_for_form(slot, run, formdata=None))


@blueprint.post("/teach/slots/<int:slot_id>/book")
@access(*READERS)
def book_for(slot_id: int) -> ResponseReturnValue:
    """Book a time for a learner, or move them to it."""
    slot, run = _to_book_for(slot_id)
    form = _book_for_form(slot, run)

    def do() -> str:
        service.book_for(
            db(),
            actor(),
            slot_id=slot_id,
            enrolment_id=form.enrolment_id.data,
            reason=form.reason.data or "",
        )
        note(translator().gettext("The time is booked, and the learner is told."))
        return url_for("assessment.slots", assessment_id=slot.assessment_id)

    return process(form, do=do, page=lambda: _booking(*_to_book_for(slot_id), form))


def _to_book_for(slot_id: int) -> tuple[Slot, Run]:
    slot, run = booked.slot_with_run(db(), slot_id)
    policy.require_may_see(actor(), run)
    policy.require_may_grade(actor(), run)
    return slot, run


def _book_for_form(slot: Slot, run: Run, **more: Any) -> BookForForm:
    form, words = BookForForm(**more), translator()
    known = booked.candidates(db(), slot, run)
    form.enrolment_id.choices = options(
        [("", ""), *((str(one.enrolment_id), labels.candidate(one, words)) for one in known)]
    )
    return form


def _booking(slot: Slot, run: Run, form: BookForForm) -> str:
    return page("assessment/slots/book_for.html", run=run, slot=slot, form=form)


@blueprint.get("/teach/assessments/<int:assessment_id>/slots/<int:person_id>.pdf")
@access(*READERS)
def examiner_sheet(assessment_id: int, person_id: int) -> Response:
    """Give an examiner's sheet: who comes when, with room to write."""
    # WeasyPrint takes a second to import: only who asks for paper waits for it.
    from nador.kernel.paper import plain_paper, render_document

    assessment = queries.assessment_for(db(), actor(), assessment_id)
    run = queries.run_of(db(), assessment.run_id)
    found = booked.sheet(db(), assessment, run, person_id)
    shown = render("assessment/slots/sheet.html", labels=labels, words=translator(), **found)
    db().rollback()  # the slow part holds no transaction
    name = f"{run.code}-{text.file_name(assessment.code)}.pdf"
    return Response(
        render_document(shown, plain_paper(), dated=clock.now(), identifier=name),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _bookable(assessment_id: int) -> Assessment:
    assessment = queries.assessment_for(db(), actor(), assessment_id)
    if assessment.kind not in BOOKED:
        raise NotFound
    return assessment


def _form(assessment: Assessment, **more: Any) -> SlotsForm:
    form = SlotsForm(**more)
    run = queries.run_of(db(), assessment.run_id)
    form.examiner_id.choices = options(
        (str(each.id), person_in(each.name_latin, each.name_arabic, locale()))
        for each in booked.examiners(db(), run)
    )
    return form


def _timetable(assessment: Assessment, form: SlotsForm) -> str:
    return page(
        "assessment/slots/list.html",
        run=queries.run_of(db(), assessment.run_id),
        assessment=assessment,
        found=booked.timetable(db(), assessment.id),
        form=form,
        now=clock.now(),
    )
