"""Words for assignments and what is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment.queries.handed_in import Show
from nador.assessment.rules import GradeState
from nador.assessment.rules.submissions import (
    FileKind,
    PenaltyUnit,
    SubmissionStatus,
    in_megabytes,
    units_late,
)
from nador.kernel.errors import DomainError, describe
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime, timedelta
    from decimal import Decimal

    from nador.assessment.models import Submission
    from nador.assessment.queries.submissions import AssignmentLine, OwnAssignment
    from nador.assessment.rules.submissions import Asked, LatePolicy
    from nador.kernel.i18n import Translator

SUBMISSIONS = {
    "assignment_not_open": msgid("Work is taken from %(opens_at)s on."),
    "assignment_cut_off": msgid("Nothing is taken any more: the last moment was %(cut_off_at)s."),
    "assignment_closed": msgid("This assignment is closed."),
    "assignment_handed_in": msgid(
        "You have handed this in, and only one version is taken. Ask your instructor."
    ),
    "nothing_to_hand_in": msgid("There is nothing to hand in yet: write a text or add a file."),
    "submission_text_too_long": msgid(
        "The text may have at most %(limit)s characters; it has %(length)s."
    ),
    "submission_text_not_taken": msgid("Only files are taken here, no text."),
    "submission_files_not_taken": msgid("Only a text is taken here, no files."),
    "submission_too_many_files": msgid("At most %(limit)s files are taken."),
    "submission_file_too_large": msgid("“%(name)s” is larger than %(limit)s MB."),
    "submission_file_of_another_kind": msgid(
        "By its content, “%(name)s” is none of the kinds of files that are taken here."
    ),
    "submission_file_not_scanned": msgid(
        "“%(name)s” is still being checked for viruses. Try again in a minute."
    ),
    "submission_file_infected": msgid(
        "The virus scanner found something in “%(name)s”. Remove the file."
    ),
    "submission_file_unknown": msgid("This file is no longer in the draft."),
    "submission_text_moved": msgid(
        "Another tab or device has saved a newer text. It is shown here; yours is kept beside it."
    ),
    "assignment_dates": msgid(
        "An assignment opens first, then it is due, then nothing is taken any more."
    ),
    "assignment_takes_nothing": msgid("Take a text, or files of at least one kind."),
    "assignment_limit": msgid("Write a number from 1 to %(limit)s."),
    "assignment_of_another_kind": msgid("For this kind of assessment nothing is handed in."),
    "assignment_groups_fixed": msgid(
        "Work was handed in already: whether groups hand in together stays as it is."
    ),
    "submission_names_hidden": msgid(
        "This is marked without names: open the works from the queue of marking."
    ),
    "submission_feedback_missing": msgid("Write what the learner is to read, or add a file."),
    "submission_returned_meanwhile": msgid(
        "Somebody else has returned this work meanwhile: their words stand above yours. Saving replaces them."
    ),
    "submission_draft_moved": msgid(
        "The draft has changed meanwhile. Look at it again, then hand it in."
    ),
    "upload_unreadable": msgid("This upload does not say what it is."),
    "upload_elsewhere": msgid("The upload stands elsewhere: go on from there."),
    "file_kind_unknown": msgid("“%(name)s” is no kind of file that is known here."),
    "file_empty": msgid("“%(name)s” is empty."),
    "file_package_refused": msgid(
        "“%(name)s” is locked, unpacks to too much, or holds paths that lead out of it."
    ),
    "slot_full": msgid("Somebody else was quicker: this time is full. Choose another."),
    "slot_closed": msgid("This time could be changed until %(closes_at)s."),
    "slot_gone": msgid("This time is no longer offered. Choose another."),
    "slot_reason_needed": msgid("Write why you book for somebody else."),
    "slot_not_booked": msgid("You have no time to give back."),
    "slot_of_another_kind": msgid("For this kind of assessment no times are booked."),
    "slots_unclear": msgid("Write a number up to %(limit)s."),
    "slots_in_the_past": msgid("Choose a moment that is still to come."),
    "slot_examiner_unknown": msgid("Choose somebody who teaches this run."),
    "own_work_not_confirmed": msgid("Confirm that this is your own work."),
}


def refusal(error: DomainError, words: Translator) -> str:
    """Say why something is not taken now."""
    return describe(error, words)


def file_kind(kind: FileKind, words: Translator) -> str:
    """Name a kind of files."""
    match kind:
        case FileKind.TEXT:
            return words.gettext("plain text")
        case FileKind.PYTHON:
            return words.gettext("Python program")
        case FileKind.NOTEBOOK:
            return words.gettext("Jupyter notebook")
        case FileKind.DOCX:
            return "Word (DOCX)"
        case FileKind.XLSX:
            return "Excel (XLSX)"
        case FileKind.PPTX:
            return "PowerPoint (PPTX)"
        case FileKind.ODT:
            return "OpenDocument (ODT)"
        case FileKind.MARKDOWN:
            return "Markdown"
        case (
            FileKind.PDF
            | FileKind.PNG
            | FileKind.JPEG
            | FileKind.WEBP
            | FileKind.CSV
            | FileKind.ZIP
        ):
            return kind.value.upper()


def file_kinds(kinds: Collection[FileKind], words: Translator) -> str:
    """List kinds of files in their usual order."""
    return words.listing([file_kind(kind, words) for kind in FileKind if kind in kinds])


def file_size(size: int, words: Translator) -> str:
    """Say a size in the unit that fits it."""
    if size < 1024 * 1024:
        return words.gettext("%(size)s kB", size=words.number(max(1, round(size / 1024))))
    return words.gettext("%(size)s MB", size=words.number(in_megabytes(size)))


def limits(asked: Asked, words: Translator) -> str:
    """Say how many files of which size are taken."""
    return words.ngettext(
        "%(count)s file of at most %(size)s MB",
        "%(count)s files of at most %(size)s MB each",
        asked.most_files,
        size=words.number(in_megabytes(asked.largest)),
    )


def what_is_taken(asked: Asked, words: Translator) -> str:
    """Say whether a text, files, or both are taken."""
    if not asked.takes_files:
        return words.gettext("a text")
    if not asked.takes_text:
        return limits(asked, words)
    return words.gettext("a text, and %(files)s", files=limits(asked, words))


def late_policy(policy: LatePolicy, words: Translator) -> str:
    """Say what lateness costs."""
    if not policy.percent:
        return words.gettext("taken without deduction")
    cost = words.percent(policy.percent / 100)
    if policy.unit is PenaltyUnit.HOUR:
        said = words.gettext("%(cost)s less for each hour begun", cost=cost)
    else:
        said = words.gettext("%(cost)s less for each day begun", cost=cost)
    if not policy.floor:
        return said
    least = words.gettext("never below %(floor)s", floor=words.percent(policy.floor / 100))
    return f"{said}, {least}" if words.code != "ar" else f"{said}، {least}"


def due(at: datetime, words: Translator) -> str:
    """Say by when something is due."""
    return words.gettext("due on %(when)s", when=words.datetime_(at))


def late_for(late: timedelta, words: Translator) -> str:
    """Say how late something is, in the unit that fits."""
    hours = units_late(late, PenaltyUnit.HOUR)
    if hours <= 48:  # noqa: PLR2004 - two days
        return words.ngettext("%(count)s hour late", "%(count)s hours late", hours)
    days = units_late(late, PenaltyUnit.DAY)
    return words.ngettext("%(count)s day late", "%(count)s days late", days)


def submission_tag(submission: Submission, words: Translator) -> tuple[str, str]:
    """Say how a version stands, and choose the look of its tag."""
    return _state(submission.status, words)


def line_state(line: AssignmentLine, words: Translator) -> tuple[str, str]:
    """Say how an assignment stands in a learner's list."""
    return _state(line.status, words)


def submission_state(status: SubmissionStatus | None, words: Translator) -> tuple[str, str]:
    """Say how a learner's work stands, and choose the look of its tag."""
    return _state(status, words)


def handed_in_choice(show: Show, words: Translator) -> str:
    """Name a choice of learners in the list of works."""
    match show:
        case Show.ALL:
            return words.gettext("All learners")
        case Show.WAITING:
            return words.gettext("To return")
        case Show.LATE:
            return words.gettext("Late")
        case Show.MISSING:
            return words.gettext("Not handed in")


def _state(status: SubmissionStatus | None, words: Translator) -> tuple[str, str]:
    match status:
        case None:
            return words.gettext("Not handed in"), ""
        case SubmissionStatus.DRAFT:
            return words.gettext("Draft, not handed in"), "warn"
        case SubmissionStatus.SUBMITTED:
            return words.gettext("Handed in"), "ok"
        case SubmissionStatus.RETURNED:
            return words.gettext("Returned"), "info"


def own_state(own: OwnAssignment, words: Translator) -> tuple[str, str]:
    """Say how a learner's assignment stands."""
    newest = own.handed_in[0] if own.handed_in else own.draft
    return _state(newest.status if newest else None, words)


def own_sum(own: OwnAssignment, version: Submission, words: Translator) -> str:
    """Say the released grade of a version, with what lateness took, where it still rests on it."""
    grade = own.grade
    if grade is None or grade.state is not GradeState.RELEASED or grade.value is None:
        return ""
    author = next((a for a in version.authors if a.enrolment_id == own.enrolment.id), None)
    if author is None or author.value is None or author.deducted is None:
        return ""
    if author.value - author.deducted != grade.value:
        return ""
    return sum_of(author.value, author.deducted, own.assessment.out_of, words)


def sum_of(value: Decimal, deducted: Decimal, out_of: Decimal, words: Translator) -> str:
    """Write how a grade comes about: the work's worth, less what lateness took."""
    if not deducted:
        return words.mark(value, out_of)
    return words.gettext(
        "%(value)s for the work, less %(deducted)s for lateness: %(grade)s",
        value=words.mark(value),
        deducted=words.mark(deducted),
        grade=words.mark(value - deducted, out_of),
    )
