"""Reads of what ends: whom to remind, and lists for the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, case, exists, func, or_, select

from nador.accounts.models import Person
from nador.certification.models import Certificate, Reminder
from nador.certification.rules import REMINDED, SOON, CertificateStatus, Validity
from nador.kernel import clock
from nador.kernel.access import Action

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


def reminders_due(now: datetime) -> Select[int]:
    """Select certificates of which a reminder is due, as `rules.reminder_due` says, the nearest end first."""
    today = clock.local(now).date()
    nearest = case(
        *(
            (Certificate.expires_on <= date.fromordinal(today.toordinal() + days), days)
            for days in sorted(REMINDED)
        )
    )
    told = exists().where(Reminder.certificate_id == Certificate.id, Reminder.days <= nearest)
    return (
        select(Certificate.id)
        .where(
            Certificate.expires_on.between(today, today + SOON),
            Certificate.status == CertificateStatus.ISSUED,
            ~told,
        )
        .order_by(Certificate.expires_on, Certificate.id)
    )


def reminded(session: Session, certificate_id: int) -> Sequence[int]:
    """Return of how many days a certificate's holder was reminded."""
    return session.scalars(
        select(Reminder.days).where(Reminder.certificate_id == certificate_id)
    ).all()


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate that ends or has ended, its holder, and when they were last reminded."""

    certificate: Certificate
    person: Person
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class EndingPage:
    """A page of endings; `next` is where to go on after."""

    rows: Sequence[Ending]
    next: str | None


def endings(
    session: Session, actor: Actor, which: Validity, *, after: str = "", most: int | None = 50
) -> EndingPage:
    """List what ends soon, the nearest first, or what has expired, the latest first."""
    today = clock.today()
    last = (
        select(func.max(Reminder.at))
        .where(Reminder.certificate_id == Certificate.id, Reminder.sent)
        .correlate(Certificate)
        .scalar_subquery()
    )
    found = (
        select(Certificate, Person, last)
        .join(Person, Person.id == Certificate.person_id)
        .where(
            Certificate.institute_id.in_(actor.institutes(Action.SEE_CERTIFICATES)),
            Certificate.status == CertificateStatus.ISSUED,
        )
    )
    end, place = Certificate.expires_on, _place(after)
    if which is Validity.EXPIRED:
        found = found.where(end < today).order_by(end.desc(), Certificate.id.desc())
        if place:
            found = found.where(
                or_(end < place[0], and_(end == place[0], Certificate.id < place[1]))
            )
    else:
        found = found.where(end.between(today, today + SOON)).order_by(end, Certificate.id)
        if place:
            found = found.where(
                or_(end > place[0], and_(end == place[0], Certificate.id > place[1]))
            )
    rows = [Ending(*row) for row in session.execute(found.limit(most and most + 1))]
    if most is None or len(rows) <= most:
        return EndingPage(rows, None)
    last_shown = rows[most - 1].certificate
    return EndingPage(rows[:most], f"{last_shown.expires_on}:{last_shown.id}")


def _place(after: str) -> tuple[date, int] | None:
    day, _, certificate_id = after.partition(":")
    try:
        return date.fromisoformat(day), int(certificate_id)
    except ValueError:
        return None
