"""Mails, composed in the words of whoever gets them and put in the outbox."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from nador.accounts.rules import Names
from nador.kernel import letters, mail
from nador.kernel.i18n import pick
from nador.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.enrolment.models import Enrolment


@cache
def origin() -> str:
    """Return where links in mails lead; web, worker and terminal read it from one setting."""
    return Settings.from_environment(os.environ).public_url


def tell(session: Session, enrolment: Enrolment, template: str, **context: Any) -> None:
    """Put a mail about an enrolment in the outbox; who has no e-mail is told at the desk.

    An imported run is history: whatever becomes of it tells nobody.
    """
    person, run = enrolment.person, enrolment.run
    if run.imported or not person.email:
        return
    letter = letters.write(
        template,
        person.locale,
        institute_name=pick(run.institute.name, person.locale),
        name=Names(person.name_latin, person.name_arabic).in_language(person.locale),
        enrolment=enrolment,
        run=run,
        title=pick(run.version.title, person.locale),
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
