"""The register of people: adding, correcting, confirming names, roles, codes on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from nador.accounts import policy, queries, rules
from nador.accounts.models import Person, RoleGrant
from nador.accounts.rules import GRANTABLE, CodePurpose, Names, PersonStatus
from nador.accounts.service.writing import add_code
from nador.kernel import audit, clock, codes, text
from nador.kernel.access import Actor, Forbidden, Role
from nador.kernel.db import command
from nador.kernel.errors import Conflict, Gone, Invalid, NotFound
from nador.kernel.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session


class EmailTaken(Conflict):
    """Another person of the register has this address."""

    code = "email_taken"

    def __init__(self, *, field: str | None = None) -> None:
        self.field = field
        super().__init__()


class ReferenceTaken(Conflict):
    """Another person of the register has this reference number."""

    code = "reference_taken"


class RoleNotGrantable(Invalid):
    """Everybody is a learner, and instructors are named on their run."""

    code = "role_not_grantable"


def language(code: str | None) -> str:
    """Give a language of ours: what is unknown becomes Arabic."""
    return code if code and code in LANGUAGES else "ar"


def add_person(
    session: Session,
    *,
    names: Names,
    email: str | None = None,
    phone: str | None = None,
    locale: str = "ar",
    reference: str = "",
) -> Person:
    """Add a person, as part of a command; raises EmailTaken or ReferenceTaken."""
    if email and queries.person_by_email(session, email):
        raise EmailTaken(field="email")
    kept = text.clean(reference)[:40]
    if kept and queries.person_by_reference(session, kept):
        raise ReferenceTaken
    person = Person(
        reference=kept or codes.reference("P"),
        email=email or None,
        name_latin=names.latin,
        name_arabic=names.arabic,
        name_folded=names.folded,
        phone=phone,
        locale=language(locale),
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        # On PostgreSQL somebody with the same address can be added at the same moment.
        raise EmailTaken(field="email") from None
    return person


@command
def create_person(
    session: Session,
    actor: Actor,
    *,
    name_latin: str | None = None,
    name_arabic: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    locale: str = "ar",
    reference: str = "",
) -> Person:
    """Add somebody to the register for them; they need no address and no account."""
    policy.require_may_manage_people(actor)
    person = add_person(
        session,
        names=rules.names(name_latin, name_arabic),
        email=text.email(email) if email else None,
        phone=text.phone(phone),
        locale=locale,
        reference=reference,
    )
    session.flush()
    audit.record(session, actor, "person.created", f"person:{person.id}")
    return person


@command
def edit_person(
    session: Session,
    actor: Actor,
    *,
    person_id: int,
    name_latin: str | None,
    name_arabic: str | None,
    email: str | None,
    phone: str | None,
    locale: str,
) -> Person:
    """Correct what the register says of somebody; new names wait for confirmation again."""
    policy.require_may_manage_people(actor)
    person = person_for_update(session, person_id)
    address = text.email(email) if email else None
    if address != person.email:
        _readdress(session, actor, person, address)
    rename(person, rules.names(name_latin, name_arabic))
    person.phone = text.phone(phone)
    person.locale = language(locale)
    audit.record(session, actor, "person.edited", f"person:{person.id}")
    return person


def _readdress(session: Session, actor: Actor, person: Person, address: str | None) -> None:
    account = queries.account(session, person.id)
    if not policy.may_set_email(actor, has_account=account is not None):
        raise Forbidden
    if address and queries.person_by_email(session, address):
        raise EmailTaken(field="email")
    audit.record(session, actor, "person.readdressed", f"person:{person.id}", former=person.email)
    person.email = address
    if account:
        account.email_confirmed_at = None


def rename(person: Person, names: Names) -> None:
    """Set names, as part of a command; changed ones are no longer confirmed."""
    if names == Names(person.name_latin, person.name_arabic):
        return
    person.name_latin, person.name_arabic = names.latin, names.arabic
    person.name_folded = names.folded
    person.names_confirmed_at = person.names_confirmed_by_id = None


def person_for_update(session: Session, person_id: int) -> Person:
    """Return a person, locked until the command ends; raises NotFound, or Gone for an erased one."""
    [person] = _people_for_update(session, [person_id])
    return person


def _people_for_update(session: Session, person_ids: Collection[int]) -> Sequence[Person]:
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(person_ids))
        # In one order for all: two commands that lock the same people don't wait for each other.
        .order_by(Person.id)
        .with_for_update(key_share=True)
    ).all()
    if len(people) != len(set(person_ids)):
        raise NotFound
    if any(person.status is PersonStatus.ANONYMISED for person in people):
        raise Gone
    return people


@command
def confirm_names(session: Session, actor: Actor, *, person_ids: Collection[int]) -> None:
    """Record that a colleague compared these people's names in both scripts with their papers."""
    for person_id in person_ids:
        policy.require_may_confirm_names(actor, person_id)
    people = _people_for_update(session, person_ids)
    session.execute(
        update(Person)
        .where(Person.id.in_(person_ids))
        .values(names_confirmed_at=clock.now(), names_confirmed_by_id=actor.person_id)
    )
    audit.record_each(
        session,
        actor,
        "person.names_confirmed",
        {
            f"person:{person.id}": {"latin": person.name_latin, "arabic": person.name_arabic}
            for person in people
        },
    )


@command
def correct_names(session: Session, actor: Actor, *, person_id: int, names: Names) -> Person:
    """Write somebody's names as a colleague found them in their papers: they are confirmed with it."""
    policy.require_may_confirm_names(actor, person_id)
    person = person_for_update(session, person_id)
    rename(person, names)
    session.flush()
    confirm_names(session, actor, person_ids=[person_id])
    session.refresh(person)
    return person


@command
def print_code(session: Session, actor: Actor, *, person_id: int) -> str:
    """Make the one-time code for the sheet of somebody without e-mail; only the sheet has it."""
    policy.require_may_manage_people(actor)
    person = person_for_update(session, person_id)
    roles = queries.roles_of(session, person_id)
    if not policy.may_open_account(actor, has_email=person.email is not None, roles=roles):
        raise Forbidden
    code = rules.new_printed_code()
    secret_hash = rules.digest_of_printed(person.reference, code)
    add_code(session, person_id, CodePurpose.SIGN_IN, secret_hash=secret_hash)
    audit.record(session, actor, "sign_in.code_printed", f"person:{person_id}")
    return code


@command
def grant_role(
    session: Session, actor: Actor, *, person_id: int, institute_id: int, role: Role
) -> None:
    """Let a person do what the role may do at the institute; twice is as once."""
    policy.require_may_grant_roles(actor, person_id, institute_id=institute_id)
    if role not in GRANTABLE:
        raise RoleNotGrantable(field="role")
    person_for_update(session, person_id)
    held = [held.grant for held in queries.roles_of(session, person_id)]
    if any((one.role, one.institute_id) == (role, institute_id) for one in held):
        return
    session.add(
        RoleGrant(
            person_id=person_id,
            institute_id=institute_id,
            role=role,
            granted_at=clock.now(),
            granted_by_id=actor.person_id,
        )
    )
    _record_role(session, actor, "role.granted", person_id, institute_id, role)


@command
def end_role(session: Session, actor: Actor, *, person_id: int, grant_id: int) -> None:
    """End a role from now on; what was done with it stays."""
    policy.require_may_see_people(actor)
    grant = session.scalar(
        select(RoleGrant).where(
            RoleGrant.id == grant_id,
            RoleGrant.person_id == person_id,
            RoleGrant.ended_at.is_(None),
        )
    )
    if grant is None:
        raise NotFound
    policy.require_may_grant_roles(actor, person_id, institute_id=grant.institute_id)
    grant.ended_at = clock.now()
    _record_role(session, actor, "role.ended", person_id, grant.institute_id, grant.role)


def _record_role(
    session: Session, actor: Actor, action: str, person_id: int, institute_id: int, role: Role
) -> None:
    subject = f"person:{person_id}"
    audit.record(session, actor, action, subject, institute_id=institute_id, role=role.value)
