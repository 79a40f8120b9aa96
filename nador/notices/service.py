"""Mails, composed in the words of whoever gets them and put in the outbox."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from nador.accounts.models import Institute, Person
from nador.accounts.rules import Names
from nador.catalogue.models import Run
from nador.kernel import letters, mail
from nador.kernel.i18n import pick
from nador.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.certification.models import Certificate
    from nador.enrolment.models import Enrolment
    from nador.kernel.db import Words


@cache
def origin() -> str:
    """Return where links in mails lead; web, worker and terminal read it from one setting."""
    return Settings.from_environment(os.environ).public_url


def tell(session: Session, enrolment: Enrolment, template: str, **context: Any) -> None:
    """Put a mail about an enrolment in the outbox.

    An imported run is history: whatever becomes of it tells nobody.
    """
    run = enrolment.run
    if not run.imported:
        _queue(
            session,
            enrolment.person,
            run.institute,
            template,
            title=run.version.title,
            enrolment=enrolment,
            run=run,
            **context,
        )


def tell_staff(
    session: Session, person: Person, enrolment: Enrolment, template: str, **context: Any
) -> None:
    """Put a mail to a colleague about somebody's enrolment in the outbox."""
    run = enrolment.run
    if not run.imported:
        _queue(
            session,
            person,
            run.institute,
            template,
            title=run.version.title,
            enrolment=enrolment,
            run=run,
            **context,
        )


def tell_colleague(
    session: Session, person: Person, institute: Institute, template: str, **context: Any
) -> None:
    """Put a mail to a colleague about the institute's certificates in the outbox."""
    _queue(session, person, institute, template, **context)


def tell_holder(session: Session, certificate: Certificate, template: str, **context: Any) -> None:
    """Put a mail about a certificate in the outbox, in words of the certificate itself."""
    person = session.get_one(Person, certificate.person_id)
    institute = session.get_one(Institute, certificate.institute_id)
    run = session.get(Run, certificate.run_id) if certificate.run_id else None
    if run is None or not run.imported:
        _queue(
            session,
            person,
            institute,
            template,
            title=certificate.title,
            certificate=certificate,
            **context,
        )


def _queue(
    session: Session,
    person: Person,
    institute: Institute,
    template: str,
    *,
    title: Words,
    **context: Any,
) -> None:
    """Write in the person's language; who has no e-mail is told at the desk."""
    if not person.email:
        return
    letter = letters.write(
        template,
        person.locale,
        institute_name=pick(institute.name, person.locale),
        name=Names(person.name_latin, person.name_arabic).in_language(person.locale),
        title=pick(title, person.locale),
        origin=origin(),
        **context,
    )
    mail.queue(
        session,
        recipient=person.email,
        locale=letter.locale,
        subject=letter.subject,
        body=letter.body,
        person_id=person.id,
    )
