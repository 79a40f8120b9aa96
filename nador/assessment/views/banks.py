"""Banks of questions: the list, a bank with its tree, a question with its preview and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, redirect, request, send_file, url_for

from nador.assessment import policy
from nador.assessment.forms.questions import (
    BankForm,
    CategoryForm,
    PlaceForm,
    QuestionForm,
    asked,
    choose,
)
from nador.assessment.queries import banks as bank_queries
from nador.assessment.queries.banks import QuestionFilter
from nador.assessment.questions import TYPES, parse, refusals
from nador.assessment.rules import QuestionState
from nador.assessment.rules.banks import image_type
from nador.assessment.rules.refusals import ImageUnreadable
from nador.assessment.service import banks
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.errors import Conflict, Invalid, NotFound
from nador.kernel.i18n import LANGUAGES
from nador.web.access import access
from nador.web.forms import Form, process
from nador.web.rendering import note
from nador.web.request import actor, db, files, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.assessment.models import Question, QuestionBank

IMAGE_LIMIT = 2 * 1024 * 1024


@blueprint.get("/teach/banks")
@access(*READERS)
def bank_list() -> str:
    """List the banks of questions, with a form for a new one."""
    return _banks(_bank_form())


@blueprint.post("/teach/banks")
@access(*READERS)
def add_bank() -> ResponseReturnValue:
    """Open a bank."""
    form = _bank_form()

    def do() -> str:
        bank = banks.create_bank(
            db(),
            actor(),
            institute_id=form.institute_id.data,
            name=form.name.data or "",
            language=form.language.data,
        )
        return url_for("assessment.bank", bank_id=bank.id)

    return process(form, do=do, page=lambda: _banks(form))


def _bank_form() -> BankForm:
    form = BankForm()
    institutes = bank_queries.institutes(
        db(), policy.bank_institutes(actor(), policy.GRADE), translator().code
    )
    choose(form.institute_id, institutes)
    choose(form.language, [(each.code, each.own_name) for each in LANGUAGES.values()])
    return form


def _banks(form: BankForm) -> str:
    return page(
        "assessment/banks/list.html",
        banks=bank_queries.banks(db(), actor()),
        form=form,
        may_manage=bool(form.institute_id.choices),
    )


@blueprint.get("/teach/banks/<int:bank_id>")
@access(*READERS)
def bank(bank_id: int) -> str:
    """Show a bank: its categories, its questions."""
    return _bank(bank_queries.bank_for(db(), actor(), bank_id), CategoryForm(formdata=None))


@blueprint.post("/teach/banks/<int:bank_id>/categories")
@access(*READERS)
def add_category(bank_id: int) -> ResponseReturnValue:
    """Add a category."""
    found = banks.managed_bank(db(), actor(), bank_id)
    form = CategoryForm()
    _offer_categories(form.parent_id, found.id)

    def do() -> str:
        made = banks.create_category(
            db(),
            actor(),
            bank_id=bank_id,
            name=form.name.data or "",
            parent_id=asked(request.form, "parent_id"),
        )
        return url_for("assessment.bank", bank_id=bank_id, category=made.id)

    return process(form, do=do, page=lambda: _bank(found, form))


def _offer_categories(select: Any, bank_id: int) -> None:
    branches = bank_queries.tree(db(), bank_id)
    choose(select, [("", "–"), *((str(each.id), " / ".join(each.path)) for each in branches)])


def _bank(found: QuestionBank, form: CategoryForm) -> str:
    state = request.args.get("state", "")
    wanted = QuestionFilter(
        category_id=asked(request.args, "category"),
        tag=request.args.get("tag", ""),
        typed=request.args.get("q", ""),
        state=QuestionState(state) if state in set(QuestionState) else None,
    )
    branches = bank_queries.tree(db(), found.id)
    within = (
        bank_queries.with_below(branches, wanted.category_id)
        if wanted.category_id is not None
        else None
    )
    number = text.number(request.args.get("page", "")) or 1
    _offer_categories(form.parent_id, found.id)
    return page(
        "assessment/banks/bank.html",
        bank=found,
        branches=branches,
        listed=bank_queries.questions(db(), found.id, wanted, within=within, page=number),
        tags=bank_queries.tags_of_bank(db(), found.id),
        wanted=wanted,
        states=list(QuestionState),
        types=TYPES,
        form=form,
        kept={name: value for name, value in request.args.items() if name not in {"page", "lang"}},
        may_manage=policy.may_manage_banks(actor(), found.institute_id),
    )


@blueprint.route("/teach/banks/<int:bank_id>/questions/new/<kind>", methods=["GET", "POST"])
@access(*READERS)
def new_question(bank_id: int, kind: str) -> ResponseReturnValue:
    """Write a question; each type has its own fields."""
    found = banks.managed_bank(db(), actor(), bank_id)
    if kind not in TYPES:
        raise NotFound

    def keep(form: QuestionForm) -> int:
        return banks.create_question(
            db(),
            actor(),
            bank_id=bank_id,
            content=form.content(),
            name=form.name,
            category_id=asked(request.args, "category"),
        ).id

    begun = QuestionForm.blank(kind, found.language)
    return _edit(found, begun, keep=keep)


@blueprint.route("/teach/questions/<int:question_id>/edit", methods=["GET", "POST"])
@access(*READERS)
def edit_question(question_id: int) -> ResponseReturnValue:
    """Change a question: that makes a new version."""
    question, found = bank_queries.question_for(db(), actor(), question_id)
    policy.require_may_manage_bank(actor(), found.institute_id)
    latest = bank_queries.version(db(), question.id, question.latest)

    def keep(form: QuestionForm) -> int:
        banks.edit_question(
            db(), actor(), question_id=question_id, content=form.content(), name=form.name
        )
        return question_id

    return _edit(found, QuestionForm.of(question, latest), keep=keep, question=question)


def _edit(
    found: QuestionBank, begun: QuestionForm, *, keep: Any, question: Question | None = None
) -> ResponseReturnValue:
    """Show the form, or keep what was sent; a press on “add” only adds rows."""
    form = begun
    status = 200
    if request.method == "POST":
        form = QuestionForm.sent(begun.kind)
        try:
            _take_images(found.id, form)
            if not form.more:
                made = keep(form)
                note(translator().gettext("Saved."))
                return redirect(url_for("assessment.question", question_id=made), 303)
        except (Invalid, Conflict) as refused:
            form.refuse(refused)
            status = 422
    return page(
        "assessment/banks/edit.html",
        bank=found,
        question=question,
        form=form,
        title=TYPES[form.kind].title,
        languages_=[(each.code, each.own_name) for each in LANGUAGES.values()],
    ), status


def _take_images(bank_id: int, form: QuestionForm) -> None:
    """Store the images that came with the form; they belong to the bank from then on."""
    for sent in request.files.getlist("image"):
        if not sent.filename:
            continue
        content = sent.read(IMAGE_LIMIT + 1)
        sent.close()
        media_type = image_type(content)
        if media_type is None:
            raise ImageUnreadable(field="image")
        if len(content) > IMAGE_LIMIT:
            raise refusals.FileTooLarge(field="image", limit=IMAGE_LIMIT // 1024)
        sha256 = files().put(content)
        banks.add_file(
            db(), actor(), bank_id=bank_id, sha256=sha256, media_type=media_type, size=len(content)
        )
        form.add_file(sent.filename, sha256)


@blueprint.route("/teach/questions/<int:question_id>", methods=["GET", "POST"])
@access(*READERS)
def question(question_id: int) -> str:
    """Show a question as a learner sees it, and let authors try an answer; nothing is kept."""
    found, its_bank = bank_queries.question_for(db(), actor(), question_id)
    number = text.number(request.args.get("version", "")) or found.latest
    version = bank_queries.version(db(), found.id, number)
    asks = parse(version.content)
    seed = text.number(request.args.get("seed", "")) or 1
    form = PlaceForm(
        formdata=None,
        category_id=str(found.category_id or ""),
        tags=", ".join(bank_queries.tags_of(db(), found.id)),
    )
    _offer_categories(form.category_id, its_bank.id)
    return page(
        "assessment/banks/question.html",
        bank=its_bank,
        question=found,
        version=version,
        versions=bank_queries.versions(db(), found.id),
        asks=asks,
        shown=asks.present(seed),
        image=asks.present(seed).images(lambda sha: _image_url(its_bank.id, sha)),
        tried=_tried(asks),
        seed=seed,
        form=form,
        used=bank_queries.is_used(db(), found.id),
        may_manage=policy.may_manage_banks(actor(), its_bank.institute_id),
    )


def _image_url(bank_id: int, sha256: str) -> str:
    return url_for("assessment.bank_file", bank_id=bank_id, sha256=sha256)


def _tried(asks: Any) -> dict[str, Any] | None:
    """Grade what an author typed into the preview."""
    if request.method != "POST":
        return None
    try:
        answer = asks.read(
            {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}
        )
    except Invalid:
        answer = {}
    grade = asks.grade(answer)
    return {
        "answer": answer,
        "grade": grade,
        "complete": asks.is_complete(answer),
        "feedback": asks.feedback(answer),
        "right": asks.right_answer(translator()),
    }


@blueprint.post("/teach/questions/<int:question_id>/place")
@access(*READERS)
def place_question(question_id: int) -> ResponseReturnValue:
    """Move a question, and say its tags."""
    tags = request.form.get("tags", "").replace("،", ",").split(",")
    category_id = asked(request.form, "category_id")
    banks.place_question(db(), actor(), question_id=question_id, category_id=category_id, tags=tags)
    note(translator().gettext("Saved."))
    return redirect(url_for("assessment.question", question_id=question_id), 303)


@blueprint.post("/teach/questions/<int:question_id>/state")
@access(*READERS)
def set_question_state(question_id: int) -> ResponseReturnValue:
    """Make a question ready, retire it, or take it back into work."""
    wanted = request.form.get("state", "")
    if wanted not in set(QuestionState):
        raise NotFound
    banks.set_question_state(db(), actor(), question_id=question_id, state=QuestionState(wanted))
    note(translator().gettext("Saved."))
    return redirect(url_for("assessment.question", question_id=question_id), 303)


@blueprint.route("/teach/questions/<int:question_id>/delete", methods=["GET", "POST"])
@access(*READERS)
def delete_question(question_id: int) -> ResponseReturnValue:
    """Ask, then delete a question that nobody has seen."""
    found, its_bank = bank_queries.question_for(db(), actor(), question_id)
    policy.require_may_manage_bank(actor(), its_bank.institute_id)
    bank_id, form = its_bank.id, Form()

    def do() -> str:
        banks.delete_question(db(), actor(), question_id=question_id)
        return url_for("assessment.bank", bank_id=bank_id)

    def ask() -> str:
        return page("assessment/banks/delete.html", question=found, bank=its_bank, form=form)

    return process(form, do=do, page=ask) if request.method == "POST" else ask()


@blueprint.get("/teach/banks/<int:bank_id>/files/<sha256>")
@access(*READERS)
def bank_file(bank_id: int, sha256: str) -> Response:
    """Send an image of the bank."""
    found = bank_queries.bank_for(db(), actor(), bank_id)
    kept = bank_queries.file_of_bank(db(), found.id, sha256)
    return send_file(files().path(kept.sha256), mimetype=kept.media_type)
