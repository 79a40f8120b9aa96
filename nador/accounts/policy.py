"""Who may do what with people, roles and centres; the table is `kernel.access.TABLE`.

The register of people is one for all centres of a deployment, so staff of any of them see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.kernel.access import Action, Actor, Forbidden, require, require_not_own_case
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection


def may_see_people(actor: Actor) -> bool:
    """Registrars, auditors and administrators see the people of the centre."""
    return bool(actor.institutes(Action.SEE_ENROLMENTS))


def may_manage_people(actor: Actor) -> bool:
    """Registrars and administrators add and correct people."""
    return bool(actor.institutes(Action.MANAGE_ENROLMENTS))


def may_administer(actor: Actor) -> bool:
    """Administrators look after some centre."""
    return bool(actor.institutes(Action.ADMINISTER))


def may_see_audit(actor: Actor) -> bool:
    """Auditors and administrators search the audit trail."""
    return bool(actor.institutes(Action.SEE_AUDIT))


def may_confirm_names(actor: Actor, person_id: int) -> bool:
    """Whoever manages people or certifies confirms the names of others."""
    staff = may_manage_people(actor) or bool(actor.institutes(Action.CERTIFY))
    return staff and not actor.is_person(person_id)


def may_grant_roles(actor: Actor, person_id: int) -> bool:
    """Administrators grant and end roles, never their own."""
    return may_administer(actor) and not actor.is_person(person_id)


def may_open_account(actor: Actor, *, has_email: bool, roles: Collection[object]) -> bool:
    """A printed code opens an account: only where no mail can, and never a colleague's."""
    return may_manage_people(actor) and not has_email and (not roles or may_administer(actor))


def may_set_email(actor: Actor, *, has_account: bool) -> bool:
    """Whose mail it is can take the account over: once there is one, staff leave it alone."""
    return may_manage_people(actor) and (not has_account or may_administer(actor))


def require_may_see_people(actor: Actor) -> None:
    """Refuse those who may not know who is in the register."""
    if not may_see_people(actor):
        raise NotFound


def require_may_manage_people(actor: Actor) -> None:
    """Refuse those who may only see the register, or not even that."""
    require_may_see_people(actor)
    if not may_manage_people(actor):
        raise Forbidden


def require_may_confirm_names(actor: Actor, person_id: int) -> None:
    """Refuse those who don't answer for names, and everybody for their own."""
    if not (may_see_people(actor) or actor.institutes(Action.CERTIFY)):
        raise NotFound
    require_not_own_case(actor, person_id)
    if not may_confirm_names(actor, person_id):
        raise Forbidden


def require_may_grant_roles(actor: Actor, person_id: int, *, institute_id: int) -> None:
    """Refuse all but this institute's administrators, and those for themselves."""
    require_may_see_people(actor)
    require(actor, Action.ADMINISTER, institute_id=institute_id, seen=Action.SEE_ENROLMENTS)
    require_not_own_case(actor, person_id)


def may_erase(actor: Actor, person_id: int) -> bool:
    """Administrators erase others: the register of people is one for all centres."""
    return may_administer(actor) and not actor.is_person(person_id)


def require_may_erase(actor: Actor, person_id: int) -> None:
    """Refuse all but administrators, and those for themselves."""
    require_administrator(actor)
    require_not_own_case(actor, person_id)


def require_may_administer(actor: Actor, institute_id: int) -> None:
    """Refuse all but this institute's administrators."""
    require(actor, Action.ADMINISTER, institute_id=institute_id)


def require_administrator(actor: Actor) -> None:
    """Refuse all but administrators of some centre."""
    if not may_administer(actor):
        raise NotFound


def require_may_see_audit(actor: Actor) -> None:
    """Refuse all but auditors and administrators."""
    if not may_see_audit(actor):
        raise NotFound
