"""Pages of certificate templates: versions, editing, trying, bringing into use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, redirect, request, url_for

from nador.accounts.models import Institute
from nador.catalogue.rules import DocumentKind
from nador.certification import labels, policy, queries, service
from nador.certification.facts import CertificateFacts, Kind
from nador.certification.forms import CODES, PICTURES, BeginForm, TemplateForm
from nador.certification.pdf.printable import Unprintable
from nador.certification.policy import TEMPLATE_READERS
from nador.certification.rules import TemplateStatus
from nador.certification.template import (
    SLOTS,
    BadPicture,
    Design,
    TemplateFlawed,
    TemplateOptions,
    flaws_of,
    specimen_expiry,
)
from nador.certification.views.routes import blueprint
from nador.kernel import text
from nador.kernel.errors import NotFound, describe
from nador.web.access import access
from nador.web.forms import process
from nador.web.rendering import note, render
from nador.web.request import actor, db, files, translator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from nador.certification.models import TemplateVersion
    from nador.certification.queries import Candidate, RunSheet
    from nador.certification.template import Picture

MOST_CANDIDATES = 20


@blueprint.get("/manage/templates")
@access(*TEMPLATE_READERS)
def templates() -> str:
    """List every version of the actor's institutes, and what can be begun."""
    return render(
        "certification/templates.html",
        versions=queries.template_versions(db(), actor()),
        institutes=queries.institutes_with_templates(db(), actor()),
        kinds=list(DocumentKind),
        may_edit=lambda institute_id: policy.may_certify(actor(), institute_id=institute_id),
        labels=labels,
        words=translator(),
    )


@blueprint.post("/manage/templates/<int:institute_id>/<kind>")
@access(*TEMPLATE_READERS)
def begin_template(institute_id: int, kind: str) -> ResponseReturnValue:
    """Begin a draft for a kind of document, or go on with the one there is."""
    if kind not in set(DocumentKind):
        abort(404)
    draft = service.begin_template(
        db(), actor(), institute_id=institute_id, kind=DocumentKind(kind)
    )
    return redirect(url_for(".edit_template", version_id=draft.id), 303)


@blueprint.get("/manage/templates/<int:version_id>")
@access(*TEMPLATE_READERS)
def template(version_id: int) -> str:
    """Show what a version decides, with its preview and what is wrong with it."""
    return _template_page(_seen(version_id))


def _template_page(version: TemplateVersion, *, form: BeginForm | None = None) -> str:
    options = TemplateOptions.from_dict(version.options)
    run_id = text.number(request.args.get("run", ""))
    specimens = _specimens(version, options)
    sheet = _sheet(version, run_id) if run_id else None
    return render(
        "certification/template.html",
        form=form or BeginForm(),
        version=version,
        options=options,
        spoken=[translator().gettext(labels.LANGUAGES[code]) for code in options.languages],
        tried=_tried(specimens, options),
        shown=_shown(specimens),
        drawable=not flaws_of(options),
        sheet=sheet,
        candidates=sheet.people[:MOST_CANDIDATES] if sheet else [],
        troubles=_troubles(sheet, options) if sheet else {},
        runs=queries.runs_of_kind(
            db(), institute_id=version.template.institute_id, kind=version.template.kind
        ),
        may_edit=policy.may_certify(actor(), institute_id=version.template.institute_id),
        labels=labels,
        words=translator(),
    )


def _shown(specimens: Mapping[str, CertificateFacts]) -> str:
    """Choose the preview that was asked for: a specimen's name, or an enrolment of the run."""
    asked = request.args.get("show", "")
    of_run = request.args.get("run") and text.number(asked) is not None
    return asked if asked in specimens or of_run else "usual"


def _specimens(
    version: TemplateVersion, options: TemplateOptions
) -> Mapping[str, CertificateFacts]:
    from nador.certification.pdf.specimens import hardest, usual  # It reads the faces.

    institute = db().get_one(Institute, version.template.institute_id)
    specimen = usual(
        Kind(version.template.kind),
        service.issuer_of(institute),
        expires_on=specimen_expiry(options),
    )
    return hardest(specimen)


def _tried(
    specimens: Mapping[str, CertificateFacts], options: TemplateOptions
) -> list[tuple[str, list[str]]]:
    from nador.certification.pdf.flaws import flaws  # It reads the faces.

    return [
        (name, [labels.flaw(translator(), flaw) for flaw in flaws(facts, options)])
        for name, facts in specimens.items()
    ]


def _sheet(version: TemplateVersion, run_id: int) -> RunSheet:
    sheet = queries.run_sheet(db(), run_id)
    if sheet.run.institute_id != version.template.institute_id:
        raise NotFound
    policy.require_see(actor(), institute_id=sheet.run.institute_id)
    return sheet


def _troubles(sheet: RunSheet, options: TemplateOptions) -> dict[int | None, str]:
    """Say of each candidate what keeps their document from being issued by this version."""
    from nador.certification.pdf.printable import require_printable, require_sound

    told: dict[int | None, str] = {}
    for one in sheet.people[:MOST_CANDIDATES]:
        try:
            facts = _facts_of(sheet, one, options)
            require_printable(facts)
            require_sound(facts, options)
        except TemplateFlawed as refusal:
            told[one.enrolment_id] = labels.flaw(translator(), refusal.flaw)
        except Unprintable as refusal:
            told[one.enrolment_id] = describe(refusal, translator())
    return told


def _facts_of(sheet: RunSheet, one: Candidate, options: TemplateOptions) -> CertificateFacts:
    return service.draft_facts(
        sheet.institute, one, run=sheet.run, version=sheet.version, options=options
    )


@blueprint.get("/manage/templates/<int:version_id>/preview/<name>.pdf")
@access(*TEMPLATE_READERS)
def preview_template(version_id: int, name: str) -> ResponseReturnValue:
    """Draw a specimen by this version: one of the hardest, or a candidate's by their enrolment."""
    # WeasyPrint is heavy: a web process loads it only when somebody asks for a preview.
    from nador.certification.pdf.render import render as draw

    version = _seen(version_id)
    design = Design(TemplateOptions.from_dict(version.options), files().get)
    if flaws_of(design.options):
        raise NotFound
    facts = _named(version, name, design.options)
    db().rollback()  # No transaction stays open while the page is drawn.
    try:
        return Response(draw(facts, design), content_type="application/pdf")
    except (Unprintable, FileNotFoundError) as refusal:
        raise NotFound from refusal  # The page beside it says what is wrong.


def _named(version: TemplateVersion, name: str, options: TemplateOptions) -> CertificateFacts:
    enrolment_id, run_id = text.number(name), text.number(request.args.get("run", ""))
    if enrolment_id is None or run_id is None:
        return _specimens(version, options).get(name) or _nothing()
    sheet = _sheet(version, run_id)
    one = next((each for each in sheet.people if each.enrolment_id == enrolment_id), None)
    return _facts_of(sheet, one or _nothing(), options)


def _nothing() -> Any:
    raise NotFound


@blueprint.get("/manage/templates/<int:version_id>/edit")
@access(*TEMPLATE_READERS)
def edit_template(version_id: int) -> ResponseReturnValue:
    """Ask what a draft decides."""
    version = _seen(version_id)
    policy.require_edit_template(actor(), institute_id=version.template.institute_id)
    if version.status is not TemplateStatus.DRAFT:
        return redirect(url_for(".template", version_id=version_id), 303)
    options = TemplateOptions.from_dict(version.options)
    return _edit_page(version, TemplateForm.of(options, Kind(version.template.kind)))


@blueprint.post("/manage/templates/<int:version_id>/edit")
@access(*TEMPLATE_READERS)
def save_template(version_id: int) -> ResponseReturnValue:
    """Keep what a draft decides."""
    version, form = _seen(version_id), TemplateForm()
    policy.require_edit_template(actor(), institute_id=version.template.institute_id)

    def do() -> str:
        taken = _taken_in()
        before = TemplateOptions.from_dict(version.options)
        options = form.decided(before, taken, Kind(version.template.kind))
        service.save_draft(
            db(),
            actor(),
            version_id=version_id,
            options=options,
            added=taken.values(),
            edition=form.edition.data,
        )
        note(translator().gettext("The draft is kept."))
        return url_for(".template", version_id=version_id)

    return process(form, do=do, page=lambda: _edit_page(version, form))


def _taken_in() -> dict[str, Picture]:
    """Clean each picture that was given and keep its bytes; raises BadPicture at its field."""
    from nador.certification.pdf.pictures import LARGEST_FILE, take_in  # Pillow is heavy.

    taken = {}
    for name in PICTURES:
        given = request.files.get(name)
        content = given.read(LARGEST_FILE + 1) if given else b""
        if not content:
            continue
        try:
            taken[name], cleaned = take_in(content)
        except BadPicture as refusal:
            refusal.field = name
            raise
        files().put(cleaned)
    return taken


def _edit_page(version: TemplateVersion, form: TemplateForm) -> str:
    both = []
    if form.stale:
        now = TemplateForm.of(
            TemplateOptions.from_dict(version.options), Kind(version.template.kind)
        )
        both = form.beside(now)
        # Whoever saves now has seen what the other one saved.
        form.edition.data = now.edition.data
    return render(
        "certification/template_edit.html",
        form=form,
        version=version,
        both=both,
        options=TemplateOptions.from_dict(version.options),
        slots=SLOTS,
        opened={slot for slot in SLOTS for code in CODES if form[f"text_{slot}_{code}"].errors},
        labels=labels,
        words=translator(),
    )


@blueprint.post("/manage/templates/<int:version_id>/copy")
@access(*TEMPLATE_READERS)
def copy_template(version_id: int) -> ResponseReturnValue:
    """Make a draft out of this version."""
    form = BeginForm()

    def do() -> str:
        copied = service.copy_version(db(), actor(), version_id=version_id)
        return url_for(".edit_template", version_id=copied.id)

    return process(form, do=do, page=lambda: _template_page(_seen(version_id), form=form))


@blueprint.post("/manage/templates/<int:version_id>/activation")
@access(*TEMPLATE_READERS)
def activate_template(version_id: int) -> ResponseReturnValue:
    """Issue by this version from now on."""
    form = BeginForm()

    def do() -> str:
        service.activate_version(db(), actor(), version_id=version_id)
        note(translator().gettext("Documents are issued by this version from now on."))
        return url_for(".template", version_id=version_id)

    return process(form, do=do, page=lambda: _template_page(_seen(version_id), form=form))


@blueprint.post("/manage/templates/<int:version_id>/archive")
@access(*TEMPLATE_READERS)
def archive_template(version_id: int) -> ResponseReturnValue:
    """Put a draft away."""
    form = BeginForm()

    def do() -> str:
        service.archive_version(db(), actor(), version_id=version_id)
        return url_for(".templates")

    return process(form, do=do, page=lambda: _template_page(_seen(version_id), form=form))


def _seen(version_id: int) -> TemplateVersion:
    """Return a version that the actor may look at; raises NotFound."""
    version = queries.template_version(db(), version_id)
    policy.require_see_template(actor(), institute_id=version.template.institute_id)
    return version
