"""Work that waits for nobody: offers whose deadline has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.enrolment.queries import lapsed_offers
from nador.enrolment.service import lapse_offer
from nador.kernel.work import work

if TYPE_CHECKING:
    from nador.kernel.work import Desk


@work("lapsed offers", due=lapsed_offers, record=lapse_offer)
def let_offer_lapse(_desk: Desk, _item_id: int) -> None:
    """Do nothing: only the clock had to move; recording it offers the seat to the next."""
