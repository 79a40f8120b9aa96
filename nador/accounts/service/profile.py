"""What people look after themselves: names, password, address, sessions, tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.accounts import policy, queries, rules
from nador.accounts.models import Person, SignIn, Token
from nador.accounts.rules import CodePurpose, Scope
from nador.accounts.service import passwords
from nador.accounts.service.joining import account_of, end_sessions
from nador.accounts.service.people import EmailTaken, language, person_for_update, rename
from nador.accounts.service.writing import send_link
from nador.kernel import audit, clock, text
from nador.kernel.db import command
from nador.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


class PasswordWrong(Invalid):
    """The present password was asked for, and this is not it."""

    code = "password_wrong"


class TokenNameMissing(Invalid):
    """A token is told from others by its name."""

    code = "token_name_missing"


class ScopeUnknown(Invalid):
    """There is no such scope: `scope`."""

    code = "scope_unknown"


def _myself(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


@command
def edit_profile(
    session: Session,
    actor: Actor,
    *,
    name_latin: str | None,
    name_arabic: str | None,
    phone: str | None,
    locale: str,
) -> None:
    """Correct one's own names, phone and language; changed names wait for confirmation again."""
    person = person_for_update(session, _myself(actor))
    rename(person, rules.names(name_latin, name_arabic))
    person.phone = text.phone(phone)
    person.locale = language(locale)
    audit.record(session, actor, "person.edited", f"person:{person.id}")


def change_password(session: Session, actor: Actor, *, present: str, password: str) -> None:
    """Change one's own password; the present one is asked for, where there is one."""
    person_id = _myself(actor)
    account = queries.account(session, person_id)
    stored = account.password_hash if account else None
    person = session.get_one(Person, person_id)
    session.rollback()
    if stored and not passwords.fits(stored, present):
        raise PasswordWrong(field="present")
    rules.require_strong(password, known=(person.email, person.name_latin, person.name_arabic))
    replace_password(session, actor, stored=stored, password_hash=passwords.hashed(password))


@command
def replace_password(
    session: Session, actor: Actor, *, stored: str | None, password_hash: str
) -> None:
    """Set one's own password if it is still the `stored` one, and end all other sessions."""
    account = account_of(session, _myself(actor))
    if account.password_hash != stored:
        raise PasswordWrong(field="present")
    account.password_hash = password_hash
    end_sessions(session, account.person_id, but=actor.sign_in_id)
    audit.record(session, actor, "password.changed", f"person:{account.person_id}")


@command
def ask_for_email(session: Session, actor: Actor, *, email: str, site: str) -> None:
    """Send a link to a new address of one's own; it counts from the moment it is confirmed."""
    address = text.email(email)
    if queries.person_by_email(session, address):
        raise EmailTaken(field="email")
    person = session.get_one(Person, _myself(actor))
    account_of(session, person.id)
    url = f"{site}/confirm/"
    send_link(
        session, person, CodePurpose.CONFIRM_EMAIL, "accounts/mail/move.txt", email=address, url=url
    )
    audit.record(session, actor, "account.email_asked", f"person:{person.id}")


@command
def end_session(session: Session, actor: Actor, *, sign_in_id: int) -> None:
    """End one of one's own sessions; raises NotFound for anybody else's."""
    row = session.get(SignIn, sign_in_id)
    if row is None or row.person_id != _myself(actor):
        raise NotFound
    row.ended_at = row.ended_at or clock.now()
    audit.record(session, actor, "sign_in.ended", f"person:{row.person_id}")


@command
def end_other_sessions(session: Session, actor: Actor) -> None:
    """End all of one's sessions but this one."""
    end_sessions(session, _myself(actor), but=actor.sign_in_id)
    audit.record(session, actor, "sign_in.others_ended", f"person:{actor.person_id}")


@command
def create_token(
    session: Session, actor: Actor, *, person_id: int, name: str, scopes: Iterable[str] = ()
) -> str:
    """Make an API token of one's own (or, from the terminal, anybody's); returns it once."""
    at_the_terminal = not actor.signed_in and policy.may_administer(actor)
    if not (actor.is_person(person_id) or at_the_terminal):
        raise NotFound
    called, wanted = text.clean(name)[:80], sorted(set(scopes))
    if not called:
        raise TokenNameMissing(field="name")
    for scope in wanted:
        if scope not in set(Scope):
            raise ScopeUnknown(field="scopes", scope=scope)
    secret = rules.new_token()
    session.add(
        Token(
            person_id=person_id,
            name=called,
            secret_hash=rules.digest(secret),
            scopes=wanted,
            created_at=clock.now(),
        )
    )
    audit.record(session, actor, "token.created", f"person:{person_id}", name=called)
    return secret


@command
def revoke_token(session: Session, actor: Actor, *, token_id: int) -> None:
    """End a token: one's own, or as an administrator anybody's; it opens nothing any more."""
    token = session.get(Token, token_id)
    if token is None or not (actor.is_person(token.person_id) or policy.may_administer(actor)):
        raise NotFound
    token.ended_at = token.ended_at or clock.now()
    audit.record(session, actor, "token.revoked", f"person:{token.person_id}", name=token.name)
