"""Pages of a programme's certificates: who holds all of it, who lacks what, names, preview, order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from nador.accounts.labels import MISSING
from nador.accounts.queries import missing_for_issue
from nador.catalogue.queries import programme_by_code
from nador.catalogue.rules import CatalogueStatus
from nador.certification import policy, queries, service
from nador.certification.changes import queries as changes
from nador.certification.forms import OrderForm
from nador.certification.pdf.printable import Unprintable
from nador.certification.policy import READERS
from nador.certification.queries import Head
from nador.certification.rules import require_ready, together
from nador.certification.views.issuing import design_in_use, draw_specimen, ticked, unprintable_page
from nador.certification.views.routes import blueprint, settled
from nador.kernel import text
from nador.kernel.errors import NotFound
from nador.web.access import access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, settings, translator

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE_SIZE = 50


@blueprint.get("/manage/programmes/<code>")
@access(*READERS)
def programme(code: str) -> str:
    """Show who holds all of a programme, who lacks what, and whose certificate is in doubt."""
    return _programme_page(code, OrderForm())


def _programme_page(code: str, form: OrderForm) -> str:
    found, words = programme_by_code(db(), code), translator()
    policy.require_see(actor(), institute_id=found.institute_id)
    sheet = queries.programme_sheet(db(), found)
    skip = text.number(request.args.get("skip", "")) or 0
    coming = queries.on_the_way(db(), found, skip=skip, most=PAGE_SIZE + 1)
    more = len(coming) > PAGE_SIZE
    return render(
        "certification/programme.html",
        form=form,
        sheet=sheet,
        missing=[words.gettext(MISSING[one]) for one in missing_for_issue(sheet.institute)],
        may_certify=policy.may_certify(actor(), institute_id=found.institute_id),
        published=found.status is CatalogueStatus.PUBLISHED,
        batches=queries.batches_of_programme(db(), found.id),
        waiting=changes.open_proposal(db(), programme_id=found.id),
        in_doubt=queries.in_doubt(db(), found.id),
        coming=coming[:PAGE_SIZE],
        before=url_for(".programme", code=code, skip=max(skip - PAGE_SIZE, 0)) if skip else "",
        after=url_for(".programme", code=code, skip=skip + PAGE_SIZE) if more else "",
    )


@blueprint.post("/manage/programmes/<code>")
@access(*READERS)
def order_programme(code: str) -> ResponseReturnValue:
    """Order the documents."""
    form, found = OrderForm(), programme_by_code(db(), code)

    def do() -> str:
        act = service.Issuing(programme_id=found.id)
        done = service.submit(db(), actor(), act=act, origin=settings().public_url)
        return settled(done, place=lambda batch: url_for(".batch", batch_id=batch.id))

    return process(form, do=do, page=lambda: _programme_page(code, form))


@blueprint.post("/manage/programmes/<code>/names")
@access(*READERS)
def confirm_names_of_programme(code: str) -> ResponseReturnValue:
    """Confirm the ticked names as they will be printed."""
    programme_id = programme_by_code(db(), code).id
    count = service.confirm_names_of_programme(
        db(), actor(), programme_id=programme_id, person_ids=ticked()
    )
    note(translator().ngettext("%(num)s name confirmed.", "%(num)s names confirmed.", count))
    return redirect(url_for(".programme", code=code), 303)


@blueprint.get("/manage/programmes/<code>/preview/<int:person_id>.pdf")
@access(*READERS)
def preview_of_programme(code: str, person_id: int) -> ResponseReturnValue:
    """Draw one person's document as a specimen, with a code that nobody will ever have."""
    found = programme_by_code(db(), code)
    policy.require_see(actor(), institute_id=found.institute_id)
    sheet = queries.programme_sheet(db(), found)
    one = next((each for each in sheet.people if each.person.id == person_id), None)
    if one is None:
        raise NotFound
    require_ready(missing_for_issue(sheet.institute))
    design = design_in_use(found.institute_id, together(one.parts).kind)
    facts = service.programme_facts(
        sheet.institute, one, found, options_for=lambda _kind: design.options
    )
    besides = service.besides_of_whole(
        db(), found, sheet.courses, [one], options_for=lambda _kind: design.options
    )
    facts = replace(facts, **besides(one))
    try:
        content = draw_specimen(facts, design)
    except Unprintable as refusal:
        head = Head(found.code, found.title, programme=found)
        return unprintable_page(head, one.person, refusal), 422
    return Response(content, content_type="application/pdf")
