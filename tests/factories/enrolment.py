"""Enrolments for tests, with the run's seats and queue counted as the service would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.enrolment.rules import SEATED, EnrolmentSource, EnrolmentStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor
from nador.kernel.db import command
from tests.factories.store import numbers

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@command
def _place(session: Session, _actor: Actor, *, enrolment: Enrolment) -> None:
    session.add(enrolment)
    run = update(Run).where(Run.id == enrolment.run_id)
    if enrolment.status in SEATED:
        session.execute(run.values(seats_held=Run.seats_held + 1))
    elif enrolment.status is EnrolmentStatus.WAITLISTED:
        session.execute(run.values(waiting=Run.waiting + 1))


def make_enrolment(
    session: Session,
    *,
    run_id: int,
    person_id: int,
    status: EnrolmentStatus = EnrolmentStatus.ACTIVE,
) -> Enrolment:
    """Make an enrolment in any state."""
    now = clock.now()
    enrolment = Enrolment(
        run_id=run_id,
        person_id=person_id,
        reference=f"E{next(numbers):07}",
        status=status,
        source=EnrolmentSource.STAFF,
        created_at=now,
        queued_at=now if status is EnrolmentStatus.WAITLISTED else None,
    )
    _place(session, NOBODY, enrolment=enrolment)
    return enrolment
