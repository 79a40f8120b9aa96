"""Who stands at the door: by cookie, by token, by what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, bindparam, select

from nador.accounts import rules
from nador.accounts.models import Account, Person, RoleGrant, SignIn, Token
from nador.accounts.rules import PersonStatus
from nador.kernel import text
from nador.kernel.access import Actor, Grant
from nador.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at a door that opened, with the grants that accounts know of."""

    actor: Actor
    last_seen_at: datetime | None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """What is needed to judge a password: the person, their hash, and whether they may enter."""

    person_id: int
    email: str | None
    password_hash: str | None
    email_confirmed: bool


_PERSON = (
    Person.id,
    Person.name_latin,
    Person.name_arabic,
    Person.locale,
    RoleGrant.role,
    RoleGrant.institute_id,
)


def _with_grants(asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        asked.add_columns(*_PERSON)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None)))
        .where(Person.status == PersonStatus.ACTIVE)
    )


def visitor_with_cookie(session: Session, secret: str, *, now: datetime) -> Visitor | None:
    """Return who signed in with this secret, if the sign-in still lives: one statement."""
    rows = session.execute(
        _with_grants(
            select(SignIn.id.label("key"), SignIn.last_seen_at).select_from(SignIn).join(Person)
        ).where(
            SignIn.secret_hash == rules.digest(secret),
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            SignIn.last_seen_at > now - rules.IDLE,
        )
    ).all()
    return Visitor(_actor(rows, sign_in_id=rows[0].key), rows[0].last_seen_at) if rows else None


FRESH: Final = (
    SignIn.secret_hash == bindparam("secret_hash"),
    SignIn.ended_at.is_(None),
    SignIn.expires_at > bindparam("seen_now"),
    SignIn.last_seen_at > bindparam("seen_since"),
    Person.status == PersonStatus.ACTIVE,
)
"""That a sign-in lives and was seen just now, for a statement that joins it with what it is about."""


def fresh(secret: str, *, now: datetime) -> dict[str, Any]:
    """Give the parameters of `FRESH`; who was not seen for long goes through the door, which notes it."""
    return {
        "secret_hash": rules.digest(secret),
        "seen_now": now,
        "seen_since": now - rules.SEEN_EVERY,
    }


def visitor_with_token(session: Session, secret: str) -> Visitor | None:
    """Return whose token this is, if it still lives: one statement."""
    rows = session.execute(
        _with_grants(
            select(Token.id.label("key"), Token.last_used_at, Token.scopes)
            .select_from(Token)
            .join(Person)
        ).where(
            Token.secret_hash == rules.digest(secret),
            Token.ended_at.is_(None),
        )
    ).all()
    if not rows:
        return None
    actor = _actor(rows, token_id=rows[0].key)
    return Visitor(actor, rows[0].last_used_at, tuple(rows[0].scopes))


def actor_by_email(session: Session, email: str) -> Actor:
    """Return the person with this address as an actor (`--as EMAIL`); raises NotFound."""
    rows = session.execute(
        _with_grants(select().select_from(Person)).where(Person.email == text.email(email))
    ).all()
    if not rows:
        raise NotFound
    return _actor(rows)


def _actor(rows: Sequence[Any], **way: int) -> Actor:
    person = rows[0]
    grants = {Grant(row.role, row.institute_id) for row in rows if row.role is not None}
    return Actor(
        person_id=person.id,
        name_latin=person.name_latin,
        name_arabic=person.name_arabic,
        locale=person.locale,
        grants=frozenset(grants),
        **way,
    )


def door(session: Session, login: str) -> Door | None:
    """Find the account that an e-mail address or a reference number names."""
    row = session.execute(
        select(Person.id, Person.email, Account.password_hash, Account.email_confirmed_at)
        .join_from(Person, Account)
        .where(_named(login), Person.status == PersonStatus.ACTIVE)
    ).first()
    if row is None:
        return None
    return Door(row.id, row.email, row.password_hash, row.email_confirmed_at is not None)


def _named(login: str) -> Any:
    if "@" not in login:
        return Person.reference.in_(rules.references_meant(login))
    try:
        return Person.email == text.email(login)
    except Invalid:
        return Person.id.is_(None)
