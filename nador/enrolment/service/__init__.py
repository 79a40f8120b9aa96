"""Commands about places on runs, the people who take them, and who came."""

from nador.enrolment.service.attendance import hold_meeting, mark_attendance, save_attendance
from nador.enrolment.service.offers import (
    accept_offer,
    accept_own_offer,
    decline_offer,
    lapse_offer,
    promote,
)
from nador.enrolment.service.places import (
    complete,
    conclude,
    empty_run,
    enrol,
    record_equivalence,
    reopen,
    withdraw,
)

__all__ = [
    "accept_offer",
    "accept_own_offer",
    "complete",
    "conclude",
    "decline_offer",
    "empty_run",
    "enrol",
    "hold_meeting",
    "lapse_offer",
    "mark_attendance",
    "promote",
    "record_equivalence",
    "reopen",
    "save_attendance",
    "withdraw",
]
