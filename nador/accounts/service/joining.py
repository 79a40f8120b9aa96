"""Getting an account, and getting back into it: sign-up, links by mail, codes on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from nador.accounts import queries, rules
from nador.accounts.models import Account, Person, SignIn
from nador.accounts.rules import CodePurpose, Names, PersonStatus, SignInOutcome
from nador.accounts.service import passwords
from nador.accounts.service.people import EmailTaken, add_person
from nador.accounts.service.signing_in import Attempt, open_session
from nador.accounts.service.writing import send, send_link, spend
from nador.kernel import audit, clock, text
from nador.kernel.db import command
from nador.kernel.errors import NotAllowed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


class SignInFirst(NotAllowed):
    """A new address is confirmed by whoever is signed in to the account that gets it."""

    code = "sign_in_first"


def sign_up(
    session: Session,
    actor: Actor,
    *,
    email: str,
    names: Names,
    password: str,
    locale: str,
    site: str,
) -> str:
    """Ask for an account; whether the address was known before, only its mail box learns.

    Returns what tells `confirm_email` later that it is the same browser that chose the password.
    """
    address = text.email(email)
    rules.require_strong(password, known=(address, names.latin, names.arabic))
    password_hash = passwords.hashed(password)
    register(
        session,
        actor,
        email=address,
        names=names,
        password_hash=password_hash,
        locale=locale,
        site=site,
    )
    return rules.digest(password_hash)


@command
def register(
    session: Session,
    actor: Actor,
    *,
    email: str,
    names: Names,
    password_hash: str,
    locale: str,
    site: str,
) -> None:
    """Add a person with an unconfirmed account, and send what its owner needs to go on."""
    person = queries.person_by_email(session, email)
    account = queries.account(session, person.id) if person else None
    if person and (account is None or account.email_confirmed_at):
        # Somebody with a past here: what they have is opened by their mail box alone.
        send_link(
            session,
            person,
            CodePurpose.RESET_PASSWORD,
            "accounts/mail/known.txt",
            email=email,
            url=f"{site}/reset/",
        )
        return
    if person is None or account is None:
        person = add_person(session, names=names, email=email, locale=locale)
        session.flush()
        account = Account(person_id=person.id, created_at=clock.now())
        session.add(account)
        audit.record(session, actor, "account.asked", f"person:{person.id}")
    # The latest to ask decides, and it counts only where they also open the mail: `confirm_email`.
    account.password_hash = password_hash
    send_link(
        session,
        person,
        CodePurpose.CONFIRM_EMAIL,
        "accounts/mail/confirm.txt",
        email=email,
        url=f"{site}/confirm/",
    )


@command
def confirm_email(
    session: Session, actor: Actor, *, secret: str, device: str, chose: str = ""
) -> str:
    """Confirm the address that the link was sent to; returns a cookie's secret, or "" if signed in.

    `chose` is what `sign_up` gave this browser. Raises LinkDead, SignInFirst and EmailTaken.
    """
    code = spend(session, CodePurpose.CONFIRM_EMAIL, rules.digest(secret))
    person = session.get_one(Person, code.person_id)
    account = session.get_one(Account, person.id)
    former = person.email
    if code.email != former:
        if not actor.is_person(person.id):
            raise SignInFirst
        if code.email and queries.person_by_email(session, code.email):
            raise EmailTaken(field="email")
        person.email = code.email
        if former:
            send(session, person, "accounts/mail/moved.txt", email=former, address=code.email)
    account.email_confirmed_at = clock.now()
    audit.record(session, actor, "account.email_confirmed", f"person:{person.id}")
    if actor.is_person(person.id):
        return ""
    if chose != rules.digest(account.password_hash or ""):
        # A stranger may have asked for this account too: whoever reads the mail chooses anew.
        account.password_hash = None
    return open_session(session, person.id, device=device)


@command
def ask_for_password(session: Session, actor: Actor, *, email: str, site: str) -> None:
    """Send a link to choose a new password, where the address is known; it never says whether."""
    person = queries.person_by_email(session, email)
    if person is None or person.email is None or person.status is not PersonStatus.ACTIVE:
        return
    audit.record(session, actor, "password.asked", f"person:{person.id}")
    send_link(
        session,
        person,
        CodePurpose.RESET_PASSWORD,
        "accounts/mail/reset.txt",
        email=person.email,
        url=f"{site}/reset/",
    )


def choose_password(
    session: Session, actor: Actor, *, secret: str, password: str, device: str
) -> str:
    """Set a new password by a link; returns the secret for the cookie. Raises LinkDead."""
    code = queries.live_code(
        session, CodePurpose.RESET_PASSWORD, rules.digest(secret), now=clock.now()
    )
    person = session.get_one(Person, code.person_id)
    rules.require_strong(password, known=(person.email, person.name_latin, person.name_arabic))
    session.rollback()
    return set_password_by_link(
        session, actor, secret=secret, password_hash=passwords.hashed(password), device=device
    )


@command
def set_password_by_link(
    session: Session, actor: Actor, *, secret: str, password_hash: str, device: str
) -> str:
    """Spend the link, set the password, end every session, and open a new one."""
    code = spend(session, CodePurpose.RESET_PASSWORD, rules.digest(secret))
    account = account_of(session, code.person_id)
    account.password_hash = password_hash
    account.email_confirmed_at = account.email_confirmed_at or clock.now()
    end_sessions(session, code.person_id)
    audit.record(session, actor, "password.reset", f"person:{code.person_id}")
    return open_session(session, code.person_id, device=device)


@command
def enter_with_code(
    session: Session, actor: Actor, *, reference: str, typed: str, device: str
) -> Attempt:
    """Let someone in by reference number and the code on their sheet; a refusal leaves a trace."""
    person = queries.person_by_reference(session, reference)
    secret_hash = rules.digest_of_printed(person.reference if person else "", typed)
    try:
        return Attempt(SignInOutcome.OPENED, _enter(session, actor, secret_hash, device=device))
    except queries.LinkDead:
        subject = f"person:{person.id}" if person else "person:unknown"
        audit.record(session, actor, "sign_in.code_refused", subject)
        return Attempt(SignInOutcome.REFUSED)


@command
def enter_with_link(session: Session, actor: Actor, *, secret: str, device: str) -> str:
    """Let someone in by a one-time link; returns the secret for the cookie. Raises LinkDead."""
    return _enter(session, actor, rules.digest(secret), device=device)


def _enter(session: Session, actor: Actor, secret_hash: str, *, device: str) -> str:
    """Spend the code; it takes the place of the password, so a new one is chosen next."""
    code = spend(session, CodePurpose.SIGN_IN, secret_hash)
    account = account_of(session, code.person_id)
    account.password_hash = None
    account.email_confirmed_at = account.email_confirmed_at or clock.now()
    end_sessions(session, code.person_id)
    audit.record(session, actor, "sign_in.code_used", f"person:{code.person_id}")
    return open_session(session, code.person_id, device=device)


def account_of(session: Session, person_id: int) -> Account:
    """Return the person's account, as part of a command; makes one where there is none."""
    account = queries.account(session, person_id)
    if account is None:
        account = Account(person_id=person_id, created_at=clock.now())
        session.add(account)
    return account


def end_sessions(session: Session, person_id: int, *, but: int | None = None) -> None:
    """End every session of a person, as part of a command, except the one that is `but`."""
    session.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
        .values(ended_at=clock.now())
    )
