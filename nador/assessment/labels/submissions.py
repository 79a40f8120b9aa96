"""Words for assignments and what is handed in."""

from __future__ import annotations

from nador.kernel.i18n import msgid

SUBMISSIONS = {
    "assignment_not_open": msgid("Work is taken from %(opens_at)s on."),
    "assignment_cut_off": msgid("Nothing is taken any more: the last moment was %(cut_off_at)s."),
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
    "own_work_not_confirmed": msgid("Confirm that this is your own work."),
}
