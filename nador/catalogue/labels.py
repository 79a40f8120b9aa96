"""Words for the states, kinds and refusals of the catalogue, and the calendar of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.catalogue.rules import (
    PLAIN,
    AssessmentKind,
    AttendancePoints,
    CalendarEntry,
    CatalogueStatus,
    DocumentKind,
    Domain,
    Fault,
    FaultKind,
    MeetingStatus,
    Mode,
    Rhythm,
    ShownState,
    calendar_file,
)
from nador.kernel import clock
from nador.kernel.errors import counted
from nador.kernel.i18n import msgid, pick

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, time
    from decimal import Decimal

    from nador.catalogue.models import CourseVersion, Meeting, Run
    from nador.kernel.i18n import Translator

ERRORS = {
    "catalogue_refused": counted(
        "The file has one error; nothing was imported.",
        "The file has %(count)s errors; nothing was imported.",
    ),
    "code_of_another_institute": msgid("The code %(code)s belongs to another institute."),
    "course_not_offered": msgid("This course is not published: publish it first."),
    "run_dates_reversed": msgid("The last day is before the first day."),
    "run_window_reversed": msgid("Enrolment must close after it opens."),
    "run_capacity_out_of_range": msgid("Write a number of seats from 1 to %(limit)s."),
    "run_seats_taken": counted(
        "One seat is taken: the number of seats can't be lower.",
        "%(count)s seats are taken: the number of seats can't be lower.",
    ),
    "run_offer_hours_out_of_range": msgid("Write a number of hours from 1 to %(limit)s."),
    "run_appeal_days_out_of_range": msgid("Write a number of days from 1 to %(limit)s."),
    "run_language_not_taught": msgid("The course is not given in this language."),
    "run_code_unreadable": msgid(
        "Write the code with Latin letters, digits, dashes and dots. Example: IA-101-2027-1"
    ),
    "run_code_taken": msgid("Another run has this code."),
    "run_reason_missing": msgid("Write the reason: it is sent to everyone who has a place."),
    "run_changed_meanwhile": msgid(
        "Somebody else changed this run while this page was open. Compare, then save again."
    ),
    "run_not_draft": msgid("This run is not a draft any more."),
    "run_over": msgid("This run is concluded or cancelled: it can't be changed."),
    "run_not_grading": msgid("A run can be concluded once it has ended."),
    "run_not_concluded": msgid("This run is not concluded."),
    "meeting_times_reversed": msgid("The meeting must end after it starts."),
    "meeting_no_day": msgid("No day between these dates falls on these weekdays."),
    "meeting_too_many": msgid("At most %(limit)s meetings can be planned at once."),
    "meeting_outside_run": msgid(
        "Meetings take place within the dates of the run: %(starts_on)s to %(ends_on)s."
    ),
    "meetings_overlap": msgid("The run already has a meeting at that time: %(at)s."),
    "meeting_not_planned": msgid("This meeting was held or cancelled: it can't be changed."),
    "meeting_not_started": msgid("This meeting has not started yet."),
    "person_not_found": msgid("Nobody is known by this e-mail address or reference."),
}


def domain(value: str, words: Translator) -> str:
    """Name a field of teaching; one that came with imported courses names itself."""
    try:
        known = Domain(value)
    except ValueError:
        return value
    match known:
        case Domain.FOUNDATIONS:
            return words.gettext("Foundations of AI")
        case Domain.DATA:
            return words.gettext("Data")
        case Domain.AGRICULTURE:
            return words.gettext("Agriculture")
        case Domain.TOURISM:
            return words.gettext("Tourism")
        case Domain.ENERGY:
            return words.gettext("Energy")
        case Domain.RESPONSIBLE_AI:
            return words.gettext("Responsible AI")
        case Domain.EMPLOYABILITY:
            return words.gettext("Jobs and enterprise")


def level(value: int, words: Translator) -> str:
    """Name a level."""
    match value:
        case 1:
            return words.gettext("Discovery")
        case 2:
            return words.gettext("Practice")
        case _:
            return words.gettext("Advanced")


def mode(value: Mode, words: Translator) -> str:
    """Say how a run is delivered."""
    match value:
        case Mode.ONSITE:
            return words.gettext("On site")
        case Mode.ONLINE:
            return words.gettext("Online")
        case Mode.BLENDED:
            return words.gettext("On site and online")


def document(value: DocumentKind, words: Translator) -> str:
    """Name what a learner receives."""
    match value:
        case DocumentKind.CERTIFICATE:
            return words.gettext("Certificate")
        case DocumentKind.ATTESTATION:
            return words.gettext("Attestation")


def assessment_kind(value: AssessmentKind, words: Translator) -> str:
    """Name a kind of assessment."""
    match value:
        case AssessmentKind.QUIZ:
            return words.gettext("Quiz")
        case AssessmentKind.ASSIGNMENT:
            return words.gettext("Assignment")
        case AssessmentKind.ORAL:
            return words.gettext("Oral")
        case AssessmentKind.PRACTICAL:
            return words.gettext("Practical work")
        case AssessmentKind.PROJECT:
            return words.gettext("Project")
        case AssessmentKind.PORTFOLIO:
            return words.gettext("Portfolio")
        case AssessmentKind.EXAM:
            return words.gettext("Exam")


def course_state(value: CatalogueStatus, words: Translator) -> str:
    """Name the state of a course."""
    match value:
        case CatalogueStatus.DRAFT:
            return words.gettext("Draft")
        case CatalogueStatus.PUBLISHED:
            return words.gettext("Published")
        case CatalogueStatus.RETIRED:
            return words.gettext("Retired")


def run_state(value: ShownState, words: Translator) -> str:
    """Name how a run stands."""
    match value:
        case ShownState.DRAFT:
            return words.gettext("Draft")
        case ShownState.OPEN:
            return words.gettext("Enrolment open")
        case ShownState.CLOSED:
            return words.gettext("Enrolment closed")
        case ShownState.RUNNING:
            return words.gettext("Running")
        case ShownState.GRADING:
            return words.gettext("Ended, being graded")
        case ShownState.CONCLUDED:
            return words.gettext("Concluded")
        case ShownState.CANCELLED:
            return words.gettext("Cancelled")


def run_tag(value: ShownState) -> str:
    """Choose the looks of a run's state."""
    match value:
        case ShownState.OPEN:
            return "ok"
        case ShownState.RUNNING:
            return "info"
        case ShownState.GRADING:
            return "warn"
        case ShownState.CANCELLED:
            return "bad"
        case ShownState.DRAFT | ShownState.CLOSED | ShownState.CONCLUDED:
            return ""


def meeting_state(value: MeetingStatus, words: Translator) -> str:
    """Name the state of a meeting."""
    match value:
        case MeetingStatus.PLANNED:
            return words.gettext("Planned")
        case MeetingStatus.HELD:
            return words.gettext("Held")
        case MeetingStatus.CANCELLED:
            return words.gettext("Cancelled")


def language(code: str, words: Translator) -> str:
    """Name a language in the reader's."""
    return str(words.language.locale.languages.get(code, code))


def weekday(number: int, words: Translator) -> str:
    """Name a weekday; Monday is 0."""
    return str(words.language.locale.days["stand-alone"]["wide"][number])


def wall_time(value: time, words: Translator) -> str:
    """Write a time on the wall: 18 h 30, 18:30."""
    if words.code != "fr":
        return f"{value:%H:%M}"
    return f"{value.hour}\u00a0h\u00a0{value.minute:02}" if value.minute else f"{value.hour}\u00a0h"


def timetable(value: Rhythm, words: Translator) -> str:
    """Say a weekly rhythm in a sentence."""
    return words.gettext(
        "%(days)s, from %(starts)s to %(ends)s",
        days=words.listing([weekday(number, words) for number in value.weekdays]),
        starts=wall_time(value.starts, words),
        ends=wall_time(value.ends, words),
    )


def fault(value: Fault, words: Translator) -> str:
    """Say what is wrong in a catalogue file."""
    return words.gettext(_FAULTS[value.kind], **value.params)


_FAULTS: Final = {
    FaultKind.SYNTAX: msgid("This is not valid TOML: %(reason)s."),
    FaultKind.MISSING: msgid("The key %(key)s is missing or empty."),
    FaultKind.UNKNOWN_KEY: msgid("The key %(key)s is not known here."),
    FaultKind.WRONG_TYPE: msgid("The value of %(key)s must be: %(wanted)s."),
    FaultKind.NO_WORDS: msgid("The text in the language %(language)s is missing."),
    FaultKind.OUT_OF_RANGE: msgid("%(key)s is %(value)s: it must be from %(low)s to %(high)s."),
    FaultKind.NOT_ONE_OF: msgid("%(value)s is not known; known are: %(known)s."),
    FaultKind.BAD_CODE: msgid("The code %(code)s must have capitals, digits and dashes only."),
    FaultKind.TWICE: msgid("%(code)s stands here twice."),
    FaultKind.UNKNOWN_SKILL: msgid("The skill %(code)s is not in this file."),
    FaultKind.UNKNOWN_COURSE: msgid("The course %(code)s is neither here nor in the catalogue."),
    FaultKind.CIRCLE: msgid("The course %(code)s asks for itself, directly or through others."),
    FaultKind.WEIGHTS: msgid("The weights of the assessments add up to %(total)s instead of 100."),
    FaultKind.NOT_ASSESSED: msgid(
        "A certificate needs assessments; without any, write attestation."
    ),
    FaultKind.MENTION_ORDER: msgid("Mentions and letters stand from the highest to the lowest."),
    FaultKind.UNKNOWN_CATEGORY: msgid("The course has no category %(code)s."),
    FaultKind.NO_CATEGORY: msgid(
        "%(code)s: either every assessment of a course is in a category, or none is."
    ),
    FaultKind.NOT_WEIGHED: msgid("Nothing in the category %(code)s has weight."),
    FaultKind.DROPS_ALL: msgid(
        "The category %(code)s drops all of its assessments: one must stay."
    ),
    FaultKind.LETTERS_WITHOUT_SCALE: msgid(
        'Write letters, and scale = "letters", or neither of them.'
    ),
    FaultKind.LETTERS_NOT_TO_ZERO: msgid("The lowest letter begins at 0."),
}


def calendar(run: Run, meetings: Iterable[Meeting], locale: str, *, host: str = "nador") -> str:
    """Write the calendar file of a run's meetings, in the language of its reader.

    `run` has its course and version loaded; cancelled meetings stay, so that they vanish elsewhere.
    """
    title = pick(run.version.title, locale)
    entries = [
        CalendarEntry(
            uid=f"meeting-{meeting.id}@{host}",
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            title=title,
            place=meeting.place or run.place,
            description="\n".join(part for part in (meeting.topic, run.code) if part),
            cancelled=meeting.status == MeetingStatus.CANCELLED,
        )
        for meeting in meetings
    ]
    return calendar_file(f"{run.code} {title}", entries, now=clock.now())


def period(first: date, last: date, words: Translator) -> str:
    """Say from which day to which day."""
    if first == last:
        return words.date(first)
    return words.gettext("%(first)s to %(last)s", first=words.date(first), last=words.date(last))


def plain(value: Decimal, words: Translator) -> str:
    """Write a number without needless decimals."""
    return words.number(value.normalize())


def share(value: Decimal, words: Translator) -> str:
    """Write a weight out of 100 as a percentage."""
    return words.percent(value / 100)


def attendance_asked(version: CourseVersion, words: Translator) -> str:
    """Say which attendance a course asks for, and by which points; empty where it asks for none."""
    if not version.min_attendance:
        return ""
    share, points = version.min_attendance, version.attendance_points
    if points == PLAIN:
        return words.gettext(
            "Attendance: at least %(share)s per cent of the meetings.", share=words.number(share)
        )
    asked = words.gettext(
        "Attendance: at least %(share)s per cent of the points.", share=words.number(share)
    )
    return f"{asked} {attendance_points(points, words)}"


def attendance_points(points: AttendancePoints, words: Translator) -> str:
    """Say what each status of a meeting gives; empty where presence alone counts."""
    if points == PLAIN:
        return ""
    given = {
        "present": plain(points.present, words),
        "late": plain(points.late, words),
        "absent": plain(points.absent, words),
    }
    if points.excused is None:
        return words.gettext(
            "A meeting gives: present %(present)s, late %(late)s, absent %(absent)s. "
            "Who is excused is not counted.",
            **given,
        )
    return words.gettext(
        "A meeting gives: present %(present)s, late %(late)s, excused %(excused)s, "
        "absent %(absent)s.",
        excused=plain(points.excused, words),
        **given,
    )


def seats(left: int, words: Translator) -> str:
    """Say how many seats are left."""
    return words.ngettext("%(count)s seat left", "%(count)s seats left", left)


def queue(waiting: int, words: Translator) -> str:
    """Say how many wait."""
    return words.ngettext("%(count)s on the waitlist", "%(count)s on the waitlist", waiting)
