"""Work that waits for nobody: offers whose deadline has passed. And the counters, examined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from nador.catalogue.models import Run
from nador.enrolment.models import Enrolment
from nador.enrolment.queries import lapsed_offers
from nador.enrolment.rules import LIVE, SEATED, EnrolmentStatus
from nador.enrolment.service import lapse_offer
from nador.kernel.checkup import check
from nador.kernel.work import work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.kernel.work import Desk


@work("lapsed offers", due=lapsed_offers, record=lapse_offer)
def let_offer_lapse(_desk: Desk, _item_id: int) -> None:
    """Do nothing: only the clock had to move; recording it offers the seat to the next."""


@check("seats counted = seats taken", deep=True)
def _seats(desk: Desk) -> Iterable[str]:
    """Compare each run's counters with its enrolments."""
    taken = func.count().filter(Enrolment.status.in_(SEATED))
    waiting = func.count().filter(Enrolment.status == EnrolmentStatus.WAITLISTED)
    rows = (
        select(Run.code, Run.seats_held, taken, Run.waiting, waiting)
        .outerjoin(Enrolment, Enrolment.run_id == Run.id)
        .group_by(Run.id)
        .having(or_(Run.seats_held != taken, Run.waiting != waiting))
    )
    with desk.reading() as session:
        for code, held, seats, queue, waits in session.execute(rows):
            yield (
                f"{code}: {held} seats counted, {seats} taken; {queue} counted waiting, {waits} wait: "
                "put the run's row back from a backup, or write down what was taken."
            )


@check("one live enrolment for a person and a run", deep=True)
def _live(desk: Desk) -> Iterable[str]:
    """Whoever wants a place on a run has one claim to it, whatever its state."""
    rows = (
        select(func.min(Enrolment.reference), func.count())
        .where(Enrolment.status.in_(LIVE))
        .group_by(Enrolment.run_id, Enrolment.person_id)
        .having(func.count() > 1)
    )
    with desk.reading() as session:
        for reference, count in session.execute(rows):
            yield f"{reference}: the person has {count} live enrolments on the run: withdraw the others."
