"""Erasing a person: rows and decisions stay, names and ways to reach them go (Law 09-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from nador.accounts import policy, queries, rules
from nador.accounts.models import Account, OneTimeCode, Person, SignIn, Token
from nador.accounts.rules import ErasureAsked, Obstacle, PersonErased, PersonStatus
from nador.accounts.service.people import person_for_update
from nador.kernel import audit, codes, events, work
from nador.kernel.db import command
from nador.kernel.mail import MAIL, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


def obstacles(session: Session, actor: Actor, *, person_id: int) -> Sequence[Obstacle]:
    """List what keeps a person from being erased; every feature is asked."""
    asked = ErasureAsked(person_id)
    if queries.roles_of(session, person_id):
        asked.obstacles.append(Obstacle.HOLDS_A_ROLE)
    events.emit(session, actor, asked)
    return asked.obstacles


@command
def erase_person(session: Session, actor: Actor, *, person_id: int) -> None:
    """Take names, addresses and ways in from a person, everywhere.

    Raises NotErasable while something of theirs is under way, Gone for the second time.
    """
    policy.require_may_erase(actor, person_id)
    person = person_for_update(session, person_id)
    rules.require_erasable(obstacles(session, actor, person_id=person_id))
    _forget_mail(session, person)
    for kept in (Account, SignIn, Token, OneTimeCode):
        session.execute(delete(kept).where(kept.person_id == person_id))
    _anonymise(person)
    session.flush()
    audit.forget(session, [f"person:{person_id}"])
    audit.record(session, actor, "person.erased", f"person:{person_id}")
    events.emit(session, actor, PersonErased(person_id))


def _anonymise(person: Person) -> None:
    person.status = PersonStatus.ANONYMISED
    person.name_latin = person.name_arabic = person.email = person.phone = None
    person.name_folded = ""
    person.names_confirmed_at = person.names_confirmed_by_id = None
    # By the number of an office's own file a later import would know them again.
    person.reference = codes.reference("X")


def _forget_mail(session: Session, person: Person) -> None:
    """Delete every mail to the person, sent or not, and what was written down of failures."""
    theirs = or_(Message.person_id == person.id, Message.recipient == person.email)
    ids = session.scalars(select(Message.id).where(theirs)).all()
    work.forget(session, work_name=MAIL, item_ids=ids)
    session.execute(delete(Message).where(Message.id.in_(ids)))
