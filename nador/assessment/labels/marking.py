"""Words of marking."""

from __future__ import annotations

from nador.kernel.errors import counted
from nador.kernel.i18n import msgid

ERRORS = {
    "rubric_empty": msgid("Give at least one criterion that is worth something."),
    "rubric_too_long": msgid("No more than %(limit)s fit here."),
    "rubric_untitled": msgid("Write what is judged, and a word for each level."),
    "rubric_level_missing": msgid("Give this criterion at least two levels."),
    "rubric_level_twice": msgid("Two levels are worth the same: nobody could tell them apart."),
    "rubric_moved": msgid(
        "Somebody else changed the rubric meanwhile. Yours is still here: look at theirs, then save again."
    ),
    "points_of_no_level": msgid("Write the points of one of its levels: %(points)s."),
    "sample_undefined": msgid(
        "Say what the sample holds: marks near the pass mark, a share drawn by lot, or both."
    ),
    "plan_number_unfit": msgid("Write a number from %(least)s to %(most)s."),
    "anonymity_kept": msgid("Marking has begun. Names stay hidden until every mark is agreed."),
    "allotment_unfit": msgid(
        "Nobody marks their own work, and nobody the same work twice: name more markers."
    ),
    "nothing_to_mark": msgid("There is nothing to mark here."),
    "not_yours_to_mark": msgid("Somebody else marks this work, or its mark is agreed."),
    "mark_taken": msgid(
        "Somebody else is marking this work. Theirs: %(theirs)s. Yours: %(yours)s."
    ),
    "mark_stale": msgid(
        "You changed this mark in another window meanwhile. There: %(theirs)s. Here: %(yours)s."
    ),
    "mark_incomplete": counted(
        "One criterion has no points yet.", "%(count)s criteria have no points yet."
    ),
    "mark_released": msgid(
        "The learner has seen this grade. It changes in the gradebook, with a reason."
    ),
    "marked_elsewhere": msgid(
        "Two people mark this assessment: the grade follows from their marks."
    ),
    "still_to_mark": counted("One mark is not agreed yet.", "%(count)s marks are not agreed yet."),
    "comment_missing": msgid("Write the comment."),
}
