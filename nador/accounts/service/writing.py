"""What accounts write to people: one-time links by mail, and the codes behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from nador.accounts import queries, rules
from nador.accounts.models import OneTimeCode
from nador.accounts.rules import CODE_LASTS, CodePurpose, Names
from nador.kernel import clock, letters, mail
from nador.kernel.i18n import LANGUAGES, pick

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person


def add_code(
    session: Session,
    person_id: int,
    purpose: CodePurpose,
    *,
    secret_hash: str,
    email: str | None = None,
) -> OneTimeCode:
    """Add a one-time code, as part of a command; the person's earlier ones of its kind end."""
    now = clock.now()
    session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.person_id == person_id,
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    code = OneTimeCode(
        person_id=person_id,
        purpose=purpose,
        secret_hash=secret_hash,
        email=email,
        created_at=now,
        expires_at=now + CODE_LASTS[purpose],
    )
    session.add(code)
    session.flush()
    return code


def spend(session: Session, purpose: CodePurpose, secret_hash: str) -> OneTimeCode:
    """Use a code up, as part of a command; raises LinkDead, also for the second of two at once."""
    now = clock.now()
    code = queries.live_code(session, purpose, secret_hash, now=now)
    taken = session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == code.id, OneTimeCode.used_at.is_(None))
        .values(used_at=now)
    )
    if not taken.rowcount:  # type: ignore[attr-defined] # an UPDATE returns a cursor result
        raise queries.LinkDead
    return code


def send_link(
    session: Session, person: Person, purpose: CodePurpose, template: str, *, email: str, url: str
) -> None:
    """Queue a mail with a one-time link; `url` ends where the secret goes."""
    secret = rules.new_secret()
    code = add_code(session, person.id, purpose, secret_hash=rules.digest(secret), email=email)
    send(session, person, template, email=email, link=f"{url}{secret}", until=code.expires_at)


def send(session: Session, person: Person, template: str, *, email: str, **context: Any) -> None:
    """Queue a mail of accounts in the person's language, in the first institute's name."""
    locale = person.locale if person.locale in LANGUAGES else "ar"
    institute = queries.first_institute(session)
    letter = letters.write(
        template,
        locale,
        name=Names(person.name_latin, person.name_arabic).in_language(locale),
        institute_name=pick(institute.name, locale) if institute else "Nador",
        **context,
    )
    mail.queue(
        session,
        recipient=email,
        locale=locale,
        subject=letter.subject,
        body=letter.body,
        person_id=person.id,
    )
