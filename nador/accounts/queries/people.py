"""Reads about people: by what is known of them, for staff, and for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from nador.accounts import policy, rules
from nador.accounts.models import Account, Institute, OneTimeCode, Person, RoleGrant, SignIn, Token
from nador.accounts.rules import CodePurpose, PersonStatus
from nador.kernel import text
from nador.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

PAGE = 50


def person_by_email(session: Session, email: str) -> Person | None:
    """Find a person by address; what is no address finds nobody."""
    try:
        return session.scalar(select(Person).where(Person.email == text.email(email)))
    except Invalid:
        return None


def person_by_reference(session: Session, reference: str) -> Person | None:
    """Find a person by reference number, as typed or as we write it."""
    meant = rules.references_meant(reference)
    return session.scalar(select(Person).where(Person.reference.in_(meant)))


def person(session: Session, actor: Actor, person_id: int) -> Person:
    """Return a person to staff, or to themselves; raises NotFound."""
    if not actor.is_person(person_id):
        policy.require_may_see_people(actor)
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of the register, by folded name; `next` is the id to go on after."""

    people: list[Person]
    next: str | None


def search_people(session: Session, actor: Actor, *, typed: str, after: str = "") -> PeoplePage:
    """Find people by any part of a name, by address, reference or phone, however it is spelt."""
    policy.require_may_see_people(actor)
    found = select(Person).where(Person.status == PersonStatus.ACTIVE)
    for word in text.clean(typed).split(" "):
        if term := text.fold(word):
            found = found.where(
                or_(
                    Person.name_folded.contains(term, autoescape=True),
                    Person.email.contains(word.lower(), autoescape=True),
                    Person.reference.in_(rules.references_meant(word)),
                    Person.phone.endswith(term.lstrip("0") or term, autoescape=True),
                )
            )
    folded, _, last = after.rpartition(":")
    last_id = text.number(last)
    if last_id is not None:
        found = found.where(
            or_(
                Person.name_folded > folded,
                (Person.name_folded == folded) & (Person.id > last_id),
            )
        )
    ordered = found.order_by(Person.name_folded, Person.id).limit(PAGE + 1)
    people = list(session.scalars(ordered))
    end = people[PAGE - 1] if len(people) > PAGE else None
    return PeoplePage(people[:PAGE], f"{end.name_folded}:{end.id}" if end else None)


def namesakes(session: Session, person: Person) -> list[Person]:
    """Find other people with the same Latin or the same Arabic name, once folded."""
    folded = [text.fold(name) for name in (person.name_latin, person.name_arabic) if name]
    like = [Person.name_folded.contains(name, autoescape=True) for name in folded if name]
    if not like:
        return []
    near = session.scalars(
        select(Person)
        .where(or_(*like), Person.id != person.id, Person.status == PersonStatus.ACTIVE)
        .order_by(Person.id)
        .limit(PAGE)
    )
    return [
        other
        for other in near
        if {text.fold(name) for name in (other.name_latin, other.name_arabic) if name} & set(folded)
    ][:5]


def account(session: Session, person_id: int) -> Account | None:
    """Return how a person signs in, if they can."""
    return session.get(Account, person_id)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A live grant with the centre's name."""

    grant: RoleGrant
    institute: Institute


def roles_of(session: Session, person_id: int) -> list[HeldRole]:
    """Return the live grants of a person."""
    rows = session.execute(
        select(RoleGrant, Institute)
        .join(Institute, Institute.id == RoleGrant.institute_id)
        .where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return [HeldRole(*row) for row in rows]


def live_sign_ins(session: Session, person_id: int, *, now: datetime) -> Sequence[SignIn]:
    """Return the sessions that still count, the latest first."""
    return session.scalars(
        select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            SignIn.last_seen_at > now - rules.IDLE,
        )
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    ).all()


def live_tokens(session: Session, person_id: int) -> Sequence[Token]:
    """Return the API tokens that still count."""
    return session.scalars(
        select(Token)
        .where(Token.person_id == person_id, Token.ended_at.is_(None))
        .order_by(Token.id)
    ).all()


def live_code(
    session: Session, purpose: CodePurpose, secret_hash: str, *, now: datetime
) -> OneTimeCode:
    """Return a code that still works; raises LinkDead."""
    found = session.scalar(
        select(OneTimeCode).where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.secret_hash == secret_hash,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
    )
    if found is None:
        raise LinkDead
    return found


class LinkDead(NotFound):
    """A link or a code was used, replaced, ran out, or never was."""

    code = "link_dead"
