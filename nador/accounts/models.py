"""Institutes, people, and how they prove who they are."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nador.accounts.rules import CodePurpose, PersonStatus
from nador.kernel.access import Role
from nador.kernel.db import Base, Words, primary_key


class Institute(Base):
    """A centre that issues under its own name and number prefix."""

    __tablename__ = "institute"

    id: Mapped[int] = primary_key()
    name: Mapped[Words] = mapped_column(default=dict)  # ar, fr, en, zgh
    city: Mapped[Words] = mapped_column(default=dict)
    authority: Mapped[Words] = mapped_column(default=dict)
    signatory: Mapped[Words] = mapped_column(default=dict)  # ar, fr: the same person in two scripts
    signatory_title: Mapped[Words] = mapped_column(default=dict)
    prefix: Mapped[str] = mapped_column(String(5))
    prefix_folded: Mapped[str] = mapped_column(String(5), unique=True)
    cndp_number: Mapped[str | None]
    second_person: Mapped[bool] = mapped_column(default=False)
    """Whether a second certifier confirms what one decides about certificates."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    last_number: Mapped[int] = mapped_column(default=0)
    """The last running number given to a certificate of this institute."""
    created_at: Mapped[datetime]


class Person(Base):
    """Someone known to the platform, with or without an account."""

    __tablename__ = "person"

    id: Mapped[int] = primary_key()
    uuid: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuid.uuid4()))
    reference: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    name_latin: Mapped[str | None] = mapped_column(String(200))
    name_arabic: Mapped[str | None] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(default="")
    phone: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="ar")
    status: Mapped[PersonStatus] = mapped_column(default=PersonStatus.ACTIVE)
    names_confirmed_at: Mapped[datetime | None]
    names_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship(
        back_populates="person", foreign_keys="Account.person_id", lazy="raise_on_sql"
    )

    __table_args__ = (
        Index(None, "name_folded"),
        CheckConstraint(
            "name_latin IS NOT NULL OR name_arabic IS NOT NULL OR status = 'anonymised'",
            name="has_a_name",
        ),
    )


class Account(Base):
    """How a person signs in with a password."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str | None]
    email_confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="account", lazy="raise_on_sql")


class RoleGrant(Base):
    """What a person may do at one institute; being staff of a run is `catalogue.RunStaff`."""

    __tablename__ = "role_grant"

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    role: Mapped[Role]
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_role_grant_live",
            "person_id",
            "institute_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class SignIn(Base):
    """One signed-in browser; the cookie holds a secret whose hash is here."""

    __tablename__ = "sign_in"

    id: Mapped[int] = primary_key()
    secret_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(default="")


class Token(Base):
    """An API key; shown once, kept as a hash."""

    __tablename__ = "token"

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """A secret that works once: in a mail, or printed on paper."""

    __tablename__ = "one_time_code"

    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[CodePurpose]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
