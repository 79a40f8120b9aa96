"""The bank of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from nador.assessment import policy
from nador.assessment.forms.marking import CommentForm
from nador.assessment.forms.questions import choose
from nador.assessment.queries import banks as bank_queries
from nador.assessment.queries import marking as bench_queries
from nador.assessment.service import marking
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.web.access import access
from nador.web.forms import process
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/teach/comments")
@access(*READERS)
def comment_list() -> str:
    """List the comments that the reader may use, with a form for a new one."""
    return _show(_form())


@blueprint.post("/teach/comments")
@access(*READERS)
def add_comment() -> ResponseReturnValue:
    """Add a comment to the bank."""
    asked = text.number(request.form.get("institute_id", "")) or 0
    policy.require_may_manage_bank(actor(), asked)
    form = _form()

    def do() -> str:
        marking.add_comment(
            db(),
            actor(),
            institute_id=form.institute_id.data,
            text=form.text.data or "",
            shared=bool(form.shared.data),
        )
        return url_for("assessment.comment_list")

    return process(form, do=do, page=lambda: _show(form))


@blueprint.get("/teach/comments/<int:comment_id>")
@access(*READERS)
def edit_comment(comment_id: int) -> str:
    """Show a comment for changing."""
    kept = bench_queries.comment_of(db(), actor(), comment_id)
    form = _form(text=kept.text, institute_id=kept.institute_id)
    return page("assessment/marking/comment.html", kept=kept, form=form)


@blueprint.post("/teach/comments/<int:comment_id>")
@access(*READERS)
def change_comment(comment_id: int) -> ResponseReturnValue:
    """Put a comment in other words."""
    kept = bench_queries.comment_of(db(), actor(), comment_id)
    form = _form(institute_id=kept.institute_id)
    form.institute_id.data = kept.institute_id

    def do() -> str:
        marking.change_comment(db(), actor(), comment_id=comment_id, text=form.text.data or "")
        return url_for("assessment.comment_list")

    return process(
        form,
        do=do,
        page=lambda: page("assessment/marking/comment.html", kept=kept, form=form),
    )


@blueprint.post("/teach/comments/<int:comment_id>/drop")
@access(*READERS)
def drop_comment(comment_id: int) -> ResponseReturnValue:
    """Take a comment out of the bank."""
    marking.drop_comment(db(), actor(), comment_id=comment_id)
    return redirect(url_for("assessment.comment_list"), 303)


def _form(**shown: object) -> CommentForm:
    form = CommentForm(data=shown or None)
    institutes = bank_queries.institutes(
        db(), policy.bank_institutes(actor(), policy.GRADE), translator().code
    )
    choose(form.institute_id, institutes)
    return form


def _show(form: CommentForm) -> str:
    return page(
        "assessment/marking/comments.html",
        comments=bench_queries.comments_for(db(), actor()),
        form=form,
        may_write=bool(form.institute_id.choices),
    )
