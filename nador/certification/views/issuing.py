"""Pages of a run's certificates: names, preview, order, progress, print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from nador.accounts.labels import MISSING
from nador.accounts.policy import may_manage_people
from nador.accounts.queries import missing_for_issue
from nador.certification import labels, policy, queries, service
from nador.certification.changes import queries as changes
from nador.certification.forms import OrderForm
from nador.certification.pdf.printable import Unprintable
from nador.certification.policy import READERS
from nador.certification.queries import Head
from nador.certification.rules import (
    PRINT_KEPT,
    BatchStatus,
    PrintForm,
    print_gone,
    require_ready,
)
from nador.certification.template import Design, TemplateOptions
from nador.certification.views.routes import blueprint, settled
from nador.kernel import clock, text
from nador.kernel.errors import NotFound, describe
from nador.web.access import access
from nador.web.forms import process
from nador.web.rendering import note, render, send_stored
from nador.web.request import actor, db, files, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from nador.accounts.models import Person
    from nador.catalogue.rules import DocumentKind
    from nador.certification.facts import CertificateFacts

REFRESH_SECONDS = 3
PAGE_SIZE = 100


@blueprint.get("/manage/certify")
@access(*READERS)
def runs() -> str:
    """List runs with passes, those first that still lack documents, and programmes."""
    return render(
        "certification/runs.html",
        runs=queries.runs_to_certify(db(), actor()),
        programmes=queries.programmes_to_certify(db(), actor()),
    )


@blueprint.get("/manage/runs/<int:run_id>/certify")
@access(*READERS)
def certify(run_id: int) -> str:
    """Show everybody with a pass, their names to confirm, and the button to issue."""
    return _certify_page(run_id, OrderForm())


def _certify_page(run_id: int, form: OrderForm) -> str:
    sheet, words = queries.run_sheet(db(), run_id), translator()
    policy.require_see(actor(), institute_id=sheet.run.institute_id)
    return render(
        "certification/certify.html",
        form=form,
        sheet=sheet,
        missing=[words.gettext(MISSING[one]) for one in missing_for_issue(sheet.institute)],
        may_certify=policy.may_certify(actor(), institute_id=sheet.run.institute_id),
        batches=queries.batches_of(db(), run_id),
        waiting=changes.open_proposal(db(), run_id=run_id),
    )


@blueprint.post("/manage/runs/<int:run_id>/certify/names")
@access(*READERS)
def confirm_names(run_id: int) -> ResponseReturnValue:
    """Confirm the ticked names as they will be printed."""
    count = service.confirm_names(db(), actor(), run_id=run_id, person_ids=ticked())
    note(translator().ngettext("%(num)s name confirmed.", "%(num)s names confirmed.", count))
    return redirect(url_for(".certify", run_id=run_id), 303)


def ticked() -> list[int]:
    """Return whose names were ticked."""
    typed = map(text.number, request.form.getlist("person"))
    return [person_id for person_id in typed if person_id is not None]


@blueprint.post("/manage/runs/<int:run_id>/certify")
@access(*READERS)
def order(run_id: int) -> ResponseReturnValue:
    """Order the documents."""
    form = OrderForm()

    def do() -> str:
        act = service.Issuing(run_id=run_id)
        done = service.submit(db(), actor(), act=act, origin=settings().public_url)
        return settled(done, place=lambda batch: url_for(".batch", batch_id=batch.id))

    return process(form, do=do, page=lambda: _certify_page(run_id, form))


@blueprint.get("/manage/runs/<int:run_id>/certify/preview/<int:enrolment_id>.pdf")
@access(*READERS)
def preview(run_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Draw one person's document as a specimen, with a code that nobody will ever have."""
    sheet = queries.run_sheet(db(), run_id)
    policy.require_see(actor(), institute_id=sheet.run.institute_id)
    one = next((each for each in sheet.people if each.enrolment_id == enrolment_id), None)
    if one is None:
        raise NotFound
    require_ready(missing_for_issue(sheet.institute))
    design = design_in_use(sheet.institute.id, sheet.version.document)
    draft = service.draft_facts(
        sheet.institute, one, run=sheet.run, version=sheet.version, options=design.options
    )
    besides = service.besides_of_run(db(), sheet.run, sheet.version, design.options)
    facts = replace(draft, **besides(one))
    try:
        content = draw_specimen(facts, design)
    except Unprintable as refusal:
        head = Head(sheet.run.code, sheet.version.title, run=sheet.run)
        return unprintable_page(head, one.person, refusal), 422
    return Response(content, content_type="application/pdf")


def design_in_use(institute_id: int, kind: DocumentKind) -> Design:
    """Read how the institute draws this kind of document."""
    in_use = queries.template_in_use(db(), institute_id=institute_id, kind=kind)
    return Design(TemplateOptions.from_dict(in_use.options if in_use else {}), files().get)


def draw_specimen(facts: CertificateFacts, design: Design) -> bytes:
    """Draw a document while no transaction stays open; raises Unprintable."""
    # WeasyPrint is heavy: a web process loads it only when somebody asks for a preview.
    from nador.certification.pdf.render import render as draw

    db().rollback()
    return draw(facts, design)


def unprintable_page(head: Head, person: Person, refusal: Unprintable) -> str:
    """Say why a document can't be drawn, and what to do."""
    return render(
        "certification/unprintable.html",
        head=head,
        person=person,
        refusal=describe(refusal, translator()),
        in_name=refusal.params["text"] in {person.name_latin, person.name_arabic},
        may_correct=may_manage_people(actor()),
    )


@blueprint.get("/manage/batches/<int:batch_id>")
@access(*READERS)
def batch(batch_id: int) -> ResponseReturnValue:
    """Show how far an order has come; the page renews itself until it is done."""
    progress = queries.progress(db(), batch_id)
    policy.require_see(actor(), institute_id=progress.batch.institute_id)
    after = text.number(request.args.get("after", "")) or 0
    certificates = queries.of_batch(db(), batch_id, after=after, most=PAGE_SIZE + 1)
    page = render(
        "certification/batch.html",
        progress=progress,
        heading=labels.batch(translator(), progress.status),
        head=queries.batch_head(db(), progress.batch),
        held_up=queries.held_up(db(), batch_id),
        certificates=certificates[:PAGE_SIZE],
        next_after=certificates[PAGE_SIZE - 1].id if len(certificates) > PAGE_SIZE else None,
        labels=labels,
        words=translator(),
        people=queries.names_of(db(), [one.person_id for one in progress.failures]),
        may_certify=policy.may_certify(actor(), institute_id=progress.batch.institute_id),
        why=lambda failure: labels.failure(translator(), failure.code, failure.reason),
    )
    running = progress.status is BatchStatus.RUNNING
    return page, 200, {"Refresh": str(REFRESH_SECONDS)} if running else {}


@blueprint.post("/manage/batches/<int:batch_id>/retry")
@access(*READERS)
def retry(batch_id: int) -> ResponseReturnValue:
    """Try again for everybody whom the order could not serve."""
    service.retry(db(), actor(), batch_id=batch_id, origin=settings().public_url)
    return redirect(url_for(".batch", batch_id=batch_id), 303)


@blueprint.post("/manage/runs/<int:run_id>/certificates/print")
@access(*READERS)
def order_print(run_id: int) -> ResponseReturnValue:
    """Order one file of all certificates of a run: for the printer, or the documents themselves."""
    form = PrintForm.ZIP if request.form.get("form") == PrintForm.ZIP else PrintForm.PDF
    job = service.order_print(db(), actor(), run_id=run_id, form=form)
    return redirect(url_for(".print_job", job_id=job.id), 303)


@blueprint.get("/manage/prints/<int:job_id>")
@access(*READERS)
def print_job(job_id: int) -> ResponseReturnValue:
    """Show whether a run's file is there; the page renews itself until it is."""
    job, head = queries.print_job(db(), job_id)
    policy.require_certify(actor(), institute_id=head.run.institute_id)
    page = render(
        "certification/print.html",
        job=job,
        head=head,
        gone=print_gone(job.ordered_at, now=clock.now()),
        kept_until=job.ordered_at + PRINT_KEPT,
    )
    return page, 200, {"Refresh": str(REFRESH_SECONDS)} if job.status == "due" else {}


@blueprint.get("/manage/prints/<int:job_id>/certificates.<any(pdf, zip):form>")
@access(*READERS)
def print_file(job_id: int, form: str) -> Response:
    """Hand out a run's file for as long as it is kept."""
    job, head = queries.print_job(db(), job_id)
    policy.require_certify(actor(), institute_id=head.run.institute_id)
    if job.sha256 is None or job.form != form or print_gone(job.ordered_at, now=clock.now()):
        raise NotFound
    return send_stored(job.sha256, name=f"{head.run.code}.{form}", kind=f"application/{form}")
