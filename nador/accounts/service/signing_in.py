"""Signing in and out: sessions are rows, so that a copied cookie dies at sign-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from nador.accounts import queries, rules
from nador.accounts.models import Account, Person, SignIn, Token
from nador.accounts.rules import CodePurpose, SignInOutcome
from nador.accounts.service import passwords
from nador.accounts.service.writing import send_link
from nador.kernel import audit, clock
from nador.kernel.access import Actor
from nador.kernel.db import command

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.queries import Door


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an attempt to sign in.

    `secret` is for the cookie of one that succeeded; of an unconfirmed one it is what `sign_up` gives.
    """

    outcome: SignInOutcome
    secret: str = ""


def sign_in(
    session: Session, actor: Actor, *, login: str, password: str, device: str, site: str
) -> Attempt:
    """Let someone in by e-mail address or reference number, and password.

    The slow judgement of the password stands outside the command, and is as slow for nobody.
    """
    door = queries.door(session, login)
    session.rollback()
    fits = passwords.fits(door.password_hash if door else None, password)
    fresh = (
        passwords.hashed(password)
        if door and fits and passwords.is_outdated(door.password_hash or "")
        else None
    )
    return record_attempt(
        session, actor, door=door, fits=fits, fresh=fresh, device=device, site=site
    )


@command
def record_attempt(
    session: Session,
    actor: Actor,
    *,
    door: Door | None,
    fits: bool,
    fresh: str | None,
    device: str,
    site: str,
) -> Attempt:
    """Write down an attempt to sign in, and open a session when the password fits."""
    account = session.get(Account, door.person_id) if door else None
    if not (door and account and fits and account.password_hash == door.password_hash):
        audit.record(session, actor, "sign_in.refused", _subject(door))
        return Attempt(SignInOutcome.REFUSED)
    if door.email and account.email_confirmed_at is None:
        audit.record(session, actor, "sign_in.unconfirmed", _subject(door))
        person = session.get_one(Person, door.person_id)
        purpose, url = CodePurpose.CONFIRM_EMAIL, f"{site}/confirm/"
        send_link(session, person, purpose, "accounts/mail/confirm.txt", email=door.email, url=url)
        return Attempt(SignInOutcome.UNCONFIRMED, rules.digest(account.password_hash or ""))
    if fresh:
        account.password_hash = fresh
    return Attempt(SignInOutcome.OPENED, open_session(session, door.person_id, device=device))


def _subject(door: Door | None) -> str:
    return f"person:{door.person_id}" if door else "person:unknown"


def open_session(session: Session, person_id: int, *, device: str) -> str:
    """Add a signed-in browser, as part of a command; returns the secret for its cookie."""
    now, secret = clock.now(), rules.new_secret()
    session.add(
        SignIn(
            secret_hash=rules.digest(secret),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + rules.LONGEST,
            device=device[:200],
        )
    )
    audit.record(session, Actor(person_id=person_id), "sign_in.opened", f"person:{person_id}")
    return secret


@command
def end_sign_in(session: Session, actor: Actor) -> None:
    """End the session that the actor acts in."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == actor.sign_in_id, SignIn.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    if actor.sign_in_id:
        audit.record(session, actor, "sign_in.ended", f"person:{actor.person_id}")


@command
def note_seen(session: Session, actor: Actor) -> None:
    """Write that the session or the token of the actor is in use; callers ask every ten minutes."""
    now = clock.now()
    if actor.token_id:
        session.execute(update(Token).where(Token.id == actor.token_id).values(last_used_at=now))
    else:
        session.execute(
            update(SignIn).where(SignIn.id == actor.sign_in_id).values(last_seen_at=now)
        )
