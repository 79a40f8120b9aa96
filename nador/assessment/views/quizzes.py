"""Staff composes a quiz: its terms, its questions, a look at it as a learner has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment import policy
from nador.assessment.forms.attempts import prefix
from nador.assessment.forms.quizzes import MOST_POINTS, DrawForm, QuizForm, shown
from nador.assessment.labels.quizzes import counting, ending, feedback_time
from nador.assessment.models import Quiz
from nador.assessment.queries import attempts as attempt_queries
from nador.assessment.queries import quizzes as quiz_queries
from nador.assessment.rules import parse_mark
from nador.assessment.rules.quizzes import Counting, Ending, FeedbackTime
from nador.assessment.service import quizzes as service
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.access import Action
from nador.kernel.errors import NotFound
from nador.web.access import access
from nador.web.forms import Form, options, process
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import Assessment
    from nador.catalogue.models import Run

QUIZ = "/teach/quizzes/<int:assessment_id>"


@blueprint.get(QUIZ)
@access(*READERS)
def set_up_quiz(assessment_id: int) -> str:
    """Show how a quiz is taken and what it asks."""
    return _page(assessment_id)


@blueprint.post(QUIZ)
@access(*READERS)
def save_quiz(assessment_id: int) -> ResponseReturnValue:
    """Keep how a quiz is taken."""
    _managed(assessment_id)
    form = _quiz_form(assessment_id)

    def do() -> str:
        service.set_up_quiz(db(), actor(), assessment_id=assessment_id, settings=form.settings)
        return _saved(assessment_id)

    return process(form, do=do, page=lambda: _page(assessment_id, form=form))


def _managed(assessment_id: int) -> tuple[Assessment, Run]:
    """Let only those go on who may grade, before anything that was typed is judged."""
    found, run = quiz_queries.assessment_to_quiz(db(), actor(), assessment_id)
    policy.require_may_grade(actor(), run)
    return found, run


def _saved(assessment_id: int) -> str:
    note(translator().gettext("Saved."))
    return url_for("assessment.set_up_quiz", assessment_id=assessment_id)


def _quiz_form(assessment_id: int) -> QuizForm:
    quiz, words = db().get(Quiz, assessment_id), translator()
    form = QuizForm(data=shown(quiz)) if request.method == "GET" else QuizForm()
    form.counting.choices = options([(each.value, counting(each, words)) for each in Counting])
    form.ending.choices = options([(each.value, ending(each, words)) for each in Ending])
    form.feedback.choices = options(
        [(each.value, feedback_time(each, words)) for each in FeedbackTime]
    )
    return form


def _page(
    assessment_id: int,
    *,
    form: QuizForm | None = None,
    draw: DrawForm | None = None,
    refused: Form | None = None,
) -> str:
    found, run = quiz_queries.assessment_to_quiz(db(), actor(), assessment_id)
    typed = request.args.get("q", "")
    rows = quiz_queries.slot_rows(db(), assessment_id)
    quiz = db().get(Quiz, assessment_id)
    first = draw or refused or form
    if form is None:
        form = QuizForm(formdata=None, data=shown(quiz))
        usual = _quiz_form(assessment_id)
        for name in ("counting", "ending", "feedback"):
            getattr(form, name).choices = getattr(usual, name).choices
    may_grade = policy.may(actor(), Action.GRADE, run)
    return page(
        "assessment/quizzes/set_up.html",
        run=run,
        assessment=found,
        quiz=quiz,
        form=first or form,
        settings=form,
        draw=draw or _draw_form(run, given=False),
        rows=rows,
        points=quiz_queries.points_in_all(rows),
        in_use=attempt_queries.has_attempts(db(), assessment_id),
        found=quiz_queries.ready_questions(db(), run.institute_id, typed=text.search_terms(typed))
        if quiz is not None and may_grade
        else [],
        typed=typed,
    )


def _draw_form(run: Run, *, given: bool) -> DrawForm:
    form = DrawForm() if given else DrawForm(formdata=None)
    form.category_id.choices = options(
        [(str(each.category_id), each.path) for each in quiz_queries.pools(db(), run.institute_id)]
    )
    return form


@blueprint.post(f"{QUIZ}/questions")
@access(*READERS)
def add_quiz_question(assessment_id: int) -> ResponseReturnValue:
    """Ask one question of the banks."""
    _managed(assessment_id)
    form = Form()

    def do() -> str:
        service.add_question(
            db(),
            actor(),
            assessment_id=assessment_id,
            question_id=text.number(request.form.get("question_id", "")) or 0,
            points=parse_mark(request.form.get("points", "") or "1", out_of=MOST_POINTS),
        )
        return _saved(assessment_id)

    return process(form, do=do, page=lambda: _page(assessment_id, refused=form))


@blueprint.post(f"{QUIZ}/draws")
@access(*READERS)
def add_quiz_draw(assessment_id: int) -> ResponseReturnValue:
    """Ask some questions of a category, drawn by lot."""
    _, run = _managed(assessment_id)
    form = _draw_form(run, given=True)

    def do() -> str:
        service.add_draw(
            db(),
            actor(),
            assessment_id=assessment_id,
            category_id=form.category_id.data,
            tag=form.tag.data or "",
            count=form.count.data or 0,
            points=form.points,
        )
        return _saved(assessment_id)

    return process(form, do=do, page=lambda: _page(assessment_id, draw=form))


@blueprint.post(f"{QUIZ}/slots/<int:slot_id>")
@access(*READERS)
def change_slot(assessment_id: int, slot_id: int) -> ResponseReturnValue:
    """Take a place out of a quiz, or move it up."""
    _managed(assessment_id)
    change = service.remove_slot if "remove" in request.form else service.move_slot
    change(db(), actor(), assessment_id=assessment_id, slot_id=slot_id)
    return redirect(url_for("assessment.set_up_quiz", assessment_id=assessment_id), 303)


@blueprint.post(f"{QUIZ}/state")
@access(*READERS)
def set_quiz_state(assessment_id: int) -> ResponseReturnValue:
    """Let learners see the quiz, or hide it again."""
    _managed(assessment_id)
    form = Form()

    def do() -> str:
        change = service.open_quiz if request.form.get("open") else service.withdraw_quiz
        change(db(), actor(), assessment_id=assessment_id)
        return _saved(assessment_id)

    return process(form, do=do, page=lambda: _page(assessment_id, refused=form))


@blueprint.get(f"{QUIZ}/preview")
@access(*READERS)
def preview_quiz(assessment_id: int) -> str:
    """Show the quiz as one learner would have it; nothing is kept."""
    found, run = quiz_queries.assessment_to_quiz(db(), actor(), assessment_id)
    # Questions are keys to examinations: who may not see banks sees none of them here.
    policy.require_may_see_bank(actor(), run.institute_id)
    quiz = attempt_queries.quiz_of(db(), assessment_id)
    seed = text.number(request.args.get("seed", "")) or 1
    chosen = service.compose(db(), quiz, seed=seed)
    newest = quiz_queries.newest(db(), [question_id for question_id, _ in chosen])
    if not chosen:
        raise NotFound
    return page(
        "assessment/quizzes/preview.html",
        run=run,
        assessment=found,
        quiz=quiz,
        seed=seed,
        prefix=prefix,
        image=_bank_image,
        asked=[
            (newest[question_id][1].present(seed), points, question_id)
            for question_id, points in chosen
        ],
    )


def _bank_image(sha256: str) -> str:
    return url_for("assessment.quiz_image", sha256=sha256)
