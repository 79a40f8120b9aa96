"""Institutes, people and actors for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.accounts.models import Institute, Person, RoleGrant
from nador.kernel import clock
from nador.kernel.access import Actor, Grant, Role
from nador.kernel.text import fold
from tests.factories.store import numbers, store

if TYPE_CHECKING:
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
            prefix_folded=prefix,
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
        name=person.name_latin or "",
        locale=locale,
        grants=frozenset(
            Grant(role, institute_id, run_id if role is Role.INSTRUCTOR else None)
            for role in roles
            if role is not Role.LEARNER
        ),
    )
