"""Reads about the centres, and what goes on in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts import policy, rules
from nador.accounts.models import Institute, Person, RoleGrant
from nador.kernel.access import Action, Actor, Grant, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.errors import NotFound
from nador.kernel.mail import Message

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.db import Words

PAGE = 50


def brand(session: Session) -> tuple[Words, str | None]:
    """Return what stands on every page: the first institute's name, and its CNDP number."""
    first = first_institute(session)
    return (first.name, first.cndp_number) if first else ({}, None)


def is_demo(session: Session) -> bool:
    """Whether this is a demo centre, with accounts that everybody knows."""
    return bool(session.scalar(select(Institute.id).where(Institute.is_demo).limit(1)))


def first_institute(session: Session) -> Institute | None:
    """Return the institute in whose name the deployment speaks, None before `nador init`."""
    return session.scalar(select(Institute).order_by(Institute.id).limit(1))


def administered(session: Session, actor: Actor) -> list[Institute]:
    """Return the institutes that the actor administers."""
    ids = actor.institutes(Action.ADMINISTER)
    return list(
        session.scalars(select(Institute).where(Institute.id.in_(ids)).order_by(Institute.id))
    )


def institute(session: Session, actor: Actor, institute_id: int) -> Institute:
    """Return an institute to its administrator; raises NotFound."""
    policy.require_may_administer(actor, institute_id)
    found = session.get(Institute, institute_id)
    if found is None:
        raise NotFound
    return found


def certifiers(session: Session, institute_id: int) -> list[Person]:
    """List who decides about an institute's certificates, by name."""
    return list(
        session.scalars(
            select(Person)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(
                RoleGrant.institute_id == institute_id,
                RoleGrant.role == Role.CERTIFIER,
                RoleGrant.ended_at.is_(None),
            )
            .order_by(Person.name_folded, Person.id)
        )
    )


def missing_for_issue(institute: Institute) -> list[str]:
    """List what an institute must still say before it may issue; labels.MISSING has the words."""
    return rules.missing_for_issue(
        name=institute.name,
        city=institute.city,
        signatory=institute.signatory,
        signatory_title=institute.signatory_title,
        cndp_number=institute.cndp_number,
    )


def operator(session: Session) -> Actor:
    """Return whoever sits at the machine's terminal: an administrator of every institute."""
    ids = session.scalars(select(Institute.id))
    return Actor(grants=frozenset(Grant(Role.ADMINISTRATOR, each) for each in ids))


@dataclass(frozen=True, slots=True)
class Trail:
    """A page of the audit trail, the latest first; names by person id."""

    entries: Sequence[AuditEntry]
    names: dict[int, Person]
    next: int | None


def search_audit(
    session: Session, actor: Actor, *, action: str = "", subject: str = "", before: int = 0
) -> Trail:
    """Find what was done, by the start of its name and by its subject, in the actor's institutes.

    Entries of no institute (sign-ins, people) belong to all.
    """
    policy.require_may_see_audit(actor)
    found = select(AuditEntry).where(
        AuditEntry.institute_id.is_(None)
        | AuditEntry.institute_id.in_(actor.institutes(Action.SEE_AUDIT))
    )
    if action:
        found = found.where(AuditEntry.action.startswith(action, autoescape=True))
    if subject:
        found = found.where(AuditEntry.subject == subject)
    if before:
        found = found.where(AuditEntry.id < before)
    rows = session.scalars(found.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()
    entries = rows[:PAGE]
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    people = session.scalars(select(Person).where(Person.id.in_(ids)))
    return Trail(
        entries, {one.id: one for one in people}, entries[-1].id if len(rows) > PAGE else None
    )


def messages(session: Session, actor: Actor, *, before: int = 0) -> list[Message]:
    """Return the latest mails of the outbox, one more than a page where there are more."""
    policy.require_administrator(actor)
    found = select(Message).order_by(Message.id.desc()).limit(PAGE + 1)
    return list(session.scalars(found.where(Message.id < before) if before else found))


def message(session: Session, actor: Actor, message_id: int) -> Message:
    """Return one mail of the outbox; raises NotFound."""
    policy.require_administrator(actor)
    found = session.get(Message, message_id)
    if found is None:
        raise NotFound
    return found
