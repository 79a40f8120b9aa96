"""What marking refuses."""

from nador.kernel.errors import Conflict, Invalid, NotAllowed


class RubricEmpty(Invalid):
    """A rubric has at least one criterion, and its points add up to something."""

    code = "rubric_empty"


class CriteriaTooMany(Invalid):
    """A rubric has at most `limit` criteria, a criterion at most `limit` levels."""

    code = "rubric_too_long"


class CriterionUntitled(Invalid):
    """A criterion, or one of its levels, needs words."""

    code = "rubric_untitled"


class LevelMissing(Invalid):
    """A criterion of a rubric is judged by two levels at least."""

    code = "rubric_level_missing"


class LevelTwice(Invalid):
    """Two levels of a criterion give the same points: nobody could tell which was meant."""

    code = "rubric_level_twice"


class LevelUnreadable(Invalid):
    """A level is a line that begins with its points."""

    code = "level_unreadable"


class RubricMoved(Conflict):
    """Somebody else changed the rubric meanwhile."""

    code = "rubric_moved"


class NoPointsLikeThat(Invalid):
    """The criterion has no level of so many points: `points` lists what it has."""

    code = "points_of_no_level"


class SampleUndefined(Invalid):
    """A sample is drawn at random, around the pass mark, or both."""

    code = "sample_undefined"


class NumberUnfit(Invalid):
    """A number of the plan is not from `least` to `most`."""

    code = "plan_number_unfit"


class AnonymityKept(Conflict):
    """Marking has begun: names stay hidden until all marks are agreed."""

    code = "anonymity_kept"


class AllotmentUnfit(Invalid):
    """Who marks may grade on the run, not their own work, and not twice the same."""

    code = "allotment_unfit"


class NoMarkingHere(Conflict):
    """There is nothing to mark for this learner: nothing handed in, no place, or excused."""

    code = "nothing_to_mark"


class NotYoursToMark(NotAllowed):
    """Somebody else marks this piece of work, or it needs no further mark."""

    code = "not_yours_to_mark"


class MarkTaken(Conflict):
    """Somebody else began this mark first: `yours` and `theirs`."""

    code = "mark_taken"


class MarkStale(Conflict):
    """The same mark was changed in another window: `yours` and `theirs`, and its `version`."""

    code = "mark_stale"


class WorkMoved(Conflict):
    """A newer version was handed in since the marker opened the work."""

    code = "work_moved"


class MarkIncomplete(Invalid):
    """A mark is final only when every criterion has its points: `count` are missing."""

    code = "mark_incomplete"


class MarkReleased(Conflict):
    """The learner has seen the grade: it changes in the gradebook, with a reason."""

    code = "mark_released"


class MarkedElsewhere(Conflict):
    """Two people mark this assessment: its grades follow from their marks, not from the gradebook."""

    code = "marked_elsewhere"


class StillToMark(Conflict):
    """Marks of `count` pieces of work are not agreed yet: names stay hidden."""

    code = "still_to_mark"


class NoPaperColumn(Invalid):
    """No column of the file names work by its sign or its learner's reference."""

    code = "no_paper_column"


class NoMarkColumn(Invalid):
    """No column of the file is a criterion, the mark or the comment."""

    code = "no_mark_column"


class PaperUnknown(Invalid):
    """No work of the assessment goes by `sign`."""

    code = "paper_unknown"


class MarksMoved(Conflict):
    """Marks or files were changed since the preview: it is to be looked at again."""

    code = "marks_moved"


class ParcelFileTwice(Invalid):
    """Another file of the package (`other`) goes to the same learner under the same name."""

    code = "parcel_file_twice"


class ParcelFileTooLarge(Invalid):
    """A file of the package has more than `limit` MB."""

    code = "parcel_file_too_large"


class CommentMissing(Invalid):
    """A comment of the bank needs words."""

    code = "comment_missing"
