"""Commands about places on runs, the people who take them, and who came."""

from nador.enrolment.service.attendance import mark_attendance, save_attendance
from nador.enrolment.service.offers import (
    accept_offer,
    accept_own_offer,
    decline_offer,
    lapse_offer,
    promote,
)
from nador.enrolment.service.people import Import, Imported, enrol_someone, import_people
from nador.enrolment.service.places import (
    complete,
    conclude,
    empty_run,
    enrol,
    record_equivalence,
    reopen,
    reopen_one,
    withdraw,
)

__all__ = [
    "Import",
    "Imported",
    "accept_offer",
    "accept_own_offer",
    "complete",
    "conclude",
    "decline_offer",
    "empty_run",
    "enrol",
    "enrol_someone",
    "import_people",
    "lapse_offer",
    "mark_attendance",
    "promote",
    "record_equivalence",
    "reopen",
    "reopen_one",
    "save_attendance",
    "withdraw",
]
