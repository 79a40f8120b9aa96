"""Templates: how an institute's documents look, in versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import TemplateStatus
from nador.kernel.db import Base, primary_key


class CertificateTemplate(Base):
    """How an institute's documents of one kind look; its versions say it."""

    __tablename__ = "certificate_template"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    kind: Mapped[DocumentKind]
    name: Mapped[str]

    __table_args__ = (
        UniqueConstraint("institute_id", "kind", "name"),
        # One template for each kind, so that one version of it in use is one for the kind.
        Index("uq_certificate_template_kind", "institute_id", "kind", unique=True),
    )


_ACTIVE, _DRAFT = text("status = 'active'"), text("status = 'draft'")


class TemplateVersion(Base):
    """One state of a template: a draft can be edited, and nothing of what was ever in use changes."""

    __tablename__ = "template_version"

    id: Mapped[int] = primary_key()
    template_id: Mapped[int] = mapped_column(ForeignKey("certificate_template.id"))
    number: Mapped[int]
    layout: Mapped[str]
    """The name of a bundled layout."""
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """As `TemplateOptions.to_dict`."""
    status: Mapped[TemplateStatus] = mapped_column(default=TemplateStatus.DRAFT)
    created_at: Mapped[datetime]

    template: Mapped[CertificateTemplate] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        Index(
            "uq_template_version_active",
            "template_id",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index(
            "uq_template_version_draft",
            "template_id",
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
    )


class TemplatePicture(Base):
    """A logo or a signature that an institute may show: its cleaned bytes lie in the file store."""

    __tablename__ = "template_picture"

    id: Mapped[int] = primary_key()
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("institute_id", "sha256"),)
