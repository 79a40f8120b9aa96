"""Learners take a quiz: begin, answer, hand in, look back; each page works without script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response, redirect, request, send_file, url_for

from nador.accounts.views.door import shown_secret
from nador.assessment.forms.attempts import all_sent, one_sent, positions_sent, prefix
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.questions.file import FileQuestion
from nador.assessment.rules.quizzes import (
    AttemptStatus,
    SaveOutcome,
    is_over,
    require_may_begin,
)
from nador.assessment.rules.submissions import require_openable
from nador.assessment.service import attempts as service
from nador.assessment.views.routes import blueprint, page
from nador.assessment.views.submissions import scan_state
from nador.kernel import clock, text
from nador.kernel.access import NOBODY
from nador.kernel.errors import Conflict, NotFound, describe
from nador.web.access import SIGNED_IN, access, enter
from nador.web.forms import Form, process
from nador.web.rendering import note, send_stored
from nador.web.request import actor, db, files, translator

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from nador.assessment.queries.attempts import Asked, QuizForLearner, Sitting
    from nador.assessment.service.attempts import Kept


@blueprint.get("/me/quizzes/<int:assessment_id>")
@access(SIGNED_IN)
def quiz(assessment_id: int) -> str:
    """Show a quiz before it is begun: its terms, and the attempts so far."""
    return _quiz(_mine(assessment_id), Form())


@blueprint.post("/me/quizzes/<int:assessment_id>")
@access(SIGNED_IN)
def begin_attempt(assessment_id: int) -> ResponseReturnValue:
    """Begin an attempt, or go on with the one under way."""
    form = Form()

    def do() -> str:
        begun = service.begin_attempt(db(), actor(), assessment_id=assessment_id)
        return url_for("assessment.attempt", attempt_id=begun.id)

    return process(form, do=do, page=lambda: _quiz(_mine(assessment_id), form))


def _mine(assessment_id: int) -> QuizForLearner:
    return attempt_queries.quiz_for(db(), actor().person_id or 0, assessment_id)


def _quiz(found: QuizForLearner, form: Form) -> str:
    now = clock.now()
    return page(
        "assessment/quizzes/quiz.html",
        found=found,
        form=form,
        now=now,
        obstacle=_obstacle(found, now),
    )


def _obstacle(found: QuizForLearner, now: datetime) -> str:
    """Say why no attempt can be begun now, or nothing."""
    if not found.active:
        return translator().gettext("Your place on this run has ended.")
    try:
        require_may_begin(found.terms, found.past, delay=found.quiz.delay, ready=True, now=now)
    except Conflict as refused:
        return describe(refused, translator())
    return ""


@blueprint.get("/me/attempts/<int:attempt_id>")
@access(SIGNED_IN)
def attempt(attempt_id: int) -> str:
    """Show an own attempt: to be answered, or as it was handed in."""
    found, now = _own(attempt_id), clock.now()
    if is_over(found.attempt.status, found.attempt.counts_until, now=now):
        return _review(found, now)
    return _answering(found, _asked_here(found), now=now)


def _own(attempt_id: int) -> Sitting:
    return attempt_queries.own_sitting(db(), actor().person_id or 0, attempt_id)


def _asked_here(found: Sitting) -> list[Asked]:
    """The questions of this page: all, or the one that the address names."""
    asked = attempt_queries.asked_in(db(), found.attempt)
    if not found.quiz.paged:
        return asked
    number = text.number(request.args.get("q", "")) or 1
    return [asked[min(max(number, 1), len(asked)) - 1]]


def _answering(
    found: Sitting,
    asked: list[Asked],
    *,
    now: datetime,
    kept: list[Kept] | None = None,
) -> str:
    ends_at = found.attempt.ends_at
    total = asked[-1].position
    if found.quiz.paged:
        total = len(attempt_queries.asked_in(db(), found.attempt))
    return page(
        "assessment/quizzes/answer.html",
        found=found,
        asked=asked,
        total=total,
        prefix=prefix,
        image=_image_of(found.attempt.id),
        left=None if ends_at is None else max(0, int((ends_at - now).total_seconds())),
        trouble=_trouble(kept or []),
        asides=attempt_queries.asides_of(db(), found.attempt.id),
        url=url_for("assessment.attempt", attempt_id=found.attempt.id),
        errors=[(f"{prefix(at)}question", said) for at, said in _trouble(kept or []).items()],
    )


def _image_of(attempt_id: int) -> Any:
    def image(sha256: str) -> str:
        return url_for("assessment.attempt_image", attempt_id=attempt_id, sha256=sha256)

    return image


def _trouble(kept: list[Kept]) -> dict[int, str]:
    """Say for each question what was not saved as it was sent."""
    words = translator()
    said = {}
    for each in kept:
        if each.refusal is not None:
            said[each.position] = describe(each.refusal, words)
        elif each.outcome is SaveOutcome.STALE:
            said[each.position] = words.gettext(
                "This was changed in another window meanwhile. What stands here is the newer "
                "answer; yours is kept below it."
            )
    return said


@blueprint.post("/me/attempts/<int:attempt_id>")
@access(SIGNED_IN)
def save_attempt(attempt_id: int) -> ResponseReturnValue:
    """Save all answers of the form, then go where the button says."""
    found = _own(attempt_id)
    asked = attempt_queries.asked_in(db(), found.attempt, positions=positions_sent())
    kept = service.save_answers(
        db(), actor(), attempt_id=attempt_id, sent=all_sent(asked, scan=scan_state())
    )
    found, now = _own(attempt_id), clock.now()
    if is_over(found.attempt.status, found.attempt.counts_until, now=now):
        _tell_late(kept)
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id), 303)
    if _trouble(kept):
        again = attempt_queries.asked_in(db(), found.attempt, positions=positions_sent())
        return _answering(found, _as_typed(again, kept), now=now, kept=kept), 422
    return redirect(_next_page(attempt_id), 303)


def _as_typed(asked: list[Asked], kept: list[Kept]) -> list[Asked]:
    """Show what was refused as it was typed, so that it can be mended."""
    refused = {each.position for each in kept if each.refusal is not None}
    return [
        replace(each, answer={"text": request.form.get(f"{prefix(each.position)}text", "")})
        if each.position in refused and f"{prefix(each.position)}text" in request.form
        else each
        for each in asked
    ]


def _tell_late(kept: list[Kept]) -> None:
    if any(each.outcome is SaveOutcome.LATE for each in kept):
        note(
            translator().gettext(
                "The time was over. What came after it is kept, and counts only if staff accepts it."
            ),
            "warn",
        )


def _next_page(attempt_id: int) -> str:
    if "finish" in request.form:
        return url_for("assessment.ask_to_hand_in_attempt", attempt_id=attempt_id)
    number = text.number(request.form.get("go", ""))
    if number is None:
        note(translator().gettext("Saved."))
        number = text.number(request.args.get("q", ""))
    return url_for("assessment.attempt", attempt_id=attempt_id, q=number)


@blueprint.post("/me/attempts/<int:attempt_id>/answers/<int:position>")
@access(SIGNED_IN, by_view=True)
def save_answer(attempt_id: int, position: int) -> ResponseReturnValue:
    """Save one answer, as the page's script sends it, and say what stands now."""
    kept = None
    if not request.files and f"{prefix(position)}keep" not in request.form:
        kept = service.save_answer_at_the_door(
            db(), NOBODY, secret=shown_secret(), attempt_id=attempt_id, sent=one_sent(position)
        )
    if kept is None:
        stranger = enter()
        if stranger is not None:
            return stranger
        kept = _save_with_files(attempt_id, position)
    if kept.refusal is not None:
        raise kept.refusal
    return _told(kept), 409 if kept.outcome is SaveOutcome.STALE else 200


def _save_with_files(attempt_id: int, position: int) -> Kept:
    attempt = _own(attempt_id).attempt
    asked = next(iter(attempt_queries.asked_in(db(), attempt, positions=[position])), None)
    sent = one_sent(position, asked, scan=scan_state())
    return service.save_answers(db(), actor(), attempt_id=attempt_id, sent=[sent])[0]


def _told(kept: Kept) -> dict[str, Any]:
    # Hours and minutes are written alike in all our languages: no translator is asked.
    saved_at = "" if kept.saved_at is None else f"{clock.local(kept.saved_at):%H:%M}"
    left = None if kept.ends_at is None else (kept.ends_at - clock.now()).total_seconds()
    return {
        "outcome": kept.outcome,
        "sequence": kept.sequence,
        "saved_at": saved_at,
        "left": None if left is None else max(0, int(left)),
    }


@blueprint.get("/me/attempts/<int:attempt_id>/hand-in")
@access(SIGNED_IN)
def ask_to_hand_in_attempt(attempt_id: int) -> ResponseReturnValue:
    """Show what is answered and what is open, and ask whether to hand in."""
    found, now = _own(attempt_id), clock.now()
    if is_over(found.attempt.status, found.attempt.counts_until, now=now):
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id), 303)
    return page(
        "assessment/quizzes/hand_in.html",
        found=found,
        asked=attempt_queries.asked_in(db(), found.attempt),
        now=now,
    )


@blueprint.post("/me/attempts/<int:attempt_id>/hand-in")
@access(SIGNED_IN)
def hand_in_attempt(attempt_id: int) -> ResponseReturnValue:
    """Hand the attempt in; a second press changes nothing."""
    handed = service.hand_in(db(), actor(), attempt_id=attempt_id)
    if handed.status is not AttemptStatus.ABANDONED:
        note(translator().gettext("Your answers are handed in."))
    return redirect(url_for("assessment.attempt", attempt_id=attempt_id), 303)


def _review(found: Sitting, now: datetime) -> str:
    review = attempt_queries.review_of(db(), found, now=now)
    return page(
        "assessment/quizzes/review.html",
        found=found,
        review=review,
        status=found.status(now),
        asked=attempt_queries.asked_in(db(), found.attempt) if review.open else [],
        prefix=prefix,
        image=_image_of(found.attempt.id),
        url=url_for("assessment.attempt", attempt_id=found.attempt.id),
        asides=attempt_queries.asides_of(db(), found.attempt.id),
    )


@blueprint.get("/me/attempts/<int:attempt_id>/images/<sha256>")
@access(SIGNED_IN)
def attempt_image(attempt_id: int, sha256: str) -> Response:
    """Send an image of a question, while the learner may see the question."""
    found, now = _own(attempt_id), clock.now()
    over = is_over(found.attempt.status, found.attempt.counts_until, now=now)
    if over and not attempt_queries.review_of(db(), found, now=now).open:
        raise NotFound
    for each in attempt_queries.asked_in(db(), found.attempt):
        if any(file.sha256 == sha256 for file in each.question.files):
            media_type = attempt_queries.media_type(db(), sha256)
            return send_file(files().path(sha256), mimetype=media_type)
    raise NotFound


@blueprint.get("/me/attempts/<int:attempt_id>/files/<sha256>")
@access(SIGNED_IN)
def attempt_file(attempt_id: int, sha256: str) -> Response:
    """Send a file that the learner handed in with an answer."""
    return send_answer_file(_own(attempt_id), sha256)


def send_answer_file(found: Sitting, sha256: str) -> Response:
    """Send a file of an answer of this attempt, also of one kept aside, as a download; raises NotFound."""
    aside = attempt_queries.asides_of(db(), found.attempt.id)
    for each in attempt_queries.asked_in(db(), found.attempt):
        if isinstance(each.question, FileQuestion):
            answers = [each.answer, *(kept.answer for kept in aside.get(each.id, []))]
            for file in (file for answer in answers for file in answer.get("files", [])):
                if file["sha256"] == sha256:
                    require_openable(
                        file["name"], attempt_queries.scan_of(db(), found.attempt.id, sha256)
                    )
                    return send_stored(sha256, name=file["name"], kind="application/octet-stream")
    raise NotFound
