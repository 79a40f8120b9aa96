"""What assessment refuses."""

from nador.kernel.errors import Conflict, Invalid


class MarkUnreadable(Invalid):
    """What was typed is not a number of the usual form."""

    code = "mark_unreadable"


class MarkTooFine(Invalid):
    """A mark has more than two decimal places."""

    code = "mark_too_fine"


class MarkOutOfRange(Invalid):
    """A mark is below zero or above `out_of`."""

    code = "mark_out_of_range"


class MarkAndExcuse(Invalid):
    """A learner can't be both marked and excused."""

    code = "mark_and_excuse"


class ReasonNeeded(Invalid):
    """A released grade changes only with a reason."""

    code = "reason_needed"


class HideReasonNeeded(Invalid):
    """Grades that learners have seen are hidden only with a reason."""

    code = "hide_reason_needed"


class OverrideReasonNeeded(Invalid):
    """A computed mark is set aside only with a reason."""

    code = "override_reason_needed"


class NoSuchMark(Invalid):
    """The course has no such category, or its document rests on no marks."""

    code = "no_such_mark"


class ResultsRest(Conflict):
    """Confirmed results rest on these grades: they stay shown, unless the run is reopened."""

    code = "results_rest"


class GradeStale(Conflict):
    """Someone else changed the grade meanwhile: `yours` and `theirs`, and their `version`."""

    code = "stale"


class LearnerNotActive(Conflict):
    """Only a learner with a seat on the run can be graded."""

    code = "learner_not_active"


class ResultConfirmed(Conflict):
    """The learner's result is confirmed: its grades rest, unless the run is reopened."""

    code = "result_confirmed"


class RunNotEnded(Conflict):
    """A run is concluded after its last day, once: `ends_on`."""

    code = "run_not_ended"


class RunNotConcludable(Conflict):
    """A draft, a cancelled run, or a concluded one without open learners has nothing to conclude."""

    code = "run_not_concludable"


class MeetingsUnsettled(Conflict):
    """Past meetings are still planned: `count` of them were neither held nor cancelled."""

    code = "meetings_unsettled"


class GradesNotReleased(Conflict):
    """Grades of `count` assessments are not released yet."""

    code = "grades_not_released"


class NameMissing(Invalid):
    """A bank, a category or a question needs a name."""

    code = "question_name_missing"


class NameTaken(Conflict):
    """There is one of this name already."""

    code = "question_name_taken"


class TooDeep(Invalid):
    """The tree of categories has at most `limit` levels."""

    code = "question_tree_too_deep"


class QuestionInUse(Conflict):
    """A learner has seen it: it can be retired, never deleted."""

    code = "question_in_use"


class TagsTooMany(Invalid):
    """A question has at most `limit` tags."""

    code = "question_tags_too_many"


class PoolTooSmall(Conflict):
    """There are fewer questions (`count`) than are to be drawn (`asked`)."""

    code = "question_pool_too_small"


class ImageUnknown(Invalid):
    """A question shows a file that its bank does not have."""

    code = "question_image_unknown"


class ImageUnreadable(Invalid):
    """What was given is no image of a kind that every browser shows."""

    code = "question_image_unreadable"
