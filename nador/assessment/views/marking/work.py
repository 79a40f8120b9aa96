"""One piece of work beside its rubric and mark; a mark saves by itself, and by a button without script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from nador.assessment import policy
from nador.assessment.forms.marking import MarkForm
from nador.assessment.models import Mark, RubricVersion
from nador.assessment.queries import marking as bench_queries
from nador.assessment.queries.marking import Bench, Work
from nador.assessment.rules.marking import (
    MarkRole,
    MarkStale,
    MarkStatus,
    MarkTaken,
    Rubric,
)
from nador.assessment.service import marking
from nador.assessment.views.marking.bench import bench_to_see
from nador.assessment.views.routes import READERS, blueprint, page
from nador.kernel import text
from nador.kernel.access import Forbidden
from nador.kernel.errors import Conflict, Invalid, NotAllowed
from nador.web import api
from nador.web.access import access
from nador.web.rendering import note
from nador.web.request import actor, db, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

STALE = (MarkStale, MarkTaken)


@dataclass(frozen=True, slots=True)
class Desk:
    """What one marker has before them: the work, their own mark so far, and by what they judge."""

    bench: Bench
    work: Work
    role: MarkRole | None
    own: Mark | None
    version: RubricVersion | None
    latest: RubricVersion | None
    rubric: Rubric | None

    @property
    def outdated(self) -> bool:
        """Whether the rubric was changed after this mark."""
        return self.own is not None and self.version is not self.latest

    @property
    def sees_others(self) -> bool:
        """Whether the others' marks may be seen: not before one's own is given."""
        if self.role is None or self.role is MarkRole.MODERATOR:
            return True
        return self.own is not None and self.own.status is MarkStatus.FINAL

    def form(self, *, blank: bool = False) -> MarkForm:
        """The mark as a form: as it was sent, or (`blank`) as it is kept."""
        return MarkForm(
            self.version, self.rubric, self.own, submission_id=self.work.submission_id, blank=blank
        )


@blueprint.get("/teach/assessments/<int:assessment_id>/works/<sign>")
@access(*READERS)
def work(assessment_id: int, sign: str) -> str:
    """Show a piece of work to whoever marks it."""
    found = desk_to_mark(assessment_id, sign)
    return show_work(found, found.form())


@blueprint.post("/teach/assessments/<int:assessment_id>/works/<sign>")
@access(*READERS)
def save_work(assessment_id: int, sign: str) -> ResponseReturnValue:
    """Keep a mark: as a draft, or for good and go on to the next."""
    found = desk_to_mark(assessment_id, sign)
    form, final = found.form(), request.form.get("act") != "draft"
    out_of = found.bench.assessment.out_of
    if form.validate_on_submit():
        form.add_comment(_from_bank(found))
        try:
            entry = form.entry(assessment_id, sign, out_of=out_of, final=final)
            marking.save_mark(db(), actor(), entry=entry)
        except Forbidden:
            raise
        except (Invalid, Conflict, NotAllowed) as refused:
            return _refused(found, form, refused)
        note(translator().gettext("Saved."))
        return redirect(_after(found, final=final), 303)
    return show_work(found, form), 422


@blueprint.post("/teach/assessments/<int:assessment_id>/works/<sign>/draft")
@access(*READERS)
def save_mark_draft(assessment_id: int, sign: str) -> Response:
    """Keep a draft as the page's script sends it."""
    found = desk_to_mark(assessment_id, sign)
    form = found.form()
    entry = form.entry(assessment_id, sign, out_of=found.bench.assessment.out_of, final=False)
    saved = marking.save_mark(db(), actor(), entry=entry)
    words = translator()
    value = saved.mark.value
    return api.answer(
        {
            "version": saved.mark.version,
            "value": words.mark(value) if value is not None else "–",
            "said": words.gettext("Saved at %(time)s", time=words.time_(saved.mark.changed_at)),
        }
    )


def _from_bank(found: Desk) -> str:
    """The comment that was chosen from the bank, where one was."""
    chosen = text.number(request.form.get("bank", ""))
    comments = bench_queries.comments_for(db(), actor(), [found.bench.run.institute_id])
    return next((each.text for each in comments if each.id == chosen), "")


def desk_to_mark(assessment_id: int, sign: str) -> Desk:
    """Read a desk for who may mark here."""
    found = bench_to_see(assessment_id)
    policy.require_may_grade(actor(), found.run)
    one = found.work(sign)
    role = one.role_for(actor().person_id)
    own = one.mark(role) if role is not None else None
    latest = bench_queries.latest_rubric(db(), assessment_id)
    version = latest
    if own is not None and "new" not in request.args:
        version = bench_queries.rubric_version(db(), own.rubric_version_id)
    if "rubric" in request.form:
        # What was typed is read by the rubric that its page had, whatever became of it since.
        version = _rubric_sent(assessment_id)
    return Desk(found, one, role, own, version, latest, bench_queries.rubric_in(version))


def _rubric_sent(assessment_id: int) -> RubricVersion | None:
    sent = bench_queries.rubric_version(db(), text.number(request.form["rubric"]))
    return sent if sent is not None and sent.assessment_id == assessment_id else None


def _refused(found: Desk, form: MarkForm, refused: Exception) -> ResponseReturnValue:
    """Show a refused mark again; where somebody was quicker, both values, and nothing typed is lost."""
    form.refuse(refused)  # type: ignore[arg-type] # one of ours
    form.submission.data = str(found.work.submission_id or "")
    if not isinstance(refused, STALE):
        return show_work(found, form), 409 if isinstance(refused, Conflict) else 422
    fresh = desk_to_mark(found.bench.assessment.id, found.work.sign)
    if isinstance(refused, MarkStale):
        form.version.data = str(refused.params["version"])
        return show_work(fresh, form), 412
    held = next(each for each in fresh.work.marks if each.status is MarkStatus.DRAFT)
    form.version.data, form.taken = str(held.version), True
    return show_work(fresh, form), 409


def _after(found: Desk, *, final: bool) -> str:
    """Name the page to go on with: the next piece of work that waits, else the whole bench."""
    here = found.bench.assessment.id
    if not final:
        return url_for("assessment.work", assessment_id=here, sign=found.work.sign)
    following = found.bench.next_for(actor().person_id, after=found.work)
    if following is None:
        return url_for("assessment.bench", assessment_id=here)
    return url_for("assessment.work", assessment_id=here, sign=following.sign)


def show_work(found: Desk, form: MarkForm) -> str:
    """Show a piece of work with its mark."""
    bench = found.bench
    return page(
        "assessment/marking/work.html",
        run=bench.run,
        bench=bench,
        work=found.work,
        desk=found,
        viewer=actor().person_id,
        form=form,
        submission=bench_queries.submission_shown(db(), found.work.submission_id),
        files=bench_queries.feedback_files(db(), bench.assessment.id, found.work.enrolment_id),
        comments=bench_queries.comments_for(db(), actor(), [bench.run.institute_id]),
        markers={each.id: each for each in bench_queries.markers_of(db(), bench.run)},
        compared=bench_queries.criteria_of(db(), found.work.marks) if found.sees_others else [],
        before=bench.beside(found.work, -1),
        after=bench.beside(found.work, 1),
    )
