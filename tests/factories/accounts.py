"""Institutes, people and actors for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argon2 import PasswordHasher

from nador.accounts import rules
from nador.accounts.models import Account, Institute, Person, RoleGrant, SignIn, Token
from nador.kernel import clock, codes
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.text import fold
from tests.factories.store import numbers, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


def make_institute(session: Session, *, prefix: str = "NDR") -> Institute:
    """Make an institute that is ready to issue."""
    return store(
        session,
        Institute(
            name={
                "ar": "معهد الذكاء الاصطناعي بالناظور",
                "fr": "Institut de l’intelligence artificielle de Nador",
                "en": "Nador Institute of Artificial Intelligence",
                "zgh": "ⴰⵙⵉⵏⴰⴳ ⵏ ⵏⴰⴹⵓⵔ",
            },
            city={"ar": "الناظور", "fr": "Nador", "en": "Nador"},
            authority={},
            signatory={"ar": "ذ. نجيب العزوزي", "fr": "Pr Najib Azzouzi"},
            signatory_title={"ar": "مدير المعهد", "fr": "Le directeur", "en": "Director"},
            prefix=prefix,
            prefix_folded=codes.fold_prefix(prefix),
            cndp_number="D-123/2026",
            created_at=clock.now(),
        ),
    )


def make_person(
    session: Session,
    *,
    name_latin: str | None = "Salma Bouziane",
    name_arabic: str | None = "سلمى بوزيان",
    email: str | None = "",
    confirmed: bool = True,
) -> Person:
    """Make a person; `email=""` gives a new address, None gives none."""
    number = next(numbers)
    now = clock.now()
    return store(
        session,
        Person(
            reference=f"P{number:07}",
            email=f"person{number}@nador.example" if email == "" else email,
            name_latin=name_latin,
            name_arabic=name_arabic,
            name_folded=fold(f"{name_latin or ''} {name_arabic or ''}"),
            names_confirmed_at=now if confirmed else None,
            created_at=now,
        ),
    )


def make_actor(
    session: Session,
    *roles: Role,
    institute_id: int = 1,
    run_id: int | None = None,
    locale: str = "en",
) -> Actor:
    """Make a person with these roles (an instructor's on `run_id`) and return them as an actor."""
    person = make_person(session)
    for role in roles:
        if role not in {Role.LEARNER, Role.INSTRUCTOR}:
            store(
                session,
                RoleGrant(
                    person_id=person.id,
                    institute_id=institute_id,
                    role=role,
                    granted_at=clock.now(),
                ),
            )
    return Actor(
        person_id=person.id,
        name_latin=person.name_latin,
        locale=locale,
        grants=frozenset(
            Grant(role, institute_id, run_id if role is Role.INSTRUCTOR else None)
            for role in roles
            if role is not Role.LEARNER
        ),
    )


PASSWORD = "a quiet heron by the lagoon"
_quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def make_account(
    session: Session, person: Person, password: str | None = PASSWORD, *, confirmed: bool = True
) -> Account:
    """Give the person an account; its hash is cheap, and is renewed at the first sign-in."""
    now = clock.now()
    return store(
        session,
        Account(
            person_id=person.id,
            password_hash=_quick.hash(password) if password else None,
            email_confirmed_at=now if confirmed and person.email else None,
            created_at=now,
        ),
    )


def make_sign_in(session: Session, person_id: int) -> str:
    """Make a live session of the person, and return the secret for its cookie."""
    now, secret = clock.now(), rules.new_secret()
    store(
        session,
        SignIn(
            secret_hash=rules.digest(secret),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + rules.LONGEST,
            device="tests",
        ),
    )
    return secret


def sign_in(client: FlaskClient, session: Session, who: Actor | Person) -> None:
    """Let the client act as this person from now on, with the grants that the database has."""
    person_id = who.person_id if isinstance(who, Actor) else who.id
    assert person_id is not None
    secret = make_sign_in(session, person_id)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update({"_user_id": secret, "_fresh": True})


def make_token(session: Session, who: Actor | Person, *, scopes: tuple[str, ...] = ()) -> str:
    """Make an API token of the person; send it as `Authorization: Bearer <token>`."""
    person_id = who.person_id if isinstance(who, Actor) else who.id
    secret = rules.new_secret()
    store(
        session,
        Token(
            person_id=person_id,
            name="tests",
            secret_hash=rules.digest(secret),
            scopes=list(scopes),
            created_at=clock.now(),
        ),
    )
    return secret
