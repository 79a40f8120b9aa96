"""What staff opens of an assignment: its settings, who handed in, one work and what goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request, url_for

from nador.assessment import policy, queries
from nador.assessment.forms.submissions import AssignmentForm, ReturnForm
from nador.assessment.queries import handed_in
from nador.assessment.queries.handed_in import Show
from nador.assessment.rules import parse_mark
from nador.assessment.rules import submissions as rules
from nador.assessment.service import assignments, returning, uploads
from nador.assessment.views.routes import READERS, blueprint, page
from nador.assessment.views.submissions import AT_ONCE, no_image, scan_state, send_file
from nador.kernel import text
from nador.kernel.errors import NotFound
from nador.web.access import access
from nador.web.forms import process
from nador.web.rendering import note
from nador.web.request import actor, db, files, translator
from nador.web.security import takes_up_to

if TYPE_CHECKING:
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from nador.assessment.models import Assessment
    from nador.assessment.queries.handed_in import Work
    from nador.assessment.service.submissions import Stored


@blueprint.get("/teach/assessments/<int:assessment_id>/assignment")
@access(*READERS)
def assignment_settings(assessment_id: int) -> str:
    """Show what an assessment asks to be handed in."""
    assessment = _gradable(assessment_id)
    kept = handed_in.assignment_of(db(), assessment_id)
    return _settings(assessment, AssignmentForm.of(translator(), kept))


@blueprint.post("/teach/assessments/<int:assessment_id>/assignment")
@access(*READERS)
def set_assignment(assessment_id: int) -> ResponseReturnValue:
    """Say what is to be handed in."""
    assessment = _gradable(assessment_id)
    form = AssignmentForm(translator())

    def do() -> str:
        assignments.set_assignment(
            db(), actor(), assessment_id=assessment_id, settings=form.settings()
        )
        note(translator().gettext("Saved."))
        return url_for("assessment.handed_in_list", assessment_id=assessment_id)

    return process(form, do=do, page=lambda: _settings(assessment, form))


def _gradable(assessment_id: int) -> Assessment:
    assessment = queries.assessment_for(db(), actor(), assessment_id)
    policy.require_may_grade(actor(), queries.run_of(db(), assessment.run_id))
    if assessment.kind not in rules.HANDED_IN:
        raise NotFound
    return assessment


def _settings(assessment: Assessment, form: AssignmentForm) -> str:
    return page(
        "assessment/assignments/settings.html",
        run=queries.run_of(db(), assessment.run_id),
        assessment=assessment,
        form=form,
    )


@blueprint.get("/teach/assessments/<int:assessment_id>/submissions")
@access(*READERS)
def handed_in_list(assessment_id: int) -> str:
    """List who handed in, who is late, and who has not."""
    assessment = queries.assessment_for(db(), actor(), assessment_id)
    assignment = handed_in.assignment_of(db(), assessment_id)
    if assignment is None:
        raise NotFound
    asked = request.args.get("show", "")
    show = Show(asked) if asked in set(Show) else Show.ALL
    return page(
        "assessment/assignments/list.html",
        run=queries.run_of(db(), assessment.run_id),
        assessment=assessment,
        assignment=assignment,
        hidden=handed_in.names_hidden(db(), assessment_id),
        show=show,
        found=handed_in.handed_in_page(
            db(),
            assignment,
            assessment,
            show=show,
            page=text.number(request.args.get("page", "")) or 1,
        ),
    )


@blueprint.get("/teach/submissions/<int:submission_id>")
@access(*READERS)
def handed_in_work(submission_id: int) -> str:
    """Show a work, and what went back with it."""
    work = _work(submission_id)
    seen = returning.given_back(work.submission)
    return _show(work, ReturnForm(formdata=None, feedback=work.submission.feedback, seen=seen))


@blueprint.post("/teach/submissions/<int:submission_id>")
@access(*READERS)
@takes_up_to(AT_ONCE)
def return_work(submission_id: int) -> ResponseReturnValue:
    """Give a work back with words, files, and its grade."""
    work = _work(submission_id)
    policy.require_may_grade(actor(), work.run)
    form = ReturnForm()

    def do() -> str:
        value, stored = _worth(form, work), _stored(form)
        with uploads.let_go_where_refused(db(), actor(), [each.sha256 for each in stored]):
            returning.return_work(
                db(),
                actor(),
                submission_id=submission_id,
                feedback=form.feedback.data or "",
                value=value,
                reason=form.reason.data or "",
                files=stored,
                seen=form.seen.data,
            )
        note(translator().gettext("The work is returned, and its author is told."))
        return url_for("assessment.handed_in_list", assessment_id=work.assessment.id)

    return process(form, do=do, page=lambda: _show(_work(submission_id), form))


def _worth(form: ReturnForm, work: Work) -> Decimal | None:
    typed = (form.value.data or "").strip()
    return parse_mark(typed, out_of=work.assessment.out_of, field="value") if typed else None


def _stored(form: ReturnForm) -> list[Stored]:
    return [
        uploads.store_feedback(files(), each.filename, each.stream, scan=scan_state())
        for each in form.files.data or []
        if each and each.filename
    ]


def _work(submission_id: int) -> Work:
    """Find a work for who may see its run's grades, while its author's name may be seen."""
    work = handed_in.work(db(), submission_id)
    policy.require_may_see(actor(), work.run)
    handed_in.require_names_shown(db(), work.assessment.id)
    return work


def _show(work: Work, form: ReturnForm) -> str:
    submission = work.submission
    seen, form.seen.data = form.seen.data, returning.given_back(submission)
    return page(
        "assessment/assignments/work.html",
        run=work.run,
        work=work,
        submission=submission,
        versions=handed_in.versions_of(db(), submission),
        grades=handed_in.grades_of_authors(db(), work),
        late=handed_in.late_for_authors(db(), work),
        image=no_image,
        form=form,
        theirs=submission.feedback if seen != form.seen.data else "",
    )


@blueprint.get("/teach/submissions/files/<int:file_id>")
@access(*READERS)
def handed_in_file(file_id: int) -> Response:
    """Send a file of a work to those who may see it."""
    file, work = handed_in.file_of_work(db(), file_id)
    policy.require_may_see(actor(), work.run)
    handed_in.require_names_shown(db(), work.assessment.id)
    return send_file(file)
