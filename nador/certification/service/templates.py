"""Deciding how documents look: a draft is edited, tried, and then comes into use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from nador.accounts.models import Institute
from nador.certification import policy, queries, rules
from nador.certification.facts import Kind
from nador.certification.models import TemplatePicture, TemplateVersion
from nador.certification.pdf.printable import require_sound
from nador.certification.rules import TemplateStatus
from nador.certification.service.freezing import active_template, issuer_of
from nador.certification.template import TemplateOptions, specimen_expiry
from nador.kernel import audit, clock
from nador.kernel.db import command
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nador.catalogue.rules import DocumentKind
    from nador.certification.template import Picture
    from nador.kernel.access import Actor


@command
def begin_template(
    session: Session, actor: Actor, *, institute_id: int, kind: DocumentKind
) -> TemplateVersion:
    """Return the draft for this kind of document; a copy of what is in use where there is none."""
    policy.require_edit_template(actor, institute_id=institute_id)
    in_use = active_template(session, institute_id=institute_id, kind=kind)
    return queries.draft_of(session, in_use.template_id) or copy_version(
        session, actor, version_id=in_use.id
    )


@command
def copy_version(session: Session, actor: Actor, *, version_id: int) -> TemplateVersion:
    """Make a draft out of a version; raises DraftThere."""
    version = _locked(session, actor, version_id)
    draft = queries.draft_of(session, version.template_id)
    if draft is not None:
        raise rules.DraftThere(version_id=draft.id)
    last = session.scalar(
        select(func.max(TemplateVersion.number)).where(
            TemplateVersion.template_id == version.template_id
        )
    )
    copied = TemplateVersion(
        template_id=version.template_id,
        number=(last or 0) + 1,
        layout=version.layout,
        options=TemplateOptions.from_dict(version.options).to_dict(),
        created_at=clock.now(),
    )
    session.add(copied)
    session.flush()
    _record(session, actor, "template.copied", version, copy=copied.id)
    return copied


@command
def save_draft(
    session: Session,
    actor: Actor,
    *,
    version_id: int,
    options: TemplateOptions,
    added: Iterable[Picture] = (),
    edition: str | None = None,
) -> None:
    """Keep what a draft decides; `added` are pictures that were taken in for it.

    `edition` is that of the options which whoever saves has read. A draft may have flaws, which are
    shown. Raises VersionKept, DraftChanged, NotFound for another's picture.
    """
    version = _locked(session, actor, version_id)
    rules.require_draft(version.status)
    rules.require_edition(edition, TemplateOptions.from_dict(version.options).edition)
    institute_id = version.template.institute_id
    _keep_pictures(session, actor, added, institute_id=institute_id)
    wanted = {one.sha256 for one in options.pictures}
    if queries.own_pictures(session, institute_id, wanted) != wanted:
        raise NotFound
    version.options = options.to_dict()
    _record(session, actor, "template.edited", version)


def _keep_pictures(
    session: Session, actor: Actor, added: Iterable[Picture], *, institute_id: int
) -> None:
    hashes = {one.sha256 for one in added}
    known = queries.own_pictures(session, institute_id, hashes)
    session.add_all(
        TemplatePicture(
            institute_id=institute_id,
            sha256=sha256,
            added_by_id=actor.person_id,
            added_at=clock.now(),
        )
        for sha256 in sorted(hashes - known)
    )
    session.flush()


@command
def activate_version(session: Session, actor: Actor, *, version_id: int) -> None:
    """Issue by this version from now on, and put the one before it away; raises TemplateFlawed."""
    # Only a worker, and who tries a template, reads the faces.
    from nador.certification.pdf.specimens import usual

    version = _locked(session, actor, version_id)
    rules.require_template_step(version.status, TemplateStatus.ACTIVE)
    options = TemplateOptions.from_dict(version.options)
    institute = session.get_one(Institute, version.template.institute_id)
    specimen = usual(
        Kind(version.template.kind),
        issuer_of(institute),
        expires_on=specimen_expiry(options),
    )
    require_sound(specimen, options)
    before = queries.template_in_use(session, institute_id=institute.id, kind=version.template.kind)
    if before is not None:
        before.status = TemplateStatus.ARCHIVED
        session.flush()
    version.status = TemplateStatus.ACTIVE
    _record(session, actor, "template.activated", version, instead_of=before and before.id)


@command
def archive_version(session: Session, actor: Actor, *, version_id: int) -> None:
    """Put a draft away."""
    version = _locked(session, actor, version_id)
    rules.require_template_step(version.status, TemplateStatus.ARCHIVED)
    version.status = TemplateStatus.ARCHIVED
    _record(session, actor, "template.archived", version)


def _locked(session: Session, actor: Actor, version_id: int) -> TemplateVersion:
    """Return a version that nobody else changes meanwhile: steps of one template wait for each other."""
    version = queries.template_version(session, version_id)
    policy.require_edit_template(actor, institute_id=version.template.institute_id)
    session.refresh(version.template, with_for_update={"key_share": True})
    session.refresh(version, ["status", "options"], with_for_update={"key_share": True})
    return version


def _record(
    session: Session, actor: Actor, action: str, version: TemplateVersion, **details: object
) -> None:
    audit.record(
        session,
        actor,
        action,
        f"template_version:{version.id}",
        institute_id=version.template.institute_id,
        number=version.number,
        **details,
    )
