"""What is refused about assignments and about what is handed in."""

from __future__ import annotations

from nador.kernel.errors import Conflict, Invalid


class NotOpenYet(Conflict):
    """Work is taken from `opens_at` on."""

    code = "assignment_not_open"


class CutOffPassed(Conflict):
    """Nothing is taken after `cut_off_at`."""

    code = "assignment_cut_off"


class AssignmentClosed(Conflict):
    """Staff closed the assignment, or the learner's result is confirmed."""

    code = "assignment_closed"


class HandedInAlready(Conflict):
    """This assignment takes one version only, and has it."""

    code = "assignment_handed_in"


class NothingToHandIn(Invalid):
    """There is neither a text nor a file."""

    code = "nothing_to_hand_in"


class TextTooLong(Invalid):
    """The text is longer than `limit` characters; it has `length`."""

    code = "submission_text_too_long"


class TextNotTaken(Invalid):
    """This assignment asks for files only."""

    code = "submission_text_not_taken"


class FilesNotTaken(Invalid):
    """This assignment asks for a text only."""

    code = "submission_files_not_taken"


class TooManyFiles(Invalid):
    """At most `limit` files are taken."""

    code = "submission_too_many_files"


class FileTooLarge(Invalid):
    """The file `name` is larger than `limit` MB."""

    code = "submission_file_too_large"


class FileOfAnotherKind(Invalid):
    """What the file `name` holds is none of the kinds that are asked for."""

    code = "submission_file_of_another_kind"


class FileNotScanned(Conflict):
    """The virus scanner has not looked at the file `name` yet: nobody else may open it."""

    code = "submission_file_not_scanned"


class FileUnknown(Conflict):
    """The draft has no such file: it was removed in another tab, or handed in."""

    code = "submission_file_unknown"


class TextMoved(Conflict):
    """Another tab or device has kept a newer text: it has the number `sequence`."""

    code = "submission_text_moved"


class FileInfected(Invalid):
    """The virus scanner found something in the file `name`."""

    code = "submission_file_infected"


class OwnWorkNotConfirmed(Invalid):
    """The statement that this is one's own work was not made."""

    code = "own_work_not_confirmed"


class DatesOutOfOrder(Invalid):
    """An assignment opens, then is due, then closes for good, in this order."""

    code = "assignment_dates"


class TakesNothing(Invalid):
    """An assignment takes a text, or files of some kinds."""

    code = "assignment_takes_nothing"


class LimitOutOfRange(Invalid):
    """A number is not within 1 and `limit`."""

    code = "assignment_limit"


class NotToHandIn(Conflict):
    """For this kind of assessment nothing is handed in."""

    code = "assignment_of_another_kind"


class GroupsFixed(Conflict):
    """Work was handed in already: whether groups do it stays as it is."""

    code = "assignment_groups_fixed"


class FeedbackMissing(Invalid):
    """A work goes back with a text, with files, or with both."""

    code = "submission_feedback_missing"


class ReturnedMeanwhile(Conflict):
    """Somebody else gave the work back since the page was made."""

    code = "submission_returned_meanwhile"


class DraftMoved(Conflict):
    """The draft holds something else than what was looked at before it was to be handed in."""

    code = "submission_draft_moved"
