"""Staff follows a quiz: attempts, answers that wait for a mark, late answers, a wrong key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, send_file, url_for

from nador.assessment import policy
from nador.assessment.forms.attempts import prefix
from nador.assessment.forms.quizzes import MarksForm, ReasonForm, RegradeForm
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.queries import quizzes as quiz_queries
from nador.assessment.queries import regrading as regrade_queries
from nador.assessment.queries.items import items_of
from nador.assessment.rules.quizzes import AnswersMoved
from nador.assessment.rules.regrading import report_fingerprint
from nador.assessment.service import quiz_marking as service
from nador.assessment.views.attempts import send_answer_file
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import clock, text
from nador.kernel.errors import NotFound
from nador.web.access import access
from nador.web.forms import process
from nador.web.rendering import note
from nador.web.request import actor, db, files, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.queries.attempts import Sitting


@blueprint.get("/teach/quizzes/<int:assessment_id>/attempts")
@access(*READERS)
def quiz_attempts(assessment_id: int) -> str:
    """List the attempts at a quiz."""
    found, run = quiz_queries.assessment_to_quiz(db(), actor(), assessment_id)
    number = text.number(request.args.get("page", "")) or 1
    return page(
        "assessment/quizzes/attempts.html",
        run=run,
        assessment=found,
        quiz=attempt_queries.quiz_of(db(), assessment_id),
        listed=quiz_queries.attempts_on(db(), assessment_id, now=clock.now(), page=number),
    )


@blueprint.get("/teach/attempts/<int:attempt_id>")
@access(*READERS)
def staff_attempt(attempt_id: int) -> str:
    """Show an attempt with its answers, and fields for those that a person marks."""
    return _attempt(_seen(attempt_id), ReasonForm(formdata=None))


@blueprint.post("/teach/attempts/<int:attempt_id>")
@access(*READERS)
def mark_attempt(attempt_id: int) -> ResponseReturnValue:
    """Keep points and comments."""
    found = _managed(attempt_id)
    marks = MarksForm(attempt_queries.asked_in(db(), found.attempt))
    if marks.errors:
        return _attempt(found, ReasonForm(formdata=None), marks), 422
    try:
        service.mark_answers(db(), actor(), attempt_id=attempt_id, marks=marks.marks)
    except AnswersMoved as moved:
        found = _managed(attempt_id)
        marks.meet(moved, attempt_queries.asked_in(db(), found.attempt))
        return _attempt(found, ReasonForm(formdata=None), marks), 412
    note(translator().gettext("Saved."))
    return redirect(url_for("assessment.staff_attempt", attempt_id=attempt_id), 303)


def _seen(attempt_id: int) -> Sitting:
    found = attempt_queries.sitting(db(), attempt_id)
    policy.require_may_see(actor(), found.run)
    return found


def _managed(attempt_id: int) -> Sitting:
    found = _seen(attempt_id)
    policy.require_may_grade(actor(), found.run)
    return found


def _attempt(found: Sitting, form: ReasonForm, marks: MarksForm | None = None) -> str:
    return page(
        "assessment/quizzes/attempt.html",
        run=found.run,
        found=found,
        status=found.status(clock.now()),
        asked=attempt_queries.asked_in(db(), found.attempt),
        asides=attempt_queries.asides_of(db(), found.attempt.id),
        prefix=prefix,
        image=_image,
        url=url_for("assessment.staff_attempt", attempt_id=found.attempt.id),
        form=form,
        marks=marks,
        errors=(marks.summary() if marks else []) + form.summary(),
    )


def _image(sha256: str) -> str:
    return url_for("assessment.quiz_image", sha256=sha256)


@blueprint.post("/teach/attempts/<int:attempt_id>/void")
@access(*READERS)
def void_attempt(attempt_id: int) -> ResponseReturnValue:
    """Let an attempt count for nothing."""
    found = _managed(attempt_id)
    form = ReasonForm()

    def do() -> str:
        service.void_attempt(db(), actor(), attempt_id=attempt_id, reason=form.reason.data or "")
        note(translator().gettext("The attempt is void."))
        return url_for("assessment.staff_attempt", attempt_id=attempt_id)

    return process(form, do=do, page=lambda: _attempt(found, form))


@blueprint.post("/teach/asides/<int:aside_id>/accept")
@access(*READERS)
def accept_aside(aside_id: int) -> ResponseReturnValue:
    """Let an answer count that came too late."""
    attempt = service.accept_aside(db(), actor(), aside_id=aside_id)
    note(translator().gettext("The answer counts now."))
    return redirect(url_for("assessment.staff_attempt", attempt_id=attempt.id), 303)


@blueprint.get("/teach/quizzes/<int:assessment_id>/regrade")
@access(*READERS)
def ask_to_regrade(assessment_id: int) -> str:
    """Show what grading again by the newest keys would change."""
    return _regrade(assessment_id, RegradeForm(formdata=None))


@blueprint.post("/teach/quizzes/<int:assessment_id>/regrade")
@access(*READERS)
def regrade_quiz(assessment_id: int) -> ResponseReturnValue:
    """Grade all attempts again."""
    _, run = quiz_queries.assessment_to_quiz(db(), actor(), assessment_id)
    policy.require_may_grade(actor(), run)
    form = RegradeForm()

    def do() -> str:
        service.regrade_quiz(
            db(),
            actor(),
            assessment_id=assessment_id,
            reason=form.reason.data or "",
            seen=form.seen.data or "",
        )
        note(translator().gettext("The attempts are graded again."))
        return url_for("assessment.quiz_attempts", assessment_id=assessment_id)

    return process(form, do=do, page=lambda: _regrade(assessment_id, form))


def _regrade(assessment_id: int, form: RegradeForm) -> str:
    found, run = quiz_queries.assessment_to_quiz(db(), actor(), assessment_id)
    policy.require_may_grade(actor(), run)
    attempt_queries.quiz_of(db(), assessment_id)
    report = regrade_queries.regrades(db(), found)
    form.seen.data = report_fingerprint(report)
    return page(
        "assessment/quizzes/regrade.html",
        run=run,
        assessment=found,
        report=report,
        form=form,
    )


@blueprint.get("/teach/quizzes/<int:assessment_id>/statistics")
@access(*READERS)
def quiz_statistics(assessment_id: int) -> str:
    """Show how hard each question is, whether it tells learners apart, and what was chosen."""
    found, run = quiz_queries.assessment_to_quiz(db(), actor(), assessment_id)
    attempt_queries.quiz_of(db(), assessment_id)
    return page(
        "assessment/quizzes/statistics.html",
        run=run,
        assessment=found,
        items=items_of(db(), assessment_id),
    )


@blueprint.get("/teach/attempts/<int:attempt_id>/files/<sha256>")
@access(*READERS)
def staff_file(attempt_id: int, sha256: str) -> Response:
    """Send a file that a learner handed in with an answer."""
    return send_answer_file(_seen(attempt_id), sha256)


@blueprint.get("/teach/images/<sha256>")
@access(*READERS)
def quiz_image(sha256: str) -> Response:
    """Send an image of a question of an institute whose banks the actor may see."""
    kept = attempt_queries.image_for(db(), sha256, policy.bank_institutes(actor()))
    if kept is None:
        raise NotFound
    return send_file(files().path(sha256), mimetype=kept)
