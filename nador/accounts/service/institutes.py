"""Commands about the centres: founding one, what it says of itself, and its upkeep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts import policy, queries, rules
from nador.accounts.models import Institute, Person, RoleGrant
from nador.accounts.rules import CodePurpose, Names
from nador.accounts.service.joining import account_of
from nador.accounts.service.people import add_person
from nador.accounts.service.writing import add_code
from nador.kernel import audit, clock, codes, text, work
from nador.kernel.access import Actor, Role
from nador.kernel.db import Words, command
from nador.kernel.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session


class PrefixUnreadable(Invalid):
    """A prefix is two to five Latin letters."""

    code = "prefix_unreadable"


class PrefixTaken(Conflict):
    """Another institute's prefix reads the same: `prefix`."""

    code = "prefix_taken"


class TooFewCertifiers(Invalid):
    """Two can only decide where there are two: `there` counts them."""

    code = "too_few_certifiers"


class PrefixLocked(Conflict):
    """Certificates carry the prefix already."""

    code = "prefix_locked"


def prefix_of(typed: str) -> str:
    """Give a prefix as kept; raises PrefixUnreadable."""
    prefix = text.clean(typed).upper()
    if not rules.PREFIX.fullmatch(prefix):
        raise PrefixUnreadable(field="prefix")
    return prefix


@command
def found_institute(
    session: Session, actor: Actor, *, name: str, prefix: str, email: str, is_demo: bool = False
) -> str:
    """Make an institute with its first administrator; returns the secret of their one-time link.

    Again with the same prefix it makes nothing twice, and gives a new link to the administrator.
    """
    kept = prefix_of(prefix)
    institute = _institute_with(session, kept)
    if institute is None:
        institute = Institute(
            name=dict.fromkeys(("ar", "fr", "en"), text.clean(name)),
            prefix=kept,
            prefix_folded=codes.fold_prefix(kept),
            is_demo=is_demo,
            created_at=clock.now(),
        )
        session.add(institute)
        session.flush()
        audit.record(
            session,
            actor,
            "institute.founded",
            f"institute:{institute.id}",
            institute_id=institute.id,
        )
    person = _administrator(session, actor, institute, text.email(email))
    secret = rules.new_secret()
    add_code(session, person.id, CodePurpose.SIGN_IN, secret_hash=rules.digest(secret))
    return secret


def _institute_with(session: Session, prefix: str) -> Institute | None:
    folded = codes.fold_prefix(prefix)
    found = session.scalar(select(Institute).where(Institute.prefix_folded == folded))
    if found is not None and found.prefix != prefix:
        raise PrefixTaken(prefix=found.prefix)
    return found


def _administrator(session: Session, actor: Actor, institute: Institute, email: str) -> Person:
    person = queries.person_by_email(session, email)
    if person is None:
        person = add_person(session, names=Names(email.partition("@")[0], None), email=email)
        session.flush()
    account_of(session, person.id)
    held = [held.grant for held in queries.roles_of(session, person.id)]
    if (Role.ADMINISTRATOR, institute.id) not in {(one.role, one.institute_id) for one in held}:
        session.add(
            RoleGrant(
                person_id=person.id,
                institute_id=institute.id,
                role=Role.ADMINISTRATOR,
                granted_at=clock.now(),
            )
        )
        audit.record(
            session,
            actor,
            "role.granted",
            f"person:{person.id}",
            institute_id=institute.id,
            role=Role.ADMINISTRATOR.value,
        )
    return person


@command
def edit_institute(
    session: Session,
    actor: Actor,
    *,
    institute_id: int,
    prefix: str,
    cndp_number: str | None,
    words: Mapping[str, Words],
    second_person: bool | None = None,
) -> Institute:
    """Write what an institute says of itself; `words`: name, city, authority, signatory and title.

    Certificates that exist keep what they say; the prefix is locked once there is one.
    `second_person`: whether a second certifier confirms what one decides; None leaves that as it is.
    """
    policy.require_may_administer(actor, institute_id)
    institute = session.scalar(
        select(Institute).where(Institute.id == institute_id).with_for_update(key_share=True)
    )
    if institute is None:
        raise NotFound
    kept = prefix_of(prefix)
    if kept != institute.prefix:
        _take_prefix(session, institute, kept)
    for what in ("name", "city", "authority", "signatory", "signatory_title"):
        said = {code: text.clean(typed) for code, typed in words.get(what, {}).items()}
        setattr(institute, what, {code: typed for code, typed in said.items() if typed})
    institute.cndp_number = text.clean(cndp_number or "") or None
    audit.record(
        session, actor, "institute.edited", f"institute:{institute_id}", institute_id=institute_id
    )
    if second_person is not None and second_person != institute.second_person:
        _ask_for_second_person(session, actor, institute, asked=second_person)
    return institute


def _ask_for_second_person(
    session: Session, actor: Actor, institute: Institute, *, asked: bool
) -> None:
    there = len(queries.certifiers(session, institute.id))
    if asked and there < rules.DECIDE_TOGETHER:
        raise TooFewCertifiers(field="second_person", there=there)
    institute.second_person = asked
    audit.record(
        session,
        actor,
        "institute.second_person",
        f"institute:{institute.id}",
        institute_id=institute.id,
        asked=asked,
    )


def _take_prefix(session: Session, institute: Institute, prefix: str) -> None:
    if institute.last_number:
        raise PrefixLocked
    other = _institute_with(session, prefix)
    if other is not None and other.id != institute.id:
        raise PrefixTaken(prefix=other.prefix)
    institute.prefix, institute.prefix_folded = prefix, codes.fold_prefix(prefix)


@command
def retry_work(session: Session, actor: Actor, *, work_name: str, item_id: int) -> None:
    """Let the worker try a dead item again."""
    policy.require_administrator(actor)
    work.retry(session, actor, work_name=work_name, item_id=item_id)
    audit.record(session, actor, "work.retried", f"{work_name}:{item_id}")
