"""What learners open: an assignment with their draft, handing in, and the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from nador.assessment.forms.submissions import DraftForm, HandInForm
from nador.assessment.queries import submissions as queries
from nador.assessment.rules import files as kinds
from nador.assessment.rules import submissions as rules
from nador.assessment.rules.submissions import ScanState
from nador.assessment.service import submissions, uploads
from nador.assessment.views.routes import blueprint, page
from nador.kernel import clock, text
from nador.kernel.errors import NotFound
from nador.web import api
from nador.web.access import SIGNED_IN, access
from nador.web.forms import process
from nador.web.rendering import note, send_stored
from nador.web.request import actor, db, files, settings, translator
from nador.web.security import takes_up_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import Submission, SubmissionFile
    from nador.assessment.queries.submissions import OwnAssignment

AT_ONCE = 64 * 1024 * 1024
"""What one form may carry, in bytes; larger files come in pieces."""


@blueprint.get("/me/assignments/<int:assessment_id>")
@access(SIGNED_IN)
def assignment(assessment_id: int) -> str:
    """Show what is asked, the draft, and the versions that were handed in."""
    own = _own(assessment_id)
    return _show(own, _draft_form(own, formdata=None))


@blueprint.post("/me/assignments/<int:assessment_id>")
@access(SIGNED_IN)
@takes_up_to(AT_ONCE)
def save_draft(assessment_id: int) -> ResponseReturnValue:
    """Keep text and files of the draft; then stay, or go on to the last look."""
    own = _own(assessment_id)
    form = _draft_form(own)

    def do() -> str:
        _keep(form, own)
        if request.form.get("go") == "check":
            return url_for("assessment.look_again", assessment_id=assessment_id)
        note(translator().gettext("Your draft is saved. It is not handed in yet."))
        return url_for("assessment.assignment", assessment_id=assessment_id, _anchor="draft")

    return process(form, do=do, page=lambda: _show(_own(assessment_id), form))


def _keep(form: DraftForm, own: OwnAssignment) -> None:
    """Keep what came; a file that is refused leaves the text and the others kept."""
    assessment_id = own.assessment.id
    if own.assignment.takes_text:
        submissions.save_text(
            db(),
            actor(),
            assessment_id=assessment_id,
            text=form.text.data or "",
            seen=form.sequence,
        )
    else:
        submissions.begin(db(), actor(), assessment_id=assessment_id)
    removed = text.number(request.form.get("remove", ""))
    if removed is not None:
        submissions.remove_file(db(), actor(), assessment_id=assessment_id, file_id=removed)
    for sent in form.files.data or []:
        if sent and sent.filename:
            uploads.take_in(
                db(),
                actor(),
                files(),
                assessment_id=assessment_id,
                name=sent.filename,
                content=sent.stream,
                scan=scan_state(),
            )


def scan_state() -> ScanState:
    """Say how a new file stands: it waits for the scanner, where there is one."""
    return ScanState.WAITING if settings().scanner else ScanState.UNSCANNED


@blueprint.put("/me/assignments/<int:assessment_id>/text")
@access(SIGNED_IN)
def save_text(assessment_id: int) -> Response:
    """Keep the text as it is typed, for the page's script."""
    form = DraftForm()
    draft = submissions.save_text(
        db(),
        actor(),
        assessment_id=assessment_id,
        text=form.text.data or "",
        seen=form.sequence,
    )
    at = translator().time_(draft.saved_at)
    return api.answer({"sequence": draft.text_sequence, "saved_at": at})


@blueprint.post("/me/assignments/<int:assessment_id>/begin")
@access(SIGNED_IN)
def begin_version(assessment_id: int) -> ResponseReturnValue:
    """Begin a further version as the last one was."""
    submissions.begin(db(), actor(), assessment_id=assessment_id)
    return redirect(
        url_for("assessment.assignment", assessment_id=assessment_id, _anchor="draft"), 303
    )


@blueprint.get("/me/assignments/<int:assessment_id>/hand-in")
@access(SIGNED_IN)
def look_again(assessment_id: int) -> ResponseReturnValue:
    """Show the draft as it would be handed in."""
    own = _own(assessment_id)
    if own.draft is None:
        return redirect(url_for("assessment.assignment", assessment_id=assessment_id), 303)
    return _last_look(own, own.draft, HandInForm(formdata=None))


@blueprint.post("/me/assignments/<int:assessment_id>/hand-in")
@access(SIGNED_IN)
def hand_in(assessment_id: int) -> ResponseReturnValue:
    """Hand the draft in, once, however often this is sent."""
    own = _own(assessment_id)
    form = HandInForm()

    def do() -> str:
        done = submissions.hand_in(
            db(),
            actor(),
            assessment_id=assessment_id,
            submission_id=text.number(form.submission_id.data or "") or 0,
            looked_at=form.looked_at.data or "",
            confirmed=form.own_work.data,
        )
        return url_for("assessment.submission", submission_id=done.id)

    return process(form, do=do, page=lambda: _refused(own, form))


def _refused(own: OwnAssignment, form: HandInForm) -> str:
    now = _own(own.assessment.id)
    if now.draft is None:
        raise rules.DraftMoved
    return _last_look(now, now.draft, form)


def _last_look(own: OwnAssignment, draft: Submission, form: HandInForm) -> str:
    form.submission_id.data = str(draft.id)
    form.looked_at.data = rules.fingerprint(draft.text, [file.as_work for file in draft.files])
    return page(
        "assessment/assignments/hand_in.html",
        own=own,
        draft=draft,
        form=form,
        late=rules.lateness(clock.now(), own.window.due_at),
    )


@blueprint.get("/me/submissions/<int:submission_id>")
@access(SIGNED_IN)
def submission(submission_id: int) -> str:
    """Show a version with its receipt, and the feedback once it was returned."""
    own = queries.own_submission(db(), actor().person_id or 0, submission_id)
    return page(
        "assessment/assignments/version.html", own=own, version=_version(own, submission_id)
    )


@blueprint.get("/me/submissions/<int:submission_id>/receipt.txt")
@access(SIGNED_IN)
def receipt(submission_id: int) -> Response:
    """Send the receipt as the text whose hash it is."""
    own = queries.own_submission(db(), actor().person_id or 0, submission_id)
    version = _version(own, submission_id)
    if version.receipt is None:
        raise NotFound
    name = f"{text.file_name(own.assessment.code)}-{version.number}.txt"
    return Response(
        version.receipt,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/me/submissions/files/<int:file_id>")
@access(SIGNED_IN)
def own_file(file_id: int) -> Response:
    """Send a file of one's own work, or one that came back with it."""
    return send_file(queries.own_file(db(), actor().person_id or 0, file_id))


def send_file(file: SubmissionFile) -> Response:
    """Send a file as an attachment, never to be shown in the page; the scanner has looked first."""
    rules.require_openable(file.name, file.scan)
    return send_stored(file.sha256, name=file.name, kind=kinds.MEDIA_TYPES[file.kind])


def _version(own: OwnAssignment, submission_id: int) -> Submission:
    found = next((one for one in own.versions if one.id == submission_id), None)
    if found is None:
        raise NotFound
    return found


def _own(assessment_id: int) -> OwnAssignment:
    return queries.own_assignment(db(), actor().person_id or 0, assessment_id)


def _draft_form(own: OwnAssignment, **more: None) -> DraftForm:
    draft = own.draft
    return DraftForm(
        text=draft.text if draft else "",
        seen=str(draft.text_sequence if draft else 0),
        **more,
    )


def _show(own: OwnAssignment, form: DraftForm) -> str:
    now = clock.now()
    return page(
        "assessment/assignments/own.html",
        own=own,
        form=form,
        obstacle=own.obstacle(now),
        late=rules.lateness(now, own.window.due_at),
        theirs=_theirs(own, form),
        image=no_image,
        accept=",".join(
            ending for kind in own.assignment.asked.kinds for ending in kinds.ENDINGS[kind]
        ),
    )


def no_image(_name: str) -> None:
    """Show no images: instructions have none of their own."""


def _theirs(own: OwnAssignment, form: DraftForm) -> str | None:
    """Give the text that somebody saved meanwhile, where the form holds another one."""
    draft = own.draft
    if draft is None:
        # It was handed in meanwhile: what is typed here may become the next version.
        form.seen.data = "0"
        return None
    if form.sequence == draft.text_sequence:
        return None
    form.seen.data = str(draft.text_sequence)
    return None if text.clean_block(form.text.data or "") == draft.text else draft.text
