"""Words for the states and refusals of places and attendance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.enrolment.rules import AttendanceStatus, EnrolmentStatus, OfferStatus
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from nador.kernel.i18n import Translator

ERRORS: Final = {
    "enrolment_not_open": msgid("Enrolment on this run opens on %(opens_at)s."),
    "enrolment_closed": msgid("Enrolment on this run closed on %(closes_at)s."),
    "run_not_offered": msgid("Nobody can enrol on this run: it is not published, or it is over."),
    "prerequisites_missing": msgid("These courses must be completed first: %(courses)s."),
    "already_enrolled": msgid("There is already an enrolment on this run: %(reference)s."),
    "enrolment_decided": msgid("The result of this enrolment is confirmed. It can't be withdrawn."),
    "withdrawal_closed": msgid("The run is over. Only the centre can still withdraw an enrolment."),
    "offer_gone": msgid("This seat is no longer held: it was given back."),
    "offer_lapsed": msgid("The seat was held until %(expires_at)s. It went to the next person."),
    "enrolment_not_active": msgid("This person has no open place on this run."),
    "check_in_closed": msgid("The check-in of this meeting is closed. Tell your instructor."),
    "check_in_code_wrong": msgid("This code was never on the wall of this meeting. Scan it again."),
    "check_in_code_old": msgid(
        "This code is older than %(minutes)s minutes. Scan the one on the wall, or tell your instructor."
    ),
    "check_in_late_after": msgid("Write a number of minutes from 0 to %(limit)s."),
    "meeting_cancelled": msgid("This meeting is cancelled."),
    "meeting_ahead": msgid("Attendance can be marked from the day of the meeting: %(starts_at)s."),
    "enrolment_of_another_run": msgid("This enrolment belongs to another run."),
    "person_unknown": msgid("Nobody has the reference number %(reference)s."),
    "identities_differ": msgid(
        "This e-mail belongs to another person than the reference number %(reference)s."
    ),
    "identity_missing": msgid(
        "Give a reference number or an e-mail: nobody is recognised by name, "
        "and a second import would add the same person again."
    ),
    "no_file": msgid("Choose a file."),
    "person_unreadable": msgid(
        "The person must be an object with texts: email, name_latin, name_arabic…"
    ),
    "attendance_status_unknown": msgid("The status must be one of: %(known)s."),
    "person_twice": msgid("The same person stands on line %(first)s already."),
}


def status(words: Translator, value: EnrolmentStatus) -> str:
    """Say where somebody stands."""
    match value:
        case EnrolmentStatus.APPLIED:
            said = msgid("Application received")
        case EnrolmentStatus.WAITLISTED:
            said = msgid("On the waitlist")
        case EnrolmentStatus.OFFERED:
            said = msgid("Seat offered")
        case EnrolmentStatus.ACTIVE:
            said = msgid("Enrolled")
        case EnrolmentStatus.COMPLETED:
            said = msgid("Passed")
        case EnrolmentStatus.FAILED:
            said = msgid("Not passed")
        case EnrolmentStatus.WITHDRAWN:
            said = msgid("Withdrawn")
        case EnrolmentStatus.REJECTED:
            said = msgid("Application refused")
        case EnrolmentStatus.EXPIRED:
            said = msgid("Offer expired")
    return words.gettext(said)


def look(value: EnrolmentStatus) -> tuple[str, str]:
    """Return the colour and the drawing of a state's tag."""
    match value:
        case EnrolmentStatus.ACTIVE | EnrolmentStatus.COMPLETED:
            return "ok", "check"
        case EnrolmentStatus.OFFERED:
            return "warn", "clock"
        case EnrolmentStatus.WAITLISTED:
            return "", "people"
        case EnrolmentStatus.APPLIED:
            return "info", "clock"
        case EnrolmentStatus.FAILED:
            return "bad", "cross"
        case EnrolmentStatus.WITHDRAWN | EnrolmentStatus.REJECTED | EnrolmentStatus.EXPIRED:
            return "", ""


def offer(words: Translator, value: OfferStatus) -> str:
    """Say what became of an offered seat."""
    _ = words.gettext
    match value:
        case OfferStatus.PENDING:
            return _("Waiting for an answer")
        case OfferStatus.ACCEPTED:
            return _("Accepted")
        case OfferStatus.DECLINED:
            return _("Declined")
        case OfferStatus.EXPIRED:
            return _("Offer expired")


def attendance(words: Translator, value: AttendanceStatus) -> str:
    """Say whether somebody came."""
    _ = words.gettext
    match value:
        case AttendanceStatus.PRESENT:
            return _("Present")
        case AttendanceStatus.LATE:
            return _("Late")
        case AttendanceStatus.EXCUSED:
            return _("Excused absence")
        case AttendanceStatus.ABSENT:
            return _("Absent")
        case AttendanceStatus.UNMARKED:
            return _("Not marked")
