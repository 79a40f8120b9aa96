"""Pages for those who run the centre: courses, runs, meetings, who teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for

from nador.catalogue import forms, labels, policy, queries, service
from nador.catalogue.rules import Mode, ShownState, sitting_on_the_wall
from nador.catalogue.views.public import blueprint
from nador.kernel import clock
from nador.web.access import STAFF, access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask.typing import ResponseReturnValue

    from nador.catalogue.models import Meeting, Run


def _(text: str) -> str:
    return translator().gettext(text)


def _run_url(run_id: int, anchor: str | None = None) -> str:
    return url_for("catalogue.manage_run", run_id=run_id, _anchor=anchor)


def _answer(form: Any, *, do: Callable[[], str], page: Callable[[], str]) -> ResponseReturnValue:
    """Show the form, or judge what was typed into it."""
    return page() if request.method == "GET" else process(form, do=do, page=page)


# Courses.


@blueprint.get("/manage/courses")
@access(*STAFF)
def manage_courses() -> str:
    """The courses of the institute."""
    rows = queries.courses_of_staff(db(), actor())
    return render("catalogue/manage_courses.html", rows=rows, may=policy.may_manage)


@blueprint.post("/manage/courses/<code>/publish")
@access(*STAFF)
def publish_course(code: str) -> ResponseReturnValue:
    """Show a course to the public."""
    service.publish_course(db(), actor(), code=code)
    note(_("The course is published."))
    return redirect(url_for("catalogue.manage_courses"), 303)


@blueprint.post("/manage/courses/<code>/retire")
@access(*STAFF)
def retire_course(code: str) -> ResponseReturnValue:
    """Take a course off the list."""
    service.retire_course(db(), actor(), code=code)
    note(_("The course is off the list. Its runs go on to their end."))
    return redirect(url_for("catalogue.manage_courses"), 303)


# Runs.


@blueprint.get("/manage/runs")
@access(*STAFF)
def manage_runs() -> str:
    """The runs, by state and by what was typed."""
    asked = request.args.get("state", "")
    state = ShownState(asked) if asked in {each.value for each in ShownState} else None
    typed, after = request.args.get("q", "")[:200], request.args.get("after", "")
    page = queries.runs_of_staff(
        db(), actor(), now=clock.now(), state=state, typed=typed, after=after
    )
    return render(
        "catalogue/manage_runs.html",
        page=page,
        typed=typed,
        state=state,
        states=[(each.value, labels.run_state(each, translator())) for each in ShownState],
        may_open=policy.manages_somewhere(actor()),
    )


@blueprint.get("/manage/runs/<int:run_id>")
@access(*STAFF)
def manage_run(run_id: int) -> str:
    """A run as its staff sees it."""
    return _show_run(queries.run_of_staff(db(), actor(), run_id), forms.StaffForm(formdata=None))


def _show_run(run: Run, staff_form: forms.StaffForm) -> str:
    return render(
        "catalogue/manage_run.html",
        row=queries.run_row(run, now=clock.now(), meetings=run.meetings),
        may=policy.may_manage(actor(), run.institute_id),
        form=staff_form,
    )


@blueprint.route("/manage/courses/<code>/open", methods=["GET", "POST"])
@access(*STAFF)
def open_run(code: str) -> ResponseReturnValue:
    """Open a run of the course's latest version."""
    version = queries.version_of_staff(db(), actor(), code)
    policy.require_may_manage(actor(), version.course.institute_id)
    suggested = queries.next_run_code(db(), version)
    form = _run_form(version.languages, forms.facts_for_new(version, suggested))

    version_id = version.id

    def do() -> str:
        facts = form.facts() | {"code": form.code.data, "publish": form.publish.data}
        run = service.open_run(db(), actor(), version_id=version_id, **facts)
        note(_("The run is open. Plan its meetings and name its instructors."))
        return _run_url(run.id)

    return _answer(form, do=do, page=lambda: _open_page(code, form))


def _open_page(code: str, form: forms.RunForm) -> str:
    version = queries.version_of_staff(db(), actor(), code)
    return render("catalogue/open_run.html", form=form, version=version)


def _run_form(languages: Iterable[str], facts: dict[str, Any]) -> forms.RunForm:
    form = forms.RunForm(data=facts)
    words = translator()
    form.offer(
        [(code, labels.language(code, words)) for code in languages],
        [(mode.value, labels.mode(mode, words)) for mode in Mode],
    )
    return form


@blueprint.route("/manage/runs/<int:run_id>/change", methods=["GET", "POST"])
@access(*STAFF)
def change_run(run_id: int) -> ResponseReturnValue:
    """Change a run; who was slower sees what the other has saved beside what they typed."""
    run = queries.run_of_staff(db(), actor(), run_id)
    policy.require_may_manage_run(actor(), run)
    form = _run_form(run.version.languages, forms.facts_of(run))

    def do() -> str:
        seen = form.version_counter.data or 0
        service.change_run(db(), actor(), run_id=run_id, version_counter=seen, **form.facts())
        note(_("The run is changed."))
        return _run_url(run_id)

    return _answer(form, do=do, page=lambda: _change_page(run_id, form))


def _change_page(run_id: int, form: forms.RunForm) -> str:
    run = queries.run_of_staff(db(), actor(), run_id)
    if form.status == 409:  # noqa: PLR2004 - somebody else was faster
        form.version_counter.raw_data = None
        form.version_counter.data = run.version_counter
    return render("catalogue/change_run.html", form=form, run=run)


@blueprint.post("/manage/runs/<int:run_id>/publish")
@access(*STAFF)
def publish_run(run_id: int) -> ResponseReturnValue:
    """Show a run to the public."""
    service.publish_run(db(), actor(), run_id=run_id)
    note(_("The run is published."))
    return redirect(_run_url(run_id), 303)


@blueprint.route("/manage/runs/<int:run_id>/cancel", methods=["GET", "POST"])
@access(*STAFF)
def cancel_run(run_id: int) -> ResponseReturnValue:
    """Call a run off, with a reason."""
    run = queries.run_of_staff(db(), actor(), run_id)
    policy.require_may_manage_run(actor(), run)
    form = forms.CancelForm()

    def do() -> str:
        service.cancel_run(db(), actor(), run_id=run_id, reason=form.reason.data or "")
        note(_("The run is cancelled. Everyone who had a place is told."))
        return _run_url(run_id)

    return _answer(form, do=do, page=lambda: _cancel_page(run_id, form))


def _cancel_page(run_id: int, form: forms.CancelForm) -> str:
    run = queries.run_of_staff(db(), actor(), run_id)
    return render("catalogue/cancel_run.html", form=form, run=run)


# Who teaches.


@blueprint.post("/manage/runs/<int:run_id>/staff")
@access(*STAFF)
def assign_staff(run_id: int) -> ResponseReturnValue:
    """Let somebody teach the run."""
    run = queries.run_of_staff(db(), actor(), run_id)
    policy.require_may_manage_run(actor(), run)
    form = forms.StaffForm()

    def do() -> str:
        person = queries.person_by_contact(db(), form.person.data or "")
        service.assign_staff(db(), actor(), run_id=run_id, person_id=person.id)
        return _run_url(run_id, "staff")

    return process(
        form, do=do, page=lambda: _show_run(queries.run_of_staff(db(), actor(), run_id), form)
    )


@blueprint.post("/manage/runs/<int:run_id>/staff/<int:person_id>/end")
@access(*STAFF)
def end_staff(run_id: int, person_id: int) -> ResponseReturnValue:
    """End somebody's part in the run."""
    service.end_staff(db(), actor(), run_id=run_id, person_id=person_id)
    return redirect(_run_url(run_id, "staff"), 303)


# Meetings.


@blueprint.route("/manage/runs/<int:run_id>/meetings", methods=["GET", "POST"])
@access(*STAFF)
def add_meetings(run_id: int) -> ResponseReturnValue:
    """Plan one meeting or a weekly series."""
    run = queries.run_of_staff(db(), actor(), run_id)
    policy.require_may_manage_run(actor(), run)
    form = forms.SeriesForm(data={"first_day": run.starts_on, "last_day": run.ends_on})
    form.weekdays.choices = [(day, labels.weekday(day, translator())) for day in range(7)]

    def do() -> str:
        made = service.add_meetings(db(), actor(), run_id=run_id, **form.facts())
        said = translator().ngettext(
            "%(count)s meeting is planned.", "%(count)s meetings are planned.", len(made)
        )
        note(said)
        return _run_url(run_id, "meetings")

    return _answer(form, do=do, page=lambda: _series_page(run_id, form))


def _series_page(run_id: int, form: forms.SeriesForm) -> str:
    run = queries.run_of_staff(db(), actor(), run_id)
    return render("catalogue/add_meetings.html", form=form, run=run)


@blueprint.route("/manage/meetings/<int:meeting_id>", methods=["GET", "POST"])
@access(*STAFF)
def change_meeting(meeting_id: int) -> ResponseReturnValue:
    """Move a meeting."""
    meeting = queries.meeting_of_staff(db(), actor(), meeting_id)
    policy.require_may_manage_run(actor(), meeting.run)
    form, run_id = forms.MeetingForm(data=forms.facts_of_meeting(meeting)), meeting.run_id

    def do() -> str:
        facts = form.data
        sitting = sitting_on_the_wall(facts["first_day"], facts["starts"], facts["ends"])
        service.change_meeting(
            db(),
            actor(),
            meeting_id=meeting_id,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
            place=facts["place"] or "",
            topic=facts["topic"] or "",
        )
        return _run_url(run_id, "meetings")

    return _answer(form, do=do, page=lambda: _meeting_page(meeting_id, form))


def _meeting_page(meeting_id: int, form: forms.MeetingForm) -> str:
    meeting = queries.meeting_of_staff(db(), actor(), meeting_id)
    return render("catalogue/change_meeting.html", form=form, meeting=meeting)


@blueprint.get("/manage/meetings/<int:meeting_id>/cancel")
@access(*STAFF)
def ask_cancel_meeting(meeting_id: int) -> str:
    """Ask whether a meeting shall be called off."""
    meeting = queries.meeting_of_staff(db(), actor(), meeting_id)
    policy.require_may_manage_run(actor(), meeting.run)
    return render("catalogue/cancel_meeting.html", meeting=meeting)


@blueprint.post("/manage/meetings/<int:meeting_id>/cancel")
@access(*STAFF)
def cancel_meeting(meeting_id: int) -> ResponseReturnValue:
    """Call a meeting off."""
    meeting: Meeting = service.cancel_meeting(db(), actor(), meeting_id=meeting_id)
    note(_("The meeting is cancelled. Everyone who has a place is told."))
    return redirect(_run_url(meeting.run_id, "meetings"), 303)
