"""Reads of templates: versions, drafts, pictures, and runs to try them on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, select
from sqlalchemy.orm import contains_eager, joinedload

from nador.accounts.models import Institute
from nador.assessment import queries as assessment_queries
from nador.catalogue.models import CourseVersion, Run
from nador.certification.models import CertificateTemplate, TemplatePicture, TemplateVersion
from nador.certification.rules import TemplateStatus
from nador.kernel.access import Action, Actor
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from nador.catalogue.rules import DocumentKind
    from nador.kernel.db import Words


def template_in_use(
    session: Session, *, institute_id: int, kind: DocumentKind
) -> TemplateVersion | None:
    """Return the version that the institute draws this kind of document by; None: nobody made one."""
    return session.scalar(
        select(TemplateVersion)
        .join(CertificateTemplate, CertificateTemplate.id == TemplateVersion.template_id)
        .where(
            CertificateTemplate.institute_id == institute_id,
            CertificateTemplate.kind == kind,
            TemplateVersion.status == TemplateStatus.ACTIVE,
        )
    )


def template_version(session: Session, version_id: int) -> TemplateVersion:
    """Return a version with its template; raises NotFound."""
    found = session.scalar(
        select(TemplateVersion)
        .options(joinedload(TemplateVersion.template))
        .where(TemplateVersion.id == version_id)
    )
    if found is None:
        raise NotFound
    return found


def template_versions(session: Session, actor: Actor) -> Sequence[TemplateVersion]:
    """List the versions of the actor's institutes, newest first, each with its template."""
    return session.scalars(
        select(TemplateVersion)
        .join(TemplateVersion.template)
        .options(contains_eager(TemplateVersion.template))
        .where(CertificateTemplate.institute_id.in_(actor.institutes(Action.SEE_TEMPLATES)))
        .order_by(TemplateVersion.template_id, TemplateVersion.number.desc())
    ).all()


def institutes_with_templates(session: Session, actor: Actor) -> Sequence[Institute]:
    """List the institutes whose templates the actor may see."""
    return session.scalars(
        select(Institute)
        .where(Institute.id.in_(actor.institutes(Action.SEE_TEMPLATES)))
        .order_by(Institute.id)
    ).all()


def runs_of_kind(
    session: Session, *, institute_id: int, kind: DocumentKind, most: int = 30
) -> Sequence[Row[int, str, Words]]:
    """List the latest runs with passes that lead to this kind of document: run, code, title."""
    passes = assessment_queries.pass_counts().subquery()
    return session.execute(
        select(Run.id, Run.code, CourseVersion.title)
        .join(CourseVersion, CourseVersion.id == Run.version_id)
        .join(passes, passes.c.run_id == Run.id)
        .where(Run.institute_id == institute_id, CourseVersion.document == kind)
        .order_by(Run.ends_on.desc(), Run.id.desc())
        .limit(most)
    ).all()


def draft_of(session: Session, template_id: int) -> TemplateVersion | None:
    """Return a template's draft, if it has one."""
    return session.scalar(
        select(TemplateVersion).where(
            TemplateVersion.template_id == template_id,
            TemplateVersion.status == TemplateStatus.DRAFT,
        )
    )


def own_pictures(session: Session, institute_id: int, hashes: Collection[str]) -> set[str]:
    """Tell which of these pictures the institute may show."""
    return set(
        session.scalars(
            select(TemplatePicture.sha256).where(
                TemplatePicture.institute_id == institute_id, TemplatePicture.sha256.in_(hashes)
            )
        )
    )
